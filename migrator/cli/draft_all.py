"""Many plans from what the operator typed to their files and what is said about them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from migrator.cli import terminal, wire
from migrator.cli.answers import Retire, pending, retiring, waits_for
from migrator.errors import Exit, OperatorError
from migrator.model.drafted import Drafted
from migrator.model.migration import Migration
from migrator.planning.plan import Wishes
from migrator.planning.plan_all import Outcome, plan_all
from migrator.planning.scan import Narrowed, Site, gather
from migrator.planning.write import write
from migrator.report import drafted_json, drafted_text

# From best to worst: a failure may hide what a refusal tells, and an unknown outcome hides everything.
WORSE = (Exit.DONE, Exit.CHANGES, Exit.DECISION, Exit.REFUSED, Exit.STALE, Exit.LOCKED, Exit.WAITING, Exit.FAILED, Exit.UNCLEAR)


class Drafts(msgspec.Struct, frozen=True):
    """What the operator typed."""

    narrowed: Narrowed
    folder: str
    context: str
    waits: str
    on_failure: Literal["hold", "rollback"]
    noise: float | None
    retire: Retire | None
    state: str
    detailed: bool


def drafted_all(drafts: Drafts, output: str) -> int:
    """Plan each Service, say a line of each as it comes, and leave the worst exit code of all."""
    rows = []
    for outcome in _outcomes(drafts):
        rows.append(_row(outcome, drafts.detailed))
        if output == "text":
            terminal.put(drafted_text.line(rows[-1], terminal.width(sys.stdout)))
    worst = max((Exit(each.exit) for each in rows), key=rank, default=Exit.DONE)
    done = tuple(rows)
    terminal.put(drafted_text.totals(done) if output == "text" else drafted_json.render(done, int(worst)))
    return int(worst)


def refuse_mixture(service: str, many: bool, file: str, one_s_own: dict[str, bool]) -> None:
    """Refuse a Service beside --all, --selector or --namespace, several without a folder, and options of one plan alone.

    Raises OperatorError `bad-usage`.
    """
    if service and many:
        raise OperatorError(f"either one Service, {service}, or several by --all, --selector or --namespace", code="bad-usage")
    if not service and not many:
        do = "`migrate plan NAMESPACE/NAME`, or `migrate plan --all -o DIR`"
        raise OperatorError("which Service? Name one, or take --all, --selector or --namespace", do=do, code="bad-usage")
    if many and not file:
        raise OperatorError("several plans are written into a folder", do="add -o DIR", code="bad-usage")
    if many and (given := [name for name, used in one_s_own.items() if used]):
        raise OperatorError(f"{', '.join(given)} is about one plan, not about several", code="bad-usage")


def _outcomes(drafts: Drafts) -> Iterator[Outcome]:
    clock, reach = wire.clock(), wire.Reach(drafts.context)
    outside, survey = wire.for_many(reach, clock)
    context = wire.context_name(reach)
    (gathered,), _ = gather((Site(context, outside.cluster, survey),), drafts.narrowed)
    wishes = Wishes(context, "", waits_for(drafts.waits, drafts.noise), drafts.on_failure)
    folder = _folder(drafts.folder)
    rivals = (*wire.beside(Path(folder)), *wire.moving(wire.state(drafts.state)))

    def finish(made: Migration, file: str) -> Migration:
        return write(retiring(made, drafts.retire), file)

    return plan_all(gathered, outside, survey, wishes, folder, rivals, finish)


def _folder(given: str) -> str:
    """The folder, made where it is not there. Raises OperatorError `plan-not-written`."""
    try:
        Path(given).mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        what = f"cannot write plans into {given}: {trouble.strerror}"
        raise OperatorError(what, do="choose a folder with -o", code="plan-not-written") from trouble
    return str(Path(given))


def _row(outcome: Outcome, detailed: bool) -> Drafted:
    if outcome.made is not None:
        code, reason, do = _first(outcome.made)
        exit = pending(outcome.made) if detailed else Exit.DONE
        return Drafted(outcome.service, outcome.made.readiness, int(exit), outcome.file, code, reason, do)
    trouble = outcome.trouble
    assert trouble is not None
    if trouble.code == "not-legacy":
        return Drafted(outcome.service, "NOT_APPLICABLE", int(Exit.DONE), "", trouble.code, trouble.message, trouble.do)
    return Drafted(outcome.service, "REFUSED", int(trouble.exit), "", trouble.code, trouble.message, trouble.do)


def _first(made: Migration) -> tuple[str, str, str]:
    """The first thing in the way of a plan, worst first; or the first that is worth reading."""
    if made.findings and made.findings[0].severity == "blocked":
        return made.findings[0].id, made.findings[0].seen, made.findings[0].do
    if made.open_decisions:
        return made.open_decisions[0].id, made.open_decisions[0].question, f"one of: {', '.join(made.open_decisions[0].options)}"
    if made.findings and made.findings[0].severity == "warning":
        return made.findings[0].id, made.findings[0].seen, made.findings[0].do
    return "", "", ""


def rank(code: Exit) -> int:
    """How bad an exit code is beside others; what planning does not leave behind is worst."""
    return WORSE.index(code) if code in WORSE else len(WORSE)
