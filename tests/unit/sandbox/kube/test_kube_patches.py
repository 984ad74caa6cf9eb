"""The three kinds of patch, without a store."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.kube_json_patch import json_patched
from migrator.sandbox.world.kube_patch import merged, strategic
from migrator.sandbox.world.trouble import KubeError

PORTS = {"spec": {"ports": [{"name": "http", "port": 80}, {"name": "https", "port": 443}]}}


@pytest.mark.parametrize(
    ("value", "patch", "result"),
    [
        pytest.param({"a": 1}, {"b": 2}, {"a": 1, "b": 2}, id="adds"),
        pytest.param({"a": 1, "b": 2}, {"a": None}, {"b": 2}, id="null-takes-away"),
        pytest.param({"a": {"b": 1}}, {"a": {"c": None}}, {"a": {"b": 1}}, id="taking-away-what-is-not-there"),
        pytest.param({"a": [1, 2]}, {"a": [3]}, {"a": [3]}, id="lists-are-replaced"),
        pytest.param({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}, id="no-nulls-are-left"),
        pytest.param({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}, id="an-object-over-a-scalar"),
    ],
)
def test_a_merge_patch(value: dict[str, Any], patch: dict[str, Any], result: dict[str, Any]) -> None:
    assert merged(value, patch) == result


@pytest.mark.parametrize(
    ("value", "patch", "result"),
    [
        pytest.param(
            PORTS,
            {"spec": {"ports": [{"port": 443, "targetPort": 8443}]}},
            [{"name": "http", "port": 80}, {"name": "https", "port": 443, "targetPort": 8443}],
            id="elements-by-their-key",
        ),
        pytest.param(
            PORTS, {"spec": {"ports": [{"port": 80, "$patch": "delete"}]}}, [{"name": "https", "port": 443}], id="delete-one"
        ),
        pytest.param(PORTS, {"spec": {"ports": [{"port": 1}, {"$patch": "replace"}]}}, [{"port": 1}], id="replace-all"),
        pytest.param(
            PORTS,
            {"spec": {"$setElementOrder/ports": [{"port": 443}, {"port": 80}], "ports": [{"port": 443, "name": "tls"}]}},
            [{"name": "tls", "port": 443}, {"name": "http", "port": 80}],
            id="in-the-client-s-order",
        ),
    ],
)
def test_a_strategic_patch_of_ports(value: dict[str, Any], patch: dict[str, Any], result: list[Any]) -> None:
    assert strategic(value, patch)["spec"]["ports"] == result


def test_a_strategic_patch_knows_sets_containers_and_plain_lists() -> None:
    pod = {"containers": [{"name": "a", "image": "1", "ports": [{"containerPort": 80}], "args": ["x"]}], "finalizers": ["f"]}
    patch = {"containers": [{"name": "a", "ports": [{"containerPort": 81}], "args": ["y"]}], "finalizers": ["g", "f"]}

    result = strategic(pod, patch)

    assert result["containers"] == [
        {"name": "a", "image": "1", "ports": [{"containerPort": 80}, {"containerPort": 81}], "args": ["y"]}
    ]
    assert result["finalizers"] == ["f", "g"]
    assert pod["containers"][0]["args"] == ["x"]


def test_strategic_directives() -> None:
    assert strategic({"f": ["a", "b"]}, {"$deleteFromPrimitiveList/f": ["a"]}) == {"f": ["b"]}
    assert strategic({"s": {"type": "A", "a": 1}}, {"s": {"$retainKeys": ["type"], "type": "B"}}) == {"s": {"type": "B"}}
    assert strategic({"s": {"a": 1}}, {"s": {"$patch": "replace", "b": 2}}) == {"s": {"b": 2}}
    with pytest.raises(KubeError, match="does not contain declared merge key: port"):
        strategic(PORTS, {"spec": {"ports": [{"name": "x"}]}})


@pytest.mark.parametrize(
    ("operations", "result"),
    [
        pytest.param([{"op": "add", "path": "/b", "value": 2}], {"a": [1, 2], "b": 2}, id="add"),
        pytest.param([{"op": "add", "path": "/a/-", "value": 3}], {"a": [1, 2, 3]}, id="append"),
        pytest.param([{"op": "add", "path": "/a/0", "value": 0}], {"a": [0, 1, 2]}, id="insert"),
        pytest.param([{"op": "remove", "path": "/a/0"}], {"a": [2]}, id="remove"),
        pytest.param(
            [{"op": "replace", "path": "/a", "value": {"x/y": 1}}, {"op": "remove", "path": "/a/x~1y"}], {"a": {}}, id="escapes"
        ),
        pytest.param(
            [{"op": "test", "path": "/a/1", "value": 2}, {"op": "copy", "from": "/a/1", "path": "/b"}],
            {"a": [1, 2], "b": 2},
            id="copy",
        ),
        pytest.param([{"op": "move", "from": "/a/0", "path": "/b"}], {"a": [2], "b": 1}, id="move"),
        pytest.param([{"op": "replace", "path": "", "value": {}}], {}, id="whole"),
    ],
)
def test_a_json_patch(operations: list[Any], result: dict[str, Any]) -> None:
    value = {"a": [1, 2]}

    assert json_patched(value, operations) == result
    assert value == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("operations", "status"),
    [
        pytest.param([{"op": "test", "path": "/a/0", "value": 9}], 422, id="failed-test"),
        pytest.param([{"op": "test", "path": "/x/y", "value": 9}], 422, id="test-of-nothing"),
        pytest.param([{"op": "remove", "path": "/x"}], 422, id="remove-nothing"),
        pytest.param([{"op": "replace", "path": "/x", "value": 1}], 422, id="replace-nothing"),
        pytest.param([{"op": "add", "path": "/a/9", "value": 1}], 422, id="insert-behind-the-end"),
        pytest.param([{"op": "add", "path": "/a/x", "value": 1}], 422, id="no-place-in-a-list"),
        pytest.param([{"op": "add", "path": "/a"}], 422, id="no-value"),
        pytest.param([{"op": "remove", "path": ""}], 422, id="remove-the-whole"),
        pytest.param({"op": "add"}, 400, id="no-list"),
        pytest.param([{"op": "grow", "path": "/a"}], 400, id="unknown-operation"),
    ],
)
def test_a_json_patch_that_cannot_be_done(operations: Any, status: int) -> None:
    with pytest.raises(KubeError) as refused:
        json_patched({"a": [1, 2]}, operations)

    assert refused.value.status == status
