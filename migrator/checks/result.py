"""What a check found."""

from __future__ import annotations

from typing import Literal

import msgspec

Weight = Literal["blocked", "warning"]


class Result(msgspec.Struct, frozen=True):
    """One check's outcome: what was seen with figures, what to do about it, and its code (of `errors.CODES`).

    `severity` is what a result that is not ok weighs: `blocked` stops the move (an unknown one until a person answers for
    it), `warning` is for a person to read.
    """

    id: str
    status: Literal["ok", "failed", "unknown"]
    seen: str
    do: str = ""
    code: str = ""
    details: tuple[str, ...] = ()
    severity: Weight = "blocked"

    @property
    def stops(self) -> bool:
        """Whether it is reason enough not to begin."""
        return self.status == "failed" and self.severity == "blocked"

    @property
    def blinds(self) -> bool:
        """Whether it is unknown, and a person has to answer for it."""
        return self.status == "unknown" and self.severity == "blocked"

    @property
    def decision(self) -> str:
        """The id of the question that an unknown result is asked by in a plan."""
        return f"check-{self.id}"


def ok(id: str, seen: str) -> Result:
    """It is as it has to be."""
    return Result(id, "ok", seen)


def failed(id: str, code: str, seen: str, do: str, *details: str) -> Result:
    """It is not as it has to be."""
    return Result(id, "failed", seen, do, code, details)


def warned(id: str, code: str, seen: str, do: str, *details: str) -> Result:
    """It is not as it should be, and the move can do without."""
    return Result(id, "failed", seen, do, code, details, "warning")


def unseen(id: str, code: str, seen: str, do: str, severity: Weight, *details: str) -> Result:
    """It cannot be told."""
    return Result(id, "unknown", seen, do, code, details, severity)
