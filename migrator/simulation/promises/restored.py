"""Law 8: nothing writes to the legacy Service before `retire`, and the way back restores record sets and protection."""

from __future__ import annotations

from typing import Any

from migrator.model.effects import DeleteService, DemoteService, PatchService
from migrator.model.events import Ended, Entry, Intended, TurnedBack
from migrator.simulation.promises.course import Course, shown

NAME = "restored"
LAW = "rollback restores record sets, deletion protection, the legacy Service field for field; nothing writes to it before retire"
TOLD = (TurnedBack, Ended)  # the lines that may break it


class Restored:
    """Looks at calls on the legacy Service, and at the end of the way back."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._service = self._legacy()
        self._judged = 0
        course.world.kube.subscribe("Service", self._changed)

    def told(self, entry: Entry) -> str:
        """What is wrong once a line is written; empty while the promise is kept."""
        match entry.event:
            case TurnedBack() if self._retired():
                return "turned back, and the legacy Service was retired already"
            case Ended("rolled-back"):
                return self._left_over()
        return ""

    def look(self) -> str:
        """What is wrong with the last call; empty while the promise is kept."""
        calls = self._course.calls
        if len(calls) == self._judged:
            return ""
        self._judged = len(calls)
        return self._written()

    def _retired(self) -> bool:
        """Whether a call of ours took the legacy Service's load balancer away."""
        made = [each.effect for each in self._course.calls if isinstance(each.effect, DeleteService | DemoteService)]
        raw = self._course.service()
        live = raw is not None and raw["spec"]["type"] == "LoadBalancer" and "deletionTimestamp" not in raw["metadata"]
        return not live and any(each.uid == self._course.migration.legacy.service.uid for each in made)

    def _changed(self, event: str, obj: dict[str, Any], old: dict[str, Any] | None) -> None:
        """What others write to it while no call of ours is made is theirs, and stays."""
        if obj["metadata"]["uid"] == self._course.migration.legacy.service.uid and not self._course.acting:
            self._service = self._legacy()

    def _written(self) -> str:
        call = self._course.calls[-1]
        on_service = isinstance(call.effect, DeleteService | DemoteService | PatchService)
        if not on_service or getattr(call.effect, "uid", "") != self._course.migration.legacy.service.uid:
            return ""
        line = self._course.lines[call.lines - 1].event
        retiring = isinstance(line, Intended) and line.step == "retire"
        return "" if retiring else f"{call.effect.summary}: the legacy Service was written to before retire"

    def _left_over(self) -> str:
        listed = self._course.listed()
        foreign = self._course.foreign(listed)
        for move in self._course.migration.dns.moves:
            if move.key not in foreign and listed[move.key] != self._course.final(move):
                record = listed[move.key]
                ttl = "" if record is None else f" for {record.ttl} s"
                return (
                    f"rolled back, and {move.listed.name} {move.listed.type} leads to {shown(record)}{ttl}, not as it was listed"
                )
        if self._course.marked():
            return "rolled back, and the new Service is still there"
        if self._legacy() != self._service:
            return "rolled back, and the legacy Service is not as it was"
        if self._course.unprotected():
            return "rolled back, and legacy's load balancer is not protected from deletion any more"
        return ""

    def _legacy(self) -> object:
        """What controllers act on of the legacy Service."""
        raw = self._course.service()
        if raw is None:
            return None
        meta = raw["metadata"]
        return meta["uid"], dict(raw["spec"]), dict(meta.get("annotations") or {}), list(meta.get("finalizers") or ())
