"""What a death leaves, times aside: two deaths that leave the same are followed by the same journey.

What counts is what a new process can find: what the journal folds to, our mark, what is there in AWS and in the cluster,
and which faults are still to strike. Left out are ids, instants but for a rough measure, and how many lines it took.
"""

from __future__ import annotations

from typing import Any

from migrator.model.standing import Standing, fold
from migrator.simulation.crashes.crash_points import Kind, Point
from migrator.simulation.crashes.dying import CrashPlan
from migrator.simulation.doors.objects import lease_from
from migrator.simulation.journey import Voyage

Key = tuple[Any, ...]
SPANS_S = (0, 60, 300, 900)  # since the last line: the rough measure of a wait


class Noting(CrashPlan):
    """A crash plan that notes, once its last death is over, what dying at each further boundary would leave."""

    _called: bool  # whether the last boundary was a call

    def __init__(self, voyage: Voyage, *points: Point) -> None:
        self.noted: dict[Point, Key] = {}
        self._voyage = voyage
        self._picture: tuple[Key, str] = ((), "")
        super().__init__(-1, "", "", *((each.number, each.how, each.kind) for each in points))

    def strikes(self, kind: str, *, waited: bool = False) -> str:
        """As the plan it is. What became of a call is written in the same instant: before that is after the call."""
        noting, called = not self._due, self._called
        if noting and kind == "append":
            if called:
                self._note("effect", "after")
            if waited:
                self._note("append", "before", 1)
        struck = super().strikes(kind, waited=waited)
        self._called = kind == "effect"
        if noting and kind == "fence":
            self._note("fence", "lost")
        if noting and kind == "effect":
            self._note("effect", "lost")
            if self.counts["effect"] in self.fenced:
                self._note("effect", "before")
        return struck

    def over(self) -> None:
        """A line was written, or refused."""
        if not self._due:
            self._note("append", "after")

    def _anew(self) -> None:
        super()._anew()
        self._called = False
        self._standing, self._read = Standing(), 0

    def _note(self, kind: Kind, how: str, further: int = 0) -> None:
        lost = kind if how == "lost" else ""  # the process lives on, and knows less than one that died
        self.noted[Point(kind, self.counts[kind] + further, how)] = (lost, bool(self._voyage.breaches), *self._left())

    def _left(self) -> Key:
        world, entries = self._voyage.stage.world, self._voyage.entries
        for entry in entries[self._read :]:
            self._standing = self._standing.after(entry) if self._read else fold((entry,))
            self._read = entry.sequence
        standing, now = self._standing, world.now
        moment = (now, self.counts["effect"], self._called)
        if self._picture[0] != moment:
            self._picture = (moment, repr(self._voyage.end()))
        pending = sum(now < each.insync_at for each in world.route53.changes.values())
        struck = tuple(each.struck for each in world.faults.armed)
        since_s = now - standing.last_at
        return (*told(standing), self._mark(standing), self._picture[1], pending, struck, sum(since_s > each for each in SPANS_S))

    def _mark(self, standing: Standing) -> Key:
        """Our Lease against the journal."""
        migration = self._voyage.migration
        raw = self._voyage.stage.world.kube.find("Lease", migration.legacy.service.namespace, migration.lease_name)
        if raw is None:
            return ()
        lease = lease_from(raw)
        return lease.journal, lease.host, lease.epoch - standing.epoch, lease.sequence == standing.sequence, lease.sequence == 0


def told(standing: Standing) -> Key:
    """What a journal folds to, instants and ids aside."""
    pending, held = standing.pending, standing.held
    facts = (
        (step, back, name, rough(fact.value)) for (step, back), known in standing._facts.items() for name, fact in known.items()
    )
    done = ((step, back, *(type(each.effect).__name__ for each in calls)) for (step, back), calls in standing._done.items())
    return (
        standing.began is None,
        standing.turned is None,
        standing.ended,
        held and (held.step, held.code),
        pending and (pending.step, type(pending.effect).__name__),
        tuple(standing.seen),
        standing.forward_seen,
        standing.intents,
        tuple(sorted(standing.released)),
        standing.refusals,
        standing.doubted,
        standing.final,
        len(standing.lost),
        standing.unheard,
        standing.repaired,
        standing.epoch,
        tuple(sorted(facts, key=repr)),
        tuple(sorted(done)),
    )


def rough(value: Any) -> Any:
    """A fact without the ids in it."""
    if isinstance(value, bool | int | float | None):
        return value
    return len(value) if isinstance(value, list | dict) else bool(value)
