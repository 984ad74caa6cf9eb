"""What lower, shift, settle, finish and their ways back share: where each record set stands, and the next batch."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

import msgspec

from migrator.checks.records import current, shown
from migrator.model.effects import ChangeRecords
from migrator.model.migration import Migration
from migrator.model.records import BalancerName, Move, RecordSet, Swap
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Hold, Wait
from migrator.model.waits import ADDRESS_TTL_S
from migrator.ports.outside import Outside
from migrator.steps.asking import asked

SELDOM_S = 30.0  # between looks while only time has to pass, where the plan does not look more seldom anyway
PENDING_S = 1800.0  # after which a person is asked about a change that Route 53 does not bring to all its servers
SOON_S = 5.0  # between looks at what AWS does within a minute
AWAITED_S = 60.0  # what Route 53 usually takes; after that we leave the account's five calls a second to others
OFTEN = 3  # times that one record set is brought to one form before somebody else is suspected
PENDING = "change-pending"
EDITED = ("record-edited", "record-missing")
Listed = tuple[tuple[Move, RecordSet | None], ...]
Form = Callable[[Move], RecordSet]
LISTED: Form = attrgetter("listed")
LOWERED: Form = attrgetter("lowered")


def shifted_to(new: BalancerName) -> Form:
    """At the new load balancer, with the TTL for moving."""
    return lambda move: move.shifted(new)


def final_at(new: BalancerName) -> Form:
    """At the new load balancer, with the TTL that was listed."""
    return lambda move: move.final(new)


class RecordsSeen(msgspec.Struct, frozen=True):
    """The planned record sets as listed now, and the zones whose last change by this step has not reached every
    authority yet (`lagging`); `lost` are zones whose change was made but whose id never came back, or never came to be in
    sync. `synced` are the ids of the changes that have; `late_s` is how long the oldest other one takes by now.
    `often` are the forms that the step brought record sets to again and again."""

    listed: Listed | Unknown
    lagging: tuple[str, ...] | Unknown
    lost: tuple[str, ...] = ()
    synced: tuple[str, ...] = ()
    often: tuple[RecordSet, ...] = ()
    late_s: float = 0.0

    @property
    def insync(self) -> bool:
        """Whether every change of the step was seen INSYNC."""
        return self.lagging == () and not self.lost

    @property
    def facts(self) -> Facts:
        """Which changes are in sync, by id, so that an older change's `since` is never taken for a newer one's.

        Nothing where it could not be read: that does not make us forget.
        """
        return {} if isinstance(self.lagging, Unknown) else {"insync": list(self.synced)}


def seen(name: str, migration: Migration, standing: Standing, outside: Outside, *, every_zone: bool = False) -> RecordsSeen:
    """One look at the record sets, and at the changes that the step named `name` made in the direction we go.

    With `every_zone`, after a call whose answer was lost, or once a person set right what others wrote, a zone without a
    change that we know of since then counts as lost: nobody knows whether what was written there is in sync.
    """
    made, mended = standing.changes(name), mended_at(standing)
    changes = {zone: made[zone].result.get("change", "") for zone in sorted(made)}
    if every_zone or name in standing.doubted or mended:
        changes = {move.zone.id: "" for move in migration.dns.moves} | changes
    listed = asked(current, migration.dns, outside)
    if not changes:
        return RecordsSeen(listed, ())
    known = {zone: change for zone, change in changes.items() if change and made[zone].at >= mended}
    lost = tuple([zone for zone in changes if zone not in known])
    # Route 53 forgets a change after some weeks; what was seen in sync once is not asked about again.
    before = standing.noticed(name, "insync", ())
    lagging, synced = [], []
    for zone, id in known.items():
        insync = id in before or asked(outside.records.insync, id)
        if isinstance(insync, Unknown):
            return RecordsSeen(listed, insync, lost, (), often(name, standing))
        if insync:
            synced.append(id)
        else:
            lagging.append(zone)
    late_s = 0.0
    if lagging:
        # A person was asked about these and goes on: the identical change, made again, has a chance of its own.
        given_up = standing.released.get((name, PENDING), 0.0)
        lost = (*lost, *[zone for zone in lagging if made[zone].at < given_up])
        late_s = outside.clock.now() - min([made[zone].at for zone in lagging])
    return RecordsSeen(listed, tuple(lagging), lost, tuple(sorted(synced)), often(name, standing), late_s)


def often(name: str, standing: Standing) -> tuple[RecordSet, ...]:
    """The forms that a step brought record sets to so often, since a person said go on, that somebody sets them back."""
    calls = standing.done(name)
    if len(calls) < OFTEN:
        return ()
    since = max((at for (step, code), at in standing.released.items() if step == name and code in EDITED), default=0.0)
    made = [done.effect for done in calls if done.at > since]
    swaps = [swap for effect in made if isinstance(effect, ChangeRecords) for swap in effect.swaps]
    forms = [swap.after for swap in swaps if swap.before != swap.after]
    return tuple(each for each in forms if forms.count(each) >= OFTEN)


def fought(batch: ChangeRecords, records: RecordsSeen) -> Hold | None:
    """The hold where somebody sets a record set back each time that we change it."""
    found = next((each for each in batch.swaps if each.after in records.often), None)
    if found is None:
        return None
    reason = f"record set {found.after.name} {found.after.type} is set back to {shown(found.before)} each time that it is changed"
    do = "find what writes it (external-dns, GitOps, Terraform) and stop that, then `migrate apply PLAN --resume`"
    return Hold("record-edited", reason, (f"{OFTEN} times so far",), do)


def new_name(standing: Standing) -> BalancerName:
    """The new load balancer's name and zone id, as `clone` noticed them; empty before it did."""
    return BalancerName(standing.fact("clone", "hostname", ""), standing.fact("clone", "zone_id", ""))


def edited(listed: Listed, *forms: Form) -> Hold | None:
    """The hold for the first record set that is in none of the forms in which we left it."""
    for move, record in listed:
        for form in forms:
            if record == form(move):
                break
        else:
            return strange(move, record, forms)
    return None


def strange(move: Move, record: RecordSet | None, forms: tuple[Form, ...]) -> Hold:
    """The hold for a record set that is gone, or in none of these forms."""
    code, is_now = "record-missing", "is gone"
    if record is not None:
        code, is_now = "record-edited", f"is {shown(record)}, neither as planned nor as we left it"
    names = f"{move.listed.name} {move.listed.type} in zone {move.zone.id}"
    allowed = tuple(f"expected {shown(form(move))}" for form in forms)
    return Hold(code, f"record set {names} {is_now}", allowed, f"set it to {shown(forms[0](move))}, or plan again")


def next_batch(listed: Listed, wanted: Form, why: str) -> ChangeRecords | None:
    """The batch for the first zone in which a record set is not as wanted yet; None when all are."""
    zones: dict[str, list[Swap]] = {}
    for move, record in listed:
        form = wanted(move)
        if record is not None and record != form:
            zones.setdefault(move.zone.id, []).append(Swap(record, form))
    if not zones:
        return None
    first = min(zones)
    return ChangeRecords(first, tuple(zones[first]), why)


def affirmation(listed: Listed, zone: str) -> ChangeRecords:
    """The identical batch: deletes and creates what is there, only to get an id that can be waited for."""
    swaps = tuple(Swap(record, record) for move, record in listed if record is not None and move.zone.id == zone)
    return ChangeRecords(zone, swaps, "make the same change again, its id was lost")


def towards(name: str, records: RecordsSeen, wanted: Form, why: str, look_every_s: float, *forms: Form) -> Wait | Hold | None:
    """What is still to do until every record set is as wanted and INSYNC; None when it is seen to be so.

    `forms` are the other forms in which a record set may be found on the way.
    """
    if isinstance(records.listed, Unknown):
        return Wait(f"record sets unread: {records.listed.why}", look_every_s)
    if hold := edited(records.listed, wanted, *forms):
        return hold
    if batch := next_batch(records.listed, wanted, why):
        return fought(batch, records) or Wait(batch.summary, 0, batch)
    if records.lost:
        return Wait(f"the id of the change in zone {records.lost[0]} was lost", 0, affirmation(records.listed, records.lost[0]))
    if isinstance(records.lagging, Unknown):
        return Wait(f"{name}: cannot see whether Route 53 is in sync: {records.lagging.why}", look_every_s)
    if records.lagging and records.late_s > PENDING_S:
        reason = f"Route 53 has not brought zone {', '.join(records.lagging)} to all its servers for {records.late_s:.0f} s"
        return Hold(PENDING, reason, (), "look at AWS's health dashboard; running again makes the identical change once more")
    if records.lagging:
        reason = f"Route 53 has not brought zone {', '.join(records.lagging)} to all its servers yet"
        return Wait(reason, look_every_s if records.late_s > AWAITED_S else min(look_every_s, SOON_S))
    return None


def held_s(move: Move) -> float:
    """How long a client may hold the answer that a record set gives while it moves, in seconds.

    A CNAME's TTL, then that of the load balancer's own addresses; an alias answers with those addresses at once.
    """
    ttl_s = move.lowered.ttl_s
    return ADDRESS_TTL_S if ttl_s is None else ttl_s + ADDRESS_TTL_S


def longest_held_s(moves: tuple[Move, ...]) -> float:
    """The longest of them; 0 when nothing moves."""
    return max((held_s(each) for each in moves), default=0)


def insync_since(name: str, standing: Standing) -> Instant | None:
    """Since when every change that a step made is known to have reached all authorities; None while it is not.

    A step that changed nothing is in sync since its first look.
    """
    changes = sorted([done.result.get("change", "") for done in standing.changes(name).values()])
    return standing.since(name, "insync", changes)


def mended_at(standing: Standing, *, besides: str = "") -> Instant:
    """When a person last lifted a hold for what others wrote into a record set, in any step but one; 0 where nobody did.

    They set it right before. Route 53 may still be bringing that to its servers; only a change made since tells when it has.
    """
    if not standing.released:
        return 0.0
    return max([at for (step, code), at in standing.released.items() if code in EDITED and step != besides], default=0.0)


def longest_listed_s(moves: tuple[Move, ...]) -> float:
    """How long a client may hold an answer with the TTL that was listed, in seconds; 0 when nothing moves."""
    return max((each.answer_ttl_s + ADDRESS_TTL_S for each in moves), default=0)


def waited(since: Instant, for_s: float, now: Instant, reason: str, look_every_s: float) -> Wait | None:
    """The rest of a wait that began at `since`; None when it has run out."""
    left = since + for_s - now
    return Wait(reason, min(left, max(look_every_s, SELDOM_S)), until=since + for_s) if left > 0 else None
