"""JSON patches (RFC 6902): operations on paths, done one after the other, all or none.

No function changes what it is given; results share the parts that an operation leaves alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.sandbox.world.kube_refusals import bad_request
from migrator.sandbox.world.trouble import KubeError


def json_patched(value: Any, operations: Any) -> Any:
    """A JSON patch. Raises KubeError 400 when it is none, 422 when an operation cannot be done or a test fails."""
    if not isinstance(operations, list):
        raise bad_request("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    result = value
    for each in operations:
        if not isinstance(each, dict) or not isinstance(each.get("path"), str) or each.get("op") not in _OPERATIONS:
            raise bad_request(f"unexpected JSON patch operation {each}")
        try:
            result = _OPERATIONS[each["op"]](result, each)
        except (KeyError, IndexError, TypeError, ValueError):
            raise _unprocessable(f'{each["op"]} operation does not apply: doc is missing path: "{each["path"]}"') from None
    return result


def _unprocessable(why: str) -> KubeError:
    details: dict[str, object] = {"causes": [{"reason": "UnexpectedServerResponse", "message": why}]}
    return KubeError(422, "Invalid", "the server rejected our request due to an error in our request", details)


def _steps(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise KeyError(path)
    return [each.replace("~1", "/").replace("~0", "~") for each in path.split("/")[1:]]


def _at(value: Any, steps: list[str]) -> Any:
    for each in steps:
        value = value[_place(each)] if isinstance(value, list) else value[each]
    return value


def _place(step: str) -> int:
    if not step.isdigit():
        raise ValueError(step)
    return int(step)


def _put(value: Any, steps: list[str], given: Any, *, insert: bool) -> Any:
    if not steps:
        return given
    first, rest = steps[0], steps[1:]
    if isinstance(value, list):
        result: Any = list(value)
        if rest:
            result[_place(first)] = _put(value[_place(first)], rest, given, insert=insert)
        elif insert:
            place = len(result) if first == "-" else _place(first)
            if place > len(result):
                raise IndexError(first)
            result.insert(place, given)
        else:
            result[_place(first)] = given
        return result
    if (rest or not insert) and first not in value:
        raise KeyError(first)
    return {**value, first: _put(value[first], rest, given, insert=insert) if rest else given}


def _without(value: Any, steps: list[str]) -> Any:
    first, rest = steps[0], steps[1:]
    result: Any = list(value) if isinstance(value, list) else dict(value)
    place = _place(first) if isinstance(value, list) else first
    if rest:
        result[place] = _without(value[place], rest)
    else:
        del result[place]
    return result


def _test(value: Any, operation: dict[str, Any]) -> Any:
    try:
        found = _at(value, _steps(operation["path"]))
    except (KeyError, IndexError):
        found = None
    if found != operation.get("value"):
        raise _unprocessable(f"testing value {operation['path']} failed: test failed")
    return value


def _copied(value: Any, operation: dict[str, Any]) -> Any:
    return _put(value, _steps(operation["path"]), _at(value, _steps(operation["from"])), insert=True)


def _moved(value: Any, operation: dict[str, Any]) -> Any:
    moved = _at(value, _steps(operation["from"]))
    return _put(_without(value, _steps(operation["from"])), _steps(operation["path"]), moved, insert=True)


_OPERATIONS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "add": lambda value, each: _put(value, _steps(each["path"]), each["value"], insert=True),
    "remove": lambda value, each: _without(value, _steps(each["path"])),
    "replace": lambda value, each: _put(value, _steps(each["path"]), each["value"], insert=False),
    "test": _test,
    "copy": _copied,
    "move": _moved,
}
