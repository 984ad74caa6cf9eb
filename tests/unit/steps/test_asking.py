"""What could not be seen is Unknown, never a value."""

from __future__ import annotations

import pytest

from migrator.errors import JournalError, Missing, Throttled, Unreachable
from migrator.model.units import Unknown
from migrator.steps.asking import all_asked, answered_by, asked, unread
from tests.unit import given
from tests.unit.world import World


def refusing(error: Exception) -> int:
    raise error


@pytest.mark.parametrize("error", [Throttled("why"), Unreachable("why"), Missing("why")], ids=lambda each: each.code)
def test_whatever_the_outside_refuses_is_unknown(error: Exception) -> None:
    assert asked(lambda: refusing(error)) == Unknown("why")


def test_our_own_trouble_is_not_taken_for_the_outside_s() -> None:
    """A journal that cannot be trusted must not look like a throttled read."""
    with pytest.raises(JournalError):
        asked(lambda: refusing(JournalError("damaged")))


def test_half_a_list_is_not_an_answer() -> None:
    assert all_asked([lambda: 1, lambda: 2]) == (1, 2)
    assert all_asked([]) == ()
    assert all_asked([lambda: 1, lambda: refusing(Throttled("why"))]) == Unknown("why")


def test_one_name_server_that_answers_is_enough() -> None:
    """Which ones were silent says nothing; all of them silent says that nothing is known."""
    world = World()
    world.refuse("asked ns1", Unreachable("silent"), 2)
    first, second = world.outside().names.authorities(given.LEGACY_NAME)

    answers = answered_by((first, second), given.LEGACY_NAME, "A", world.outside())

    assert [each.values for each in answers] == [("192.0.2.1", "192.0.2.2")]
    with pytest.raises(Unreachable, match="none of 1 name servers answers"):
        answered_by((first,), given.LEGACY_NAME, "A", world.outside())


def test_the_first_unknown_is_told() -> None:
    assert unread(None, (), 0, Unknown("one"), Unknown("two")) == Unknown("one")
    assert unread(None, (), 0) is None
