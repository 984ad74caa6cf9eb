"""Journeys in which mutants are hunted: each gives the breaches that were seen, a sentence each, `checker: ...`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from migrator.errors import MigrateError
from migrator.machine.tick import Over, Standstill
from migrator.model.events import Entry, Seen
from migrator.planning.plan import Wishes
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.estate import legacy_service
from migrator.sandbox.world.faults import Fault
from migrator.simulation.crashes.dying import CrashPlan
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import NAMES, Name, Stage, stage

Hunt = Callable[[], tuple[str, ...]]
CLIENT_RULE = "kubernetes.io/rule/nlb/client="
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
    *,
    seed: int = 7,
    bystander: bool = False,
    protected: bool = False,
    wide: bool = False,
    wishes: Wishes | None = None,
    **setting: Any,
) -> Voyage:
    """A planned journey with every promise checked; without clients unless the setting says so."""
    on = stage(seed=seed, **{"every_s": 0.0, "names": THREE, **setting})
    if protected:
        on.world.elb.set_load_balancer_attributes(on.legacy.balancer, {GUARDED: "true"})
    if bystander:
        on.expose(legacy_service("shop", "other", app="web", port=9090), (Name("other.example.com."),))
    if wide:
        widen(on)
    on.world.after(LONGEST_S, strand)
    return Voyage(on, wishes, promises=True)


def widen(on: Stage) -> None:
    """Beside legacy's own node rule stands one, in its name, for all higher ports that a node may serve on."""
    rule = next(each for each in on.world.ec2.rules.values() if each.description.startswith(CLIENT_RULE))
    wide = RuleSpec(protocol="tcp", from_port=rule.from_port, to_port=32767, cidr=rule.cidr, description=rule.description)
    on.world.ec2.authorize(rule.group_id, [wide])


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


def unguarded() -> tuple[str, ...]:
    """Taken back once deletion protection was taken off."""
    sailed = voyage(protected=True)
    sailed.sail(until="drain")
    sailed.sail(CrashPlan(1, "after", "effect"))
    return ended(sailed, back=True)


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


def once(sailed: Voyage, when: Callable[[Entry], bool], act: Callable[[], None]) -> None:
    """Let something happen right behind the first journal line that is so, within the same process."""
    watch, due = sailed.watch, [act]
    assert watch is not None
    wrote = watch.wrote

    def met(entry: Entry) -> None:
        wrote(entry)
        if due and when(entry):
            due.pop()()

    watch.wrote = met


def was_seen(step: str) -> Callable[[Entry], bool]:
    """The line that says that a step was seen done."""
    return lambda entry: isinstance(entry.event, Seen) and entry.event.step == step


def meeting(step: str, *faults: Fault, for_s: float = 600.0) -> Hunt:
    """Faults that are armed in the moment in which a step is seen done, within the same process."""

    def hunt() -> tuple[str, ...]:
        sailed = voyage()
        world = sailed.stage.world

        def arm_all() -> None:
            for each in faults:
                world.faults.arm(replace(each, until=world.now + for_s))

        once(sailed, was_seen(step), arm_all)
        return ended(sailed)

    return hunt


def resumed(step: str) -> Hunt:
    """Another process goes on after a step."""

    def hunt() -> tuple[str, ...]:
        sailed = voyage()
        sailed.sail(until=step)
        sailed.stage.run(1)
        return ended(sailed)

    return hunt


def never_active() -> tuple[str, ...]:
    """The new load balancer never gets ready."""
    sailed = voyage()
    sailed.sail(until="lower")
    sailed.stage.world.pace = replace(sailed.stage.world.pace, provision_s=(1e6, 1e6))
    return only_breaches(sailed)


def past_return() -> tuple[str, ...]:
    """Told to go back where nothing leads back."""
    sailed = voyage()
    sailed.sail(until="retire")
    return only_breaches(sailed, back=True)


def only_breaches(sailed: Voyage, back: bool = False) -> tuple[str, ...]:
    """One process more, which may end as it likes: it is to hold, or to be refused."""
    try:
        _ = sailed.back() if back else sailed.sail(before=lambda machine: machine.release("a person"))
    except MigrateError:
        pass
    except Stranded:
        return (*sailed.breaches, "end: none")
    return sailed.breaches


def demoted() -> tuple[str, ...]:
    """The legacy Service stays, as one without a load balancer."""
    sailed = voyage()
    sailed.migration = replace(sailed.migration, retire="demote")
    return ended(sailed)


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
