"""What becomes of every annotation and label that no setting answers for: kept or dropped, each with its reason."""

from __future__ import annotations

from migrator.model.cluster import PREFIX, Service
from migrator.model.migration import DiffRow
from migrator.planning.pieces import LB, short

_CLASSIC = tuple(
    LB + each
    for each in (
        "access-log-emit-interval",
        "connection-draining-enabled",
        "connection-draining-timeout",
        "connection-idle-timeout",
    )
)
_ONE_WRITER = "dropped: two Services would claim one name"
_TOOL = "dropped: a deployment tool's mark; it would adopt or prune the clone"
# What a key begins with, and why it is dropped; the first that fits counts.
_DROPPED: tuple[tuple[tuple[str, ...], str], ...] = (
    (_CLASSIC, "dropped: read for Classic load balancers only"),
    ((PREFIX,), "dropped: legacy does not read it; on the clone it would wake"),
    (("dns.alpha.kubernetes.io/",), _ONE_WRITER),
    (("kubectl.kubernetes.io/",), "dropped: what kubectl applied is the legacy Service"),
    (("elbv2.k8s.aws/", "service.k8s.aws/", "migrate.dev/"), "dropped: a controller's own mark on one object"),
    (("meta.helm.sh/", "helm.sh/", "argocd.argoproj.io/", "field.cattle.io/", "objectset.rio.cattle.io/"), _TOOL),
    (("kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/", "kapp.k14s.io/", "config.kubernetes.io/"), _TOOL),
)
_TOOL_LABELS = (
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/instance",  # Argo CD's default mark, whoever else writes it
    "argocd.argoproj.io/",
    "helm.sh/",
    "kustomize.toolkit.fluxcd.io/",
    "helm.toolkit.fluxcd.io/",
    "kapp.k14s.io/",
    "objectset.rio.cattle.io/",
)


def left_annotations(service: Service, answered: set[str]) -> tuple[dict[str, str], tuple[DiffRow, ...]]:
    """The annotations that the clone keeps of those that no setting answered for, and a row for each of them."""
    kept: dict[str, str] = {}
    rows = []
    for key, value in sorted(service.annotations.items()):
        if key in answered:
            continue
        reason = dropped_because(key)
        if not reason:
            kept[key] = value
        rows.append(DiffRow(short(key), value, "", value if not reason else "", reason or "kept: no load balancer reads it"))
    return kept, tuple(rows)


def dropped_because(key: str) -> str:
    """Why an annotation is not carried; empty where it is."""
    if "external-dns" in key.partition("/")[0]:
        return _ONE_WRITER
    return next((reason for prefixes, reason in _DROPPED if key.startswith(prefixes)), "")


def left_labels(service: Service) -> tuple[dict[str, str], tuple[DiffRow, ...]]:
    """The clone's labels, and a row for each one that is dropped."""
    kept = {key: value for key, value in sorted(service.labels.items()) if not key.startswith(_TOOL_LABELS)}
    gone = sorted(set(service.labels) - set(kept))
    return kept, tuple(DiffRow(f"label {key}", service.labels[key], "", "", _TOOL) for key in gone)
