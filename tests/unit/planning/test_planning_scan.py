"""Every Service of type LoadBalancer with its owner, its names and its verdict, from lists that are each read once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Denied, OperatorError, OutsideError
from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import LBC_CLASS, Controller, Service, light
from migrator.model.scanned import Scan, Scanned, Unread
from migrator.planning.scan import Narrowed, Site, region_of, scan

DENIED = Denied("not allowed to describe load balancers")


@dataclass
class Cluster:
    """A cluster's Services and controller; an error stands for what cannot be read."""

    listed: tuple[Service, ...] | OutsideError | OperatorError = ()
    running: Controller | OutsideError | None = None
    asked: list[tuple[str | None, str]] = field(default_factory=list)

    def controller(self) -> Controller | None:
        if isinstance(self.running, OutsideError):
            raise self.running
        return self.running

    def services(self, namespace: str | None = None, selector: str = "") -> Iterator[Service]:
        self.asked.append((namespace, selector))
        if isinstance(self.listed, Exception):
            raise self.listed
        yield from self.listed


@dataclass
class Aws:
    """The account's load balancers, and how often each list was read."""

    lbs: tuple[LoadBalancer, ...] | OutsideError = ()
    tags: dict[str, dict[str, str]] | None = None
    calls: list[str] = field(default_factory=list)

    def balancers_listed(self) -> tuple[LoadBalancer, ...]:
        self.calls.append("list")
        if isinstance(self.lbs, OutsideError):
            raise self.lbs
        return tuple(replace(each, tags={}) for each in self.lbs)

    def tags_of(self, arns: tuple[str, ...]) -> dict[str, dict[str, str]]:
        self.calls.append(f"tags of {len(arns)}")
        assert not isinstance(self.lbs, OutsideError)
        return {each.arn: each.tags for each in self.lbs if each.arn in arns}


@pytest.fixture
def aws(build: SimpleNamespace) -> Aws:
    """shop/web's load balancer, and one that nobody asked about."""
    stranger = build.balancer(arn=build.ARN + "2", name="other", dns_name="other-1.elb.eu-central-1.amazonaws.com")
    return Aws((build.balancer(), stranger))


def scanned(world: Any, aws: Aws, *clusters: Cluster, **narrowed: str) -> Scan:
    """What a scan of these clusters finds, called after their place."""
    sites = tuple(Site(f"c{number}", each, each) for number, each in enumerate(clusters))
    return scan(sites, world.outside()._replace(inventory=aws), Narrowed(**narrowed))


def one(world: Any, aws: Aws, service: Service) -> Scanned:
    (row,) = scanned(world, aws, Cluster((light(service),))).rows
    return row


def test_a_legacy_service_is_ready_to_be_planned(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    row = one(world, aws, build.service())

    assert (row.context, row.service, row.owner, row.verdict, row.reason) == ("c0", "shop/web", "in-tree-nlb", "plan", "")
    assert (row.balancer, row.kind, row.scheme, row.arn) == (build.NAME, "network", "internet-facing", build.ARN)
    assert row.names == ("example.com", "shop.example.com")
    assert row.monthly == 19.71  # 730 hours at 0.027
    assert row.do == "migrate plan shop/web"


def test_only_balancers_that_matter_are_asked_for_tags(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    """A shared account may have thousands of others."""
    scanned(world, aws, Cluster((build.service(),)), Cluster((build.service(),)))

    assert aws.calls == ["list", "tags of 1"]


def test_without_balanced_services_aws_is_not_asked(world: Any, aws: Aws) -> None:
    found = scanned(world, aws, Cluster())

    assert (found.rows, found.unread, aws.calls) == ((), (), [])
    assert found.totals.services == 0


def test_rows_come_by_cluster_namespace_and_name(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    first = Cluster((build.service(namespace="b"), build.service(namespace="a-b"), build.service(namespace="a")))

    found = scanned(world, aws, first, Cluster((build.service(),)))

    assert [(each.context, each.namespace) for each in found.rows] == [("c0", "a"), ("c0", "a-b"), ("c0", "b"), ("c1", "shop")]


def test_what_is_wanted_is_asked_of_the_server(world: Any, aws: Aws) -> None:
    cluster = Cluster()

    scanned(world, aws, cluster, Cluster(), namespace="shop", selector="app=web")
    scanned(world, aws, cluster)

    assert cluster.asked == [("shop", "app=web"), (None, "")]


@pytest.mark.parametrize("error", [DENIED, OperatorError("no usable kubeconfig with context c0", code="no-kubeconfig")])
def test_a_cluster_that_cannot_be_read_leaves_the_others(world: Any, aws: Aws, build: SimpleNamespace, error: Any) -> None:
    found = scanned(world, aws, Cluster(error), Cluster((build.service(),)))

    assert [each.context for each in found.rows] == ["c1"]
    assert found.unread == (Unread("cluster c0", error.message),)


def test_the_only_cluster_s_trouble_is_the_scan_s(world: Any, aws: Aws) -> None:
    with pytest.raises(Denied):
        scanned(world, aws, Cluster(DENIED))


def test_lbc_is_known_by_the_class_it_was_told(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    mine = build.service(spec=build.service().spec | {"loadBalancerClass": "acme/nlb"}, hostname=None)
    told = Controller("kube-system", "lbc", 1, args=("--load-balancer-class=acme/nlb",))
    aws.lbs = ()

    rows = scanned(world, aws, Cluster((mine,), told), Cluster((mine,)), Cluster((mine,), DENIED)).rows

    assert [each.owner for each in rows] == ["lbc", "other", "other"]
    assert {(each.verdict, each.reason) for each in rows} == {("NOT_APPLICABLE", "not-legacy")}


def test_a_half_done_edit_is_blocked_with_its_id(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    row = one(world, aws, build.service(annotations={}))

    assert (row.owner, row.verdict, row.reason) == ("ambiguous", "BLOCKED", "edited-in-place")
    assert row.seen and row.do


def test_a_service_on_its_way_out_is_blocked(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    row = one(world, aws, build.service(deleting=True))

    assert (row.owner, row.verdict, row.reason) == ("in-tree-nlb", "BLOCKED", "being-deleted")


def test_balancers_that_cannot_be_listed_leave_owners_unknown(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    """Unknown is a third value: neither legacy's nor not."""
    aws.lbs = DENIED
    classy = build.service(name="new", spec=build.service().spec | {"loadBalancerClass": LBC_CLASS})

    found = scanned(world, aws, Cluster((build.service(), classy)))

    assert [(each.name, each.owner, each.verdict) for each in found.rows] == [
        ("new", "lbc", "NOT_APPLICABLE"),
        ("web", "ambiguous", "UNKNOWN"),
    ]
    assert found.rows[1].reason == "owner-unknown"
    assert found.unread == (Unread("load balancers", DENIED.message),)


def test_a_balancer_of_another_region_is_unknown(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    """Nothing was deleted: it was looked for in the wrong place."""
    row = one(world, aws, build.service(hostname="a-0f.elb.us-east-1.amazonaws.com"))

    assert (row.verdict, row.reason, row.balancer) == ("UNKNOWN", "owner-unknown", "")
    assert "in region us-east-1, and AWS was asked in eu-central-1" in row.seen


@pytest.mark.parametrize("hostname", [None, "gone-0f.elb.eu-central-1.amazonaws.com", "lb.example.com"])
def test_nothing_behind_a_status_is_blocked(world: Any, aws: Aws, build: SimpleNamespace, hostname: str | None) -> None:
    row = one(world, aws, build.service(hostname=hostname))

    assert (row.verdict, row.reason, row.monthly) == ("BLOCKED", "no-balancer", None)


@pytest.mark.parametrize(
    ("hostname", "region"),
    [
        ("a-0f.elb.eu-central-1.amazonaws.com", "eu-central-1"),
        ("dualstack.A-1.EU-WEST-1.elb.amazonaws.com.", "eu-west-1"),
        ("a-0f.elb.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("lb.example.com", ""),
    ],
)
def test_a_hostname_tells_its_region(hostname: str, region: str) -> None:
    assert region_of(hostname) == region


def test_sums_count_a_balancer_once(world: Any, aws: Aws, build: SimpleNamespace) -> None:
    classic = build.balancer(
        arn="arn:aws:elasticloadbalancing:mars-1:1:loadbalancer/b",
        name="b",
        dns_name="b-1.mars-1.elb.amazonaws.com",
        kind="classic",
    )
    aws.lbs = (build.balancer(), classic)
    other = build.service(namespace="shop", name="other", uid="u2", annotations={}, hostname=classic.dns_name)

    totals = scanned(world, aws, Cluster((build.service(), build.service(name="twin"), other))).totals

    assert (totals.services, totals.monthly, totals.unpriced) == (3, 19.71, 1)
    assert totals.owners == {"ambiguous": 2, "in-tree-nlb": 1}
    assert totals.verdicts == {"BLOCKED": 2, "plan": 1}
