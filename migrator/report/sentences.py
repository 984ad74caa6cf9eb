"""Every kind of journal line in a sentence, the same in every kind of report."""

from __future__ import annotations

from typing import assert_never

from migrator.model.events import (
    Applied,
    Began,
    Ended,
    Event,
    Held,
    Intended,
    Noticed,
    Refused,
    Released,
    Seen,
    TurnedBack,
    Unclear,
)


def sentence(event: Event) -> str:
    """What happened, in one line without a full stop; whatever came from outside cannot break or colour the line."""
    return plain(_said(event))


def plain(text: str) -> str:
    """The text as one line of printable characters."""
    return "".join(each if each.isprintable() else " " for each in text)


def step_of(event: Event) -> str:
    """The step that an event is about; empty where it is about the whole journey."""
    return str(getattr(event, "step", ""))


def _said(event: Event) -> str:
    match event:
        case Began():
            return f"journal {event.journal} begins, migrate {event.tool} on {event.host.partition('/')[0]}"
        case Noticed():
            return "noticed " + ", ".join(f"{name}: {_shown(value)}" for name, value in event.facts.items())
        case Intended():
            return event.effect.summary
        case Applied():
            named = ", ".join(f"{name} {value}" for name, value in event.result.items())
            how = "it was done, as is seen" if event.found else "done"
            return f"{how} ({named})" if named else how
        case Refused():
            return f"not done ({event.code}): {event.why}"
        case Unclear():
            return f"outcome unknown, looking: {event.why}"
        case Seen():
            return f"seen: {event.evidence}"
        case Held():
            return f"on hold ({event.code}){_by(event.by)}: {event.reason}"
        case Released():
            return f"hold lifted by {event.by}"
        case TurnedBack():
            return f"turning back ({event.code}){_by(event.by)}: {event.reason}"
        case Ended():
            return event.outcome
        case _:
            assert_never(event)


def _by(who: str) -> str:
    return "" if who == "migrate" else f" by {who}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name} {_shown(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or "none"
    return str(value)
