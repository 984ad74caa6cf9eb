"""What is wrong with a decoded request, judged by the model: in the words that AWS services use themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from migrator.sandbox.doors.aws.codec.shapes import NUMBERS, Shape


class Malformed(Exception):
    """A request that does not fit its model: a sentence about it, and the member at fault where one is missing."""

    def __init__(self, message: str, *, missing: str = "", unknown: str = "") -> None:
        super().__init__(message)
        self.message, self.missing, self.unknown = message, missing, unknown


def check(shape: Shape | None, request: dict[str, Any]) -> None:
    """Raise Malformed with every violation in a request, in the form "2 validation errors detected: ..."."""
    if shape is None:
        return
    found: list[tuple[str, str]] = []
    _look(shape, request, "", found)
    if found:
        missing = next((path for path, what in found if what.endswith("Member must not be null")), "")
        plural = "s" if len(found) > 1 else ""
        raise Malformed(
            f"{len(found)} validation error{plural} detected: {'; '.join(what for _, what in found)}", missing=missing
        )


def _look(shape: Shape, value: Any, path: str, found: list[tuple[str, str]]) -> None:
    """Add what is wrong with a value, and with everything in it."""
    if shape.kind == "structure":
        for name in shape.required:
            if name not in value:
                inner = _below(path, name)
                found.append((inner, f"Value null at '{inner}' failed to satisfy constraint: Member must not be null"))
        for name, each in value.items():
            _look(shape.members[name].shape, each, _below(path, name), found)
        return
    if shape.kind in ("list", "map") and shape.item is not None:
        entries = value.items() if shape.kind == "map" else enumerate(value, 1)
        for key, each in entries:
            _look(shape.item, each, f"{path}.{key}" + (".member" if shape.kind == "list" else ""), found)
    if (rule := _broken(shape, value)) is not None:
        shown = f"'{value}'" if not isinstance(value, list | dict) else "at"
        at = f"Value {shown} at '{path}'" if shown != "at" else f"Value at '{path}'"
        found.append((path, f"{at} failed to satisfy constraint: {rule}"))


def _broken(shape: Shape, value: Any) -> str | None:
    """The rule that one value breaks, or None."""
    if shape.enumeration and value not in shape.enumeration:
        return f"Member must satisfy enum value set: [{', '.join(sorted(shape.enumeration))}]"
    if shape.least is not None or shape.most is not None:
        number = shape.kind in NUMBERS
        size, what = (value, "value") if number else (len(value), "length")
        if shape.least is not None and size < shape.least:
            return f"Member must have {what} greater than or equal to {shape.least}"
        if shape.most is not None and size > shape.most:
            return f"Member must have {what} less than or equal to {shape.most}"
    if shape.pattern is not None and not shape.pattern.fullmatch(value):
        return f"Member must satisfy regular expression pattern: {shape.pattern.pattern}"
    return None


def _below(path: str, name: str) -> str:
    """The path of a member, as services write it: members begin with a small letter."""
    small = name[0].lower() + name[1:]
    return f"{path}.{small}" if path else small


def scalar(shape: Shape, text: str) -> Any:
    """A value from its text in a form, an XML element, a query string or a path."""
    kind = shape.kind
    try:
        if kind in ("integer", "long"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
    except ValueError as error:
        raise Malformed(f"Value ({text}) for a parameter of type {kind} is invalid") from error
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise Malformed(f"Value ({text}) for a parameter of type boolean is invalid")
        return text.lower() == "true"
    return instant(text) if kind == "timestamp" else text


def instant(text: str) -> float:
    """Seconds since the epoch from the forms in which clients send a time: ISO 8601, or the seconds themselves."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed(f"Value ({text}) for a parameter of type timestamp is invalid") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
