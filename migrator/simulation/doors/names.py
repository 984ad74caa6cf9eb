"""Name servers and connections as a client meets them, on the world's own values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from migrator.errors import Unreachable
from migrator.model.names import Answer, Authority, ProbeSeen
from migrator.sandbox.world import World, names_answer
from migrator.sandbox.world.names import canonical
from migrator.sandbox.world.network_flows import Lost
from migrator.sandbox.world.resolvers import CachingResolver

ROOT = "."
NAMED = ("CNAME", "NS", "PTR")  # types whose values are names


class NameDoor:
    """Implements NameLook. `resolvers` by address; the authorities are the world's own.

    With a resolver a zone is found as that resolver sees it, private zones too; without one as the internet does.
    """

    def __init__(self, world: World, resolvers: Mapping[str, CachingResolver]) -> None:
        self._world, self._names = world, world.names
        self._resolvers = dict(resolvers)
        self._authorities = {address: index for index, address in enumerate(world.names.authorities)}
        self._inside = any(each.vpc for each in self._resolvers.values())
        self._servers: dict[str, tuple[float, tuple[Authority, ...]]] = {}  # zone -> until when, and who serves it

    def resolvers(self) -> tuple[str, ...]:
        """The caching resolvers that were configured, in their order."""
        return tuple(self._resolvers)

    def authorities(self, name: str) -> tuple[Authority, ...]:
        """The name servers of the zone that holds a name, by address. Raises Unreachable where none can be found."""
        zone, negative_ttl_s = self._zone_of(canonical(name))
        until, known = self._servers.get(zone, (0.0, ()))
        if self._world.now >= until or known[0].negative_ttl_s != negative_ttl_s:
            ttl_s, known = self._served(zone, negative_ttl_s)
            self._servers[zone] = self._world.now + ttl_s, known
        return known

    def _served(self, zone: str, negative_ttl_s: int) -> tuple[int, tuple[Authority, ...]]:
        """A zone's name servers, and for how many seconds the answers that named them last."""
        named = self._names.recursed(zone, "NS", vpc=self._inside)
        hosts = sorted(map(canonical, named.values("NS")))
        placed = [(host, self._names.recursed(host, "A", vpc=self._inside)) for host in hosts]
        found = {address: host for host, said in placed for address in said.values("A")}
        if not found:
            raise Unreachable(f"cannot find the name servers of {zone}", seen=(f"NS {', '.join(hosts) or 'none'}, no address",))
        by_number = sorted(found, key=lambda each: tuple(map(int, each.split("."))))
        ttl_s = min(ttl for said in (named, *(said for _, said in placed)) for _, _, ttl, _ in said.records)
        return ttl_s, tuple(Authority(found[each], each, zone, negative_ttl_s) for each in by_number)

    def asked(self, server: str, name: str, type: str, *, recursive: bool) -> Answer:
        """What one server answers. Raises Unreachable for an address where none is, and for one that stays silent."""
        asked = canonical(name)
        if (index := self._authorities.get(server)) is not None:
            ask = self._names.asked if self._world.faults.armed else self._names.answer
            said = ask(asked, type, authority=index, vpc=False)
        elif (resolver := self._resolvers.get(server)) is not None:
            said = resolver.ask(asked, type) if recursive else names_answer.REFUSED
        else:
            raise Unreachable(f"no name server answers at {server}")
        if not said.rcode:
            raise Unreachable(f"{server} does not answer when asked for {asked} {type}")
        return answer_from(said, asked, type)

    def _zone_of(self, name: str) -> tuple[str, int]:
        """The zone that a name belongs to, and for how long an absence in it may be kept.

        The SOA comes with any answer; a CNAME at the name leads elsewhere and is passed over.
        """
        while True:
            said = self._names.recursed(name, "SOA", vpc=self._inside)
            for owner, kind, ttl, value in said.records:
                if kind == "SOA":
                    return owner, min(ttl, int(value.split()[-1]))
            if said.soa is not None:
                return said.soa
            if name == ROOT:
                raise Unreachable(f"cannot find the zone of {name}", seen=("no SOA up to the root",))
            name = name.partition(".")[2] or ROOT


@lru_cache(maxsize=1024)
def answer_from(said: names_answer.Answer, asked: str, type: str) -> Answer:
    """An answer in our nouns: names absolute and in lower case, values sorted. The same ones are given time and again."""
    named = type in NAMED
    values, names, ttls = [], [asked], []
    for _, kind, ttl, value in said.records:
        ttls.append(ttl)
        if kind == type:
            values.append(canonical(value) if named else value)
        elif kind == "CNAME":
            names.append(canonical(value))
    if said.soa is not None and not values:
        ttls.append(said.soa[1])
    return Answer(said.rcode, tuple(sorted(values)), tuple(names), min(ttls, default=0))


ENDING_TLS = ("TLS", "SSL", "HTTPS")  # listeners of both families
ANSWERED = {
    "tcp": ProbeSeen(True, "connected"),
    "tls": ProbeSeen(True, "TLS handshake done"),
    "http": ProbeSeen(True, "HTTP 200"),
}


class ProbeDoor:
    """Implements ProbeLook: one client of its own, whose connections count like anybody's."""

    def __init__(self, world: World) -> None:
        self._world = world

    @cached_property
    def _address(self) -> str:
        return self._world.network.allocate_address("client")

    def tried(self, address: str, port: int, kind: str, host: str) -> ProbeSeen:
        """Connect; a listener that ends TLS takes `tls` only, every other one takes `tcp` and `http`."""
        made = self._world.network.connect(self._address, address, port)
        if isinstance(made, Lost):
            return ProbeSeen(False, made.why)
        self._world.network.close(made)
        if (kind == "tls") != (made.protocol in ENDING_TLS) and kind != "tcp":
            return ProbeSeen(False, f"{address}:{port} speaks {made.protocol}, not {kind}")
        return ANSWERED[kind]
