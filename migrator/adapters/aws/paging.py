"""Long lists of ids, in portions that one call takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice


def several(ids: Iterable[str], most: int) -> Iterator[list[str]]:
    """The ids, at most `most` at a time, each once; nothing for no ids."""
    rest = iter(dict.fromkeys(ids))
    while some := list(islice(rest, most)):
        yield some
