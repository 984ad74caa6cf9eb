"""What lower, shift, settle, finish and their ways back share: where each record set stands, and the next batch."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from migrator.checks.records import current, shown
from migrator.model.effects import ChangeRecords
from migrator.model.migration import Migration
from migrator.model.records import BalancerName, Move, RecordSet, Swap
from migrator.model.standing import Standing
from migrator.model.units import Instant, Unknown
from migrator.model.verdict import Hold, Wait
from migrator.model.waits import ADDRESS_TTL_S
from migrator.ports.outside import Outside
from migrator.steps.asking import all_asked, asked

Listed = tuple[tuple[Move, RecordSet | None], ...]
Form = Callable[[Move], RecordSet]


class RecordsSeen(msgspec.Struct, frozen=True):
    """The planned record sets as listed now, and the zones whose last change by this step has not reached every
    authority yet (`lagging`); `lost` are zones whose change was made but whose id never came back."""

    listed: Listed | Unknown
    lagging: tuple[str, ...] | Unknown
    lost: tuple[str, ...] = ()

    @property
    def insync(self) -> bool:
        """Whether every change of the step was seen INSYNC."""
        return self.lagging == () and not self.lost


def seen(name: str, migration: Migration, standing: Standing, outside: Outside) -> RecordsSeen:
    """One look at the record sets, and at the changes that the step named `name` made in the direction we go."""
    changes = {zone: done.result.get("change", "") for zone, done in sorted(standing.changes(name).items())}
    known = {zone: change for zone, change in changes.items() if change}
    listed = asked(lambda: current(migration.dns.moves, outside))
    states = all_asked([lambda zone=zone, id=id: (zone, outside.records.insync(id)) for zone, id in known.items()])  # type: ignore[misc]
    lagging = states if isinstance(states, Unknown) else tuple(zone for zone, insync in states if not insync)
    return RecordsSeen(listed, lagging, tuple(zone for zone, change in changes.items() if not change))


def new_name(standing: Standing) -> BalancerName:
    """The new load balancer's name and zone id, as `clone` noticed them; empty before it did."""
    return BalancerName(standing.fact("clone", "hostname", ""), standing.fact("clone", "zone_id", ""))


def edited(listed: Listed, *forms: Form) -> Hold | None:
    """The hold for the first record set that is in none of the forms in which we left it."""
    for move, record in listed:
        if record is None:
            code, is_now = "record-missing", "is gone"
        elif record not in [form(move) for form in forms]:
            code, is_now = "record-edited", f"is {shown(record)}, neither as planned nor as we left it"
        else:
            continue
        names = f"{move.listed.name} {move.listed.type} in zone {move.zone.id}"
        allowed = tuple(f"expected {shown(form(move))}" for form in forms)
        return Hold(code, f"record set {names} {is_now}", allowed, f"set it to {shown(forms[0](move))}, or plan again")
    return None


def next_batch(listed: Listed, wanted: Form, why: str) -> ChangeRecords | None:
    """The batch for the first zone in which a record set is not as wanted yet; None when all are."""
    zones: dict[str, list[Swap]] = {}
    for move, record in listed:
        if record is not None and record != wanted(move):
            zones.setdefault(move.zone.id, []).append(Swap(record, wanted(move)))
    return next((ChangeRecords(zone, tuple(swaps), why) for zone, swaps in sorted(zones.items())), None)


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
        return Wait(batch.summary, 0, batch)
    if records.lost:
        return Wait(f"the id of the change in zone {records.lost[0]} was lost", 0, affirmation(records.listed, records.lost[0]))
    if isinstance(records.lagging, Unknown):
        return Wait(f"{name}: cannot see whether Route 53 is in sync: {records.lagging.why}", look_every_s)
    if records.lagging:
        return Wait(f"Route 53 has not brought zone {', '.join(records.lagging)} to all its servers yet", look_every_s)
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

    The fact may be older than the change itself: a step that has not changed anything yet lags nowhere.
    """
    since = standing.since(name, "insync")
    made = max((each.at for each in standing.changes(name).values()), default=None)
    return since if since is None or made is None else max(since, made)


def waited(since: Instant, for_s: float, now: Instant, reason: str) -> Wait | None:
    """The rest of a wait that began at `since`; None when it has run out."""
    left = since + for_s - now
    return Wait(reason, min(left, 30), until=since + for_s) if left > 0 else None
