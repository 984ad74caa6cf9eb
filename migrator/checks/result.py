"""What a check found."""

from __future__ import annotations

from typing import Literal

import msgspec


class Result(msgspec.Struct, frozen=True):
    """One check's outcome: what was seen with figures, what to do about it, and its code (of `errors.CODES`)."""

    id: str
    status: Literal["ok", "failed", "unknown"]
    seen: str
    do: str = ""
    code: str = ""
    details: tuple[str, ...] = ()


def ok(id: str, seen: str) -> Result:
    """It is as it has to be."""
    return Result(id, "ok", seen)


def failed(id: str, code: str, seen: str, do: str, *details: str) -> Result:
    """It is not as it has to be."""
    return Result(id, "failed", seen, do, code, details)
