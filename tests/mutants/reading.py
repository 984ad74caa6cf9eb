"""Replacements that take what is read for what it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from migrator.errors import OutsideError
from migrator.model.standing import Standing
from migrator.model.units import Instant, Unknown
from migrator.steps.flows import Flows


def none_left(left: Callable[..., Any]) -> Callable[..., Any]:
    """What is left of what could not be read is nothing."""

    def instead(migration: Any, sight: Any) -> Any:
        return () if sight.groups is None else left(migration, sight)

    return instead


def taken_for_gone(question: Callable[..., Any], *about: Any, **named: Any) -> Any:
    """A look that failed is an empty answer."""
    try:
        return question(*about, **named)
    except OutsideError:
        return None


def taken_for_healthy(look: Callable[..., Any]) -> Callable[..., Any]:
    """Targets that could not be read are as healthy as legacy's."""

    def instead(*given: Any) -> Any:
        sight = look(*given)
        return replace(sight, new=sight.legacy) if isinstance(sight.new, Unknown) else sight

    return instead


def synced_at_once(look: Callable[..., Any]) -> Callable[..., Any]:
    """A change that was accepted is taken for one that every server has."""

    def instead(name: str, migration: Any, standing: Any, outside: Any, **more: Any) -> Any:
        seen = look(name, migration, standing, outside, **more)
        known = [each.result.get("change", "") for each in standing.changes(name).values()]
        return replace(seen, lagging=(), synced=tuple(sorted({*known, ""} - {""} if all(known) else set(known))))

    return instead


def lost_is_fine(look: Callable[..., Any]) -> Callable[..., Any]:
    """A change whose id was lost is taken for one that is in sync."""

    def instead(name: str, migration: Any, standing: Any, outside: Any, **more: Any) -> Any:
        seen = look(name, migration, standing, outside, **more)
        return replace(seen, lost=(), synced=tuple(sorted({*seen.synced, *([""] if seen.lost else ())})))

    return instead


def one_zone(legacy: Any, new: Any, pct: int) -> str:
    """One healthy target anywhere is enough."""
    return "" if new.healthy else "0 healthy targets"


def of_any_zone(changes: Callable[..., Any]) -> Callable[..., Any]:
    """The id of the last zone's change is asked about for every zone."""

    def instead(self: Standing, step: str) -> Any:
        made = changes(self, step)
        *_, last = (None, *made.values())
        return {zone: replaced(each, last.result) for zone, each in made.items()} if last is not None else made

    return instead


def replaced(done: Any, result: Any) -> Any:
    """A call with what came back from another."""
    return type(done)(done.effect, result, done.intended, done.at)


def none_is_zero(flows: Any, period_s: int) -> float:
    """A minute without any point is a minute without flows."""
    return max(float(each.new or 0.0) for each in flows.periods) * 60 / period_s


def without_open(busy: Callable[..., Any]) -> Callable[..., Any]:
    """Flows that are open do not count, new ones alone do."""

    def instead(flows: Any, migration: Any, moved: Instant | None) -> Any:
        if isinstance(flows, Flows):
            flows = replace(flows, periods=tuple(replace(each, active=each.active and 0.0) for each in flows.periods))
        return busy(flows, migration, moved)

    return instead


def lagging_one(seen: Callable[..., Any]) -> Callable[..., Any]:
    """The change in the first zone is in sync: so are all."""

    def instead(name: str, migration: Any, standing: Any, outside: Any, **more: Any) -> Any:
        found = seen(name, migration, standing, outside, **more)
        if isinstance(found.lagging, Unknown) or not found.synced:
            return found
        known = sorted(each.result.get("change", "") for each in standing.changes(name).values())
        return replace(found, lagging=(), synced=tuple(known))

    return instead


def of_readable_zones(pointing: Callable[..., Any]) -> Callable[..., Any]:
    """A zone that cannot be read has no record set that leads to legacy."""

    def instead(migration: Any, outside: Any) -> Any:
        try:
            return pointing(migration, outside)
        except OutsideError:
            return ()

    return instead
