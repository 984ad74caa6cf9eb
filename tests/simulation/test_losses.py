"""Lost requests are held against us unless somebody else is shown to have caused them."""

from __future__ import annotations

from migrator.sandbox.world.tally import MOST_LOSSES, Tally
from migrator.simulation.losses import Excuse, Ledger


def lossy(*at: float, why: str = "connection refused") -> Tally:
    """A tally with one answer, and a loss at each instant."""
    tally = Tally()
    tally.answer(0.0, "a1", "shop/web-1")
    for each in at:
        tally.lose(each, each, "api.example.com", why)
    return tally


def test_nothing_lost_keeps_the_promise() -> None:
    """The line that every simulated journey ends with."""
    account = Ledger(lossy(), lossy()).account()

    assert (account.requests, account.answered, account.lost) == (2, 2, 0)
    assert account.complaint == ""


def test_a_loss_is_ours_unless_it_is_excused() -> None:
    """What a test broke on purpose is not held against the migration; the second after it is."""
    ledger = Ledger(lossy(5.0, 11.0, 30.0))
    ledger.excuse(Excuse("every pod was stopped", 4.0, 12.0))

    account = ledger.account()

    assert [each.at for each in account.theirs] == [5.0, 11.0]
    assert [each.at for each in account.ours] == [30.0]
    assert account.complaint == "1 of 4 requests lost because of us: api.example.com at 30.0: connection refused"


def test_an_excuse_covers_only_what_it_names() -> None:
    """A broken second application must not hide losses of the first."""
    ledger = Ledger(lossy(5.0))

    ledger.excuse(Excuse("another name", 0.0, name="shop.example.com"))
    ledger.excuse(Excuse("another reason", 0.0, why="NXDOMAIN"))

    assert ledger.account().lost_by_us == 1


def test_losses_beyond_those_that_are_kept_are_ours() -> None:
    """Nobody can say when they were, so no excuse reaches them."""
    ledger = Ledger()
    tally = ledger.follow(lossy(*range(MOST_LOSSES + 7)))
    ledger.excuse(Excuse("all of it", 0.0))

    account = ledger.account()

    assert tally.lost == account.lost == MOST_LOSSES + 7
    assert account.lost_by_us == 7
