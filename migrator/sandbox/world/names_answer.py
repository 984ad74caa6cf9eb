"""What comes back when somebody asks for a name."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import msgspec

Record = tuple[str, str, int, str]  # name, type, TTL in seconds, value as in a zone file

MOST_KEPT = 10_000  # answers that are kept while nothing changes: a sandbox may be asked for names without end


class Answer(msgspec.Struct, frozen=True):
    """An answer, or its absence.

    rcode          "NOERROR", "NXDOMAIN", "REFUSED" or "SERVFAIL"; empty when no reply comes at all
    records        in order: CNAMEs as they were followed, then what was asked for
    soa            of a negative answer: the zone, and for how many seconds the absence may be kept (RFC 2308)
    authoritative  whether it came from the zone's own server
    delay_s        the reply is held back for so long
    """

    rcode: str = "NOERROR"
    records: tuple[Record, ...] = ()
    soa: tuple[str, int] | None = None
    authoritative: bool = False
    delay_s: float = 0.0

    def values(self, rtype: str) -> tuple[str, ...]:
        """The values of one type, in the order in which they were given."""
        return tuple([value for _, kind, _, value in self.records if kind == rtype])


LONGEST_CHAIN = 8  # CNAMEs that a resolver follows before it gives up

REFUSED = Answer("REFUSED")
SERVER_FAILED = Answer("SERVFAIL")
SILENT = Answer("")


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """A name as this world compares it: lower case, with its last dot."""
    return name.lower().rstrip(".") + "."


def found(records: tuple[Record, ...]) -> Answer:
    """An authoritative answer."""
    return Answer(records=records, authoritative=True)


def absent(soa: tuple[str, int]) -> Answer:
    """The name exists, but not with this type."""
    return Answer(soa=soa, authoritative=True)


def no_such_name(soa: tuple[str, int]) -> Answer:
    """The name does not exist with any type."""
    return Answer("NXDOMAIN", soa=soa, authoritative=True)


def struck(mode: str, delay_s: float, answer: Callable[[], Answer]) -> Answer:
    """What a fault makes of an answer: "deny" refuses, "stop" and "lose-reply" stay silent, "slow" delays, others fail."""
    if mode == "deny":
        return REFUSED
    if mode in ("stop", "lose-reply"):
        return SILENT
    return msgspec.structs.replace(answer(), delay_s=delay_s) if mode == "slow" else SERVER_FAILED


def followed(ask: Callable[[str], Answer], name: str, rtype: str) -> Answer:
    """The whole answer for a name, CNAMEs followed by asking for each next name; SERVFAIL for an endless chain."""
    records: list[Record] = []
    delay_s = 0.0
    for _ in range(LONGEST_CHAIN):
        said = ask(name)
        delay_s += said.delay_s
        records += said.records
        aliases = said.values("CNAME") if said.records and rtype != "CNAME" else ()
        if not aliases or said.values(rtype):
            return Answer(said.rcode, tuple(records), said.soa, False, delay_s)
        name = canonical(aliases[-1])
    return SERVER_FAILED
