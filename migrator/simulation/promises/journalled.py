"""Law 4: intent is durable before the call, its outcome after it, and a lost reply is never blindly sent again."""

from __future__ import annotations

from migrator.model.events import Applied, Began, Ended, Entry, Held, Intended, Refused, Released, TurnedBack
from migrator.simulation.promises.course import Call, Course

NAME = "journalled"
LAW = "intent is durable before the call, the result after it; a lost reply is looked at, never blindly sent again"
TOLD = (Intended, Applied, Refused)  # the lines that may break it


class Journalled:
    """Pairs calls with intents, and intents with outcomes."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._called: set[tuple[int, str]] = set()  # intents that a call was made for
        self._open = False
        self._judged = 0

    def told(self, entry: Entry) -> str:
        """What is wrong with a line; empty while the promise is kept."""
        match entry.event:
            case Intended():
                if self._open:
                    return f"line {entry.sequence} intends a call before what became of the last one is known"
                self._open = True
            case Applied() | Refused():
                if not self._open:
                    return f"line {entry.sequence} tells the outcome of a call that nobody intended"
                self._open = False
        return ""

    def look(self) -> str:
        """What is wrong with the last call; empty while the promise is kept."""
        calls = self._course.calls
        if len(calls) == self._judged:
            return ""
        self._judged = len(calls)
        return self._call(calls[-1])

    def stood_still(self, code: str) -> str:
        """A hold is in the journal, or nobody else hears of it; before a journey began there is none."""
        known = (Began, Held, Released, TurnedBack, Ended)
        last = next((each.event for each in reversed(self._course.run) if isinstance(each.event, known)), None)
        if last is None or isinstance(last, Ended) or (isinstance(last, Held) and last.code == code):
            return ""
        return f"it stands still with {code}, and the journal does not say so"

    def _call(self, call: Call) -> str:
        last = self._course.lines[call.lines - 1] if call.lines else None
        if last is None or not isinstance(last.event, Intended) or last.event.effect != call.effect:
            return f"{call.effect.summary}: called without an intent in the journal's last line"
        if (last.sequence, last.checksum) in self._called:
            return f"{call.effect.summary}: called twice on one intent"
        self._called.add((last.sequence, last.checksum))
        return ""
