"""What name servers say: aliases, CNAMEs, absences, wildcards, weights, and the time a change takes to reach them all."""

from __future__ import annotations

from collections import Counter

import pytest

from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.names import Answer
from migrator.sandbox.world.route53 import AliasTarget, GeoLocation
from tests.unit.sandbox.traffic.scenery import Scene


def ask(scene: Scene, name: str, rtype: str = "A", **how: object) -> Answer:
    return scene.world.names.answer(name, rtype, **how)


def addresses(scene: Scene) -> set[str]:
    return {each.address for each in scene.lb.zones}


def test_a_load_balancers_name_leads_to_one_address_a_zone(scene: Scene) -> None:
    said = ask(scene, scene.lb.dns_name.upper())

    assert set(said.values("A")) == addresses(scene)
    assert {ttl for _, _, ttl, _ in said.records} == {60} and said.authoritative


def test_its_name_is_there_before_it_is_active_and_gone_with_it(scene: Scene) -> None:
    elb = scene.world.elb
    fresh = elb.create_load_balancer("fresh", "internal", [each.subnet_id for each in scene.lb.zones], tags={})
    assert len(ask(scene, fresh.dns_name).values("A")) == 3

    elb.delete_load_balancer(fresh.arn)
    said = ask(scene, fresh.dns_name)
    assert said.rcode == "NXDOMAIN" and said.soa == ("elb.us-east-1.amazonaws.com.", 60)


def test_a_zone_without_healthy_targets_leaves_the_answer_unless_all_do(scene: Scene) -> None:
    nodes = scene.world.kube.list("Node")
    scene.world.workloads.fail_node(nodes[0]["metadata"]["name"])
    scene.settle(120)
    assert len(ask(scene, scene.lb.dns_name).values("A")) == 2

    for each in nodes[1:]:
        scene.world.workloads.fail_node(each["metadata"]["name"])
    scene.settle(120)
    assert set(ask(scene, scene.lb.dns_name).values("A")) == addresses(scene)


def test_a_zonal_name_leads_to_that_zone_alone(scene: Scene) -> None:
    first = scene.lb.zones[0]

    assert ask(scene, f"{first.zone}.{scene.lb.dns_name}").values("A") == (first.address,)
    assert ask(scene, f"eu-west-1a.{scene.lb.dns_name}").rcode == "NXDOMAIN"


def test_the_load_balancers_zone_can_be_walked_to(scene: Scene) -> None:
    zone = "elb.us-east-1.amazonaws.com."

    assert ask(scene, zone, "SOA").values("SOA")[0].endswith(" 60")
    servers = ask(scene, zone, "NS").values("NS")
    assert [ask(scene, each).values("A") for each in servers] == [(each,) for each in scene.world.names.authorities]


def test_an_ipv4_load_balancer_has_no_quad_a(scene: Scene) -> None:
    said = ask(scene, scene.lb.dns_name, "AAAA")

    assert (said.rcode, said.records, said.soa) == ("NOERROR", (), ("elb.us-east-1.amazonaws.com.", 60))


def test_a_cname_is_answered_for_every_type_and_followed_by_a_resolver(scene: Scene) -> None:
    scene.record(ttl=30, values=(scene.lb.dns_name,))
    scene.settle()

    said = ask(scene, "shop.example.com", "AAAA")
    assert said.records == (("shop.example.com.", "CNAME", 30, scene.lb.dns_name),)
    whole = scene.world.names.resolve("shop.example.com", "A")
    assert set(whole.values("A")) == addresses(scene) and not whole.authoritative


def test_an_alias_is_answered_under_its_own_name_with_the_targets_ttl(scene: Scene) -> None:
    for rtype in ("A", "AAAA"):
        scene.record(name="example.com.", type=rtype, alias=scene.alias())
    scene.settle()

    said = ask(scene, "example.com")
    assert {(name, ttl) for name, _, ttl, _ in said.records} == {("example.com.", 60)}
    assert set(said.values("A")) == addresses(scene)
    assert ask(scene, "example.com", "AAAA").soa == ("example.com.", 900)


def test_an_alias_to_a_deleted_load_balancer_answers_nothing(scene: Scene) -> None:
    """The empty answer that a clean-up in the wrong order leaves behind: not even NXDOMAIN."""
    scene.record(name="example.com.", type="A", alias=scene.alias())
    scene.settle()
    scene.world.elb.delete_load_balancer(scene.lb.arn)

    said = ask(scene, "example.com")
    assert (said.rcode, said.records) == ("NOERROR", ())


def test_each_authority_takes_a_change_over_at_its_own_instant(scene: Scene) -> None:
    scene.record(ttl=30, values=("one.example.net.",))
    seen = set()
    for _ in range(70):
        seen.add(tuple(ask(scene, "shop.example.com", "CNAME", authority=each).rcode for each in range(4)))
        scene.settle(1)

    assert len(seen) > 2
    assert ask(scene, "shop.example.com", "CNAME", authority=3).rcode == "NOERROR"


def test_weights_draw_and_zero_is_never_drawn_beside_more(scene: Scene) -> None:
    for name, weight in (("a", 90), ("b", 10), ("c", 0)):
        scene.record(ttl=30, values=(f"{name}.example.net.",), set_identifier=name, weight=weight)
    scene.settle()

    drawn = Counter(ask(scene, "shop.example.com", "CNAME").values("CNAME") for _ in range(500))
    assert set(drawn) == {("a.example.net.",), ("b.example.net.",)}
    assert 20 <= drawn["b.example.net.",] <= 90


def test_an_unhealthy_weighted_alias_is_passed_over(scene: Scene) -> None:
    elb = scene.world.elb
    empty = elb.create_load_balancer("empty", "internal", [each.subnet_id for each in scene.lb.zones], tags={})
    for lb in (scene.lb, empty):
        alias = AliasTarget(lb.zone_id, lb.dns_name + ".", True)
        scene.record(name="example.com.", type="A", alias=alias, set_identifier=lb.name, weight=50)
    scene.settle()

    assert all(set(ask(scene, "example.com").values("A")) == addresses(scene) for _ in range(20))


def test_failover_answers_the_primary_while_it_is_healthy(scene: Scene) -> None:
    for role in ("PRIMARY", "SECONDARY"):
        scene.record(ttl=30, values=(f"{role.lower()}.example.net.",), set_identifier=role, failover=role)
    scene.settle()

    assert ask(scene, "shop.example.com", "CNAME").values("CNAME") == ("primary.example.net.",)


def test_failover_answers_the_secondary_once_the_primarys_check_fails(scene: Scene) -> None:
    check = scene.world.route53.create_health_check("once", {"Type": "TCP"})
    for role in ("PRIMARY", "SECONDARY"):
        id = check.id if role == "PRIMARY" else None
        target = (f"{role.lower()}.example.net.",)
        scene.record(ttl=30, values=target, set_identifier=role, failover=role, health_check_id=id)
    scene.settle()
    assert ask(scene, "shop.example.com", "CNAME").values("CNAME") == ("primary.example.net.",)

    check.healthy = False
    assert ask(scene, "shop.example.com", "CNAME").values("CNAME") == ("secondary.example.net.",)


def test_geolocation_answers_the_default_place(scene: Scene) -> None:
    for name, country in (("de", "DE"), ("any", "*")):
        scene.record(ttl=30, values=(f"{name}.example.net.",), set_identifier=name, geo=GeoLocation(country=country))
    scene.settle()

    assert ask(scene, "shop.example.com", "CNAME").values("CNAME") == ("any.example.net.",)


def test_multivalue_answers_up_to_eight(scene: Scene) -> None:
    for each in range(10):
        address = f"192.0.2.{each}"
        scene.record(type="A", ttl=30, values=(address,), set_identifier=address, multivalue=True)
    scene.settle()

    assert len(set(ask(scene, "shop.example.com").values("A"))) == 8


def test_an_alias_within_the_zone_has_the_other_records_ttl(scene: Scene) -> None:
    scene.record(name="real.example.com.", type="A", ttl=17, values=("192.0.2.1",))
    scene.record(type="A", alias=AliasTarget(scene.zone.id, "real.example.com.", False))
    scene.settle()

    assert ask(scene, "shop.example.com").records == (("shop.example.com.", "A", 17, "192.0.2.1"),)


def test_latency_answers_the_worlds_own_region(scene: Scene) -> None:
    for region in ("eu-west-1", "us-east-1"):
        scene.record(ttl=30, values=(f"{region}.example.net.",), set_identifier=region, region=region)
    scene.settle()

    assert ask(scene, "shop.example.com", "CNAME").values("CNAME") == ("us-east-1.example.net.",)


@pytest.mark.parametrize(
    ("name", "rcode", "value"),
    [
        ("any.wild.example.com", "NOERROR", "starred.example.net."),
        ("deep.any.wild.example.com", "NOERROR", "starred.example.net."),
        ("there.wild.example.com", "NOERROR", ""),
        ("below.there.wild.example.com", "NXDOMAIN", ""),
        ("wild.example.com", "NOERROR", ""),
        ("nowhere.example.com", "NXDOMAIN", ""),
    ],
    ids=["one-label", "two-labels", "an-existing-name-wins", "an-existing-encloser-wins", "empty-non-terminal", "no-wildcard"],
)
def test_wildcards_stand_for_names_that_do_not_exist(scene: Scene, name: str, rcode: str, value: str) -> None:
    scene.record(name="*.wild.example.com.", ttl=30, values=("starred.example.net.",))
    scene.record(name="there.wild.example.com.", type="TXT", ttl=30, values=('"here"',))
    scene.settle()

    said = ask(scene, name, "CNAME")
    assert (said.rcode, "".join(said.values("CNAME"))) == (rcode, value)


def test_absence_is_kept_no_longer_than_the_zones_soa_says(scene: Scene) -> None:
    assert ask(scene, "nowhere.example.com").soa == ("example.com.", 900)


def test_private_zones_answer_inside_the_vpc_only(scene: Scene) -> None:
    private = next(each for each in scene.world.route53.zones.values() if each.private)

    assert ask(scene, private.name, "SOA").rcode == "NOERROR"
    assert ask(scene, private.name, "SOA", vpc=False).rcode == "REFUSED"


def test_a_name_of_no_zone_is_refused_by_authorities_and_absent_for_resolvers(scene: Scene) -> None:
    assert ask(scene, "nowhere.test").rcode == "REFUSED"
    assert scene.world.names.resolve("nowhere.test", "A").rcode == "NXDOMAIN"
    assert scene.world.names.resolve("com", "A").rcode == "NOERROR"
    assert scene.world.names.resolve(".", "SOA").values("SOA")


def test_name_servers_of_a_zone_lead_to_the_authorities(scene: Scene) -> None:
    found = [ask(scene, each).values("A") for each in ask(scene, "example.com", "NS").values("NS")]

    assert found == [(each,) for each in scene.world.names.authorities]


def test_an_endless_chain_fails(scene: Scene) -> None:
    scene.record(name="a.example.com.", ttl=30, values=("b.example.com.",))
    scene.record(name="b.example.com.", ttl=30, values=("a.example.com.",))
    scene.settle()

    assert scene.world.names.resolve("a.example.com", "A").rcode == "SERVFAIL"


@pytest.mark.parametrize(("mode", "rcode"), [("deny", "REFUSED"), ("stop", ""), ("error", "SERVFAIL"), ("slow", "NOERROR")])
def test_an_authority_can_be_made_to_fail(scene: Scene, mode: str, rcode: str) -> None:
    scene.world.faults.arm(Fault(where="dns", operation="authority:2", mode=mode, delay_s=1.5))

    said = scene.world.names.asked("example.com", "SOA", authority=2)
    assert (said.rcode, said.delay_s) == (rcode, 1.5 if mode == "slow" else 0.0)
    assert scene.world.names.asked("example.com", "SOA", authority=2).rcode == "NOERROR"
