"""A plan for each of many Services: what is no plan's business is passed over, and no failure stops the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrator.errors import MigrateError, OperatorError
from migrator.model.cluster import Service
from migrator.model.migration import Migration
from migrator.planning.ownership import ownership
from migrator.planning.plan import Wishes, plan
from migrator.planning.rivals import Rival
from migrator.planning.scan import Gathered, Stock, outlook
from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey

Finish = Callable[[Migration, str], Migration]


@dataclass(frozen=True)
class Outcome:
    """A Service and its plan, the reason why there is none, or neither where it is not legacy's."""

    service: str
    file: str
    made: Migration | None = None
    trouble: MigrateError | None = None


def file_name(service: Service) -> str:
    """The plan's file: neither a namespace nor a Service can have a dot in its name, so no two are the same."""
    return f"{service.namespace}.{service.name}.yaml"


def plan_all(
    gathered: Gathered,
    outside: Outside,
    survey: ClusterSurvey,
    wishes: Wishes,
    folder: str,
    rivals: tuple[Rival, ...],
    finish: Finish,
) -> Iterator[Outcome]:
    """One outcome a Service, by namespace and name. `finish` answers and writes a plan, and gives it back as written.

    Rivals are those given, without the files that are made anew here, and the plans made before in this very run.
    """
    services = sorted(gathered.services, key=lambda each: (each.namespace, each.name))
    stock = Stock.of(outside, services) if services else Stock({}, {}, "")
    files = {f"{folder}/{file_name(each)}" for each in services}
    met = [each for each in rivals if each.file not in files]
    for service in services:
        name, file = f"{service.namespace}/{service.name}", f"{folder}/{file_name(service)}"
        if foreign := _foreign(service, gathered, stock):
            yield Outcome(name, file, trouble=foreign)
            continue
        try:
            made = plan(service.namespace, service.name, outside, survey, wishes, file=file, rivals=tuple(met))
            made = finish(made, file)
        except MigrateError as trouble:
            yield Outcome(name, file, trouble=trouble)
        else:
            met.append(Rival(file, made))
            yield Outcome(name, file, made)


def _foreign(service: Service, gathered: Gathered, stock: Stock) -> OperatorError | None:
    """Why there is nothing to plan, known from the lists; everything else is for `plan` to say."""
    owned = ownership(service, stock.shown(service), stock.named(service), gathered.lbc_class)
    verdict, code, seen, do = outlook(service, owned)
    return OperatorError(seen, seen=owned.evidence, do=do, code=code) if verdict == "NOT_APPLICABLE" else None
