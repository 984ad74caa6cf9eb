"""Who may do what: bearer tokens, and the reviews that answer whether something would be allowed."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from typing import Any

from migrator.sandbox.doors.kube.paths import WRITES
from migrator.sandbox.world.faults import Faults
from migrator.sandbox.world.trouble import KubeError

TOKEN = "sandbox"
"""The token that may do everything."""
READONLY_TOKEN = "readonly"
"""The token that may look only."""

_GROUPS = ["system:masters", "system:authenticated"]
_METHODS = {
    "create": "POST",
    "update": "PUT",
    "patch": "PATCH",
    "delete": "DELETE",
    "deletecollection": "DELETE",
    "watch": "WATCH",
}
_READS = ["get", "list", "watch"]


def user(headers: Mapping[str, str]) -> str:
    """Who sends a request; somebody without credentials may do everything. Raises KubeError 401 for a wrong token.

    kubectl leaves a kubeconfig's token out over plain HTTP (kubernetes/client-go tools/clientcmd/client_config.go).
    """
    if not (given := headers.get("authorization", "")):
        return TOKEN
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or token not in (TOKEN, READONLY_TOKEN):
        raise KubeError(401, "Unauthorized", "Unauthorized")
    return token


def refused(who: str, verb: str, resource: str, group: str, namespace: str | None, name: str) -> KubeError:
    """403: role-based access control says no."""
    where = f' in the namespace "{namespace}"' if namespace else " at the cluster scope"
    named = f"{resource}{'.' + group if group else ''}{f' {chr(34)}{name}{chr(34)}' if name else ''}"
    told = f'{named} is forbidden: User "{who}" cannot {verb} resource "{resource}" in API group "{group}"{where}'
    return KubeError(403, "Forbidden", told, {"name": name, "kind": resource} if name else {"kind": resource})


def may(who: str, verb: str) -> bool:
    """Whether a user's role covers a verb."""
    return who == TOKEN or verb not in WRITES


def reviewed(plural: str, body: dict[str, Any], who: str, faults: Faults, now: float) -> dict[str, Any] | None:
    """A review with its answer, None for a kind of review that is not modelled."""
    if plural == "selfsubjectaccessreviews":
        wanted = (body.get("spec") or {}).get("resourceAttributes") or {}
        allowed = may(who, wanted.get("verb", "get")) and not _denied(wanted, faults, now)
        return {**body, "status": {"allowed": allowed, **({} if allowed else {"reason": f"{who} may not"})}}
    if plural == "selfsubjectrulesreviews":
        rule = {"verbs": ["*"] if who == TOKEN else _READS, "apiGroups": ["*"], "resources": ["*"]}
        elsewhere = [{"verbs": ["*" if who == TOKEN else "get"], "nonResourceURLs": ["*"]}]
        return {**body, "status": {"resourceRules": [rule], "nonResourceRules": elsewhere, "incomplete": False}}
    if plural == "selfsubjectreviews":
        return {**body, "status": {"userInfo": {"username": who, "groups": _GROUPS if who == TOKEN else _GROUPS[1:]}}}
    return None


def _denied(wanted: dict[str, Any], faults: Faults, now: float) -> bool:
    resource = wanted.get("resource", "*")
    if wanted.get("subresource"):
        resource += f"/{wanted['subresource']}"
    return denied(faults, now, wanted.get("verb", "get"), resource, wanted.get("namespace", ""), wanted.get("name", ""))


def denied(faults: Faults, now: float, verb: str, resource: str, namespace: str, name: str = "") -> bool:
    """Whether an armed fault would deny something; asking does not use the fault up."""
    operation, subject = f"{_METHODS.get(verb, 'GET')} {resource}", f"{namespace}/{name}"
    return any(
        each.where == "kube"
        and each.mode == "deny"
        and (each.until is None or now < each.until)
        and (each.times is None or each.struck < each.times)
        and each.match in subject
        and fnmatch.fnmatchcase(operation, each.operation)
        for each in faults.armed
    )
