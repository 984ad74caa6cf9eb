"""Which changes of a Service make the legacy controller run again, and which it tells of.

Source: kubernetes/cloud-provider controllers/service/controller.go, needsUpdate. The first change found counts.
"""

from __future__ import annotations

from typing import Any

from migrator.sandbox.world.controllers import annotations_of

Service = dict[str, Any]


def notice(old: Service, new: Service) -> tuple[str, str] | None:
    """Reason and message of the event about a changed field, or None when none of these changed."""
    before, now = old["spec"], new["spec"]
    if before is now:
        return None
    if before.get("loadBalancerSourceRanges") != now.get("loadBalancerSourceRanges"):
        return (
            "LoadBalancerSourceRanges",
            f"{_list(before.get('loadBalancerSourceRanges'))} -> {_list(now.get('loadBalancerSourceRanges'))}",
        )
    if quiet(old, new):
        return None
    if before.get("loadBalancerIP") != now.get("loadBalancerIP"):
        return "LoadbalancerIP", f"{before.get('loadBalancerIP', '')} -> {now.get('loadBalancerIP', '')}"
    if len(before.get("externalIPs") or ()) != len(now.get("externalIPs") or ()):
        return "ExternalIP", f"Count: {len(before.get('externalIPs') or ())} -> {len(now.get('externalIPs') or ())}"
    for was, each in zip(before.get("externalIPs") or (), now.get("externalIPs") or (), strict=True):
        if was != each:
            return "ExternalIP", f"Added: {each}"
    if annotations_of(old) != annotations_of(new):
        return None
    for field, reason in (("externalTrafficPolicy", "ExternalTrafficPolicy"), ("healthCheckNodePort", "HealthCheckNodePort")):
        if before.get(field) != now.get(field):
            return reason, f"{before.get(field, '')} -> {now.get(field, '')}"
    if len(before.get("ipFamilies") or ()) != len(now.get("ipFamilies") or ()):
        return "IPFamilies", f"Count: {len(before.get('ipFamilies') or ())} -> {len(now.get('ipFamilies') or ())}"
    return None


def quiet(old: Service, new: Service) -> bool:
    """Whether ports or session affinity changed, which is acted on without a word."""
    before, now = old["spec"], new["spec"]
    if before is now:  # the API server keeps the one that did not change
        return False
    return any(before.get(each) != now.get(each) for each in ("ports", "sessionAffinity", "sessionAffinityConfig"))


def relevant(old: Service, new: Service) -> bool:
    """Whether something changed that is acted on without an event: ports, affinity, or any annotation at all."""
    return quiet(old, new) or annotations_of(old) != annotations_of(new)


def _list(values: list[str] | None) -> str:
    return f"[{' '.join(values or ())}]"
