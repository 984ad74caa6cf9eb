"""The journal with its fold: everything that happens is written here before the next thing happens."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.errors import JournalError, JournalMoved
from migrator.machine.outcome import Orders
from migrator.model import events
from migrator.model.events import Entry, Event
from migrator.model.migration import Migration
from migrator.model.standing import Standing, fold
from migrator.model.units import Facts
from migrator.model.verdict import Wait
from migrator.ports.doing import Clock, Journal
from migrator.ports.report import Reporter, Waiting


class Logbook:
    """Writes lines and keeps `standing` up to them; the reporter hears of each."""

    def __init__(self, migration: Migration, journal: Journal, clock: Clock, reporter: Reporter, orders: Orders) -> None:
        self.migration, self.orders = migration, orders
        self._gap_s = 3 * migration.waits.look_every_s + 30  # between looks, after which a streak begins anew
        self.standing = replace(fold(journal.read()), resumed=clock.now())
        self._journal, self._clock, self._reporter = journal, clock, reporter

    def read(self) -> Standing:
        """Take in what others appended since (`hold`, `release`).

        Raises JournalError `journal-lost` where the last line that we know is not in it: it was taken away under us.
        """
        entries, ours = self._journal.read(), self.standing
        there = len(entries)
        if ours.sequence and (there < ours.sequence or entries[ours.sequence - 1].checksum != ours.checksum):
            go_on = "`migrate rollback PLAN`" if ours.back else "`migrate apply PLAN --resume`"
            raise JournalError(
                f"cannot go on with {self.migration.service}: its journal is not the one that this run wrote",
                seen=(f"line {ours.sequence} was the last that this run knew, and is not among the {there} that are there",),
                do=f"put the newest copy of the journal back, then {go_on}",
                code="journal-lost",
            )
        if there != ours.sequence:
            self.standing = replace(fold(entries), streaks=ours.streaks, resumed=ours.resumed)
        return self.standing

    def begin(self) -> None:
        """The first line of a run; nothing happens where one is there."""
        if self.standing.began is None:
            orders = self.orders
            self._append(events.Began(orders.journal, self.migration.id, orders.digest, orders.tool, orders.host))

    def write(self, event: Event) -> Entry:
        """Write one line durably. Raises JournalMoved when somebody appended since, JournalError when it cannot be."""
        self.begin()
        return self._append(event)

    def record(self, event: Event) -> Entry:
        """Write what became of a call, whatever others appended beside it: an outcome is never lost to a hold."""
        while True:
            try:
                return self.write(event)
            except JournalMoved:
                self.read()

    def notice(self, step: str, facts: Facts) -> None:
        """Journal the facts that changed since the step last looked; before a run began they are only counted."""
        changed = self.standing.news(step, facts)
        if (changed or step not in self.standing.entered) and self.standing.began is not None:
            self.write(events.Noticed(step, changed))
        self.count(step, facts)

    def count(self, name: str, facts: Facts) -> None:
        """Count a look towards its streaks; they live as long as this process."""
        if True in facts.values() or self.standing.streaks.get(name):  # else none begins, goes on or ends
            self.standing = self.standing.looked(name, facts, self._clock.now(), self._gap_s)

    def has(self, sequence: int, checksum: str) -> bool:
        """Whether this journal has that line; a Lease that was never moved on is at line 0."""
        entries = self._journal.read()
        return sequence == 0 or (sequence <= len(entries) and entries[sequence - 1].checksum == checksum)

    def tell(self, step: str, wait: Wait) -> None:
        """Tell the reporter what is waited for; waits are not journalled."""
        now = self._clock.now()
        self._reporter.waiting(Waiting(step, wait.reason, now, now + wait.after_s, wait.until))

    def _append(self, event: Event) -> Entry:
        entry = self._journal.append(event, at=self._clock.now(), after=self.standing.sequence)
        self.standing = self.standing.after(entry)
        self._reporter.entry(entry)
        return entry
