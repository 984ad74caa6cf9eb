"""Replacements that let act who may not, when they may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from migrator.machine.outcome import Standstill
from migrator.model.effects import TakeLease
from migrator.model.events import Intended
from migrator.model.units import Instant
from migrator.model.verdict import Wait
from migrator.simulation.doors.effector import write_lease


def whoever(marked: Callable[..., Any]) -> Callable[..., Any]:
    """Whose host the Lease names is not looked at."""

    def instead(self: Any) -> Any:
        lease = marked(self)
        return lease and replace(lease, host=self.outside.host)

    return instead


class Anew:
    """Sets every mark as if it were the first."""

    def __init__(self, inner: Any) -> None:
        self._inner, self.found = inner, inner.found

    def apply(self, effect: Any) -> Any:
        return self._inner.apply(replace(effect, epoch=1) if isinstance(effect, TakeLease) else effect)


def anew(make: Callable[..., None]) -> Callable[..., None]:
    """A mark that was removed begins to count anew,"""

    def instead(self: Any, migration: Any, outside: Any, log: Any) -> None:
        make(self, migration, outside._replace(effector=Anew(outside.effector)), log)

    return instead


def written_anew(write: Callable[..., Any]) -> Callable[..., Any]:
    """as was intended."""

    def instead(self: Any, event: Any) -> Any:
        first = isinstance(event, Intended) and isinstance(event.effect, TakeLease)
        return write(self, replace(event, effect=replace(event.effect, epoch=1)) if first else event)

    return instead


def at_once(migration: Any, lease: Any, now: float) -> Wait:
    """Taking over waits for nobody."""
    return Wait("taking over", 0, TakeLease(lease.namespace, lease.name, lease.resource_version))


def unchecked(self: Any) -> Any:
    """The Lease is moved on, whoever holds it."""
    return self.outside.cluster.lease(self.migration.legacy.service.namespace, self.migration.lease_name)


def unnumbered(decide: Callable[..., Any]) -> Callable[..., Any]:
    """At which line the Lease was last moved on is not looked at."""

    def instead(migration: Any, standing: Any, sight: Any, now: Instant) -> Any:
        lease = sight.lease
        known = sight if lease is None else replace(sight, lease=replace(lease, sequence=0))
        return decide(migration, standing, known, now)

    return instead


def blindly(self: Any, lease: Any) -> Any:
    """The Lease is written over as it is now, not as it was read."""
    raw = self._world.kube.get("Lease", lease.namespace, lease.name)
    return write_lease(self._world, replace(lease, resource_version=raw["metadata"]["resourceVersion"]))


def unwritten(self: Any, step: Any, hold: Any) -> Standstill:
    """A hold that only the screen knows of."""
    return Standstill(hold.code, hold.reason, hold.seen, hold.do)


def not_at(name: str, recheck: Callable[..., Any]) -> Callable[..., Any]:
    """At one step nothing is looked at again."""

    def instead(self: Any, cursor: Any) -> Any:
        return None if cursor.NAME == name else recheck(self, cursor)

    return instead


def without(guarding: Callable[..., Any], *names: str) -> Callable[..., Any]:
    """Some guards are never up."""

    def instead(self: Any, cursor: Any) -> Any:
        return tuple(each for each in guarding(self, cursor) if each.name not in names)

    return instead
