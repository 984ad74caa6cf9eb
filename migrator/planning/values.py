"""How values in annotations are read: by Go, by both controllers, and by people who write YAML."""

from __future__ import annotations

from collections.abc import Mapping

# Source: Go strconv.ParseBool, which both controllers use.
_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))


def truth(text: str) -> bool | None:
    """A boolean as Go reads it; None where it is none, empty text included."""
    return True if text in _TRUE else False if text in _FALSE else None


def items(text: str) -> tuple[str, ...]:
    """A comma-separated list, trimmed, without empty items; line ends of block scalars are spaces."""
    return tuple(each.strip() for each in text.split(",") if each.strip())


def texts(values: Mapping[str, object]) -> dict[str, str]:
    """Annotations as the API would store them: a manifest may hold numbers, booleans and keys without a value."""
    return {key: text(value) for key, value in values.items()}


def text(value: object) -> str:
    """One value as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def same(one: str, other: str) -> bool:
    """Whether two values say the same: equal texts, booleans or lists, or every item of the one is in the other."""
    if truth(one.strip()) is not None and truth(one.strip()) == truth(other.strip()):
        return True
    return set(items(one.lower())) <= set(items(other.lower()))
