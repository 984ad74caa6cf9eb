"""What discovery found: live facts as values, before anything is made of them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from migrator.errors import OutsideError
from migrator.model.balancers import Listener, LoadBalancer, Rule, SecurityGroup, TargetGroup
from migrator.model.cluster import Controller, Reader, Service
from migrator.model.migration import Account, Attachment, Cluster, Decision, Finding, UnreadZone
from migrator.model.records import HostedZone, RecordSet
from migrator.model.units import T, Unknown


class Live(msgspec.Struct, frozen=True):
    """The legacy Service and the load balancer behind it, as they are."""

    service: Service
    balancer: LoadBalancer
    attributes: dict[str, str]
    listeners: tuple[Listener, ...]
    groups: tuple[TargetGroup, ...]
    security_groups: tuple[SecurityGroup, ...] = ()  # of the load balancer, with their rules
    node_rules: tuple[Rule, ...] = ()  # every inbound one of the security groups of the nodes behind it


class Placed(msgspec.Struct, frozen=True):
    """A record set and the zone it is in."""

    zone: HostedZone
    record: RecordSet


class Names(msgspec.Struct, frozen=True):
    """Everything in Route 53 that matters to the move.

    `leading` lead to the legacy load balancer and answer alone; `routed` lead there, too, but by weight, region and the
    like; `following` lead to a name that leads there; `addressed` hold one of its addresses themselves; `claims` are the TXT
    record sets that external-dns writes, each with the name of the record set it is about.
    """

    leading: tuple[Placed, ...] = ()
    routed: tuple[Placed, ...] = ()
    following: tuple[Placed, ...] = ()
    addressed: tuple[Placed, ...] = ()
    claims: tuple[tuple[Placed, str], ...] = ()
    unread: tuple[UnreadZone, ...] = ()


class Found(msgspec.Struct, frozen=True):
    """All that a plan is made of."""

    cluster: Cluster
    account: Account
    controller: Controller | None
    live: Live
    owner: str  # one of ownership.LEGACY
    evidence: tuple[str, ...]
    rules: tuple[Rule, ...]
    shared_rules: tuple[str, ...]
    names: Names
    resolvers: tuple[str, ...]
    readers: tuple[Reader, ...] | Unknown
    users: tuple[Reader, ...] | Unknown = ()  # pods that use a name which leads to the load balancer
    attachments: tuple[Attachment, ...] = ()
    owned: tuple[str, ...] = ()  # what goes with the Service, as kind.group/name
    busiest_per_min: float | Unknown | None = None  # new flows, asked where no record set leads to it
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()


def looked(ask: Callable[[], T]) -> T | Unknown:
    """The answer to a question, or why there is none."""
    try:
        return ask()
    except OutsideError as trouble:
        return Unknown(trouble.message)
