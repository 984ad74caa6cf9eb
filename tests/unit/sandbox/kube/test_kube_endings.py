"""How objects go: with their owner, with their namespace, with their definition, and Pods in their own time."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world import World
from migrator.sandbox.world.kube import Kube
from migrator.sandbox.world.trouble import KubeError


def config_map(name: str, owner: dict[str, Any] | None = None, **meta: Any) -> dict[str, Any]:
    if owner is not None:
        owned = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"]}
        meta["ownerReferences"] = [{**owned, "uid": owner["metadata"]["uid"]}]
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **meta}}


def names(kube: Kube, namespace: str = "default") -> list[str]:
    return [each["metadata"]["name"] for each in kube.list("ConfigMap", namespace)]


def test_what_only_a_deleted_owner_owned_goes_with_it(kube: Kube) -> None:
    owner = kube.create(config_map("owner"))
    child = kube.create(config_map("child", owner))
    kube.create(config_map("grandchild", child))
    shared = config_map("shared", owner)
    shared["metadata"]["ownerReferences"] += config_map("x", kube.create(config_map("other")))["metadata"]["ownerReferences"]
    kube.create(shared)

    kube.delete("ConfigMap", "default", "owner")

    assert names(kube) == ["other", "shared"]


def test_orphans_live_on(kube: Kube) -> None:
    owner = kube.create(config_map("owner"))
    kube.create(config_map("child", owner))

    kube.delete("ConfigMap", "default", "owner", propagation="Orphan")

    assert "ownerReferences" not in kube.get("ConfigMap", "default", "child")["metadata"]


def test_in_the_foreground_the_owner_goes_last(kube: Kube) -> None:
    owner = kube.create(config_map("owner"))
    kube.create(config_map("child", owner, finalizers=["a.example/b"]))

    held = kube.delete("ConfigMap", "default", "owner", propagation="Foreground")

    assert held["metadata"]["finalizers"] == ["foregroundDeletion"]
    kube.patch("ConfigMap", "default", "child", {"metadata": {"finalizers": None}})
    assert names(kube) == []


def test_an_owner_without_dependents_is_not_held(kube: Kube) -> None:
    kube.create(config_map("owner"))

    kube.delete("ConfigMap", "default", "owner", propagation="Foreground")

    assert names(kube) == []


def test_a_namespace_goes_when_its_last_content_has_gone(kube: Kube) -> None:
    kube.create({"kind": "Namespace", "metadata": {"name": "shop"}})
    kube.create(config_map("free", namespace="shop"))
    kube.create(config_map("held", namespace="shop", finalizers=["a.example/b"]))

    kube.delete("Namespace", "", "shop")

    assert kube.get("Namespace", "", "shop")["status"]["phase"] == "Terminating"
    assert names(kube, "shop") == ["held"]
    with pytest.raises(KubeError, match="because it is being terminated") as refused:
        kube.create(config_map("late", namespace="shop"))
    assert refused.value.status == 403
    kube.patch("ConfigMap", "shop", "held", {"metadata": {"finalizers": None}})
    assert kube.find("Namespace", "", "shop") is None


def test_system_namespaces_stay(kube: Kube) -> None:
    with pytest.raises(KubeError, match="this namespace may not be deleted"):
        kube.delete("Namespace", "", "kube-system")


def test_a_running_pod_stops_within_its_grace_period(world: World, kube: Kube) -> None:
    for name, grace_s in (("patient", 30), ("hasty", 0)):
        kube.create({"kind": "Pod", "metadata": {"name": name}, "spec": {"nodeName": "n1", "containers": [{"name": "app"}]}})
        kube.delete("Pod", "default", name, grace_s=grace_s)

    marked = kube.get("Pod", "default", "patient")
    world.advance(world.now + 30)

    assert marked["metadata"]["deletionGracePeriodSeconds"] == 30
    assert kube.list("Pod") == []


def test_a_pod_with_a_finalizer_outlives_its_processes(world: World, kube: Kube) -> None:
    meta = {"name": "held", "finalizers": ["a.example/b"]}
    kube.create({"kind": "Pod", "metadata": meta, "spec": {"nodeName": "n1", "containers": [{"name": "app"}]}})
    kube.delete("Pod", "default", "held", grace_s=30)

    kube.patch("Pod", "default", "held", {"metadata": {"labels": {"a": "b"}}})
    world.advance(world.now + 30)

    assert kube.get("Pod", "default", "held")["metadata"]["deletionGracePeriodSeconds"] == 0
    kube.patch("Pod", "default", "held", {"metadata": {"finalizers": None}})
    assert kube.list("Pod") == []


def definition(kind: str = "Widget") -> dict[str, Any]:
    names = {"kind": kind, "plural": f"{kind.lower()}s"}
    version = {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}}
    spec = {"group": "a.example", "scope": "Namespaced", "names": names, "versions": [version]}
    return {"kind": "CustomResourceDefinition", "metadata": {"name": f"{names['plural']}.a.example"}, "spec": spec}


def test_a_definition_brings_a_kind_and_takes_it_away(kube: Kube) -> None:
    made = kube.create(definition())
    kube.create({"kind": "Widget", "metadata": {"name": "one"}, "spec": {"size": 1}})

    assert [each["type"] for each in made["status"]["conditions"]] == ["NamesAccepted", "Established"]
    assert kube.patch("Widget", "default", "one", {"spec": {"size": 2}})["metadata"]["generation"] == 2
    kube.delete("CustomResourceDefinition", "", "widgets.a.example")
    with pytest.raises(KubeError, match="no matches for kind"):
        kube.create({"kind": "Widget", "metadata": {"name": "two"}})


def test_two_groups_cannot_share_a_built_in_kind(kube: Kube) -> None:
    with pytest.raises(KubeError, match="two groups with one kind are not modelled"):
        kube.create(definition("Service"))
