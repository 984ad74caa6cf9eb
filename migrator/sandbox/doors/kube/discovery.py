"""What the API offers: the documents that clients ask for before anything else, in both forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from migrator.sandbox.world.kube import Kube
from migrator.sandbox.world.kube_kinds import BUILT_IN, Kind

VERSION = {
    "major": "1",
    "minor": "32",
    "gitVersion": "v1.32.0-sandbox",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2024-12-11T00:00:00Z",
    "goVersion": "",
    "compiler": "",
    "platform": "linux/amd64",
}
"""What `/version` answers; the minor version is the one whose rules the world follows."""

_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_REVIEWS = {
    "authorization.k8s.io": (
        ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        ("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    ),
    "authentication.k8s.io": (("selfsubjectreviews", "SelfSubjectReview"),),
}
_AGGREGATED = "as=APIGroupDiscoveryList"

Served = dict[tuple[str, str, str], Kind]


def served(kube: Kube) -> Served:
    """Every kind on offer, by group, version and plural; custom ones only while their definition exists."""
    kinds: Iterable[Kind] = (
        *BUILT_IN,
        *(each for each in kube.kinds.values() if each.custom and kube.find("CustomResourceDefinition", "", each.resource)),
    )
    return {(each.group, each.version, each.plural): each for each in kinds}


def document(path: str, accept: str, offer: Served) -> dict[str, Any] | None:
    """The document at a path, None where there is none."""
    if path == "/api":
        return _aggregated(offer, core=True) if _AGGREGATED in accept else {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        return _aggregated(offer, core=False) if _AGGREGATED in accept else _groups(offer)
    parts = path.split("/")[1:]
    if parts == ["api", "v1"]:
        return _resources("", "v1", offer)
    if parts[0] == "apis" and len(parts) == 2:
        return next((each for each in _groups(offer)["groups"] if each["name"] == parts[1]), None)
    if parts[0] == "apis" and len(parts) == 3 and parts[2] in _versions(offer).get(parts[1], ()):
        return _resources(parts[1], parts[2], offer)
    return None


def _versions(offer: Mapping[tuple[str, str, str], Kind]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group, version, _ in offer:
        if group and version not in found.setdefault(group, []):
            found[group].append(version)
    for group in _REVIEWS:
        found[group] = ["v1"]
    return found


def _groups(offer: Served) -> dict[str, Any]:
    groups = []
    for group, versions in _versions(offer).items():
        told = [{"groupVersion": f"{group}/{each}", "version": each} for each in versions]
        groups.append({"kind": "APIGroup", "apiVersion": "v1", "name": group, "versions": told, "preferredVersion": told[0]})
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def _resources(group: str, version: str, offer: Served) -> dict[str, Any]:
    listed: list[dict[str, Any]] = []
    for kind in (each for (of, at, _), each in offer.items() if (of, at) == (group, version)):
        listed.append(
            {
                "name": kind.plural,
                "singularName": kind.kind.lower(),
                "namespaced": kind.namespaced,
                "kind": kind.kind,
                "verbs": _VERBS,
                **({"shortNames": list(kind.short)} if kind.short else {}),
                **({"categories": list(kind.categories)} if kind.categories else {}),
            }
        )
        listed += [
            {
                "name": f"{kind.plural}/{name}",
                "singularName": "",
                "namespaced": kind.namespaced,
                "kind": of["kind"],
                "verbs": verbs,
                **of,
            }
            for name, of, verbs in _subresources(kind)
        ]
    for plural, name in _REVIEWS.get(group, ()):
        listed.append({"name": plural, "singularName": name.lower(), "namespaced": False, "kind": name, "verbs": ["create"]})
    named = f"{group}/{version}" if group else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": named, "resources": listed}


def _subresources(kind: Kind) -> list[tuple[str, dict[str, str], list[str]]]:
    found: list[tuple[str, dict[str, str], list[str]]] = []
    if kind.status:
        found.append(("status", {"kind": kind.kind}, ["get", "patch", "update"]))
    if kind.scale:
        found.append(("scale", {"kind": "Scale", "group": "autoscaling", "version": "v1"}, ["get", "patch", "update"]))
    if kind.kind == "Pod":
        found.append(("eviction", {"kind": "Eviction", "group": "policy", "version": "v1"}, ["create"]))
    return found


def _aggregated(offer: Served, *, core: bool) -> dict[str, Any]:
    """All groups at once. Source: KEP-3352, k8s.io/api/apidiscovery/v2."""
    pairs = [("", "v1")] if core else [(group, each) for group, versions in _versions(offer).items() for each in versions]
    items = []
    for group, found in groupby(pairs, key=lambda each: each[0]):
        versions = [{"version": at, "freshness": "Current", "resources": _discovered(group, at, offer)} for _, at in found]
        items.append({"metadata": {"name": group, "creationTimestamp": None}, "versions": versions})
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def _discovered(group: str, version: str, offer: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in _resources(group, version, offer)["resources"]:
        plural, _, subresource = each["name"].partition("/")
        means = {"group": each.get("group", group), "version": each.get("version", version), "kind": each["kind"]}
        if subresource:
            parts = found[-1].setdefault("subresources", [])
            parts.append({"subresource": subresource, "responseKind": means, "verbs": each["verbs"]})
            continue
        shown = {key: each[key] for key in ("shortNames", "categories", "verbs") if key in each}
        scope = "Namespaced" if each["namespaced"] else "Cluster"
        found.append(
            {"resource": plural, "responseKind": means, "scope": scope, "singularResource": each["singularName"], **shown}
        )
    return found
