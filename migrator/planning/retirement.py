"""What becomes of the legacy Service: deleted where nothing in the cluster reads it, else a person decides."""

from __future__ import annotations

from typing import Literal

from migrator.model.cluster import Reader
from migrator.model.migration import Decision
from migrator.model.units import Unknown

SHOWN = 5  # readers named in the question; more are counted


def retirement(service: str, readers: tuple[Reader, ...] | Unknown) -> tuple[Literal["delete", "demote"], tuple[Decision, ...]]:
    """The proposal, and the decision `retire` where somebody may still use the Service's name."""
    if isinstance(readers, Unknown):
        return "demote", (_asked(service, f"its readers in the cluster could not be read ({readers.why})"),)
    if not readers:
        return "delete", ()
    named = "; ".join(f"{each.what} ({each.how})" for each in readers[:SHOWN])
    more = f" and {len(readers) - SHOWN} more" if len(readers) > SHOWN else ""
    return "demote", (_asked(service, f"it is used in the cluster by {named}{more}"),)


def _asked(service: str, why: str) -> Decision:
    question = f"what becomes of {service}: {why}; demote keeps its name and address in the cluster, delete removes both"
    return Decision("retire", question, ("demote", "delete"), "demote")
