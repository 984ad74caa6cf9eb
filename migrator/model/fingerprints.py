"""One way to turn a value into bytes and a digest, the same on every machine."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import msgspec

canonical = msgspec.json.Encoder(order="sorted").encode
"""A value as JSON with sorted keys and no spaces."""


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, as `sha256:` and 64 hex digits."""
    return "sha256:" + sha256(canonical(value)).hexdigest()


def chained(before: str, value: Any) -> str:
    """The digest of a value that follows another one: `before` is that one's digest, empty for the first."""
    return digest([before, value])
