"""Keys and values that no controller reads, with the real one that was probably meant."""

from __future__ import annotations

import difflib

from migrator.model.cluster import TYPE_ANNOTATION, Service
from migrator.model.migration import Finding
from migrator.planning.ownership import full_name
from migrator.planning.rules import UNKNOWN, known_keys, rule_for

_TYPES = ("nlb", "nlb-ip", "external", "")
_LIKE_ENOUGH = 0.6


def misspelt(service: Service, family: str) -> tuple[Finding, ...]:
    """A finding for each annotation that was meant for a load balancer and reaches none, and for an odd type."""
    unknown = [key for key in sorted(service.annotations) if rule_for(key, family) is UNKNOWN]
    return (*(_unknown(service, key) for key in unknown), *_odd_type(service))


def nearest(key: str) -> str:
    """The real key that is most like it, in full; empty where none is."""
    names = {each.partition("/")[2]: each for each in known_keys()}
    like = difflib.get_close_matches(key.rpartition("/")[2].lower(), names, n=1, cutoff=_LIKE_ENOUGH)
    return names[like[0]] if like else ""


def _unknown(service: Service, key: str) -> Finding:
    real = nearest(key)
    value = service.annotations[key] or '""'
    meant = f"; the nearest real key is {real}" if real else ""
    seen = f"annotation {key}: {value} on {full_name(service)} is read by no controller{meant}"
    do = "nothing that it asks for is live, and the clone goes without it; set the real key on the clone if it is wanted"
    return Finding(f"unknown-key/{key}", "warning", seen, do)


def _odd_type(service: Service) -> tuple[Finding, ...]:
    """Any text but the known ones makes a Classic Load Balancer, whatever it was meant to say."""
    kind = service.annotations.get(TYPE_ANNOTATION, "")
    if kind in _TYPES:
        return ()
    like = difflib.get_close_matches(kind.lower(), [each for each in _TYPES if each], n=1, cutoff=_LIKE_ENOUGH)
    meant = f" (did it mean {like[0]}?)" if like else ""
    seen = f"{TYPE_ANNOTATION}: {kind} means nothing to legacy, which makes a classic load balancer of it{meant}"
    return (Finding("unknown-value/aws-load-balancer-type", "warning", seen, "the clone has a network load balancer"),)
