"""Short sums of a plan's top-level parts, so that an edited plan can say what was edited.

They stand in a comment of the file, for people's sake only: what counts is the digest.
"""

from __future__ import annotations

import re

import msgspec

from migrator.model.fingerprints import digest
from migrator.model.migration import Migration

MARKER = "# sums:"
_SUM = re.compile(r"([a-z_]+)=([0-9a-f]{8})")


def sums(migration: Migration) -> dict[str, str]:
    """Eight hex digits per top-level part, answers left out; the digest itself is no part."""
    unanswered = tuple(msgspec.structs.replace(each, answer=None) for each in migration.decisions)
    bare = msgspec.structs.replace(migration, decisions=unanswered)
    names = [each for each in migration.__struct_fields__ if each != "digest"]
    return {name: digest(getattr(bare, name)).removeprefix("sha256:")[:8] for name in names}


def listed_sums(text: str) -> dict[str, str]:
    """The sums that a plan file lists in its comment; empty when somebody removed it."""
    lines = [line for line in text.splitlines() if line.startswith(MARKER)]
    return dict(pair for line in lines for pair in _SUM.findall(line))


def changed_parts(migration: Migration, listed: dict[str, str]) -> tuple[str, ...]:
    """The parts that no longer have the sum listed for them; empty when nothing can be told."""
    now = sums(migration)
    return tuple(name for name in now if name in listed and listed[name] != now[name])
