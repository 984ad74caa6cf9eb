"""Nobody overwrites another's edit, acts without the Lease, or changes anything behind a journey that has ended."""

from __future__ import annotations

from functools import partial

import pytest

from tests.model.explorer import Explored, explore
from tests.model.protocol import Rules, State, moves, over, wrong


def explored(begin: State, rules: Rules | None = None) -> Explored[State]:
    return explore(begin, partial(moves, rules=rules or Rules()), wrong, over)


def test_every_order_of_events_keeps_the_promises_and_can_end() -> None:
    """Two operators, one perhaps with a copy of the other's journal, a way back, lost answers, a crash; `make sim` walks on."""
    walked = explored(State(crashes=1, edits=0))

    assert [str(each) for each in walked.breaches] == []
    assert walked.stuck[:1] == ()
    assert walked.states > 100_000


@pytest.mark.parametrize(
    ("rules", "breach"),
    [
        (Rules(exact=False), "overwrote a foreign edit"),
        (Rules(fenced=False), "without the lease"),
        (Rules(patient_takeover=False), "without the lease"),
        (Rules(patient_back=False), "behind a journey that had ended"),
        (Rules(looks_first=False), "behind a journey that had ended"),
        (Rules(newest=False), "an older copy of the journal"),
    ],
    ids=["upsert", "no-fence", "hasty-take-over", "hasty-way-back", "blind-repeat", "older-copy"],
)
def test_without_a_guard_a_promise_is_broken(rules: Rules, breach: str) -> None:
    """A walk that could not find these would say nothing of the guards that are there."""
    walked = explored(State(crashes=1), rules)

    assert walked.breaches, "the walk does not need this guard"
    assert breach in walked.breaches[0].what


def test_a_walk_tells_the_shortest_way_to_a_breach() -> None:
    walked = explore(0, lambda at: [("one more", at + 1)], lambda at: "three" if at == 3 else "", lambda at: False)

    assert str(walked.breaches[0]) == "three, after: one more; one more; one more"


def test_a_walk_notices_what_cannot_end() -> None:
    ways: dict[int, list[tuple[str, int]]] = {0: [("left", 1), ("right", 2)], 1: [], 2: [("round", 2)]}

    walked = explore(0, lambda at: ways[at], lambda at: "", lambda at: at == 1)

    assert walked.stuck == (("right",),)
