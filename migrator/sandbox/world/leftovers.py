"""What the legacy controller owns, or has left behind, in AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from migrator.sandbox.world import World

SERVICE_TAG = "kubernetes.io/service-name"
CLASSIC_GROUP = "k8s-elb-"  # before the name of its Classic Load Balancer
RULE_MARKS = ("kubernetes.io/rule/nlb/client=", "kubernetes.io/rule/nlb/health=")


class Leftover(msgspec.Struct, frozen=True):
    """One thing in AWS: "load-balancer", "target-group", "rule" or "security-group", its ARN or id, and what gives its
    owner away.
    """

    kind: str
    id: str
    evidence: str


def leftovers(world: World, service: str = "", uid: str = "") -> list[Leftover]:
    """Everything in AWS that bears a legacy Service's marks; empty when it is clean.

    `service` is namespace/name; empty for all Services. Rules bear only their load balancer's name: with `uid` exactly
    those of that Service's load balancer count, without it also those whose load balancer is gone. Rules for a Classic
    Load Balancer bear nothing but its security group, which bears both names.
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
    return found + _classic_leftovers(world, service, uid)


def _classic_leftovers(world: World, service: str, uid: str) -> list[Leftover]:
    """Security groups that legacy made for a Classic Load Balancer, and the rules that let them in."""
    wanted = CLASSIC_GROUP + "a" + uid.replace("-", "")[:31] if uid else CLASSIC_GROUP
    groups = {
        each.id: each
        for each in world.ec2.groups.values()
        if each.name.startswith(wanted) and (not service or each.description.endswith(f"({service})"))
    }
    rules = [each for each in world.ec2.rules.values() if each.source_group in groups]
    found = [Leftover("rule", each.id, groups[each.source_group or ""].name) for each in rules]
    return found + [Leftover("security-group", each.id, each.description) for each in groups.values()]


def _is_of(tags: dict[str, str], service: str) -> bool:
    return SERVICE_TAG in tags and service in ("", tags[SERVICE_TAG])
