"""Spans and instants as people read them."""

from __future__ import annotations

import time

from migrator.model.units import Instant


def span(seconds: float) -> str:
    """How long: `8 s`, `4 min 10 s`, `3 h 05 min`, `2 d 4 h`; a span below zero is none."""
    whole = max(0, round(seconds))
    if whole < 100:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def clock(instant: Instant) -> str:
    """The time of day in UTC, as `12:03:04`."""
    return time.strftime("%H:%M:%S", time.gmtime(instant))


def stamp(instant: Instant) -> str:
    """The instant in UTC to the second, as `2026-03-01T12:03:04Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(instant))
