"""A plan from what the operator typed to the file and what is said about it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from migrator.cli import wire
from migrator.cli.answers import Retire, answering, retiring, service_name, split, waits_for
from migrator.model.migration import Migration
from migrator.planning.plan import Wishes, plan
from migrator.planning.write import render, write
from migrator.report import plan_json, plan_text


class Draft(msgspec.Struct, frozen=True):
    """What the operator typed."""

    service: str
    file: str
    context: str
    waits: str
    on_failure: Literal["hold", "rollback"]
    clone_name: str
    noise: float | None
    retire: Retire | None
    answers: tuple[str, ...]
    state: str


def drafted(draft: Draft, output: str) -> tuple[Migration, str]:
    """The plan, written where a file was named, and what to print: the plan for people or programs, else its own text."""
    namespace, name = service_name(draft.service)
    answers, waits = split(list(draft.answers)), waits_for(draft.waits, draft.noise)
    clock, reach = wire.clock(), wire.Reach(draft.context)
    wishes = Wishes(wire.context_name(reach), draft.clone_name, waits, draft.on_failure)
    rivals = (*wire.beside(Path(draft.file).parent), *wire.moving(wire.state(draft.state))) if draft.file else ()
    outside, survey = wire.outside(reach, clock), wire.survey(reach, clock)
    made = plan(namespace, name, outside, survey, wishes, file=draft.file or "the new plan", rivals=rivals)
    made = answering(retiring(made, draft.retire), answers)
    if draft.file:
        made = _written(made, draft.file, answers, draft.retire)
    return made, _said(made, draft.file, output)


def _written(made: Migration, file: str, answers: tuple[tuple[str, str], ...], retire: Retire | None) -> Migration:
    """The plan as written: answers that the file had are kept, those given now replace them."""
    from migrator.planning.load import answer, load

    written = write(made, file)
    asked = {each.id for each in made.decisions}
    now = (("retire", retire),) if retire is not None and "retire" in asked else ()
    for id, value in (*now, *answers):
        if written.answer(id) != value:
            answer(file, id, value)
    return load(file)


def _said(made: Migration, file: str, output: str) -> str:
    if output == "json":
        return plan_json.render(made, file or "PLAN")
    return f"{plan_text.render(made, file)}\nwrote {file}" if file else render(made)
