"""What is bound to a load balancer itself, whoever asks: every kind found, nothing else, nothing missed for want of a right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from migrator.adapters.aws import attachments_lists
from migrator.adapters.aws.attachments import AttachmentLook
from migrator.adapters.aws.session import AwsSession
from migrator.errors import Denied, OutsideError, Rejected, Throttled
from migrator.model.balancers import LoadBalancer, TargetGroup
from migrator.model.migration import Attachment
from migrator.ports.attachments import KINDS
from tests.contract.ports.sides import Side

OTHER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/other/0123456789abcdef"
CLASSIC = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/classic"


def legacy(side: Side) -> LoadBalancer:
    found = side.outside.balancers.balancer(side.arn)
    assert found is not None
    return found


def groups(side: Side) -> tuple[TargetGroup, ...]:
    return side.outside.balancers.groups(side.arn)


def tail(arn: str) -> str:
    return arn.partition(":loadbalancer/")[2]


Ask = Callable[[Side], tuple[Attachment, ...]]
ASKS: dict[str, Ask] = {
    "endpoint-service": lambda side: side.outside.attachments.endpoint_services(legacy(side)),
    "vpc-link": lambda side: side.outside.attachments.vpc_links(legacy(side)),
    "accelerator": lambda side: side.outside.attachments.accelerators(legacy(side)),
    "scaling-group": lambda side: side.outside.attachments.scaling_groups(legacy(side), groups(side)),
    "alarm": lambda side: side.outside.attachments.alarms(legacy(side), groups(side)),
    "dashboard": lambda side: side.outside.attachments.dashboards(legacy(side)),
    "health-check": lambda side: side.outside.attachments.health_checks(legacy(side)),
    "distribution": lambda side: side.outside.attachments.distributions(legacy(side)),
}
CALLS = {
    "endpoint-service": "ec2:DescribeVpcEndpointServiceConfigurations",
    "vpc-link": "apigateway:GetVpcLinks",
    "accelerator": "globalaccelerator:ListAccelerators",
    "scaling-group": "autoscaling:DescribeAutoScalingGroups",
    "alarm": "cloudwatch:DescribeAlarms",
    "dashboard": "cloudwatch:ListDashboards",
    "health-check": "route53:ListHealthChecks",
    "distribution": "cloudfront:ListDistributions",
}


@pytest.mark.parametrize("kind", ASKS)
def test_nothing_is_bound_to_a_plain_load_balancer(side: Side, kind: str) -> None:
    assert ASKS[kind](side) == ()
    assert kind in KINDS


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize(("mode", "family"), [("deny", Denied), ("throttle", Throttled)])
def test_a_list_that_is_not_given_is_never_an_empty_one(side: Side, kind: str, mode: str, family: type[OutsideError]) -> None:
    """A right that is missing must not look like nothing attached."""
    side.fault("aws", CALLS[kind], mode)

    with pytest.raises(family):
        ASKS[kind](side)


def test_an_endpoint_service_tells_who_is_connected(side: Side) -> None:
    """Its consumers stay on the old load balancer, whatever names say."""
    id = side.world.elb.attach_endpoint_service(side.arn)
    for owner, state in (("111111111111", "available"), ("222222222222", "available"), ("222222222222", "pendingAcceptance")):
        side.world.attached.connect(id, owner, state)

    (found,) = ASKS["endpoint-service"](side)

    assert (found.kind, found.id) == ("endpoint-service", id)
    assert "2 available, 1 pendingAcceptance of 111111111111, 222222222222" in found.detail


def test_an_endpoint_service_without_consumers_is_one(side: Side) -> None:
    side.world.elb.attach_endpoint_service(side.arn)

    assert "nobody connected" in ASKS["endpoint-service"](side)[0].detail


def test_links_of_both_kinds_are_found(side: Side) -> None:
    """The newer ones do not say where they lead; the APIs behind them do."""
    attached = side.world.attached
    rest = attached.link(side.arn, "orders")
    attached.link(OTHER)
    listener = side.world.elb.listeners_of(side.arn)[0].arn
    http, method = attached.integrate("http", "shop", listener), attached.integrate("rest", "stock", side.arn)
    attached.integrate("http", "elsewhere", OTHER.replace(":loadbalancer/", ":listener/") + "/1")
    attached.integrate("rest", "another", OTHER)

    found = {each.id: each.detail for each in ASKS["vpc-link"](side)}

    assert found == {
        rest.id: "VPC link orders of REST APIs",
        f"{http.link}/{http.api}": f"HTTP API shop ({http.api}): integration {http.id}",
        f"{method.link}/{method.api}": f"REST API stock ({method.api}): GET /{method.id}",
    }


def test_an_accelerator_s_endpoint_group_is_found(side: Side) -> None:
    """And what lets another account's accelerator have it, which cannot be seen from here."""
    attached = side.world.attached
    endpoint = attached.accelerate(side.arn, "front", 64)
    attached.accelerate(OTHER)
    sharing = attached.share(side.arn, "222222222222")
    attached.share(OTHER, "333333333333")

    found = {each.id: each.detail for each in ASKS["accelerator"](side)}

    assert found == {
        endpoint.group: "accelerator front, us-east-1: weight 64, 0 other endpoints",
        sharing.arn: "shared as shared with accelerators of 222222222222",
    }


def test_a_scaling_group_that_registers_targets_is_found(side: Side) -> None:
    arn = groups(side)[0].arn
    own = side.world.attached.scale("nodes", (arn,))
    side.world.attached.scale("others", ("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/1",))

    (found,) = ASKS["scaling-group"](side)

    assert found.id == own.arn
    assert groups(side)[0].name in found.detail


def test_alarms_are_found_by_dimension_and_by_query(side: Side) -> None:
    """A rotated load balancer leaves its alarms blind, without an error."""
    attached, group = side.world.attached, groups(side)[0].arn.rpartition(":")[2]
    attached.alarm("flows", {"LoadBalancer": tail(side.arn)})
    attached.alarm("hosts", {"TargetGroup": group, "LoadBalancer": tail(side.arn)})
    attached.alarm("query", expression=f"SELECT SUM(X) FROM \"AWS/NetworkELB\" WHERE LoadBalancer = '{tail(side.arn)}'")
    attached.alarm("other", {"LoadBalancer": tail(OTHER)})
    attached.alarm("longer", expression=f"{tail(side.arn)}0")
    attached.alarm("other query", expression="SELECT 1")

    found = {each.id.rpartition(":")[2]: each.detail for each in ASKS["alarm"](side)}

    assert set(found) == {"flows", "hosts", "query"}
    assert found["query"] == "alarm query watches a query"
    assert group in found["hosts"]


def test_dashboards_are_found_by_their_text(side: Side) -> None:
    """JSON may escape slashes, people may name it by its DNS name."""
    bodies = side.world.attached.dashboards
    bodies["by-dimension"] = f'{{"metrics":[["AWS/NetworkELB","NewFlowCount","LoadBalancer","{tail(side.arn)}"]]}}'
    bodies["escaped"] = bodies["by-dimension"].replace("/", "\\/")
    bodies["by-name"] = f"see {legacy(side).dns_name.upper()}"
    bodies["other"] = tail(OTHER)

    assert [each.id for each in ASKS["dashboard"](side)] == ["by-dimension", "by-name", "escaped"]


def test_health_checks_are_found_by_name_and_address(side: Side) -> None:
    """One that asks a name that moves, moves along."""
    lb, route53 = legacy(side), side.world.route53
    address = next(each for zone in lb.zones for each in zone.addresses)
    by_name = route53.create_health_check("a", {"Type": "TCP", "FullyQualifiedDomainName": lb.dns_name.upper() + ".", "Port": 80})
    by_address = route53.create_health_check("b", {"Type": "TCP", "IPAddress": address, "Port": 80})
    route53.create_health_check("c", {"Type": "HTTPS", "FullyQualifiedDomainName": "api.example.com", "Port": 443})
    route53.create_health_check("d", {"Type": "TCP", "IPAddress": "192.0.2.200", "Port": 80})

    found = {each.id: each.detail for each in ASKS["health-check"](side)}

    assert found == {
        by_name.id: f"health check asks {lb.dns_name.upper()}.",
        by_address.id: f"health check asks {address}",
    }


def test_distributions_and_origins_are_found(side: Side) -> None:
    attached = side.world.attached
    own = attached.distribute("static.example.com", legacy(side).dns_name)
    attached.distribute("static.example.com")
    origin = attached.originate(side.arn)
    attached.originate(OTHER)

    found = {each.id: each.detail for each in ASKS["distribution"](side)}

    assert found == {
        own.id: f"distribution {own.domain} has it as origin origin-1",
        origin.id: "VPC origin origin of CloudFront is it",
    }


def test_a_classic_one_is_known_by_its_name(side: Side) -> None:
    """PrivateLink, VPC links and accelerators take no Classic load balancer."""
    lb = LoadBalancer(CLASSIC, "classic", "classic-1.us-east-1.elb.amazonaws.com", "Z", "internal", "vpc-1", "active", "classic")
    looks, attached = side.outside.attachments, side.world.attached
    scaling = attached.scale("nodes", balancers=("classic",))
    alarm = attached.alarm("requests", {"LoadBalancerName": "classic"})
    attached.alarm("other", {"LoadBalancerName": "classic-2"})
    attached.dashboards["ours"] = "LoadBalancerName classic"
    attached.dashboards["theirs"] = "classic-2"

    assert (looks.endpoint_services(lb), looks.vpc_links(lb), looks.accelerators(lb)) == ((), (), ())
    assert [each.id for each in looks.scaling_groups(lb, ())] == [scaling.arn]
    assert [each.id for each in looks.alarms(lb, ())] == [alarm.arn]
    assert [each.id for each in looks.dashboards(lb)] == ["ours"]
    assert looks.distributions(lb) == looks.health_checks(lb) == ()


def test_partitions_without_accelerators_are_not_asked(wired: Side) -> None:
    """Global Accelerator is not in China."""
    lb = LoadBalancer(
        "arn:aws-cn:elasticloadbalancing:cn-north-1:1:loadbalancer/net/a/1", "a", "a", "Z", "internal", "v", "active"
    )
    before, _ = wired.calls()

    assert wired.outside.attachments.accelerators(lb) == ()
    assert wired.calls()[0] == before


def test_long_lists_are_read_to_their_end(wired: Side) -> None:
    """An attachment on the second page counts as much as one on the first."""
    attached = wired.world.attached
    for number in range(101):
        attached.alarm(f"alarm-{number:03}", {"LoadBalancer": tail(wired.arn)})
        attached.scale(f"group-{number:03}", (groups(wired)[0].arn,))
        attached.distribute(legacy(wired).dns_name)
        attached.originate(wired.arn)
        attached.accelerate(wired.arn)
        wired.world.route53.create_health_check(f"{number}", {"Type": "TCP", "FullyQualifiedDomainName": legacy(wired).dns_name})
    for _ in range(26):
        attached.integrate("http", "shop", wired.world.elb.listeners_of(wired.arn)[0].arn)

    assert len(ASKS["alarm"](wired)) == len(ASKS["scaling-group"](wired)) == len(ASKS["health-check"](wired)) == 101
    assert len(ASKS["distribution"](wired)) == 202
    assert len(ASKS["accelerator"](wired)) == 101
    assert len(ASKS["vpc-link"](wired)) == 26


def test_too_many_to_ask_one_by_one_is_no_answer(wired: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not looked at is never told as empty."""
    monkeypatch.setattr(attachments_lists, "MOST_DASHBOARDS", 1)
    monkeypatch.setattr(attachments_lists, "MOST_APIS", 1)
    wired.world.attached.dashboards = {"a": "", "b": ""}
    for kind in ("http", "http"):
        wired.world.attached.integrate(kind, kind, OTHER)

    for kind in ("dashboard", "vpc-link"):
        with pytest.raises(Rejected, match="too many"):
            ASKS[kind](wired)


def test_apis_are_not_asked_where_no_newer_link_is(wired: Side) -> None:
    """They cost a call each; without such a link none of them can reach a load balancer in a VPC."""
    before, _ = wired.calls()

    wired.outside.attachments.vpc_links(LoadBalancer(OTHER, "other", "o", "Z", "internal", "vpc-1", "active"))

    assert wired.calls()[0] - before == 2


def test_a_load_balancer_behind_a_link_cannot_be_deleted(side: Side) -> None:
    """As kubernetes/kubernetes#66959 has it: the legacy controller would loop on ResourceInUse."""
    side.world.attached.link(side.arn)

    with pytest.raises(Exception, match="currently associated with another service"):
        side.world.elb.delete_load_balancer(side.arn)


def test_for_many_load_balancers_each_list_is_read_once(wired: Side) -> None:
    """`plan --all` asks about hundreds of them."""
    session = AwsSession(region="us-east-1", attached=wired.attach)
    wired.world.attached.dashboards["front"] = tail(wired.arn)
    wired.world.elb.attach_endpoint_service(wired.arn)
    lb, own, fresh = legacy(wired), groups(wired), AttachmentLook(session).kept()

    def asked() -> list[tuple[Attachment, ...]]:
        whole = (fresh.endpoint_services, fresh.vpc_links, fresh.accelerators, fresh.dashboards, fresh.health_checks)
        return [*(ask(lb) for ask in (*whole, fresh.distributions)), fresh.scaling_groups(lb, own), fresh.alarms(lb, own)]

    first, before = asked(), wired.calls()[0]

    assert asked() == first
    assert wired.calls()[0] == before


def test_a_trouble_is_not_kept(wired: Side) -> None:
    """It passes, and then there is an answer."""
    look = AttachmentLook(AwsSession(region="us-east-1", attached=wired.attach)).kept()
    wired.fault("aws", "cloudwatch:DescribeAlarms", "throttle")

    with pytest.raises(Throttled):
        look.alarms(legacy(wired), ())
    assert look.alarms(legacy(wired), ()) == ()


def test_whoever_keeps_lists_finds_the_same(side: Side) -> None:
    side.world.elb.attach_endpoint_service(side.arn)

    assert side.outside.attachments.kept().endpoint_services(legacy(side)) == ASKS["endpoint-service"](side)
