"""How the legacy provider calls AWS: one operation at a time, each of which a fault may spoil."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, TypeVar

from migrator.sandbox.world.controllers import Failure, attempt, quoted
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

T = TypeVar("T")


def call(world: World, operation: str, subject: str, said: str, act: Callable[[], T]) -> Generator[float, None, T]:
    """Call AWS; a refusal becomes the provider's own words around the SDK's, or the SDK's alone where `said` is empty."""
    try:
        return (yield from attempt(world, "legacy", operation, subject, act))
    except AwsError as error:
        text = f"{error.code}: {error.message}\n\tstatus code: {error.status}"
        raise Failure(f"{said}: {quoted(error)}" if said else text) from error
