"""Whether a journal tells a whole journey."""

from __future__ import annotations

from migrator.model.events import Applied, Ended, Entry, Intended, Refused


def story(entries: tuple[Entry, ...], outcome: str) -> list[str]:
    """What is wrong, a sentence each: the journal ends with the outcome, and no call in it is without one."""
    if not entries:
        return ["the journal is empty"]
    wrong, open_intent = [], False
    for entry in entries:
        match entry.event:
            case Intended():
                if open_intent:
                    wrong.append(f"journal line {entry.sequence} intends a call before the last one has an outcome")
                open_intent = True
            case Applied() | Refused():
                open_intent = False
    last = entries[-1].event
    if open_intent or not isinstance(last, Ended) or last.outcome != outcome:
        wrong.append(f"the journal ends with {last}")
    return wrong
