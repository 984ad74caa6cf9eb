"""Which hosted zone a name belongs to, and what one name server holds of it at this instant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.route53 import RecordSet, Zone

NEGATIVE_TTL_S = 900  # a hosted zone's SOA record as Route 53 makes it: TTL 900, minimum 86400


class Held:
    """A hosted zone as one of its name servers has it."""

    def __init__(self, zone: Zone, visible: Mapping[tuple[str, str], tuple[RecordSet, ...]]) -> None:
        self.name = zone.name
        self._visible = visible

    @property
    def soa(self) -> tuple[str, int]:
        """The zone, and for how long the absence of a name in it may be kept: the lower of SOA TTL and minimum."""
        sets = self._visible.get((self.name, "SOA"), ())
        if not sets or not sets[0].values:
            return self.name, NEGATIVE_TTL_S
        return self.name, min(sets[0].ttl or 0, int(sets[0].values[0].split()[-1]))

    def contains(self, name: str) -> bool:
        """Whether a name lies in the zone."""
        return within(name, self.name)

    def at(self, name: str, rtype: str) -> tuple[RecordSet, ...]:
        """The record sets of a name and type, a wildcard's where the name itself has nothing; empty when there are none."""
        sets = self._visible.get((name, rtype), ())
        if sets or (name, "CNAME") in self._visible or self.exists(name):  # the second alone answers most, without a walk
            return sets
        wildcard = self.wildcard(name)
        return self._visible.get((wildcard, rtype), ()) if wildcard else ()

    def exists(self, name: str) -> bool:
        """Whether a name has a record of any type or, as an empty non-terminal, names below it (RFC 4592)."""
        if name == self.name:
            return True
        below = f".{name}"
        return any(each == name or each.endswith(below) for each, _ in self._visible)

    def wildcard(self, name: str) -> str | None:
        """The wildcard that stands for a name which does not exist: the one at its closest encloser, if any.

        Route 53 stores the asterisk as \\052.
        """
        encloser = name.partition(".")[2]
        while encloser and within(encloser, self.name):
            if self.exists(encloser):
                stored = f"\\052.{encloser}"
                return stored if any(each == stored for each, _ in self._visible) else None
            encloser = encloser.partition(".")[2]
        return None


class ZoneIndex:
    """Finds the zone that answers for a name."""

    def __init__(self, world: World) -> None:
        self._world = world

    def holding(self, name: str, authority: int, *, vpc: bool) -> Held | None:
        """The zone that answers for a name, or None.

        From inside the VPC the most specific private zone that is associated with one, and its answer is final;
        else the most specific public zone, the one made first where two have the same name (nobody delegates to the
        other). Source: Route 53 developer guide, "Considerations when working with a private hosted zone".
        """
        best: Zone | None = None
        for zone in self._world.route53.zones.values():
            if (zone.private and not (vpc and zone.vpcs)) or not within(name, zone.name):
                continue
            if best is None or (zone.private, len(zone.name)) > (best.private, len(best.name)):
                best = zone
        return None if best is None else Held(best, self._world.route53.visible(best.id, 0 if best.private else authority))

    def names(self) -> tuple[str, ...]:
        """The names of all hosted zones."""
        return tuple([each.name for each in self._world.route53.zones.values()])


def within(name: str, zone: str) -> bool:
    """Whether a name is a zone's own or lies below it."""
    return name == zone or name.endswith(f".{zone}") or zone == "."
