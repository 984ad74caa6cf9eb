"""The few bodies that kubectl sends as protobuf whatever the server says: typed creates and access reviews.

Only the messages and members named here are understood; whatever else a body holds is a KubeError 415 rather than
quietly lost. Answers are always JSON, which every client accepts.
Source of field numbers: generated.proto in kubernetes/api and kubernetes/apimachinery.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

from migrator.sandbox.world.kube_meta import stamp
from migrator.sandbox.world.trouble import KubeError

_MAGIC = b"k8s\x00"
_VARINT, _LONG, _BYTES, _SHORT = 0, 1, 2, 5

Read = Callable[[Any], Any]
Message = dict[int, tuple[str, Any]]
"""Members by number: a name and how to read the value; a list of one reader for a member that repeats, a dict for a map."""


def _text(value: bytes) -> str:
    return value.decode()


def _binary(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _number(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _int_or_string(value: bytes) -> int | str:
    held = dict(_fields(value))
    return _text(held[3]) if held.get(1) else _number(held.get(2, 0))


def _time(value: bytes) -> str | None:
    seconds = dict(_fields(value)).get(1)
    return stamp(_number(seconds)) if seconds is not None and _number(seconds) > 0 else None


_TEXTS = {"": _text}
_OWNER: Message = {
    1: ("kind", _text),
    3: ("name", _text),
    4: ("uid", _text),
    5: ("apiVersion", _text),
    6: ("controller", bool),
    7: ("blockOwnerDeletion", bool),
}
_META: Message = {
    1: ("name", _text),
    2: ("generateName", _text),
    3: ("namespace", _text),
    4: ("selfLink", _text),
    5: ("uid", _text),
    6: ("resourceVersion", _text),
    7: ("generation", _number),
    8: ("creationTimestamp", _time),
    11: ("labels", _TEXTS),
    12: ("annotations", _TEXTS),
    13: ("ownerReferences", [_OWNER]),
    14: ("finalizers", [_text]),
}
_PORT: Message = {
    1: ("name", _text),
    2: ("protocol", _text),
    3: ("port", _number),
    4: ("targetPort", _int_or_string),
    5: ("nodePort", _number),
    6: ("appProtocol", _text),
}
_SERVICE_SPEC: Message = {
    1: ("ports", [_PORT]),
    2: ("selector", _TEXTS),
    3: ("clusterIP", _text),
    4: ("type", _text),
    5: ("externalIPs", [_text]),
    7: ("sessionAffinity", _text),
    8: ("loadBalancerIP", _text),
    9: ("loadBalancerSourceRanges", [_text]),
    10: ("externalName", _text),
    11: ("externalTrafficPolicy", _text),
    12: ("healthCheckNodePort", _number),
    13: ("publishNotReadyAddresses", bool),
    17: ("ipFamilyPolicy", _text),
    18: ("clusterIPs", [_text]),
    19: ("ipFamilies", [_text]),
    20: ("allocateLoadBalancerNodePorts", bool),
    21: ("loadBalancerClass", _text),
    22: ("internalTrafficPolicy", _text),
}
_CONTAINER: Message = {
    1: ("name", _text),
    2: ("image", _text),
    3: ("command", [_text]),
    4: ("args", [_text]),
    6: ("ports", [{1: ("name", _text), 2: ("hostPort", _number), 3: ("containerPort", _number), 4: ("protocol", _text)}]),
    8: ("resources", {}),
    13: ("terminationMessagePath", _text),
    14: ("imagePullPolicy", _text),
    20: ("terminationMessagePolicy", _text),
}
_TEMPLATE: Message = {
    1: ("metadata", _META),
    2: ("spec", {2: ("containers", [_CONTAINER]), 3: ("restartPolicy", _text), 14: ("securityContext", {})}),
}
_DEPLOYMENT_SPEC: Message = {
    1: ("replicas", _number),
    2: ("selector", {1: ("matchLabels", _TEXTS)}),
    3: ("template", _TEMPLATE),
    4: ("strategy", {1: ("type", _text)}),
}
_RESOURCE: Message = {
    number: (name, _text)
    for number, name in enumerate(("namespace", "verb", "group", "version", "resource", "subresource", "name"), 1)
}
_ACCESS: Message = {1: ("resourceAttributes", _RESOURCE), 2: ("nonResourceAttributes", {1: ("path", _text), 2: ("verb", _text)})}

_MESSAGES: dict[str, Message] = {
    "Namespace": {2: ("spec", {}), 3: ("status", {})},
    "ConfigMap": {2: ("data", _TEXTS), 3: ("binaryData", {"": _binary}), 4: ("immutable", bool)},
    "Secret": {2: ("data", {"": _binary}), 3: ("type", _text), 4: ("stringData", _TEXTS), 5: ("immutable", bool)},
    "ServiceAccount": {},
    "Service": {2: ("spec", _SERVICE_SPEC), 3: ("status", {1: ("loadBalancer", {})})},
    "Deployment": {2: ("spec", _DEPLOYMENT_SPEC), 3: ("status", {})},
    "Eviction": {2: ("deleteOptions", {1: ("gracePeriodSeconds", _number)})},
    "SelfSubjectAccessReview": {2: ("spec", _ACCESS), 3: ("status", {})},
    "SelfSubjectRulesReview": {2: ("spec", {1: ("namespace", _text)}), 3: ("status", {})},
    "SelfSubjectReview": {2: ("status", {1: ("userInfo", {})})},
}


def object_of(body: bytes) -> dict[str, Any]:
    """The object in a body, as JSON would have it. Raises KubeError 415 for what is not understood."""
    try:
        envelope = dict(_fields(body.removeprefix(_MAGIC)))
        named = {1: ("apiVersion", _text), 2: ("kind", _text)}
        obj = _message(envelope[1], named, "TypeMeta")
        message = {1: ("metadata", _META), **_MESSAGES[obj["kind"]]}
        obj |= _message(envelope.get(2, b""), message, obj["kind"])
    except (KeyError, IndexError, TypeError, UnicodeDecodeError) as error:
        raise KubeError(
            415, "UnsupportedMediaType", f"this protobuf body is not understood ({error}); send application/json"
        ) from None
    return obj


def _message(body: bytes, members: Message, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, value in _fields(body):
        if number not in members:
            if value in (0, b""):  # Go's encoding writes empty members that are no pointers
                continue
            raise KeyError(f"{path}, member {number}")
        name, read = members[number]
        if isinstance(read, list):
            found.setdefault(name, []).append(_value(value, read[0], f"{path}.{name}"))
        elif isinstance(read, dict) and "" in read:
            entry = dict(_fields(value))
            found.setdefault(name, {})[_text(entry.get(1, b""))] = read[""](entry.get(2, b""))
        else:
            held = _value(value, read, f"{path}.{name}")
            if held not in ("", 0, None, {}) or name in ("replicas", "immutable"):
                found[name] = held
    return found


def _value(value: Any, read: Any, path: str) -> Any:
    return _message(value, read, path) if isinstance(read, dict) else read(value)


def _fields(body: bytes) -> Iterator[tuple[int, Any]]:
    place = 0
    while place < len(body):
        tag, place = _varint(body, place)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, place = _varint(body, place)
            yield number, value
            continue
        if wire not in (_BYTES, _LONG, _SHORT):
            raise KeyError(f"wire type {wire}")
        size, place = _varint(body, place) if wire == _BYTES else ((8 if wire == _LONG else 4), place)
        yield number, body[place : place + size]
        place += size


def _varint(body: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
