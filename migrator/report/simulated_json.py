"""A simulation for programs: the certificate as one JSON object, or one journey of it.

The certificate's schema is published beside the plans, as plans/certificate.schema.json; `make schema` writes it.
"""

from __future__ import annotations

import msgspec

from migrator.model.certificate import Certificate
from migrator.model.events import Entry
from migrator.model.schema import schema_of

VERSION = 1


class Replayed(msgspec.Struct, frozen=True):
    """One journey. `lines` are its journal's, as a journal on disk has them; `took_s` is virtual time."""

    version: int
    case: str
    outcome: str
    breaches: tuple[str, ...]
    took_s: float
    lines: tuple[Entry, ...]


def render(certificate: Certificate) -> str:
    """The certificate; two blanks of indent, no line end."""
    return msgspec.json.format(msgspec.json.encode(certificate), indent=2).decode()


def replayed(case: str, outcome: str, breaches: tuple[str, ...], took_s: float, lines: tuple[Entry, ...]) -> str:
    """One journey; two blanks of indent, no line end."""
    told = Replayed(VERSION, case, outcome, breaches, took_s, lines)
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def schema() -> str:
    """The schema of what `render` gives, as text."""
    return schema_of(Certificate)
