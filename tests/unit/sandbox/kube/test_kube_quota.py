"""ResourceQuotas: a clone may not fit beside the Service that it replaces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrator.sandbox.world.kube import Kube
from migrator.sandbox.world.trouble import KubeError

Manifest = Callable[..., dict[str, Any]]


def quota(**hard: str) -> dict[str, Any]:
    named = {key.replace("_", "."): value for key, value in hard.items()}
    return {"kind": "ResourceQuota", "metadata": {"name": "limits"}, "spec": {"hard": named}}


def used(kube: Kube) -> dict[str, str]:
    held: dict[str, str] = kube.get("ResourceQuota", "default", "limits")["status"]["used"]
    return held


def test_what_is_used_is_counted_as_it_comes_and_goes(kube: Kube, service: Manifest) -> None:
    kube.create(service())
    kube.create(quota(services_loadbalancers="2", services_nodeports="5", services="9"))

    assert used(kube) == {"services.loadbalancers": "1", "services.nodeports": "1", "services": "1"}
    kube.patch("Service", "default", "web", {"spec": {"type": "ClusterIP"}})
    assert used(kube) == {"services.loadbalancers": "0", "services.nodeports": "0", "services": "1"}
    kube.delete("Service", "default", "web")
    assert used(kube)["services"] == "0"


def test_more_than_the_quota_is_refused(kube: Kube, service: Manifest) -> None:
    kube.create(quota(services_loadbalancers="1", services_nodeports="5"))
    kube.create(service())

    with pytest.raises(KubeError) as refused:
        kube.create(service("web-lbc"))

    assert (refused.value.status, refused.value.reason) == (403, "Forbidden")
    assert str(refused.value) == (
        'services "web-lbc" is forbidden: exceeded quota: limits, requested: services.loadbalancers=1, '
        "used: services.loadbalancers=1, limited: services.loadbalancers=1"
    )
    kube.patch("Service", "default", "web", {"metadata": {"labels": {"a": "b"}}})
    kube.create(service("inside", type="ClusterIP"))


def test_objects_of_any_kind_can_be_limited(kube: Kube) -> None:
    kube.create({**quota(), "spec": {"hard": {"count/leases.coordination.k8s.io": "0"}}})

    with pytest.raises(KubeError, match=r"exceeded quota: limits, requested: count/leases.coordination.k8s.io=1"):
        kube.create({"kind": "Lease", "metadata": {"name": "lock"}})
