"""What a person says about a plan on the command line: answers, waits, what becomes of legacy. Functions of values."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from migrator.errors import Exit, OperatorError
from migrator.model.migration import Migration
from migrator.model.waits import PRESETS, Waits
from migrator.planning.estimates import estimates
from migrator.planning.plan import sealed

Retire = Literal["delete", "demote"]


def split(answers: list[str]) -> tuple[tuple[str, str], ...]:
    """`id=value` in pairs. Raises OperatorError `bad-usage` where there is no `=`."""
    pairs = []
    for each in answers:
        id, equals, value = each.partition("=")
        if not equals or not id:
            raise OperatorError(f"{each!r} is no answer: write id=value, as `migrate show PLAN` lists them", code="bad-usage")
        pairs.append((id, value))
    return tuple(pairs)


def waits_for(preset: str, noise: float | None) -> Waits:
    """A preset by name, with the noise figure where one was given. Raises OperatorError `bad-usage`."""
    if preset not in PRESETS:
        raise OperatorError(f"{preset!r} is no preset of waits; there are: {', '.join(PRESETS)}", code="bad-usage")
    if noise is not None and noise < 0:
        raise OperatorError(f"--noise is new flows a minute, at least 0, not {noise:g}", code="bad-usage")
    waits = PRESETS[preset]
    return waits if noise is None else replace(waits, noise_flows_per_min=noise)


def service_name(text: str) -> tuple[str, str]:
    """`namespace/name` in its parts. Raises OperatorError `bad-service-name`."""
    namespace, slash, name = text.partition("/")
    if not slash or not namespace or not name or "/" in name or text != text.strip():
        what = f"{text!r} does not name a Service: write NAMESPACE/NAME, for example shop/web"
        raise OperatorError(what, do="`kubectl get services --all-namespaces` lists them", code="bad-service-name")
    return namespace, name


def retiring(migration: Migration, retire: Retire | None) -> Migration:
    """The plan with what the operator wants to become of legacy: an answer where that is asked, else the proposal."""
    if retire is None:
        return migration
    if any(each.id == "retire" for each in migration.decisions):
        return answering(migration, (("retire", retire),))
    steps = estimates(migration.dns.moves, migration.legacy.groups, migration.dns.resolvers, migration.waits, retire)
    return sealed(replace(migration, retire=retire, steps=steps))


def answering(migration: Migration, answers: tuple[tuple[str, str], ...]) -> Migration:
    """The plan with answers. Raises OperatorError `plan-invalid` for an unknown decision or a value that is no option."""
    asked = {each.id: each for each in migration.decisions}
    for id, value in answers:
        if id not in asked:
            known = ", ".join(asked) or "none"
            raise OperatorError(f"the plan asks no decision {id!r}; it asks: {known}", code="plan-invalid")
        if value not in asked[id].options:
            options = ", ".join(asked[id].options)
            raise OperatorError(f"{value!r} is no answer to {id}; choose one of: {options}", code="plan-invalid")
        asked[id] = replace(asked[id], answer=value)
    return replace(migration, decisions=tuple(asked.values()))


def pending(migration: Migration) -> Exit:
    """What `--detailed-exitcode` leaves behind: changes are pending, a person must decide, or it is blocked."""
    if migration.readiness == "BLOCKED":
        return Exit.REFUSED
    if migration.readiness == "NOT_APPLICABLE":
        return Exit.DONE
    return Exit.DECISION if migration.open_decisions else Exit.CHANGES
