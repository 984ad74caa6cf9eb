"""What the legacy controller owns, or has left behind, in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from migrator.sandbox.world import World

SERVICE_TAG = "kubernetes.io/service-name"
RULE_MARKS = ("kubernetes.io/rule/nlb/client=", "kubernetes.io/rule/nlb/health=")


class Leftover(msgspec.Struct, frozen=True):
    """One thing in AWS: "load-balancer", "target-group" or "rule", its ARN or id, and what gives its owner away."""

    kind: str
    id: str
    evidence: str


def leftovers(world: World, service: str = "", uid: str = "") -> list[Leftover]:
    """Everything in AWS that bears a legacy Service's marks; empty when it is clean.

    `service` is namespace/name; empty for all Services. Rules bear only their load balancer's name: with `uid` exactly
    those of that Service's load balancer count, without it also those whose load balancer is gone.
    """
    named = {"a" + uid.replace("-", "")[:31]} if uid else set()
    found = []
    for lb in world.elb.balancers.values():
        if _is_of(lb.tags, service):
            named.add(lb.name)
            found.append(Leftover("load-balancer", lb.arn, f"{SERVICE_TAG}={lb.tags[SERVICE_TAG]}"))
    for group in world.elb.groups.values():
        if _is_of(group.tags, service):
            found.append(Leftover("target-group", group.arn, f"{SERVICE_TAG}={group.tags[SERVICE_TAG]}"))
    for rule in world.ec2.rules.values():
        marked = next((rule.description.removeprefix(each) for each in RULE_MARKS if rule.description.startswith(each)), None)
        if marked is not None and (marked in named or (not uid and world.elb.by_name(marked) is None)):
            found.append(Leftover("rule", rule.id, rule.description))
    return found


def _is_of(tags: dict[str, str], service: str) -> bool:
    return SERVICE_TAG in tags and service in ("", tags[SERVICE_TAG])
