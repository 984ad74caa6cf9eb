"""ResourceQuotas: how many objects of some kind a namespace may hold.

Counted are `services`, `services.loadbalancers`, `services.nodeports`, the other countable core kinds and
`count/<resource>`; compute resources are not modelled. Source: kubernetes pkg/quota/v1/evaluator/core/services.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.kube_kinds import Kind, KubeObject
from migrator.sandbox.world.kube_refusals import forbidden
from migrator.sandbox.world.kube_service_defaults import draws_ports

if TYPE_CHECKING:
    from migrator.sandbox.world.kube import Kube

_PLAIN = ("configmaps", "pods", "resourcequotas", "secrets", "services")


class Quotas:
    """Refuses what would exceed a quota and keeps `status.used` right. Namespaces without one cost nothing."""

    def __init__(self, kube: Kube) -> None:
        self._kube, self._shelf = kube, kube.shelf("ResourceQuota")

    def check(self, kind: Kind, new: KubeObject, old: KubeObject | None) -> None:
        """Raises KubeError 403 when storing `new` in place of `old` would take more than is left."""
        if not kind.namespaced or not self._shelf.objects:
            return
        before = _usage(kind, old) if old else {}
        wanted = {key: count for key, each in _usage(kind, new).items() if (count := each - before.get(key, 0)) > 0}
        for quota in self._kube.list("ResourceQuota", new["metadata"]["namespace"]):
            hard = quota.get("spec", {}).get("hard") or {}
            used = self._used(quota)
            over = [key for key in sorted(wanted) if key in hard and used[key] + wanted[key] > int(hard[key])]
            if over:
                told = [", ".join(f"{key}={held[key]}" for key in over) for held in (wanted, used, hard)]
                why = f"exceeded quota: {quota['metadata']['name']}, requested: {told[0]}, used: {told[1]}, limited: {told[2]}"
                raise forbidden(kind, new["metadata"]["name"], why)

    def changed(self, obj: KubeObject) -> None:
        """Count again in a namespace that has quotas."""
        if not self._shelf.objects:
            return
        for quota in self._kube.list("ResourceQuota", obj["metadata"].get("namespace", "")):
            status = {
                "hard": quota.get("spec", {}).get("hard") or {},
                "used": {key: str(count) for key, count in self._used(quota).items()},
            }
            if quota.get("status") != status:
                meta = quota["metadata"]
                self._kube.patch("ResourceQuota", meta["namespace"], meta["name"], {"status": status}, subresource="status")

    def _used(self, quota: KubeObject) -> dict[str, int]:
        hard = quota.get("spec", {}).get("hard") or {}
        used = dict.fromkeys(hard, 0)
        for kind in self._kube.kinds.values():
            if not kind.namespaced or not any(_counts(kind, key) for key in hard):
                continue
            for obj in self._kube.list(kind.kind, quota["metadata"]["namespace"]):
                for key, count in _usage(kind, obj).items():
                    if key in used:
                        used[key] += count
        return used


def _counts(kind: Kind, key: str) -> bool:
    return key == f"count/{kind.resource}" or key.split(".")[0] == kind.plural


def _usage(kind: Kind, obj: KubeObject) -> dict[str, int]:
    usage = {f"count/{kind.resource}": 1}
    if not kind.group and kind.plural in _PLAIN:
        usage[kind.plural] = 1
    if kind.kind == "Service":
        spec = obj.get("spec") or {}
        usage["services.loadbalancers"] = int(spec.get("type") == "LoadBalancer")
        usage["services.nodeports"] = len(spec.get("ports") or ()) if draws_ports(spec) else 0
    return usage
