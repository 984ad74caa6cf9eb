"""A voyage whose processes a test drives tick by tick, with any port replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator import __version__
from migrator.errors import Unclear
from migrator.machine.tick import Machine, Orders
from migrator.model.events import Seen
from migrator.model.migration import signed_digest
from migrator.model.standing import fold
from migrator.ports.outside import Outside
from migrator.scheduler.run import Interrupted, run
from migrator.simulation.journey import Voyage
from migrator.simulation.memory import MemoryJournal
from migrator.steps import JOURNEY


def driven(
    sailed: Voyage, *, host: str = "virtual/boot-1", lines: Any = None, **ports: Callable[[Any], Any]
) -> tuple[Machine, Outside]:
    """A new process over the journal (or other lines); each port may be wrapped. The voyage's journal becomes its own."""
    sailed.journal = MemoryJournal(lines if lines is not None else sailed.journal.lines)
    began = fold(sailed.journal.read())
    id = began.began.journal if began.began is not None and began.ended is None else f"journal-{began.sequence + 1}"
    outside = sailed.stage.joined(id, migration=sailed.migration.id, host=host)
    wrapped = {name: wrap(getattr(outside, name)) for name, wrap in ports.items()}
    outside = outside._replace(**wrapped)
    orders = Orders(id, __version__, host, signed_digest(sailed.migration))
    return Machine(sailed.migration, JOURNEY, sailed.journal, outside, sailed.reporter, orders), outside


def until_late(machine: Machine, outside: Outside, world: Any, patience_s: float = 2 * 86400) -> Any:
    """Run to an end, or give up after so much virtual time."""
    end = world.now + patience_s
    return run(machine, outside.clock, interrupted=lambda: world.now > end)


def ticked(machine: Machine, clock: Any, stop: Callable[[], bool], most: int = 5000) -> None:
    for _ in range(most):
        if stop():
            return
        outcome = machine.tick()
        assert hasattr(outcome, "after_s"), outcome
        clock.sleep(outcome.after_s)
    raise AssertionError("never so")


class Losing:
    """An effector that loses the first call of a kind: `Unclear` now; `land` does it later."""

    def __init__(self, inner: Any, kind: type, where: Callable[[Any], bool] = lambda effect: True) -> None:
        self.inner, self.kind, self.where = inner, kind, where
        self.lost: Any = None
        self.landed: Any = "not yet"
        self.before_second: Callable[[], None] = lambda: None

    def apply(self, effect: Any) -> Any:
        if isinstance(effect, self.kind) and self.where(effect):
            if self.lost is None:
                self.lost = effect
                raise Unclear("no answer came")
            self.before_second()
        return self.inner.apply(effect)

    def found(self, effect: Any) -> Any:
        return self.inner.found(effect)

    def land(self) -> None:
        try:
            self.landed = self.inner.apply(self.lost)
        except Exception as refused:
            self.landed = refused


def seen_at(sailed: Voyage, step: str) -> float:
    return [each.at for each in sailed.journal.read() if isinstance(each.event, Seen) and each.event.step == step][-1]


__all__ = ["Interrupted", "Losing", "driven", "seen_at", "ticked", "until_late"]
