"""Columns of a table and the small words that their cells are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.sandbox.world.kube_kinds import KubeObject

Column = tuple[str, str, int, Callable[[KubeObject, float], Any]]
"""Heading, type, priority (1 is shown by `-o wide` only) and the cell of an object at an instant."""

NONE = "<none>"


def text(name: str, read: Callable[[KubeObject], Any], *, wide: bool = False) -> Column:
    """A column of words."""
    return name, "string", int(wide), lambda obj, now: read(obj)


def number(name: str, read: Callable[[KubeObject], Any]) -> Column:
    """A column of whole numbers."""
    return name, "integer", 0, lambda obj, now: read(obj)


def count(name: str, member: str) -> Column:
    """A column that shows one number of the status."""
    return number(name, lambda obj: status_of(obj).get(member, 0))


def spec_of(obj: KubeObject) -> dict[str, Any]:
    """An object's spec, empty when it has none."""
    return obj.get("spec") or {}


def status_of(obj: KubeObject) -> dict[str, Any]:
    """An object's status, empty when it has none."""
    return obj.get("status") or {}


def pairs(held: dict[str, Any] | None) -> str:
    """Labels or a selector as `a=b,c=d`."""
    return ",".join(f"{key}={held[key]}" for key in sorted(held)) if held else NONE


def shortened(found: list[str], empty: str) -> str:
    """Three at most, and how many more there are."""
    if len(found) > 3:
        return f"{','.join(found[:3])} + {len(found) - 3} more..."
    return ",".join(found) or empty


NAME = text("Name", lambda obj: obj["metadata"]["name"])
