"""A dry run's journal begins with the real lines and forgets its own."""

from __future__ import annotations

from migrator.cli.scratch import ScratchJournal
from migrator.model.events import Ended, Entry, Released

REAL = (Entry(1, 1.0, Released("me"), "sum"),)


def test_it_goes_on_from_the_real_lines() -> None:
    journal = ScratchJournal(REAL)

    entry = journal.append(Ended("migrated"), at=2.0, after=1)

    assert journal.read() == (*REAL, entry)
    assert (entry.sequence, entry.at) == (2, 2.0)


def test_the_next_one_knows_nothing_of_it() -> None:
    ScratchJournal(REAL).append(Ended("migrated"), at=2.0, after=1)

    assert ScratchJournal(REAL).read() == REAL
