"""Neither more nor fewer clients than now, unless a person says so; judged by what AWS really admits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Denied
from migrator.model.account import Interface
from migrator.model.balancers import Rule, SecurityGroup, Target
from migrator.model.migration import Variant
from migrator.planning.exposure import before, chosen, owned, preserves, unseen
from migrator.planning.exposure_look import rules_of_nodes
from migrator.planning.exposure_offers import mode
from migrator.planning.exposure_sources import everyone, sources
from migrator.planning.exposure_verdict import Verdict, judged
from migrator.planning.found import Live
from migrator.planning.lbc import Lbc
from migrator.planning.settings_exposure import exposure_pieces, shown_version

LB = "service.beta.kubernetes.io/aws-load-balancer-"
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
OLD, MIDDLE, NEW = Lbc((2, 5, 4)), Lbc((2, 7, 0)), Lbc((2, 14, 1))
OFFICE, SITE = "203.0.113.0/24", "198.51.100.0/24"


@pytest.fixture
def clients(build: SimpleNamespace) -> Any:
    """A live load balancer whose nodes admit these sources on its one port; `said` are the Service's ranges."""

    def made(*admitted: str, said: tuple[str, ...] = (), more: tuple[Rule, ...] = (), **changes: Any) -> Live:
        rules = tuple(build.client_rule(each, id=f"sgr-{number}") for number, each in enumerate(admitted)) + more
        spec = build.service().spec | ({"loadBalancerSourceRanges": list(said)} if said else {})
        given = {"service": build.service(spec=spec), "node_rules": rules} | changes
        return build.live(**given)

    return made


@pytest.fixture
def two(build: SimpleNamespace) -> Any:
    """A live load balancer with two listeners, each with sources of its own."""

    def made(first: str, second: str, **changes: Any) -> Live:
        groups = (build.group(), build.group(arn="arn:second", port=31443))
        listeners = (build.listener(), build.listener(8443, groups=("arn:second",)))
        rules = (build.client_rule(first), build.client_rule(second, id="sgr-2", from_port=31443, to_port=31443))
        return build.live(**({"groups": groups, "listeners": listeners, "node_rules": rules} | changes))

    return made


def guarded(build: SimpleNamespace, *groups: SecurityGroup, classic: bool = False, **changes: Any) -> Live:
    """A live load balancer that wears these security groups; the nodes admit the first of them."""
    lb = build.balancer(security_groups=tuple(each.id for each in groups), kind="classic" if classic else "network")
    given = {"balancer": lb, "security_groups": groups, "node_rules": (build.client_rule(groups[0].id),)}
    return build.live(**(given | changes))


def wall(id: str, *admitted: str, name: str = "ours", protocol: str = "tcp", tags: dict[str, str] | None = None) -> SecurityGroup:
    """A security group that admits these sources on a listener's port."""
    rules = tuple(Rule(f"sgr-{id}-{number}", id, protocol, 8080, 8080, each) for number, each in enumerate(admitted))
    return SecurityGroup(id, name, tags=tags or {}, rules=rules)


def told(live: Live, lbc: Lbc = NEW) -> tuple[str, ...]:
    return judged(live, lbc).told.ranges


def asked(verdict: Verdict) -> list[str]:
    return [each.id for each in verdict.decisions]


def written(live: Live, lbc: Lbc = NEW) -> dict[str, str]:
    return {key.removeprefix(LB): value for each in exposure_pieces(live, lbc) for key, value in each.annotations.items()}


def spec(live: Live, lbc: Lbc = NEW) -> Any:
    return next(each.spec for each in exposure_pieces(live, lbc) if each.spec)["loadBalancerSourceRanges"]


# what is so now


def test_without_security_groups_the_nodes_decide(clients: Any) -> None:
    assert before(clients(OFFICE, SITE)) == {8080: sources([OFFICE, SITE])}


@pytest.mark.parametrize(
    ("rule", "counts"),
    [
        ({"protocol": "-1", "from_port": -1, "to_port": -1}, True),
        ({"from_port": -1, "to_port": -1}, True),
        ({"from_port": 30000, "to_port": 32767}, True),
        ({"from_port": 31081, "to_port": 32767}, False),
        ({"protocol": "udp"}, False),
        ({"source": "sg-0n1"}, False),
        ({"source": "pl-1"}, True),
        ({"source": "2001:db8::/32"}, False),
    ],
    ids=["all-protocols", "all-ports", "a-span", "other-ports", "udp", "a-client-s-group", "a-prefix-list", "ipv6-nobody-has"],
)
def test_any_rule_that_admits_a_client_counts(build: SimpleNamespace, clients: Any, rule: dict[str, Any], counts: bool) -> None:
    """Whoever wrote it: what the annotation says is not what AWS does."""
    source = rule.get("source", SITE)
    more = build.client_rule(**({"source": SITE, "id": "sgr-9", "description": "by hand"} | rule))

    assert before(clients(OFFICE, more=(more,))) == {8080: sources([OFFICE, source] if counts else [OFFICE])}


def test_rules_for_health_checks_admit_nobody_to_a_public_balancer(build: SimpleNamespace, clients: Any) -> None:
    """They admit its subnets, from where no client of a public load balancer comes; an internal one's may."""
    check = build.client_rule("10.0.1.0/24", id="sgr-9", description=f"kubernetes.io/rule/nlb/health={build.NAME}")
    inside = build.balancer(scheme="internal")

    assert before(clients(OFFICE, more=(check,))) == {8080: sources([OFFICE])}
    assert before(clients(OFFICE, more=(check,), balancer=inside)) == {8080: sources([OFFICE, "10.0.1.0/24"])}
    assert chosen(clients(OFFICE, more=(check,), balancer=inside)) == {8080: sources([OFFICE])}


def test_nodes_that_do_not_see_clients_keep_nobody_out(build: SimpleNamespace, clients: Any) -> None:
    hidden = (build.group(attributes={"preserve_client_ip.enabled": "false"}),)

    check = build.client_rule("10.0.1.0/24", id="sgr-9", description=f"kubernetes.io/rule/nlb/health={build.NAME}")
    elsewhere = replace(check, from_port=32000, to_port=32000)

    assert before(clients(groups=hidden)) == {8080: sources([])}
    assert before(clients(OFFICE, groups=hidden)) == {8080: everyone("ipv4")}
    assert before(clients(OFFICE, more=(check,), groups=hidden)) == {8080: everyone("ipv4")}
    assert before(clients(OFFICE, more=(elsewhere,), groups=hidden)) == {8080: sources([])}


def test_clients_that_speak_ipv6_arrive_at_the_nodes_as_the_balancer(build: SimpleNamespace, clients: Any) -> None:
    dual = build.balancer(address_type="dualstack")

    assert before(clients(OFFICE, balancer=dual)) == {8080: sources([OFFICE, "::/0"])}


def test_udp_is_admitted_by_rules_for_udp(build: SimpleNamespace, clients: Any) -> None:
    open_udp = build.client_rule(SITE, id="sgr-9", protocol="udp")
    udp = {"groups": (build.group(protocol="UDP"),), "listeners": (build.listener(protocol="UDP"),)}

    assert before(clients(OFFICE, more=(open_udp,), **udp)) == {8080: sources([SITE])}


def test_addresses_of_udp_clients_are_always_preserved(build: SimpleNamespace) -> None:
    hidden = {"preserve_client_ip.enabled": "false"}

    assert preserves(build.group(protocol="UDP", attributes=hidden))
    assert not preserves(build.group(attributes=hidden))
    assert not preserves(build.group(target_type="ip", attributes={}))


def test_security_groups_decide_before_the_nodes(build: SimpleNamespace) -> None:
    assert before(guarded(build, wall("sg-1", OFFICE, "sg-7"))) == {8080: sources([OFFICE, "sg-7"])}
    assert before(guarded(build, wall("sg-1", OFFICE), node_rules=())) == {8080: sources([])}
    assert before(guarded(build, wall("sg-1", OFFICE, SITE), node_rules=(build.client_rule(OFFICE),))) == {
        8080: sources([OFFICE])
    }


def test_a_port_of_both_protocols_needs_both_rules(build: SimpleNamespace) -> None:
    both = guarded(
        build, wall("sg-1", OFFICE, SITE), wall("sg-2", SITE, protocol="udp"), listeners=(build.listener(protocol="TCP_UDP"),)
    )

    assert before(both) == {8080: sources([SITE])}


def test_a_classic_balancer_s_groups_alone_decide(build: SimpleNamespace) -> None:
    assert before(guarded(build, wall("sg-1", OFFICE), classic=True, node_rules=())) == {8080: sources([OFFICE])}


def test_legacy_s_own_groups_are_told_by_name_and_tag() -> None:
    own = (wall("sg-1", name="k8s-elb-a1"), wall("sg-2", tags={"team": "x", "kubernetes.io/cluster/shop": "owned"}))

    assert owned((*own, wall("sg-3", tags={"kubernetes.io/cluster/shop": "shared"}))) == own


def test_no_rule_at_all_means_that_rules_were_not_seen(build: SimpleNamespace, clients: Any) -> None:
    """Targets are healthy, and health checks have to get in somehow."""
    assert "31080" in unseen(clients())
    assert "sg-1" in unseen(build.live(balancer=build.balancer(security_groups=("sg-1",))))
    assert unseen(clients(groups=())) == ""
    assert unseen(clients(groups=(build.group(attributes={"preserve_client_ip.enabled": "false"}),))) != ""
    assert asked(judged(clients(said=(OFFICE,)), NEW)) == ["exposure-unknown"]
    assert told(clients(said=(OFFICE,))) == (OFFICE,)
    assert exposure_pieces(clients(), NEW)[1].rows[0].live == "unknown"


# what the clone is told


@pytest.mark.parametrize("how", ["spec", "annotation"])
def test_what_is_as_written_is_written_again(build: SimpleNamespace, clients: Any, how: str) -> None:
    live = clients(OFFICE, SITE, said=(OFFICE, SITE) if how == "spec" else ())
    if how == "annotation":
        live = replace(live, service=build.annotated(**{RANGES: f"{OFFICE}, {SITE}"}))

    verdict = judged(live, NEW)

    assert verdict.told.ranges == (SITE, OFFICE)
    assert (verdict.decisions, verdict.findings) == ((), ())
    assert spec(live) == [SITE, OFFICE]


def test_everybody_is_written_out(clients: Any) -> None:
    """Without it LBC's own defaults would count, which are other ones without security groups."""
    assert spec(clients("0.0.0.0/0")) == ["0.0.0.0/0"]
    assert asked(judged(clients("0.0.0.0/0"), NEW)) == []


@pytest.mark.parametrize(
    ("admitted", "said"),
    [((OFFICE, SITE), (OFFICE,)), ((OFFICE,), (OFFICE, SITE)), ((OFFICE,), ()), (("0.0.0.0/0",), (OFFICE,))],
    ids=["opened", "closed", "closed-to-all", "opened-to-all"],
)
def test_rules_changed_by_hand_are_kept_and_shown(clients: Any, admitted: tuple[str, ...], said: tuple[str, ...]) -> None:
    verdict = judged(clients(*admitted, said=said), NEW)

    assert verdict.told == sources(admitted)
    assert [(each.id, each.default) for each in verdict.decisions] == [("exposure-by-hand", "as-live")]
    assert str(sources(admitted)) in verdict.decisions[0].question
    assert verdict.variants == (
        Variant(
            "exposure-by-hand",
            "as-written",
            {LB + "security-group-prefix-lists": None},
            spec={"loadBalancerSourceRanges": list(sources(said or ("0.0.0.0/0",)).ranges)},
        ),
    )


def test_ranges_that_are_none_do_not_count(build: SimpleNamespace, clients: Any) -> None:
    verdict = judged(replace(clients(OFFICE), service=build.annotated(**{RANGES: "office"})), NEW)

    assert verdict.told.ranges == (OFFICE,)
    assert [each.id for each in verdict.findings] == ["source-ranges-invalid"]


def test_a_closed_balancer_is_not_opened(build: SimpleNamespace, clients: Any) -> None:
    """LBC takes an empty list for everybody."""
    check = build.client_rule("10.0.1.0/24", description=f"kubernetes.io/rule/nlb/health={build.NAME}")

    assert [(each.id, each.severity) for each in judged(clients(more=(check,)), NEW).findings] == [("exposure-closed", "blocked")]


def test_prefix_lists_go_along_where_lbc_knows_them(clients: Any) -> None:
    live = clients("pl-1", OFFICE, said=(OFFICE,))

    assert written(live)["security-group-prefix-lists"] == "pl-1"
    assert asked(judged(live, NEW)) == ["exposure-by-hand"]
    assert "security-group-prefix-lists" not in written(live, MIDDLE)
    assert asked(judged(live, MIDDLE)) == ["exposure-narrower"]
    assert "pl-1" in judged(live, MIDDLE).decisions[0].question


def test_listeners_with_clients_of_their_own_are_a_question(two: Any) -> None:
    verdict = judged(two(OFFICE, "203.0.113.0/25"), NEW)

    assert verdict.told.ranges == (OFFICE,)
    assert [(each.id, each.options, each.default) for each in verdict.decisions] == [
        ("exposure-wider", ("accept-wider", "only-whom-all-listeners-admit"), None)
    ]
    assert "listener 8443 also 203.0.113.128/25" in verdict.decisions[0].question
    assert verdict.variants[0].spec == {"loadBalancerSourceRanges": ["203.0.113.0/25"]}
    assert exposure_pieces(two(OFFICE, SITE), NEW)[1].rows[0].live == f"8080: {OFFICE}; 8443: {SITE}"


def test_listeners_without_common_clients_can_only_be_opened(two: Any) -> None:
    verdict = judged(two(OFFICE, SITE), NEW)

    assert [each.options for each in verdict.decisions] == [("accept-wider",)]
    assert verdict.variants == ()


def test_many_listeners_are_counted(build: SimpleNamespace) -> None:
    ports = range(5)
    groups = tuple(build.group(arn=f"arn:{each}", port=31000 + each) for each in ports)
    listeners = tuple(build.listener(8000 + each, groups=(f"arn:{each}",)) for each in ports)
    rules = tuple(build.client_rule(f"10.{each}.0.0/16", from_port=31000 + each, to_port=31000 + each) for each in ports)

    verdict = judged(build.live(groups=groups, listeners=listeners, node_rules=rules), NEW)

    assert "; 2 more listeners" in verdict.decisions[0].question


# security groups


def test_groups_that_people_chose_go_along(build: SimpleNamespace) -> None:
    live = guarded(build, wall("sg-2", OFFICE), wall("sg-1", SITE), service=build.annotated(security_groups="sg-2, sg-1"))

    assert written(live) == {"security-groups": "sg-2,sg-1", "manage-backend-security-group-rules": "true"}
    assert asked(judged(live, NEW)) == []
    assert spec(live) is None


def test_ranges_beside_such_groups_mean_nothing_and_are_told(build: SimpleNamespace) -> None:
    ranged = build.service(spec=build.service().spec | {"loadBalancerSourceRanges": [SITE]})

    pieces = exposure_pieces(guarded(build, wall("sg-1", OFFICE), service=ranged), NEW)

    assert [each.id for piece in pieces for each in piece.findings] == ["source-ranges-idle"]


@pytest.mark.parametrize(
    ("lbc", "way"),
    [
        (NEW, "named"),
        (Lbc(), "named"),
        (OLD, "none"),
        (Lbc((2, 14, 1), ("--feature-gates=NLBSecurityGroup=false",)), "none"),
        (Lbc((2, 14, 1), ("--enable-backend-security-group=false",)), "own"),
    ],
    ids=["current", "unknown-version", "before-2.6", "gate-shut", "no-backend-group"],
)
def test_how_clients_are_told_apart_is_lbc_s_to_say(build: SimpleNamespace, lbc: Lbc, way: str) -> None:
    live = guarded(build, wall("sg-1", OFFICE))

    assert mode(live, lbc) == way
    assert written(live, lbc).get("security-groups") == ("sg-1" if way == "named" else None)


def test_legacy_s_own_group_is_put_into_ranges(build: SimpleNamespace) -> None:
    """It goes when legacy deletes its load balancer; groups beside it are counted with it."""
    own = wall("sg-1", OFFICE, name="k8s-elb-a1")
    ranged = build.service(spec=build.service().spec | {"loadBalancerSourceRanges": [OFFICE]})
    live = guarded(build, own, wall("sg-2", SITE), classic=True, service=ranged)

    verdict = judged(live, NEW)

    assert (verdict.way, verdict.told.ranges) == ("own", (SITE, OFFICE))
    assert verdict.decisions == ()
    assert "inbound-sg-rules-on-private-link-traffic" not in written(live)


def test_clients_known_by_their_group_are_lost_or_stop_it(build: SimpleNamespace) -> None:
    some = judged(guarded(build, wall("sg-1", OFFICE, "sg-7", name="k8s-elb-a1"), classic=True), NEW)
    all_of_them = judged(guarded(build, wall("sg-1", "sg-7", name="k8s-elb-a1"), classic=True), NEW)

    assert asked(some) == ["exposure-narrower"]
    assert "listener 8080 no more sg-7" in some.decisions[0].question
    assert [(each.id, each.severity) for each in all_of_them.findings] == [("exposure-by-groups", "blocked")]


# an LBC that makes no groups


def test_without_groups_the_nodes_go_on_to_decide(clients: Any) -> None:
    live = clients(OFFICE, said=(OFFICE,))

    assert (told(live, OLD), asked(judged(live, OLD))) == ((OFFICE,), [])
    assert written(live, OLD) == {}


def test_what_is_open_to_all_node_ports_is_open_to_the_clone_s(build: SimpleNamespace) -> None:
    span = build.client_rule("10.0.0.0/8", id="sgr-9", from_port=30000, to_port=32767, description="")
    behind = guarded(build, wall("sg-1", OFFICE), classic=False, node_rules=(build.client_rule("sg-1"), span))

    verdict = judged(behind, OLD)

    assert asked(verdict) == ["exposure-wider"]
    assert "listener 8080 also 10.0.0.0/8" in verdict.decisions[0].question


def test_nodes_that_see_the_balancer_only_admit_everybody(build: SimpleNamespace, clients: Any) -> None:
    classic = judged(guarded(build, wall("sg-1", OFFICE), classic=True), OLD)
    hidden = judged(clients("0.0.0.0/0", groups=(build.group(attributes={"preserve_client_ip.enabled": "false"}),)), OLD)

    assert asked(classic) == ["exposure-wider"]
    assert (hidden.told, asked(hidden)) == (everyone("ipv4"), [])


# PrivateLink


def test_private_link_stays_unfiltered(clients: Any) -> None:
    piece = exposure_pieces(clients(OFFICE), MIDDLE)[3]

    assert written(clients(OFFICE))["inbound-sg-rules-on-private-link-traffic"] == "off"
    assert [each.id for each in piece.findings] == ["lbc-too-old/inbound-sg-rules-on-private-link-traffic"]
    assert "LBC 2.7.0" in piece.findings[0].seen
    assert "inbound-sg-rules-on-private-link-traffic" not in written(clients(OFFICE), MIDDLE)
    assert shown_version(Lbc()) == "of unknown version"


def test_dormant_keys_are_answered_for(build: SimpleNamespace) -> None:
    keys = {"inbound_sg_rules_on_private_link_traffic": "on", "security_group_prefix_lists": "pl-9"}
    live = replace(guarded(build, wall("sg-1", OFFICE)), service=build.annotated(**keys))

    pieces = exposure_pieces(live, NEW)

    assert [row.setting for each in pieces for row in each.rows] == [
        "security groups",
        "source ranges",
        "prefix lists",
        "PrivateLink rules",
    ]
    assert set(written(live)) == {"security-groups", "manage-backend-security-group-rules"}


# where the rules come from


def test_rules_are_those_of_the_interfaces_groups(build: SimpleNamespace) -> None:
    """A node may wear more groups than the one that legacy opens."""

    def interfaces(instances: tuple[str, ...]) -> tuple[Interface, ...]:
        return tuple(Interface(f"eni-{each}", each, ("sg-0n1", "sg-0n2")) for each in instances)

    outside = SimpleNamespace(
        balancers=SimpleNamespace(targets=lambda arn: (Target("i-1", 1, "a", "healthy"), Target("10.0.0.1", 1, "a", "healthy"))),
        account=SimpleNamespace(interfaces=interfaces),
        network=SimpleNamespace(rules_of=lambda groups: groups),
    )

    assert rules_of_nodes(outside, (build.group(),), ()) == ("sg-0n1", "sg-0n2")
    assert rules_of_nodes(outside, (), ()) == ()

    def denied(instances: tuple[str, ...]) -> tuple[Interface, ...]:
        raise Denied("ec2:DescribeNetworkInterfaces denied")

    outside.account.interfaces = denied

    assert rules_of_nodes(outside, (build.group(),), (build.client_rule(),)) == ("sg-0n1",)
