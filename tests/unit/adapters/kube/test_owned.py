"""Half of the kinds is not all of them: what the server does not tell leaves the answer unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import msgspec
import pytest

from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.owned import kinds, owned
from migrator.errors import Missing, Unreachable

CORE: dict[str, Any] = {
    "items": [
        {
            "metadata": {},
            "versions": [
                {
                    "version": "v1",
                    "resources": [
                        {
                            "resource": "configmaps",
                            "scope": "Namespaced",
                            "verbs": ["list"],
                            "responseKind": {"kind": "ConfigMap"},
                        },
                        {"resource": "secrets", "scope": "Namespaced", "verbs": ["list"], "responseKind": {"kind": "Secret"}},
                        {"resource": "bindings", "scope": "Namespaced", "verbs": ["create"]},
                        {"resource": "nodes", "scope": "Cluster", "verbs": ["list"]},
                    ],
                }
            ],
        }
    ]
}


def group(name: str, *versions: dict[str, Any]) -> dict[str, Any]:
    return {"items": [{"metadata": {"name": name}, "versions": list(versions)}]}


def version(name: str = "v1", **more: Any) -> dict[str, Any]:
    return {"version": name, "resources": [{"resource": "things", "scope": "Namespaced", "verbs": ["list"]}], **more}


class Server:
    """Answers discovery with documents, and lists of each kind with objects or an error."""

    def __init__(self, apis: dict[str, Any], things: Any = (), core: dict[str, Any] = CORE) -> None:
        self.documents, self.things, self.asked = {"/api": core, "/apis": apis}, things, list[str]()

    def get(self, path: str, doing: str, kind: Any, query: Any = (), *, accept: str = "") -> Any:
        assert "APIGroupDiscoveryList" in accept
        return kind.decode(msgspec.json.encode(self.documents[path]))

    def items(self, path: str, doing: str, kind: Any, query: Any = (), *, accept: str = "") -> Iterator[Any]:
        assert accept.startswith("application/json;as=PartialObjectMetadataList")
        self.asked.append(path)
        if path.endswith("things") and isinstance(self.things, Exception):
            raise self.things
        objects = self.things if path.endswith("things") else ()
        return iter(kind.decode(msgspec.json.encode({"metadata": {}, "items": list(objects)})).items)


def client(*given: Any, **named: Any) -> tuple[KubeClient, Server]:
    server = Server(*given, **named)
    return cast(KubeClient, server), server


def test_only_what_can_be_listed_in_a_namespace_is_asked_for() -> None:
    """Never Secrets: a right to list them is a right to read them."""
    asking, server = client(group("acme.io", version("v2"), version("v1")))

    assert owned(asking, "shop", "uid") == ()
    assert server.asked == ["/api/v1/namespaces/shop/configmaps", "/apis/acme.io/v2/namespaces/shop/things"]


def test_an_object_is_told_with_kind_and_group() -> None:
    owner = {"kind": "Service", "name": "web", "uid": "uid", "apiVersion": "v1"}
    things = [
        {"metadata": {"name": "a", "ownerReferences": [owner]}},
        {"metadata": {"name": "b", "ownerReferences": [owner | {"uid": "x"}]}},
        {"metadata": {"name": "c"}},
    ]
    asking, _ = client(group("acme.io", version()), things)

    assert owned(asking, "shop", "uid") == ("things.acme.io/a",)


def test_a_kind_that_went_meanwhile_owns_nothing() -> None:
    assert owned(client(group("acme.io", version()), Missing("gone"))[0], "shop", "uid") == ()


@pytest.mark.parametrize(
    ("apis", "core"),
    [
        (group("acme.io", version(freshness="Stale")), CORE),
        ({"groups": []}, CORE),
        ({"items": []}, {"versions": ["v1"]}),
    ],
    ids=["an-extension-is-down", "old-server", "old-core"],
)
def test_a_server_that_does_not_tell_its_kinds_leaves_it_unknown(apis: dict[str, Any], core: dict[str, Any]) -> None:
    asking, _ = client(apis, core=core)

    with pytest.raises(Unreachable):
        list(kinds(asking))


def test_groups_of_figures_and_empty_groups_are_passed_over() -> None:
    figures = group("metrics.k8s.io", version(freshness="Stale"))
    figures["items"].append({"metadata": {"name": "empty.io"}})

    assert [each[2] for each in kinds(client(figures)[0])] == ["configmap"]
