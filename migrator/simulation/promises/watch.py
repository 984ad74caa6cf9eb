"""All checkers of one journey, and the moments at which they look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from migrator.model.effects import Effect
from migrator.model.events import Entry, Event, Held, Released
from migrator.model.migration import Migration
from migrator.sandbox.world import World
from migrator.simulation.promises import alive, answers, effector, fresh, journalled, named, onward, restored, seen, witnessed
from migrator.simulation.promises.caches import Caches
from migrator.simulation.promises.course import Call, Course

MOST_BREACHES = 3  # of one promise; what is broken stays so, event after event

NAMES = tuple(each.NAME for each in (answers, onward, named, seen, journalled, fresh, effector, witnessed, restored, alive))


class Checker(Protocol):
    """One promise."""

    def look(self) -> str:
        """What is wrong now, in a sentence; empty while the promise is kept."""
        ...


class Reader(Protocol):
    """One promise that journal lines of some types may break."""

    def told(self, entry: Entry) -> str:
        """What is wrong once such a line is written, in a sentence; empty while the promise is kept."""
        ...


class Watch:
    """Looks after every timer of the world, every durable line and every call; collects breaches, a sentence each."""

    def __init__(self, world: World, migration: Migration) -> None:
        self._world = world
        self.course = course = Course(world, migration)
        self.breaches: list[str] = []
        caches = Caches(course)
        self._answers, self._alive = answers.Answers(course, caches), alive.Alive(course)
        self._onward = onward.Onward(course)
        self._journalled = journalled.Journalled(course)
        back = restored.Restored(course)
        self._told: dict[type[Event], tuple[str, Reader]] = {  # by the type of line
            **dict.fromkeys(seen.TOLD, (seen.NAME, seen.SeenDone(course, caches))),
            **dict.fromkeys(journalled.TOLD, (journalled.NAME, self._journalled)),
            **dict.fromkeys(restored.TOLD, (restored.NAME, back)),
        }
        self._called: tuple[tuple[str, Checker], ...] = (
            (journalled.NAME, self._journalled),
            (restored.NAME, back),
            (onward.NAME, self._onward),
            (named.NAME, named.Named(course)),
            (fresh.NAME, fresh.Fresh(course)),
            (effector.NAME, effector.Effector(course)),
            (witnessed.NAME, witnessed.Witnessed(course)),
        )
        self._count: Counter[str] = Counter()
        world.watch = self._timer

    def planned(self, migration: Migration) -> None:
        """Take the plan as it is applied: answers may have come since it was made."""
        if migration is not self.course.migration:
            self.course.migration = migration
            self._answers.planned()

    def runs(self, running: bool) -> None:
        """A process starts or ends."""
        self._alive.runs(running)

    def stood_still(self, code: str) -> None:
        """A process ended and said that nothing more happens by itself."""
        if wrong := self._journalled.stood_still(code):
            self._say(journalled.NAME, wrong)

    def wrote(self, entry: Entry) -> None:
        """A line is durable."""
        self.course.lines.append(entry)
        if (told := self._told.get(type(entry.event))) is not None and (wrong := told[1].told(entry)):
            self._say(told[0], wrong)
        self._alive.stir()
        if not self._answers.sound:  # what is wrong already may be excused by it
            self._answers.stir()
        self._timer()

    def calling(self, effect: Effect, host: str) -> Callable[[], None]:
        """A call is about to be made; what is given back is called once it is over, however it ended."""
        course, world = self.course, self.course.world
        legacy = course.migration.legacy.service
        service = world.kube.find("Service", legacy.namespace, legacy.name)
        finalizers = None if service is None else tuple(service["metadata"].get("finalizers") or ())
        call = Call(effect, world.now, host, _ours(course.lines), course.lease(), course.listed(), course.ids(), None, finalizers)
        course.calls.append(call)
        course.acting = self._onward.called = True

        def over() -> None:
            course.acting = False
            call.after = course.listed()
            call.left = course.ids() if world.now == call.at and not call.meddled else None
            if call.after is not call.before:
                course.left |= {key: record for key, record in call.after.items() if record != call.before[key]}
            for name, checker in self._called:
                if wrong := checker.look():
                    self._say(name, wrong)
            self._alive.stir()
            self._answers.stir()
            self._timer()

        return over

    def meddled(self) -> None:
        """Somebody else changed a record set: what is answered for a moment only has to be met too."""
        self._answers.stir()
        self._timer()

    def troubled(self, by: int) -> None:
        """So many more troubles go on."""
        self.course.troubled += by
        self._alive.stir()

    def _timer(self) -> None:
        now = self._world.now
        if now >= self._answers.due and (wrong := self._answers.look()):
            self._say(answers.NAME, wrong)
        if now >= self._alive.due and (wrong := self._alive.look()):
            self._say(alive.NAME, wrong)
        if now >= self._onward.due and (wrong := self._onward.look()):
            self._say(onward.NAME, wrong)

    def _say(self, name: str, wrong: str) -> None:
        self._count[name] += 1
        if self._count[name] <= MOST_BREACHES:
            self.breaches.append(f"{name}: {wrong} (at {self.course.world.now:.1f})")


def _ours(lines: list[Entry]) -> int:
    """How many lines there are up to the last one that is not a person's: `hold` writes beside a call in flight."""
    count = len(lines)
    while count and isinstance(lines[count - 1].event, Held | Released):
        count -= 1
    return count
