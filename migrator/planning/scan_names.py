"""Which names lead to which load balancer: one pass over every zone, for any number of load balancers."""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import msgspec

from migrator.model.records import bare_name
from migrator.model.scanned import Unread
from migrator.model.units import Unknown
from migrator.planning.found import looked
from migrator.planning.zones import goal
from migrator.ports.looks import RecordLook


class NameIndex(msgspec.Struct, frozen=True):
    """Where names lead on to: `by_goal` has the names of the record sets by the bare name that they lead to."""

    by_goal: dict[str, tuple[str, ...]]
    unread: tuple[Unread, ...] = ()

    def leading_to(self, hostname: str) -> tuple[str, ...]:
        """Every name from which a way leads to a hostname, sorted, without trailing dots."""
        reached: set[str] = set()
        pending = [bare_name(hostname)]
        while pending:
            more = [each for each in self.by_goal.get(pending.pop(), ()) if each not in reached]
            reached.update(more)
            pending += map(bare_name, more)
        return tuple(sorted(each.rstrip(".").replace("\\052", "*") for each in reached))


def name_index(records: RecordLook) -> NameIndex:
    """One list of the zones, and one of the record sets of each; no more is kept of them than names."""
    zones = looked(records.zones)
    if isinstance(zones, Unknown):
        return NameIndex({}, (Unread("list of zones", zones.why),))
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    unread: list[Unread] = []
    for zone in sorted(zones, key=lambda each: each.id):
        listed = looked(partial(records.listed, zone.id))
        if isinstance(listed, Unknown):
            unread.append(Unread(f"zone {zone.name} ({zone.id})", listed.why))
            continue
        for record in listed:
            if there := goal(record):
                found[there][record.name] = None
    return NameIndex({there: tuple(names) for there, names in found.items()}, tuple(unread))
