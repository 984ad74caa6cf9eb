"""A stage, a voyage on it, and small words for what happens to them."""

from __future__ import annotations

from typing import Any

from migrator.machine.tick import Standstill
from migrator.model.events import Applied, Held, Intended, Seen
from migrator.planning.plan import Wishes
from migrator.sandbox.world.faults import Fault
from migrator.scheduler.run import Finish
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import Stage, stage


def voyage(*, wishes: Wishes | None = None, seed: int = 11, **setting: Any) -> Voyage:
    """A planned migration of shop/web with clients that never stop asking."""
    return Voyage(stage(seed=seed, **{"every_s": 20.0, **setting}), wishes)


def arm(on: Stage, where: str, operation: str, mode: str, **more: Any) -> Fault:
    """Arm a fault; `for_s` ends it after so many seconds."""
    until = on.world.now + more.pop("for_s") if "for_s" in more else None
    return on.world.faults.arm(Fault(where=where, operation=operation, mode=mode, until=until, **more))


def held(finish: Finish | None, code: str) -> Standstill:
    """The standstill with this code."""
    assert isinstance(finish, Standstill), finish
    assert finish.code == code, finish
    return finish


def told(sailed: Voyage, *kinds: type) -> list[str]:
    """What the journal tells of some kinds of event, as short words."""
    words = []
    for entry in sailed.journal.read():
        event = entry.event
        if not isinstance(event, kinds):
            continue
        if isinstance(event, Intended):
            words.append(f"{event.step}: {type(event.effect).__name__}")
        elif isinstance(event, Seen | Held | Applied):
            words.append(f"{event.step}: {type(event).__name__}")
    return words


def unharmed(sailed: Voyage) -> None:
    """No client lost a request because of us."""
    account = sailed.stage.ledger.account()
    assert account.requests > 0
    assert account.lost_by_us == 0, account.complaint
