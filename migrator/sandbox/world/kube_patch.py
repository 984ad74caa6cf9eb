"""Patches that look like what they patch: merge (RFC 7386) and Kubernetes' own strategic merge.

No function changes what it is given; results share the parts that a patch leaves alone.
Source: kubernetes/apimachinery pkg/util/strategicpatch; the merge keys are `patchMergeKey` tags of kubernetes/api.
"""

from __future__ import annotations

from typing import Any

from migrator.sandbox.world.kube_refusals import bad_request

_KEY_OF_LIST = {
    "conditions": "type",
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "hostAliases": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ownerReferences": "uid",
    "podIPs": "ip",
    "secrets": "name",
    "topologySpreadConstraints": "topologyKey",
    "volumeMounts": "mountPath",
    "volumes": "name",
    "webhooks": "name",
}
_KEY_OF_PORTS = {"spec": "port", "containers": "containerPort", "initContainers": "containerPort"}
_SETS = ("finalizers",)
_DELETE_PRIMITIVES, _ORDER, _RETAIN, _DIRECTIVE = "$deleteFromPrimitiveList/", "$setElementOrder/", "$retainKeys", "$patch"


def merged(value: Any, patch: Any) -> Any:
    """A merge patch: objects member by member, null takes a member away, anything else replaces."""
    if type(patch) is not dict:
        return patch
    before = value if type(value) is dict else {}
    result = {**before, **patch}
    for key, each in patch.items():
        if each is None:
            del result[key]
        elif type(each) is dict:
            result[key] = merged(before.get(key), each)
    return result


def strategic(value: Any, patch: Any, within: str = "") -> Any:
    """A strategic merge patch: like a merge patch, but lists that have a merge key are merged element by element."""
    if not isinstance(patch, dict):
        return patch
    if patch.get(_DIRECTIVE) == "replace":
        return {key: each for key, each in patch.items() if key != _DIRECTIVE}
    if patch.get(_DIRECTIVE) == "delete":
        return {}
    result = dict(value) if isinstance(value, dict) else {}
    if _RETAIN in patch:
        result = {key: each for key, each in result.items() if key in patch[_RETAIN]}
    for key, each in patch.items():
        if key.startswith(_DELETE_PRIMITIVES):
            name = key.removeprefix(_DELETE_PRIMITIVES)
            result[name] = [one for one in result.get(name) or [] if one not in each]
        elif each is None:
            result.pop(key, None)
        elif not key.startswith("$"):
            result[key] = _strategic_member(result.get(key), each, key, within, patch.get(_ORDER + key))
    return result


def _strategic_member(value: Any, patch: Any, name: str, within: str, order: list[Any] | None) -> Any:
    if not isinstance(patch, list):
        return strategic(value, patch, name)
    current = value if isinstance(value, list) else []
    if name in _SETS:
        return current + [each for each in patch if each not in current]
    key = _KEY_OF_PORTS.get(within, "") if name == "ports" else _KEY_OF_LIST.get(name, "")
    if not key:
        return patch
    return _ordered(_by_key(current, patch, key, name), key, order)


def _by_key(current: list[Any], patch: list[Any], key: str, name: str) -> list[Any]:
    if any(each.get(_DIRECTIVE) == "replace" for each in patch):
        return [each for each in patch if _DIRECTIVE not in each]
    result = list(current)
    for each in patch:
        if key not in each:
            raise bad_request(f"map: {each} does not contain declared merge key: {key}")
        place = next((at for at, one in enumerate(result) if one.get(key) == each[key]), None)
        if each.get(_DIRECTIVE) == "delete":
            result = [one for one in result if one.get(key) != each[key]]
        elif place is None:
            result.append(strategic({}, each, name))
        else:
            result[place] = strategic(result[place], each, name)
    return result


def _ordered(elements: list[Any], key: str, order: list[Any] | None) -> list[Any]:
    """Elements that the client named come in its order; those that only the server knows stay behind them."""
    if not order:
        return elements
    place = {each[key]: at for at, each in enumerate(order) if isinstance(each, dict) and key in each}
    return sorted(elements, key=lambda each: place.get(each.get(key), len(place)))
