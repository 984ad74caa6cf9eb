"""Journeys in which mutants are hunted: each gives the breaches that were seen, a sentence each, `checker: ...`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from migrator.errors import MigrateError
from migrator.machine.tick import Over, Standstill
from migrator.model.effects import ChangeRecords
from migrator.model.events import Entry, Intended, Seen
from migrator.planning.plan import Wishes
from migrator.sandbox.world.estate import legacy_service
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.route53 import RecordSet
from migrator.simulation.journey import CrashPlan, Voyage
from migrator.simulation.stage import NAMES, Name, Stage, stage

Hunt = Callable[[], tuple[str, ...]]
GUARDED = "deletion_protection.enabled"
MENDED = 4  # processes that one journey may take; a hold is lifted between them
LONGEST_S = 40_000.0  # of one journey; nothing that ever ends takes longer
THREE = (*NAMES, Name("api.internal.example.", ttl_s=30))


class Stranded(Exception):
    """A journey waits for what never comes."""


def strand() -> None:
    """A timer that ends what does not end."""
    raise Stranded


def voyage(
    *, seed: int = 7, bystander: bool = False, protected: bool = False, wishes: Wishes | None = None, **setting: Any
) -> Voyage:
    """A planned journey with every promise checked; without clients unless the setting says so."""
    on = stage(seed=seed, **{"every_s": 0.0, "names": THREE, **setting})
    if protected:
        on.world.elb.set_load_balancer_attributes(on.legacy.balancer, {GUARDED: "true"})
    if bystander:
        on.expose(legacy_service("shop", "other", app="web", port=9090), (Name("other.example.com."),))
    on.world.after(LONGEST_S, strand)
    return Voyage(on, wishes, promises=True)


def arm(on: Stage, where: str, operation: str, mode: str, *, for_s: float | None = None, **more: Any) -> None:
    """Arm a fault; `for_s` ends it."""
    until = None if for_s is None else on.world.now + for_s
    on.world.faults.arm(Fault(where=where, operation=operation, mode=mode, until=until, **more))


def ended(sailed: Voyage, back: bool = False, **given: Any) -> tuple[str, ...]:
    """Sail to the end over some processes, as a person does who mends and goes on; what was breached, the end included."""
    outcome = ""
    for _ in range(MENDED):
        try:
            finish = sailed.back(**given) if back else sailed.sail(before=lambda machine: machine.release("a person"), **given)
        except MigrateError as error:
            return (*sailed.breaches, f"end: refused with {error.code}")
        except Stranded:
            return (*sailed.breaches, "end: none")
        if isinstance(finish, Over):
            outcome = finish.outcome
            break
        if isinstance(finish, Standstill):
            outcome = finish.code
            sailed.stage.world.faults.clear()
            sailed.stage.run(900)
    sailed.stage.run(900)
    account = sailed.stage.ledger.account()
    lost = (f"requests: {account.complaint}",) if account.complaint else ()
    expected = "rolled-back" if back else "migrated"
    return (*sailed.breaches, *lost, *((f"end: {outcome or 'none'}",) if outcome != expected else ()))


def forward() -> tuple[str, ...]:
    """Nothing goes wrong."""
    return ended(voyage())


def crowded() -> tuple[str, ...]:
    """Another legacy Service beside it."""
    return ended(voyage(bystander=True))


def guarded() -> tuple[str, ...]:
    """Legacy is protected from deletion."""
    return ended(voyage(protected=True))


def returned(step: str) -> Hunt:
    """Taken back after a step."""

    def hunt() -> tuple[str, ...]:
        sailed = voyage()
        sailed.sail(until=step)
        return ended(sailed, back=True)

    return hunt


def struck(step: str, *fault: Any, **more: Any) -> Hunt:
    """A fault that is armed once a step was seen."""

    def hunt() -> tuple[str, ...]:
        sailed = voyage()
        sailed.sail(until=step)
        arm(sailed.stage, *fault, **more)
        return ended(sailed)

    return hunt


def meeting(step: str, *faults: Fault, for_s: float = 600.0) -> Hunt:
    """Faults that are armed in the moment in which a step is seen done, within the same process."""

    def hunt() -> tuple[str, ...]:
        sailed = voyage()
        watch, world = sailed.watch, sailed.stage.world
        assert watch is not None
        wrote = watch.wrote

        def met(entry: Entry) -> None:
            wrote(entry)
            if isinstance(entry.event, Seen) and entry.event.step == step:
                for each in faults:
                    world.faults.arm(replace(each, until=world.now + for_s))

        watch.wrote = met  # type: ignore[method-assign]
        return ended(sailed)

    return hunt


def uneven() -> tuple[str, ...]:
    """Some targets register much later than others."""
    sailed = voyage()
    sailed.stage.world.pace = replace(sailed.stage.world.pace, register_s=(60.0, 900.0))
    return ended(sailed)


def unread() -> tuple[str, ...]:
    """Targets register late, and nobody can read them meanwhile."""
    sailed = voyage()
    sailed.sail(until="lower")
    sailed.stage.world.pace = replace(sailed.stage.world.pace, register_s=(600.0, 900.0))
    arm(sailed.stage, "aws", "elbv2:DescribeTargetHealth", "throttle", for_s=1700.0, times=None, match="weblbc")
    return ended(sailed)


def died(kind: str, point: int, how: str) -> Hunt:
    """A process that dies."""

    def hunt() -> tuple[str, ...]:
        sailed = voyage()
        sailed.sail(CrashPlan(point, how, kind))
        return ended(sailed)

    return hunt


def moved_house() -> tuple[str, ...]:
    """The journal goes on from another host at once."""
    sailed = voyage()
    sailed.sail(until="lower")
    return ended(sailed, host="other/boot-1")


def raced() -> tuple[str, ...]:
    """Somebody edits the record set in the very moment between our intent and our call."""
    sailed = voyage()
    sailed.sail(until="warm")
    watch, world, zone = sailed.watch, sailed.stage.world, sailed.stage.estate.public_zone
    assert watch is not None
    wrote = watch.wrote

    def edit(entry: Entry) -> None:
        wrote(entry)
        if (
            isinstance(entry.event, Intended)
            and isinstance(entry.event.effect, ChangeRecords)
            and entry.event.effect.zone_id == zone.id
        ):
            theirs = RecordSet(name="api.example.com.", type="CNAME", ttl=42, values=("other.example.net.",))
            world.route53.change(zone.id, [("UPSERT", theirs)])

    watch.wrote = edit  # type: ignore[method-assign]
    sailed.sail()
    return sailed.breaches


def added() -> tuple[str, ...]:
    """Somebody lets another name lead to legacy after the plan was made."""
    sailed = voyage()
    sailed.sail(until="settle")
    zone = sailed.stage.estate.public_zone
    record = RecordSet(name="late.example.com.", type="CNAME", ttl=300, values=(sailed.stage.legacy.hostname,))
    sailed.stage.world.route53.change(zone.id, [("CREATE", record)])
    sailed.sail()
    return sailed.breaches
