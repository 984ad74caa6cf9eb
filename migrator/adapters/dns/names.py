"""Asks name servers: one server, one question, one real answer."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from ipaddress import ip_address

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
from dns.rdtypes.ANY.SOA import SOA

from migrator.errors import OperatorError, Unreachable
from migrator.model.names import Answer, Authority

TIMEOUT_S = 2.0
TRIES = 2  # as UDP loses packets
PORT = 53
LONGEST_CHAIN = 16

# One question to one server, by address; the answer, or OSError or DNSException.
Exchange = Callable[[dns.message.Message, str], dns.message.Message]


def over_sockets(question: dns.message.Message, server: str, *, port: int) -> dns.message.Message:
    """UDP, and TCP where the answer does not fit."""
    answer, _ = dns.query.udp_with_fallback(question, server, timeout=TIMEOUT_S, port=port)
    return answer


class NameLook:
    """Implements `ports.looks.NameLook`.

    `resolvers` are addresses; without them MIGRATE_RESOLVERS (separated by commas or spaces) counts, then those of the
    system. Every server is asked on `port`, else on MIGRATE_DNS_PORT, else on 53. `exchange` carries a question to a
    server; a test puts a door in process there.
    """

    def __init__(
        self,
        *,
        resolvers: tuple[str, ...] | None = None,
        port: int | None = None,
        environ: Mapping[str, str] = os.environ,
        exchange: Exchange | None = None,
    ) -> None:
        self._resolvers = resolvers if resolvers is not None else _configured(environ)
        self._exchange = exchange or partial(over_sockets, port=port if port is not None else _port(environ))

    def resolvers(self) -> tuple[str, ...]:
        """The caching resolvers that were configured, else the system's; may be empty. No question."""
        return self._resolvers

    def asked(self, server: str, name: str, type: str, *, recursive: bool) -> Answer:
        """What one server answers. One question, twice where no packet comes back.

        For a negative answer `ttl_s` is how long it may be kept (RFC 2308: the lesser of the SOA's TTL and minimum).
        Raises Unreachable when it does not answer.
        """
        return answer_from(self._ask(server, name, type, recursive=recursive), name, type)

    def authorities(self, name: str) -> tuple[Authority, ...]:
        """The name servers of the zone that holds a name, by address; one per address.

        A few questions to the first resolver that answers: one SOA a label until the zone is found, one NS, one or two
        a server; and one SOA to a server itself, as a resolver's copy of the TTL counts down. Raises Unreachable when
        the zone cannot be found.
        """
        zone, minimum_s = self._zone(name)
        hosts = [str(each) for each in _rdatas(self._recursive(zone, "NS"), zone, "NS")]
        found = {address: host for host in sorted(hosts) for address in self._addresses(host)}
        if not found:
            raise Unreachable(f"cannot find the name servers of {zone}", seen=(f"NS {', '.join(hosts) or 'none'}, no address",))
        negative_s = self._negative_ttl_s(zone, found, minimum_s)
        return tuple(Authority(found[each], each, zone, negative_s) for each in sorted(found, key=ip_address_key))

    def _zone(self, name: str) -> tuple[str, int]:
        """The closest enclosing zone and its SOA's minimum; a CNAME at the name leads elsewhere and is passed over."""
        rest = wire_name(name)
        while True:
            answer = self._recursive(rest.to_text(), "SOA")
            for each in (*answer.answer, *answer.authority):
                if each.rdtype == dns.rdatatype.SOA and rest.is_subdomain(each.name) and not _chained(answer, rest):
                    soa = each[0]
                    assert isinstance(soa, SOA)
                    return each.name.to_text().lower(), soa.minimum
            if rest == dns.name.root:
                raise Unreachable(f"cannot find the zone of {name}", seen=("no SOA up to the root",))
            rest = rest.parent()

    def _negative_ttl_s(self, zone: str, servers: dict[str, str], minimum_s: int) -> int:
        for server in servers:
            try:
                answer = self._ask(server, zone, "SOA", recursive=False)
            except Unreachable:
                continue
            for each in answer.answer:
                if each.rdtype == dns.rdatatype.SOA:
                    return min(each.ttl, minimum_s)
        return minimum_s  # the most that it can be

    def _addresses(self, host: str) -> tuple[str, ...]:
        for type in ("A", "AAAA"):
            if values := answer_from(self._recursive(host, type), host, type).values:
                return values
        return ()

    def _recursive(self, name: str, type: str) -> dns.message.Message:
        troubles: list[str] = []
        for resolver in self._resolvers:
            try:
                answer = self._ask(resolver, name, type, recursive=True)
            except Unreachable as trouble:
                troubles += trouble.seen
                continue
            if answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return answer
            troubles.append(f"{resolver}: {dns.rcode.to_text(answer.rcode())}")
        do = "set MIGRATE_RESOLVERS to the addresses of resolvers that answer"
        raise Unreachable(f"cannot resolve {type} {name}", seen=tuple(troubles) or ("no resolver is known",), do=do)

    def _ask(self, server: str, name: str, type: str, *, recursive: bool) -> dns.message.Message:
        question = dns.message.make_query(wire_name(name), type, flags=dns.flags.RD if recursive else 0)
        trouble = ""
        for _ in range(TRIES):
            try:
                return self._exchange(question, server)
            except (OSError, dns.exception.DNSException) as error:
                trouble = " ".join(str(error).split()) or error.__class__.__name__
        raise Unreachable(f"name server {server} does not answer {type} {name}", seen=(f"{server}: {trouble}",))


def answer_from(message: dns.message.Message, name: str, type: str) -> Answer:
    """A message in our nouns: the CNAME chain as far as it was told, and the values at its end."""
    wanted, ttls = dns.rdatatype.from_text(type), []
    chain = [wire_name(name)]
    values: tuple[str, ...] = ()
    while len(chain) <= LONGEST_CHAIN:
        if found := _set(message, chain[-1], wanted):
            ttls.append(found.ttl)
            values = tuple(sorted(_text(each) for each in found))
            break
        if not (alias := _set(message, chain[-1], dns.rdatatype.CNAME)):
            break
        ttls.append(alias.ttl)
        chain.append(alias[0].target)
    if not values:
        ttls += list(_negative_ttls(message))
    names = tuple(each.to_text().lower() for each in chain)
    return Answer(dns.rcode.to_text(message.rcode()), values, names, min(ttls, default=0))


def _negative_ttls(message: dns.message.Message) -> Iterator[int]:
    for each in message.authority:
        if each.rdtype == dns.rdatatype.SOA and isinstance(each[0], SOA):
            yield min(each.ttl, each[0].minimum)


def _set(message: dns.message.Message, name: dns.name.Name, type: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
    return next((each for each in message.answer if each.rdtype == type and each.name == name), None)


def _rdatas(message: dns.message.Message, name: str, type: str) -> list[object]:
    found = _set(message, wire_name(name), dns.rdatatype.from_text(type))
    return list(found) if found else []


def _chained(message: dns.message.Message, name: dns.name.Name) -> bool:
    return _set(message, name, dns.rdatatype.CNAME) is not None


def _text(rdata: object) -> str:
    return str(rdata).lower() if not str(rdata).startswith('"') else str(rdata)


def wire_name(name: str) -> dns.name.Name:
    """A name of ours for the wire. Route 53 writes odd characters as three octal digits, master files in decimal."""
    decimal = re.sub(r"\\([0-7]{3})", lambda found: f"\\{int(found[1], 8):03d}", name)
    return dns.name.from_text(decimal)


def ip_address_key(address: str) -> tuple[int, int]:
    """IPv4 before IPv6, each by number."""
    parsed = ip_address(address)
    return parsed.version, int(parsed)


def _configured(environ: Mapping[str, str]) -> tuple[str, ...]:
    told = tuple(dict.fromkeys(re.split(r"[,\s]+", environ.get("MIGRATE_RESOLVERS", "").strip())))
    if told == ("",):
        return _of_the_system()
    for each in told:
        try:
            ip_address(each)
        except ValueError as error:
            do = "set it to addresses, separated by commas"
            raise OperatorError(f"cannot ask the resolvers of MIGRATE_RESOLVERS: {each!r} is no address", do=do) from error
    return told


def _of_the_system() -> tuple[str, ...]:
    try:
        return tuple(str(each) for each in dns.resolver.Resolver().nameservers)
    except (dns.exception.DNSException, OSError):
        return ()


def _port(environ: Mapping[str, str]) -> int:
    told = environ.get("MIGRATE_DNS_PORT", "")
    if told and not (told.isdecimal() and 0 < int(told) < 65536):
        raise OperatorError(f"cannot ask name servers on port MIGRATE_DNS_PORT={told}", do="set it to a number up to 65535")
    return int(told) if told else PORT
