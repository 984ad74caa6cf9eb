"""What `simulate` does around a simulation: which plans it takes, how it tells how far it is."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from migrator.cli import terminal
from migrator.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.model.certificate import Certificate
    from migrator.model.migration import Migration

TOLD_EVERY_S = 10.0  # in a log


def refuse_blocked(migration: Migration, plan: str) -> None:
    """Raises OperatorError `blocked`: what may not be applied is not worth a certificate. An open question is answered."""
    if migration.readiness not in ("BLOCKED", "NOT_APPLICABLE"):
        return
    seen = tuple(f"{each.id}: {each.seen}" for each in migration.findings if each.severity == "blocked")
    what = f"cannot simulate {plan}: it is {migration.readiness}"
    do = f"mend what is listed, then `migrate plan {migration.service} -o {shlex.quote(plan)}`"
    raise OperatorError(what, seen=seen, do=do, code="blocked")


@contextmanager
def telling() -> Iterator[Callable[[int, int], None]]:
    """How many journeys are over, of how many, on stderr: a bar on a terminal that is gone at the end, else seldom a line."""
    began = time.monotonic()
    if sys.stderr.isatty():
        from migrator.report.simulated_progress import Bar

        with Bar(sys.stderr, time.monotonic) as bar:
            yield bar.heard
    else:
        yield Lines(time.monotonic).heard
    terminal.put_error(f"simulated in {time.monotonic() - began:.0f} s")


class Lines:
    """For a log: a line every ten seconds at most."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._told = now, now()

    def heard(self, over: int, of: int) -> None:
        """So many journeys are over."""
        if (now := self._now()) - self._told >= TOLD_EVERY_S:
            self._told = now
            terminal.put_error(f"{over} of {of} journeys")


def replay(migration: Migration, text: str, *, as_json: bool) -> int:
    """Make one journey and show its journal. Raises OperatorError `bad-usage` for a name that no journey has."""
    from migrator.report import simulated_json, simulated_text
    from migrator.simulation.certificate.cases import case_of
    from migrator.simulation.certificate.rehearsal import Rehearsal

    rehearsal = Rehearsal(migration)
    ran = rehearsal.ran(case_of(text))
    show = simulated_json.replayed if as_json else simulated_text.replayed
    terminal.put(show(ran.case, ran.outcome, ran.breaches, ran.took_s, rehearsal.entries))
    return int(bool(ran.breaches))


def record(certificate: Certificate, plan: str) -> None:
    """Write the certificate beside the plan, and say where."""
    from migrator.planning import certificate_file

    terminal.put_error(f"recorded in {certificate_file.record(certificate, plan)}")
