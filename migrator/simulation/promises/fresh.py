"""Law 5: every change is made on what was just seen; what somebody else wrote is never overwritten."""

from __future__ import annotations

from migrator.model.effects import ChangeRecords
from migrator.simulation.doors.records import world_record
from migrator.simulation.promises.course import Call, Course, shown

NAME = "fresh"
LAW = "freshness is checked at each change: no foreign edit is overwritten, and no field of a record set is lost"


class Fresh:
    """Holds what a call changed against what was there a moment before."""

    def __init__(self, course: Course) -> None:
        self._course = course

    def look(self) -> str:
        """What is wrong with the last call; empty while the promise is kept."""
        if not self._course.calls:
            return ""
        call = self._course.calls[-1]
        if call.after is None or call.after == call.before:
            return ""
        return self._guarded(call) or self._overwritten(call)

    def _guarded(self, call: Call) -> str:
        """What a batch changed although it was not as the batch says."""
        if not isinstance(call.effect, ChangeRecords):
            return f"{call.effect.summary}: changed record sets"
        assert call.after is not None
        for swap in call.effect.swaps:
            key = (call.effect.zone_id, swap.after.name, swap.after.type)
            changed = call.after.get(key) != call.before.get(key)
            if changed and call.before.get(key) != world_record(swap.before):
                return f"{key[1]} {key[2]} led to {shown(call.before.get(key))}, and was changed as if to {shown(swap.before)}"
        return ""

    def _overwritten(self, call: Call) -> str:
        """A record set in a form that is none of ours, before or after."""
        forms = self._course.forms()
        assert call.after is not None
        for key, before in call.before.items():
            if call.after[key] == before:
                continue
            if before not in forms[key]:
                return f"{key[1]} {key[2]} was somebody else's ({shown(before)}), and was overwritten"
            if call.after[key] not in forms[key]:
                return f"{key[1]} {key[2]} became what the plan does not describe: {call.after[key]}"
        return ""
