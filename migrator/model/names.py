"""DNS answers and probes, as far as a migration looks at them."""

from __future__ import annotations

import msgspec


class Authority(msgspec.Struct, frozen=True):
    """A name server of a zone: its host name, one address, and the zone's negative TTL in seconds."""

    name: str
    address: str
    zone: str
    negative_ttl_s: int


class Answer(msgspec.Struct, frozen=True):
    """A server's answer to one question. `rcode` NOERROR, NXDOMAIN, SERVFAIL, REFUSED …

    `values` are of the type asked for, at the end of any CNAME chain; `chain` the names on the way, the asked one
    first. `ttl_s` is the smallest TTL of what was answered.
    """

    rcode: str
    values: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    ttl_s: int = 0


class ProbeSeen(msgspec.Struct, frozen=True):
    """Whether a connection did what a client would expect, and what was seen."""

    ok: bool
    seen: str
