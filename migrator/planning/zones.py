"""Every record set, in every zone that can be read, that leads to a load balancer."""

from __future__ import annotations

from functools import partial

from migrator.model.migration import UnreadZone
from migrator.model.records import AliasTarget, RecordSet, bare_name, leads_to
from migrator.model.units import Unknown
from migrator.planning.claims import claimed
from migrator.planning.found import Names, Placed, looked
from migrator.ports.looks import RecordLook

ALL_ZONES = "*"  # stands for every zone, where not even their list could be read


def survey(records: RecordLook, dns_name: str) -> Names:
    """One list of zones, then every record set of each; sorted by zone id, name and type."""
    zones = looked(records.zones)
    if isinstance(zones, Unknown):
        return Names(unread=(UnreadZone(ALL_ZONES, ALL_ZONES, zones.why),))
    placed: list[Placed] = []
    unread: list[UnreadZone] = []
    for zone in sorted(zones, key=lambda each: each.id):
        listed = looked(partial(records.listed, zone.id))
        if isinstance(listed, Unknown):
            unread.append(UnreadZone(zone.id, zone.name, listed.why))
        else:
            placed += [Placed(zone, record) for record in listed]
    placed.sort(key=_place)
    return _sorted_out(placed, tuple(unread), dns_name)


def _sorted_out(placed: list[Placed], unread: tuple[UnreadZone, ...], dns_name: str) -> Names:
    there = [each for each in placed if leads_to(each.record, dns_name)]
    return Names(
        leading=tuple(each for each in there if each.record.simple),
        routed=tuple(each for each in there if not each.record.simple),
        following=tuple(_following(placed, there)),
        claims=claimed(placed),
        unread=unread,
    )


def _following(placed: list[Placed], there: list[Placed]) -> list[Placed]:
    """Record sets that lead to a name in `there`, over any number of others; those of `there` are left out."""
    reached = {bare_name(each.record.name) for each in there}
    found: list[Placed] = []
    pending = [each for each in placed if each not in there and _goal(each.record)]
    while more := [each for each in pending if _goal(each.record) in reached]:
        found += more
        reached |= {bare_name(each.record.name) for each in more}
        pending = [each for each in pending if each not in more]
    return sorted(found, key=_place)


def _goal(record: RecordSet) -> str:
    """The name that a record set leads on to; empty where it holds an answer itself."""
    if isinstance(record.alias, AliasTarget):
        return bare_name(record.alias.name)
    return bare_name(record.values[0]) if record.type == "CNAME" and record.values else ""


def _place(each: Placed) -> tuple[str, str, str, str]:
    return each.zone.id, each.record.name, each.record.type, each.record.routing.get("SetIdentifier", "")
