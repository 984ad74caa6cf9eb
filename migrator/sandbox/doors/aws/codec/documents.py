"""JSON and CBOR bodies both ways: the protocols json, rest-json and smithy-rpc-v2-cbor."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from migrator.sandbox.doors.aws.codec import cbor
from migrator.sandbox.doors.aws.codec.limits import Malformed, instant
from migrator.sandbox.doors.aws.codec.shapes import Shape

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
}


def read(shape: Shape | None, body: bytes, *, binary: bool = False) -> dict[str, Any]:
    """The input in a body; an empty body states nothing. Raises Malformed. Unknown members are ignored, as AWS does."""
    try:
        document = (cbor.read(body) if binary else msgspec.json.decode(body)) if body else {}
    except (msgspec.DecodeError, ValueError) as error:
        raise Malformed(f"the body cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise Malformed("the body is not an object")
    found: dict[str, Any] = _read(shape, document) if shape is not None else {}
    return found


def _read(shape: Shape, value: Any) -> Any:
    if shape.kind == "structure" and isinstance(value, dict):
        members = shape.by_asked
        known = ((members[name], each) for name, each in value.items() if name in members and each is not None)
        return {member.name: _read(member.shape, each) for member, each in known}
    if shape.kind == "list" and shape.item is not None and isinstance(value, list):
        return [_read(shape.item, each) for each in value]
    if shape.kind == "map" and shape.item is not None and isinstance(value, dict):
        return {key: _read(shape.item, each) for key, each in value.items()}
    if shape.kind == "timestamp":
        return float(value) if isinstance(value, int | float) else instant(str(value))
    if shape.kind == "blob" and isinstance(value, str | bytes):
        return _bytes(value)
    right = _KINDS.get(shape.kind, ())
    if not isinstance(value, right) or (isinstance(value, bool) and bool not in right):
        raise Malformed(f"{type(value).__name__} cannot be converted to {shape.kind.capitalize()}")
    return value


def _bytes(value: str | bytes) -> bytes:
    try:
        return value if isinstance(value, bytes) else base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise Malformed(f"a blob is not base64: {error}") from error


def written(shape: Shape | None, value: dict[str, Any], *, binary: bool = False) -> bytes:
    """The body for an output; KeyError when it has a member that the shape does not, a mistake of the handler."""
    document = _write(shape, value, binary) if shape is not None else {}
    return cbor.written(document) if binary else msgspec.json.encode(document)


def _write(shape: Shape, value: Any, binary: bool) -> Any:
    if shape.kind == "structure":
        members = ((shape.members[name], each) for name, each in value.items() if each is not None)
        return {member.told: _write(member.shape, each, binary) for member, each in members if member.location == "body"}
    if shape.kind == "list" and shape.item is not None:
        return [_write(shape.item, each, binary) for each in value]
    if shape.kind == "map" and shape.item is not None:
        return {key: _write(shape.item, each, binary) for key, each in value.items()}
    if shape.kind == "timestamp" and binary:
        return cbor.Instant(float(value))
    if shape.kind == "blob" and not binary:
        return base64.b64encode(value).decode()
    return value
