"""XML bodies both ways: answers of query, ec2 and rest-xml, requests of rest-xml."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from migrator.sandbox.doors.aws.codec.limits import Malformed, scalar
from migrator.sandbox.doors.aws.codec.shapes import Shape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def written(shape: Shape, value: dict[str, Any]) -> str:
    """The members of a structure that travel in the body, one after another without an element around them.

    KeyError when the value has a member that the shape does not: a mistake of the handler.
    """
    out: list[str] = []
    for name, each in value.items():
        member = shape.members[name]
        if each is not None and member.location == "body":
            _write(out, member.told, member.shape, each)
    return "".join(out)


def _write(out: list[str], tag: str, shape: Shape, value: Any) -> None:
    kind = shape.kind
    if kind == "structure":
        out.append(f"<{tag}>")
        members = shape.members
        for name, each in value.items():
            if each is not None:
                member = members[name]
                _write(out, member.told, member.shape, each)
        out.append(f"</{tag}>")
    elif kind == "list" and shape.item is not None:
        if shape.flattened:
            for each in value:
                _write(out, tag, shape.item, each)
            return
        out.append(f"<{tag}>")
        for each in value:
            _write(out, shape.item_name, shape.item, each)
        out.append(f"</{tag}>")
    else:
        out.append(f"<{tag}>{_text(kind, value)}</{tag}>")


def _text(kind: str, value: Any) -> str:
    if kind == "boolean":
        return "true" if value else "false"
    return iso(value) if kind == "timestamp" else escaped(str(value))


def escaped(text: str) -> str:
    """Text that can stand in an element."""
    if "&" in text or "<" in text or ">" in text:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text


def iso(instant: float) -> str:
    """An instant as "2026-01-02T03:04:05.678Z"."""
    return datetime.fromtimestamp(instant, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read(shape: Shape, body: bytes) -> dict[str, Any]:
    """The members that an XML request states. Raises Malformed for what is not XML or not in the model."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise Malformed(f"The XML in the request is not well-formed: {error}") from error
    found: dict[str, Any] = _read(shape, root)
    return found


def _read(shape: Shape, element: ElementTree.Element) -> Any:
    if shape.kind == "list" and shape.item is not None:
        return [_read(shape.item, each) for each in element]
    if shape.kind != "structure":
        return scalar(shape, element.text or "")
    found: dict[str, Any] = {}
    for each in element:
        tag = each.tag.rpartition("}")[2]
        member = shape.by_asked.get(tag)
        if member is None:
            raise Malformed(f"Unknown element {tag} in the request", unknown=tag)
        if member.shape.kind == "list" and member.shape.flattened and member.shape.item is not None:
            found.setdefault(member.name, []).append(_read(member.shape.item, each))
        else:
            found[member.name] = _read(member.shape, each)
    return found
