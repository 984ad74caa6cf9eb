"""Lets the troubles of a journey happen: when each begins, what it breaks, and how it ends or is mended."""

from __future__ import annotations

import math
from functools import partial

from migrator.model.events import Entry
from migrator.model.units import Instant
from migrator.sandbox.world.faults import Fault
from migrator.simulation.losses import Excuse
from migrator.simulation.troubles.deeds_aboard import ALL_DEEDS
from migrator.simulation.troubles.ground import Ground, Undo
from migrator.simulation.troubles.kinds import KINDS
from migrator.simulation.troubles.trouble import Trouble

FORGOTTEN_S = 3720.0  # what others wrote into a record set is kept for up to the longest TTL that is drawn
IN_FLIGHT_S = 15.0  # a request that began so long before may still be cut off
SHAKING = (  # deeds that make targets come and go
    "scaled-to-zero",
    "scaled",
    "pods-restarted",
    "pod-failing",
    "node-drained",
    "node-replaced",
    "zone-flapping",
)
RECOVERS_S = 1800.0  # an absence is kept for up to 900 s, and served once more, stale, to a client that asks seldom


class Open:
    """A trouble that goes on: what undoes its deed, and the faults that were armed for it."""

    def __init__(self, trouble: Trouble, began: Instant, undo: Undo | None, faults: list[Fault]) -> None:
        self.trouble, self.began, self.undo, self.faults = trouble, began, undo, faults


class Happenings:
    """The troubles of one mix. `heard` is told of every journal line, `happened` are the kinds that came to pass."""

    def __init__(self, ground: Ground, troubles: tuple[Trouble, ...]) -> None:
        self._ground, self._world = ground, ground.world
        self._waiting: dict[str, list[Trouble]] = {}
        self._open: list[Open] = []
        self.quiet = False  # whether nothing happens any more
        self.happened: set[str] = set()
        for each in troubles:
            if each.step:
                self._waiting.setdefault(each.step, []).append(each)
            else:
                self._world.after(each.at_s, partial(self._begin, each))

    def heard(self, entry: Entry) -> None:
        """A line was written; the first one about a step starts what waits for it."""
        for each in self._waiting.pop(getattr(entry.event, "step", ""), ()) if self._waiting else ():
            self._world.after(each.at_s, partial(self._begin, each))

    def mend(self) -> None:
        """A person ends everything that goes on."""
        for each in tuple(self._open):
            self._end(each)
        self._world.faults.clear()

    def _begin(self, trouble: Trouble) -> None:
        if self.quiet:
            return
        self._ground.course.others_act()
        now = self._world.now
        until = None if trouble.for_s is None else now + trouble.for_s
        faults = [self._world.faults.arm(each.fault(until)) for each in trouble.blows]
        undo = ALL_DEEDS[trouble.deed](self._ground, trouble) if trouble.deed else None
        self.happened.add(trouble.kind)
        going = Open(trouble, now, undo, faults)
        if undo is None and trouble.for_s is None:
            self._excuse(going)
            return
        self._open.append(going)
        self._ground.watch.troubled(+1)
        self._shake(trouble, math.inf)
        if trouble.for_s is not None:
            self._world.after(trouble.for_s, partial(self._end, going))

    def _end(self, going: Open) -> None:
        if going not in self._open:
            return
        self._open.remove(going)
        self._ground.course.others_act()
        self._ground.watch.troubled(-1)
        for each in going.faults:
            self._world.faults.clear(each.id)
        if going.undo is not None:
            going.undo()
        self._excuse(going)

    def _shake(self, trouble: Trouble, until: Instant) -> None:
        if trouble.deed in SHAKING:
            going = any(each.trouble.deed in SHAKING for each in self._open)
            self._ground.course.shaken_until = math.inf if going else until

    def _excuse(self, going: Open) -> None:
        """What it broke is not counted as ours; what clients meet while it goes on is known only once it is over."""
        self._shake(going.trouble, self._world.now + RECOVERS_S)
        kind = KINDS[going.trouble.kind]
        if kind.breaks:
            over = self._world.now + RECOVERS_S
            if going.trouble.deed.startswith("record-"):  # from when every name server has what set it right
                arrivals = [each.insync_at for each in self._world.route53.changes.values() if each.insync_at < math.inf]
                over = max([self._world.now, *arrivals]) + FORGOTTEN_S
            self._ground.stage.ledger.excuse(Excuse(kind.does, going.began - IN_FLIGHT_S, over))
