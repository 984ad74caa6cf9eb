"""What the Domain Name System answers: the hosted zones, and the load balancers' own zone.

An authority answers for what it holds and nothing else; `resolve` is what a resolver without a cache would find by
following CNAMEs from zone to zone. Names are lower case and end in a dot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.sandbox.world.names_answer import (
    LONGEST_CHAIN,
    MOST_KEPT,
    REFUSED,
    SERVER_FAILED,
    Answer,
    Record,
    absent,
    canonical,
    followed,
    found,
    no_such_name,
    struck,
)
from migrator.sandbox.world.names_balancers import BalancerZone
from migrator.sandbox.world.names_routing import chosen
from migrator.sandbox.world.names_zones import Held, ZoneIndex

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.route53 import RecordSet

__all__ = ["Answer", "Names", "Record", "canonical"]

Asked = tuple[str, str, int, bool]  # the arguments of `answer`

AUTHORITIES = 4  # name servers of a public hosted zone
AUTHORITY_BITS = AUTHORITIES.bit_length()
NAME_SERVER_TTL_S = 172800
ROOT, ROOT_TTL_S = ".", 86400
ROOT_SOA = "a.root-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400"


class Names:
    """Every name of one world. `authorities` are the addresses of the four name servers that serve all zones."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.authorities = tuple(world.network.allocate_address("dns") for _ in range(AUTHORITIES))
        self.balancers = BalancerZone(world)
        self.zones = ZoneIndex(world)
        self._known: dict[Asked, Answer] = {}  # what holds until `changed`
        self._leading: list[Asked] = []  # those of them that hold until `balancers_changed`
        self._drawn = self._leads = False  # whether a routing policy, or a load balancer, had a hand in the answer at hand

    def answer(self, name: str, rtype: str, *, authority: int = 0, vpc: bool = True) -> Answer:
        """What one name server says about a name, authoritatively.

        `authority` is 0 to 3: between a change and its INSYNC they may differ. `vpc` asks from inside the VPC, where
        private zones go first. REFUSED for a name in no zone that it holds. No CNAME is followed.
        """
        route53 = self.world.route53
        if self.world.now >= route53.due:
            route53.changed()
        asked = (canonical(name), rtype, authority if route53.spreading else 0, vpc)
        known = self._known.get(asked)
        if known is None:
            self._drawn = self._leads = False
            known = self._looked_up(*asked)
            if not self._drawn:  # what a routing policy picks is picked anew each time
                if len(self._known) > MOST_KEPT:
                    self.changed()
                self._known[asked] = known
                if self._leads:
                    self._leading.append(asked)
        return known

    def changed(self) -> None:
        """Something that answers are made of is no longer as it was: `route53.changed` says so.

        Beside that there are load balancers, and `pace`, whose TTLs stay what they are.
        """
        self._known.clear()
        self._leading.clear()

    def balancers_changed(self) -> None:
        """What leads to load balancers is no longer as it was: `network.changed` says so."""
        for each in self._leading:
            del self._known[each]
        self._leading.clear()

    def _looked_up(self, name: str, rtype: str, authority: int, vpc: bool) -> Answer:
        if self.balancers.holds(name):
            self._leads = True
            return self.balancers.answer(name, rtype)
        held = self.zones.holding(name, authority, vpc=vpc)
        if held is not None:
            return self._from_zone(held, name, rtype)
        index = self._name_server_index(name)
        return REFUSED if index is None else self._of_name_server(name, rtype, index)

    def asked(self, name: str, rtype: str, *, authority: int = 0, vpc: bool = True) -> Answer:
        """`answer`, unless a fault is armed where "dns", operation "authority:<n>", for a subject in the name.

        Who asks often calls this only while `faults.armed` has any.
        """
        fault = self.world.faults.strike("dns", f"authority:{authority}", canonical(name), now=self.world.now)
        if fault is None:
            return self.answer(name, rtype, authority=authority, vpc=vpc)
        return struck(fault.mode, fault.delay_s, lambda: self.answer(name, rtype, authority=authority, vpc=vpc))

    def recursed(self, name: str, rtype: str, *, vpc: bool = True) -> Answer:
        """What a resolver hears about one name from whichever authority it picks, without following a CNAME.

        A name outside every zone of this world does not exist; the zones' ancestors up to the root do.
        """
        world = self.world
        draw = world.random.getrandbits
        picked = draw(AUTHORITY_BITS)
        while picked >= AUTHORITIES:  # as `randrange` draws, in one call of six: every look-up of a resolver comes by here
            picked = draw(AUTHORITY_BITS)
        ask = self.asked if world.faults.armed else self.answer
        said = ask(name, rtype, authority=picked, vpc=vpc)
        if said is not REFUSED:
            return said
        if self.answer(name, rtype, authority=picked, vpc=vpc) is not REFUSED:
            return SERVER_FAILED  # it is the name's own server, and refuses
        return self._outside(canonical(name), rtype)

    def resolve(self, name: str, rtype: str, *, vpc: bool = True) -> Answer:
        """The whole answer for a name, CNAMEs followed, asked afresh at every step; SERVFAIL for an endless chain."""
        return followed(lambda each: self.recursed(each, rtype, vpc=vpc), canonical(name), rtype)

    def start_of_authority(self, zone: str, *, vpc: bool = True) -> str:
        """The data of a zone's SOA record, for the authority section of a negative answer."""
        said = self.answer(zone, "SOA", vpc=vpc)
        return said.records[0][3] if said.records else ROOT_SOA

    def _from_zone(self, held: Held, name: str, rtype: str, depth: int = 0) -> Answer:
        if sets := held.at(name, rtype):
            return self._answered(held, name, rtype, sets, depth)
        if rtype != "CNAME" and (sets := held.at(name, "CNAME")):
            return self._answered(held, name, "CNAME", sets, depth)
        exists = held.exists(name) or held.wildcard(name) is not None
        return absent(held.soa) if exists else no_such_name(held.soa)

    def _answered(self, held: Held, name: str, rtype: str, sets: tuple[RecordSet, ...], depth: int) -> Answer:
        self._drawn = self._drawn or sets[0].set_identifier is not None
        records: list[Record] = []
        for each in chosen(self.world, sets):
            if each.alias is None:
                records += [(name, rtype, each.ttl or 0, value) for value in each.values]
            elif depth < LONGEST_CHAIN:
                behind = self._behind(held, canonical(each.alias.dns_name), rtype, depth + 1)
                records += [(name, kind, ttl, value) for _, kind, ttl, value in behind]
        return found(tuple(records)) if records else absent(held.soa)

    def _behind(self, held: Held, target: str, rtype: str, depth: int) -> tuple[Record, ...]:
        """The records that an alias stands for: the name server looks them up itself, and says their own TTL.

        Empty when nothing is there any more, such as after the load balancer was deleted.
        """
        if self.balancers.holds(target):
            self._leads = True
            return self.balancers.answer(target, rtype).records
        return self._from_zone(held, target, rtype, depth).records if held.contains(target) else ()

    def _name_server_index(self, name: str) -> int | None:
        """Which authority a name server's host name stands for; None when no zone is served by that name."""
        for zone in self.world.route53.zones.values():
            for index, server in enumerate(zone.name_servers):
                if canonical(server) == name:
                    return index % AUTHORITIES
        return self.balancers.name_server_index(name)

    def _of_name_server(self, name: str, rtype: str, index: int) -> Answer:
        if rtype == "A":
            return found(((name, "A", NAME_SERVER_TTL_S, self.authorities[index]),))
        return absent((ROOT, ROOT_TTL_S))

    def _outside(self, name: str, rtype: str) -> Answer:
        if name == ROOT and rtype == "SOA":
            return found(((ROOT, "SOA", ROOT_TTL_S, ROOT_SOA),))
        known = (*self.zones.names(), *self.balancers.names)
        exists = name == ROOT or any(each.endswith(f".{name}") for each in known)
        return absent((ROOT, ROOT_TTL_S)) if exists else no_such_name((ROOT, ROOT_TTL_S))
