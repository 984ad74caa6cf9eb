"""Pages of a list: how many to give, where to go on, and the opaque tokens that say so."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from migrator.sandbox.world.trouble import AwsError

Item = TypeVar("Item")


def page(
    items: Sequence[Item],
    identity: Callable[[Item], str],
    size: int,
    token: str | None,
    *,
    refusal: tuple[str, str] = ("ValidationError", "The marker is not valid"),
) -> tuple[Sequence[Item], str | None]:
    """One page, and the token of the next one or None after the last.

    A token names the first item of the next page by its identity, so that one that was deleted meanwhile moves
    nothing but itself; then the place it had counts. `refusal` is the code and message for a token that is none.
    """
    start = 0 if not token else _start(items, identity, token, refusal)
    end = start + size
    if end >= len(items):
        return items[start:], None
    return items[start:end], base64.urlsafe_b64encode(f"{end} {identity(items[end])}".encode()).decode()


def _start(items: Sequence[Item], identity: Callable[[Item], str], token: str, refusal: tuple[str, str]) -> int:
    try:
        place, _, wanted = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        index = int(place)
    except (binascii.Error, ValueError) as error:
        raise AwsError(*refusal) from error
    if index < len(items) and identity(items[index]) == wanted:
        return index
    return next((at for at, each in enumerate(items) if identity(each) == wanted), index)
