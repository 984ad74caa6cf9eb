"""What becomes of the legacy Service: deleted where nothing in the cluster reads it or is its own, else a person decides."""

from __future__ import annotations

from typing import Literal

from migrator.model.cluster import Reader
from migrator.model.migration import Decision
from migrator.model.units import Unknown

SHOWN = 5  # readers named in the question; more are counted


def retirement(
    service: str, readers: tuple[Reader, ...] | Unknown, owned: tuple[str, ...] = ()
) -> tuple[Literal["delete", "demote"], tuple[Decision, ...]]:
    """The proposal, and the decision `retire` where somebody may still use the Service's name, or would go with it."""
    if isinstance(readers, Unknown):
        return "demote", (_asked(service, f"its readers in the cluster could not be read ({readers.why})"),)
    why = []
    if readers:
        why.append(f"it is used in the cluster by {_some([f'{each.what} ({each.how})' for each in readers], '; ')}")
    if owned:
        why.append(f"{_some(list(owned), ', ')} would be deleted with it")
    return ("demote", (_asked(service, ", and ".join(why)),)) if why else ("delete", ())


def _some(words: list[str], between: str) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return between.join(words[:SHOWN]) + more


def _asked(service: str, why: str) -> Decision:
    question = f"what becomes of {service}: {why}; demote keeps its name and address in the cluster, delete removes both"
    return Decision("retire", question, ("demote", "delete"), "demote")
