"""How long ago something was, in the few characters that a column has for it."""

from __future__ import annotations

from datetime import datetime

from migrator.sandbox.world.kube_kinds import KubeObject

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


def age(obj: KubeObject, now: float) -> str:
    """How old an object is: `12s`, `3m5s`, `2d4h`, or `<unknown>`."""
    return since(obj["metadata"].get("creationTimestamp"), now)


def since(stamp: str | None, now: float) -> str:
    """How long ago an instant such as `2024-01-31T12:00:00Z` was."""
    return human(now - datetime.fromisoformat(stamp).timestamp()) if stamp else "<unknown>"


def human(seconds: float) -> str:
    """A duration in one or two units, coarser the longer it is. Source: apimachinery pkg/util/duration/duration.go."""
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 2 * _MINUTE:
        return f"{max(whole, 0)}s"
    if whole < 10 * _MINUTE:
        return _two(whole // _MINUTE, "m", whole % _MINUTE, "s")
    if whole < 3 * _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 8 * _HOUR:
        return _two(whole // _HOUR, "h", whole % _HOUR // _MINUTE, "m")
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    if whole < 8 * _DAY:
        return _two(whole // _DAY, "d", whole % _DAY // _HOUR, "h")
    if whole < 2 * _YEAR:
        return f"{whole // _DAY}d"
    if whole < 8 * _YEAR:
        return _two(whole // _YEAR, "y", whole % _YEAR // _DAY, "d")
    return f"{whole // _YEAR}y"


def _two(large: int, unit: str, small: int, lesser: str) -> str:
    return f"{large}{unit}{small}{lesser}" if small else f"{large}{unit}"
