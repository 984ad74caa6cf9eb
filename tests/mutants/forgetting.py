"""Replacements that forget a part of what is to be done, or to be waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from migrator.model.cluster import MARK
from migrator.model.standing import Standing
from migrator.model.units import Instant
from migrator.model.verdict import Done, Wait
from migrator.steps import records, sweep
from tests.mutants.mutant import nothing


def first_only(batch: Callable[..., Any]) -> Callable[..., Any]:
    """Only the first record set is looked at."""

    def instead(listed: Any, wanted: Any, why: str) -> Any:
        return batch(listed[:1], wanted, why)

    return instead


def one_family(batch: Callable[..., Any]) -> Callable[..., Any]:
    """AAAA aliases are left where they are."""

    def instead(listed: Any, wanted: Any, why: str) -> Any:
        return batch(tuple(each for each in listed if each[0].listed.type != "AAAA"), wanted, why)

    return instead


def health_dropped(pointed: Callable[..., Any]) -> Callable[..., Any]:
    """An alias loses EvaluateTargetHealth on the way."""

    def instead(record: Any, new: Any) -> Any:
        moved = pointed(record, new)
        return moved if moved.alias is None else replace(moved, alias=replace(moved.alias, evaluate_health=False))

    return instead


def record_ttl_only(move: Any) -> float:
    """The load balancer's own address records are forgotten."""
    return float(move.lowered.ttl_s or 0)


def wrong_way(cursor: Callable[..., Any]) -> Callable[..., Any]:
    """The way back begins with the clone."""

    def instead(self: Any, standing: Any) -> Any:
        if standing.back and "clone" not in standing.seen and "clone" in standing.intents:
            return next(step for step in self.order if step.NAME == "clone")
        return cursor(self, standing)

    return instead


def unprotected(closing: Callable[..., Any]) -> Callable[..., Any]:
    """Deletion protection is not carried over."""

    def instead(migration: Any) -> Any:
        return {MARK: None}

    return instead


def lease_stays(unmark: Callable[..., Any]) -> Callable[..., Any]:
    """The Lease is left behind."""

    def instead(migration: Any, sight: Any) -> Any:
        return unmark(migration, replace(sight, lease=None))

    return instead


def once_released(migration: Any, standing: Any, sight: Any, now: float) -> Any:
    """A finalizer that is gone is taken for proof."""
    return Done("released") if sweep.released(sight) else Wait("the finalizer is there", 10)


def unwaited(decide: Callable[..., Any]) -> Callable[..., Any]:
    """A step without its waits for caches."""

    def instead(*given: Any) -> Any:
        waited, records.waited = records.waited, nothing
        try:
            return decide(*given)
        finally:
            records.waited = waited

    return instead


def long_ago(since: Callable[..., Any]) -> Callable[..., Any]:
    """What was noticed before this process began has been so for ever."""

    def instead(self: Standing, step: str, name: str, value: Any = True) -> Instant | None:
        at = since(self, step, name, value)
        return 0.0 if at is not None and at < self.resumed else at

    return instead


def soak(decide: Callable[..., Any]) -> Callable[..., Any]:
    """A process that finds the change in sync takes the caches' time for over."""

    def instead(migration: Any, standing: Any, sight: Any, now: float) -> Any:
        since = records.insync_since("shift", standing)
        before = since is not None and since < standing.resumed
        return (unwaited(decide) if before else decide)(migration, standing, sight, now)

    return instead


def not_too_late(sight: Any, lacking: Wait, waited_s: float) -> Wait:
    """Nobody is asked, however long it takes."""
    return lacking
