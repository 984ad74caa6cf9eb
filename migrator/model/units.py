"""The few words that every other noun is made of."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

Instant = float  # seconds since the epoch, UTC
Facts = dict[str, Any]  # what a step noticed: plain JSON values by name
T = TypeVar("T")


class Unknown(msgspec.Struct, frozen=True, tag=True):
    """We could not look, and why. Never absent, never empty, never done."""

    why: str
