"""Joins the parts: the only place that knows adapters, state, clock, machine, reporters and the sandbox at once.

Everything is imported where it is needed, so that a command loads no SDK that it does not use.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

import msgspec

if TYPE_CHECKING:
    import threading

    from migrator.adapters.disk.journal import DiskJournal
    from migrator.adapters.disk.state import State
    from migrator.machine.tick import Machine
    from migrator.model.migration import Migration
    from migrator.planning.rivals import Rival
    from migrator.ports.doing import Clock, Journal
    from migrator.ports.looks import RecordLook
    from migrator.ports.outside import Outside
    from migrator.ports.report import Reporter
    from migrator.ports.survey import ClusterSurvey
    from migrator.report.telling import Telling

PLAN_COPY = "plan.yaml"  # beside the journal: which Service it is about, and what other plans may not touch


class Reach(msgspec.Struct, frozen=True):
    """How the outside is reached; empty strings for what the environment says."""

    context: str = ""


def state(given: str) -> State:
    """Where journals live: --state, MIGRATE_STATE, or the user's state directory."""
    from migrator.adapters.disk.state import State, state_directory

    return State(state_directory(given or None))


def clock(stop: threading.Event | None = None) -> Clock:
    """The real clock; nothing sleeps while `stop` is set."""
    from migrator.adapters.clock import BootClock

    return BootClock(stop)


def outside(reach: Reach, clock: Clock, *, journal: str = "", migration: str = "", dry: bool = True) -> Outside:
    """Every port on the real things, patient; dry unless told otherwise. Nothing is asked yet."""
    from migrator.adapters import outside as adapters
    from migrator.adapters.aws.session import AwsSession
    from migrator.adapters.disk.host import this_host
    from migrator.adapters.dns.names import NameLook
    from migrator.adapters.dns.patient import Patient
    from migrator.adapters.dns.probe import ProbeLook
    from migrator.adapters.kube.client import KubeClient
    from migrator.adapters.kube.lease import Holder

    kube, names = KubeClient(context=reach.context or None), Patient(NameLook(), clock)
    holder = Holder(journal, this_host(), migration)
    joined = adapters.patient(adapters.joined(AwsSession(), kube, names, ProbeLook(), clock, holder))
    return adapters.dry(joined) if dry else joined


def survey(reach: Reach, clock: Clock) -> ClusterSurvey:
    """Whole lists of the cluster, for planning."""
    from migrator.adapters.kube.client import KubeClient
    from migrator.adapters.kube.survey import ClusterSurvey
    from migrator.adapters.retry import PatientSurvey

    return PatientSurvey(ClusterSurvey(KubeClient(context=reach.context or None)), clock)


def for_many(reach: Reach, clock: Clock) -> tuple[Outside, ClusterSurvey]:
    """The outside and the survey for many plans in a row: what serves all of them is asked once."""
    from migrator.adapters.kube.survey import ClusterSurvey
    from migrator.adapters.remembering import RememberingClient, once
    from migrator.adapters.retry import PatientSurvey
    from migrator.planning.zones import ReadOnce

    asked = once(outside(reach, clock))
    lists = PatientSurvey(ClusterSurvey(RememberingClient(context=reach.context or None)), clock)
    return asked._replace(records=cast("RecordLook", ReadOnce(asked.records))), lists


def context_name(reach: Reach) -> str:
    """The kubeconfig's name for the cluster, a hint for people."""
    from migrator.adapters.kube.client import KubeClient

    return KubeClient(context=reach.context or None).context


def machine(
    plan: Migration,
    journal: Journal,
    reach: Reach,
    reporter: Reporter,
    clock: Clock,
    *,
    id: str,
    hold_before: tuple[str, ...] = (),
    dry: bool = False,
) -> Machine:
    """The journey of one plan, ready to tick. `id` is the journal's."""
    from migrator import __version__
    from migrator.machine.tick import Machine, Orders
    from migrator.model.migration import signed_digest
    from migrator.steps import JOURNEY

    joined = outside(reach, clock, journal=id, migration=plan.id, dry=dry)
    orders = Orders(id, __version__, joined.host, signed_digest(plan), hold_before)
    return Machine(plan, JOURNEY, journal, joined, reporter, orders)


def telling(json: bool, clock: Clock, *, live: bool) -> Telling:
    """The reporter that fits who listens: JSON for programs, a live picture for people, lines for a log.

    Without `live` there is nothing to watch, and people get lines, too.
    """
    from migrator.cli import terminal

    if json:
        from migrator.report.json_lines import JsonLines

        return JsonLines(terminal.put)
    if live and terminal.is_watched():
        from migrator.report.progress import Progress

        return Progress(sys.stdout, clock.now)
    from migrator.report.lines import Lines

    return Lines(terminal.put, terminal.put_error)


def moving(state: State) -> tuple[Rival, ...]:
    """The plans whose journals here have begun and are not over."""
    from migrator.machine.tick import standing_of
    from migrator.planning.rivals import rivals_in

    def goes_on(migration: str) -> bool:
        return standing_of(state.journal(migration)).ended is None

    return tuple(each for each in rivals_in(str(state.root)) if goes_on(each.migration.id))


def beside(folder: Path) -> tuple[Rival, ...]:
    """The plans in a folder."""
    from migrator.planning.rivals import rivals_in

    return rivals_in(str(folder))


def keep_plan(plan: str, journal: DiskJournal) -> None:
    """Leave a copy of the plan beside the journal that it begins."""
    from migrator.planning.files import replace_file

    replace_file(str(journal.path.parent / PLAN_COPY), Path(plan).read_bytes())


def operator() -> str:
    """Who types, for the journal."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def sandbox() -> ModuleType:
    """Starts and stops a sandbox, and asks things of one."""
    from migrator.sandbox import process

    return process


def demo() -> Callable[..., object]:
    """The demonstration."""
    from migrator.sandbox import demo

    return demo.run
