"""Make sure that the plan still fits what is there, and that nobody else acts on it."""

from __future__ import annotations

from functools import cached_property

import msgspec

from migrator import checks
from migrator.checks import Check
from migrator.checks.result import Result
from migrator.model.cluster import Lease
from migrator.model.effects import ReleaseLease, TakeLease
from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Hold, Verdict, Wait
from migrator.model.waits import KEPT_S
from migrator.ports.outside import Outside
from migrator.steps.asking import asked

NAME = "admit"
HOLDS_UNTIL = "finish"


class Sight(msgspec.Struct, frozen=True, dict=True):
    lease: Lease | Unknown | None
    results: tuple[Result, ...]  # of the checks that have to hold at this point of the journey
    host: str

    @cached_property
    def bad(self) -> list[Result]:
        """Those of the results that are not ok; most often there are none."""
        return wrong(self.results)


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    namespace, name = migration.legacy.service.namespace, migration.lease_name
    lease = asked(outside.cluster.lease, namespace, name)
    return Sight(lease, checks.run(migration, outside, () if standing.back else due(standing)), outside.host)


def due(standing: Standing) -> tuple[Check, ...]:
    """The checks that have to hold on: what had to hold until a step that we are past or at is not asked any more."""
    return DUE[max([at for at, name in enumerate(ORDER_OF_CHECKS, 1) if name in standing.seen], default=0)]


# The names that `HOLDS_UNTIL` of a check can have, in the order of the journey; a test holds them to `steps.ORDER`.
ORDER_OF_CHECKS = ("admit", "lower", "clone", "warm", "shift", "settle", "drain", "retire", "sweep", "finish")
# At each of them, and behind the last one: the checks that hold until a later one.
DUE = tuple(
    tuple(each for each in checks.CHECKS if ORDER_OF_CHECKS.index(each.HOLDS_UNTIL) > at)
    for at in range(len(ORDER_OF_CHECKS) + 1)
)


def facts(sight: Sight) -> Facts:
    return {"failed": [each.id for each in sight.bad if each.stops or each.blinds]}


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    if isinstance(sight.lease, Unknown):
        reason = f"lease unread: {sight.lease.why}"
        begun = standing.began is not None
        return Wait(reason, migration.waits.look_every_s) if begun else Hold("unread", reason)
    if sight.lease is not None and not ours(sight.lease, standing):
        return foreign(migration, sight)
    if sight.lease is not None and newer(sight.lease, standing):
        return behind(migration, sight.lease, standing)
    bad = sight.bad
    if stop := next((each for each in bad if each.stops), None):
        return Hold(stop.code, stop.seen, stop.details, stop.do)
    if blind := next((each for each in bad if unanswered(migration, each)), None):
        return not_seen(migration, standing, blind)
    if sight.lease is None:
        return Wait("marking the Service as ours", 0, marking(migration, standing))
    if sight.lease.host != sight.host:
        return take_over(migration, sight.lease, now)
    if sight.lease.epoch != standing.epoch:
        # Our own mark, which landed after its answer was lost: set anew, to learn its epoch.
        return Wait("taking up our own mark", 0, taking(sight.lease))
    return Done(f"{passed(sight)}, lease {sight.lease.name} is ours (epoch {sight.lease.epoch})")


def marking(migration: Migration, standing: Standing) -> TakeLease:
    """What sets our mark where there is none."""
    return TakeLease(migration.legacy.service.namespace, migration.lease_name, epoch=standing.epoch + 1)


def passed(sight: Sight) -> str:
    """How many checks hold, and which warn."""
    told = f"{len(sight.results)} checks pass"
    warn = [each.id for each in sight.bad]
    return f"{told}, with warnings of {', '.join(warn)}" if warn else told


def wrong(results: tuple[Result, ...]) -> list[Result]:
    """Those that are not ok; most often there are none."""
    return [each for each in results if each.status != "ok"]


def ours(lease: Lease, standing: Standing) -> bool:
    return standing.began is not None and lease.journal == standing.began.journal


def foreign(migration: Migration, sight: Sight) -> Hold:
    """Another journal marked the Service: either another machine is at work, or our journal was lost."""
    lease = sight.lease
    assert isinstance(lease, Lease)
    seen = f"lease {lease.namespace}/{lease.name}: journal {lease.journal} on {lease.host}, at its line {lease.sequence}"
    if lease.host.split("/")[0] != sight.host.split("/")[0]:
        do = f"run `migrate apply PLAN --resume` on {lease.host.split('/')[0]}, or end that run there first"
        return Hold("foreign-lease", f"another machine is moving {migration.service}", (seen,), do)
    do = (
        "give --state the directory that holds that journal, or restore it from a backup; "
        "if it is lost for good, set every record set back as the plan lists it, then "
        f"`kubectl -n {lease.namespace} delete lease {lease.name}` and begin again"
    )
    return Hold("journal-lost", f"a journal of {migration.service} began on this machine and is not here", (seen,), do)


def newer(lease: Lease, standing: Standing) -> bool:
    """Whether a newer journal than ours moved the Lease on; ours may be in an epoch that we were not told."""
    return lease.sequence > standing.sequence or (lease.epoch != standing.epoch and not standing.unheard)


def taking(lease: Lease) -> TakeLease:
    """What sets our mark over one that was looked at, with the next epoch."""
    return TakeLease(lease.namespace, lease.name, lease.resource_version)


def behind(migration: Migration, lease: Lease, standing: Standing) -> Hold:
    """The cluster remembers more than we do: this journal is an old copy."""
    seen = f"lease {lease.namespace}/{lease.name} (epoch {lease.epoch}) was last moved on at line {lease.sequence}"
    reason = f"the journal of {migration.service} ends at line {standing.sequence}"
    return Hold("journal-behind", reason, (seen,), "put the newest copy of the journal in place; an older one must not act")


def unanswered(migration: Migration, result: Result) -> bool:
    """Whether a check could not look, and nobody answered for it in the plan."""
    return result.blinds and migration.answer(result.decision) is None


def not_seen(migration: Migration, standing: Standing, blind: Result) -> Verdict:
    """Before anything began a person is told; on the way we look again."""
    if standing.began is None:
        return Hold(blind.code, blind.seen, blind.details, blind.do)
    return Wait(f"{blind.id}: {blind.seen}", migration.waits.look_every_s)


def take_over(migration: Migration, lease: Lease, now: Instant) -> Wait:
    """The journal moved to another boot or machine: wait until no call of the old one can still arrive."""
    quiet_at = lease.renewed + migration.waits.silent_s
    if now < quiet_at:
        reason = f"waiting until no call of {lease.host} can still arrive"
        return Wait(reason, min(quiet_at - now, 30), until=quiet_at)
    return Wait(f"taking over from {lease.host}", 0, taking(lease))


def surroundings(migration: Migration, standing: Standing, outside: Outside) -> Wait | Hold | None:
    """Whether cluster, account and clock are the right ones; asked by every process on the way back, too."""
    due = [each for each in checks.CHECKS if each.HOLDS_UNTIL == "finish"]
    bad = wrong(checks.run(migration, outside, due))
    if stop := next((each for each in bad if each.stops), None):
        return Hold(stop.code, stop.seen, stop.details, stop.do)
    if blind := next((each for each in bad if unanswered(migration, each)), None):
        return Wait(f"{blind.id}: {blind.seen}", migration.waits.look_every_s)
    return None


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    if isinstance(sight.lease, Unknown):
        return Wait(f"lease unread: {sight.lease.why}", migration.waits.look_every_s)
    if sight.lease is None:
        return Done("the lease is released")
    if not ours(sight.lease, standing):
        return foreign(migration, sight)
    return kept(standing, now) or Wait("removing our mark", 0, ReleaseLease(sight.lease.namespace, sight.lease.name))


def kept(standing: Standing, now: Instant) -> Wait | None:
    """The wait before a mark that was taken over is removed: a process that was frozen must find it, not nothing."""
    rest_s = standing.taken + KEPT_S - now
    if standing.epoch <= 1 or rest_s <= 0:
        return None
    return Wait("our mark was taken over, and stays until whoever had it before has met it", min(rest_s, 30))
