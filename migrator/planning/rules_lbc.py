"""What the running LBC makes of the clone: keys that it is too old to read, and flags that stand in the way."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from migrator.model.balancers import TargetGroup
from migrator.model.cluster import Service
from migrator.model.migration import Decision, Finding, Severity, Variant
from migrator.model.variants import varied
from migrator.planning.lbc import Lbc, Version
from migrator.planning.pieces import LB, blocked, short
from migrator.planning.rules import KeyRule, table

FLOOR: Version = (2, 6, 0)  # the first that gives a load balancer security groups: the least that is reckoned with
_BROKEN_TLS: tuple[Version, ...] = ((2, 13, 0), (2, 13, 1))
_LISTENER = LB + "listener-attributes."
_USUAL_IDLE_S = 350
_COSTS = {"requests": "loses requests", "access": "changes who may connect", "": "is not as live"}
Lacking = tuple[str, KeyRule]  # a key of the clone, and its rule


def lbc_findings(
    manifest: dict[str, Any], variants: tuple[Variant, ...], service: Service, groups: tuple[TargetGroup, ...], lbc: Lbc
) -> tuple[Finding, ...]:
    """Whatever of the clone, or of what an answer may make of it, the running LBC would pass by or refuse."""
    lacking = wanting(manifest, variants, lbc.version) if lbc.version else ()
    return (*(_too_old(manifest, each, lbc) for each in lacking), *_broken_tls(groups, lbc), *_flags(service, lbc))


def lbc_decisions(manifest: dict[str, Any], variants: tuple[Variant, ...], lbc: Lbc) -> tuple[Decision, ...]:
    """Where the version is not known: is it new enough for what must not be lost?"""
    needed = [each for each in wanting(manifest, variants, FLOOR) if each[1].losing and not _only_longer(manifest, each)]
    if lbc.version or not needed:
        return ()
    keys = ", ".join(f"{short(key)} ({dotted(rule.since)})" for key, rule in needed)
    newest = max(rule.since or FLOOR for _, rule in needed)
    question = (
        f"the image of LBC does not tell its version, and older ones do not know what the clone needs: {keys}. "
        f"Is it {dotted(newest)} or later?"
    )
    return (Decision("lbc-version", question, ("it-is",)),)


def wanting(manifest: dict[str, Any], variants: tuple[Variant, ...], version: Version) -> tuple[Lacking, ...]:
    """Keys that an LBC of this version does not read though their values are not what it does anyway."""
    found: dict[str, KeyRule] = {}
    for each in (manifest, *(varied(manifest, (variant,)) for variant in variants)):
        for key, value in _written(each).items():
            rule = _rule(key)
            if rule and rule.since and rule.since > version and not _anyway(rule, value):
                found[key] = rule
    return tuple(found.items())


def dotted(version: Version | None) -> str:
    """`2.9.0`."""
    return ".".join(str(each) for each in version or FLOOR)


def _written(manifest: dict[str, Any]) -> dict[str, str]:
    fields = {f"spec.{key}": str(value) for key, value in manifest["spec"].items()}
    annotations: dict[str, str] = manifest["metadata"]["annotations"]
    return annotations | fields


@cache
def _rule(key: str) -> KeyRule | None:
    return next((each for each in table() if each.since and fnmatchcase(key, each.key)), None)


def _anyway(rule: KeyRule, value: str) -> bool:
    return bool(rule.otherwise) and re.fullmatch(rule.otherwise, value) is not None


def _only_longer(manifest: dict[str, Any], lacking: Lacking) -> bool:
    """Whether what is lost is a shorter idle timeout: silent connections live longer, and nobody is cut off."""
    value = manifest["metadata"]["annotations"].get(lacking[0], "")
    found = re.fullmatch(r"tcp\.idle_timeout\.seconds=(\d+)", value) if lacking[0].startswith(_LISTENER) else None
    return found is not None and int(found[1]) < _USUAL_IDLE_S


def _too_old(manifest: dict[str, Any], lacking: Lacking, lbc: Lbc) -> Finding:
    key, rule = lacking
    severity: Severity = "blocked" if rule.losing and not _only_longer(manifest, lacking) else "warning"
    value = _written(manifest).get(key, "as answered")
    cost = _COSTS[rule.losing if severity == "blocked" else ""]
    too_old = f"LBC {dotted(lbc.version)} does not know {short(key)} ({value}), which takes {dotted(rule.since)}"
    seen = f"{too_old}: without it the clone {cost}"
    return Finding(f"lbc-too-old/{short(key)}", severity, seen, f"upgrade LBC to {dotted(rule.since)} or later, then plan again")


def _broken_tls(groups: tuple[TargetGroup, ...], lbc: Lbc) -> tuple[Finding, ...]:
    """Source: kubernetes-sigs/aws-load-balancer-controller#4181."""
    if lbc.version not in _BROKEN_TLS or not any(each.protocol == "TLS" for each in groups):
        return ()
    seen = f"LBC {dotted(lbc.version)} cannot make target groups that speak TLS to the targets"
    return blocked("lbc-tls-groups", seen, "upgrade LBC to 2.13.2 or later, then plan again")


def _flags(service: Service, lbc: Lbc) -> tuple[Finding, ...]:
    """Flags that keep the clone from being reconciled. Source: the controller's docs/deploy/configurations.md."""
    findings: tuple[Finding, ...] = ()
    watched = lbc.flag("--watch-namespace")
    if watched and watched != service.namespace:
        seen = f"LBC watches namespace {watched} only (--watch-namespace), the clone is in {service.namespace}"
        findings += blocked("lbc-flag/watch-namespace", seen, "let it watch every namespace, then plan again")
    if not lbc.gate("EnableServiceController", True):
        seen = "LBC does not reconcile Services (--feature-gates EnableServiceController=false)"
        findings += blocked("lbc-flag/enable-service-controller", seen, "remove the feature gate, then plan again")
    if not lbc.gate("NLBHealthCheckAdvancedConfig", True):
        seen = "LBC leaves health check timeouts and success codes to AWS (--feature-gates NLBHealthCheckAdvancedConfig=false)"
        do = "remove the feature gate, then plan again"
        findings += (Finding("lbc-flag/nlb-health-check-advanced-config", "warning", seen, do),)
    return findings
