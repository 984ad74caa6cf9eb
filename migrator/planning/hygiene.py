"""LBC's own rules, asked of a clone before anybody makes it: a plan never holds one that LBC would refuse.

Written from the documented rules and messages of kubernetes-sigs/aws-load-balancer-controller, pkg/service and
pkg/annotations. What the API server would refuse is asked of the API server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from migrator.model.migration import Finding
from migrator.model.variants import Variant, varied
from migrator.planning import hygiene_balancer, hygiene_groups
from migrator.planning.hygiene_reading import BOOLEANS, Clone, Complaint, Rule, clone_of, split
from migrator.planning.lbc import Lbc

PREFIX = "clone-hygiene/"
_BOOLEAN_KEYS = (
    "internal",
    "cross-zone-load-balancing-enabled",
    "access-log-enabled",
    "manage-backend-security-group-rules",
    "disable-nlb-sg",
    "enable-tcp-udp-listener",
    "multi-cluster-target-group",
)
_MAPS = ("attributes", "target-group-attributes", "additional-resource-tags", "target-node-labels", "listener-attributes")


def hygiene(manifest: dict[str, Any], variants: tuple[Variant, ...], lbc: Lbc, zones: dict[str, str]) -> tuple[Finding, ...]:
    """A blocked finding for each complaint about the clone, as planned and as any one answer would change it.

    `zones` are the zones of known subnets by id.
    """
    found = dict.fromkeys(complaints(manifest, lbc, zones), "")
    for variant in variants:
        for each in complaints(varied(manifest, (variant,)), lbc, zones):
            found.setdefault(each, f" once {variant.decision} is answered {variant.option}")
    do = "change what it is made from on the live load balancer or the Service, then plan again"
    return tuple(
        Finding(PREFIX + each.what, "blocked", f"LBC would refuse the clone{when}: {each.said}", do)
        for each, when in found.items()
    )


def complaints(manifest: dict[str, Any], lbc: Lbc, zones: dict[str, str]) -> tuple[Complaint, ...]:
    """Everything that LBC, or AWS through it, would refuse; each once."""
    clone = clone_of(manifest, lbc, zones)
    rules: tuple[Rule, ...] = (owner, booleans, maps, *hygiene_balancer.RULES, *hygiene_groups.RULES)
    return tuple(dict.fromkeys(each for rule in rules for each in rule(clone)))


def owner(clone: Clone) -> Iterator[Complaint]:
    """A class that LBC answers to, and a type that makes a load balancer."""
    wanted, there = clone.lbc.balancer_class, clone.spec.get("loadBalancerClass")
    if there != wanted:
        yield Complaint("class", f"loadBalancerClass {there} is not {wanted}, which LBC answers to: nobody would make it")


def booleans(clone: Clone) -> Iterator[Complaint]:
    """As Go's strconv.ParseBool reads them; the empty text is none."""
    for key in _BOOLEAN_KEYS:
        raw = clone.text(key)
        if raw is not None and raw not in BOOLEANS:
            yield Complaint("boolean", f"failed to parse bool annotation, {key}: {raw}")
    protection = clone.pairs("attributes").get("deletion_protection.enabled", "false")
    if protection not in BOOLEANS:
        yield Complaint("boolean", f"failed to parse attribute deletion_protection.enabled={protection}")


def maps(clone: Clone) -> Iterator[Complaint]:
    """Every item of a map has a key and an equals sign."""
    for key, raw in sorted(clone.annotations.items()):
        if key.partition(".")[0] not in _MAPS:
            continue
        bad = [each for each in split(raw) if not each.partition("=")[0] or "=" not in each]
        if bad:
            yield Complaint("map", f"failed to parse stringMap annotation, {key}: {', '.join(bad)}")
