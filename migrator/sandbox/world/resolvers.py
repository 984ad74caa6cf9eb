"""Caching resolvers, of the kinds that clients really sit behind."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from migrator.sandbox.world.names_answer import LONGEST_CHAIN, SERVER_FAILED, Answer, canonical, followed, struck

if TYPE_CHECKING:
    from migrator.sandbox.world import World

KINDS = ("plain", "clamping", "stale")
STALE_TTL_S = 30  # RFC 8767: the TTL of an answer that is served after it expired
LONGEST_TTL_S = 86400
LONGEST_STALE_S = 86400  # RFC 8767 recommends one to three days
FAILURE_TTL_S = 5  # RFC 9520: a failure is kept for one to five seconds


class Kept(msgspec.Struct, frozen=True):
    """One RRset, or its absence, with the seconds it is kept, and the last whole second in which it counts."""

    answer: Answer
    ttl_s: int
    until: int

    def aged(self, ttl_s: int, delay_s: float) -> Answer:
        """The answer with this TTL on every record."""
        said = self.answer
        records = tuple([(name, kind, ttl_s, value) for name, kind, _, value in said.records])
        return Answer(said.rcode, records, (said.soa[0], ttl_s) if said.soa else None, False, delay_s)


_ttl = itemgetter(2)  # of a record
Link = tuple[Kept, int, float]  # what answers for one name, with which TTL, after how many seconds


class CachingResolver:
    """Asks the authorities, and keeps each RRset and each absence for its own time to live.

    plain     keeps an answer through TTL 0, so for up to a second more than its TTL, as caches that count in whole
              seconds do (unbound 1.17, measured)
    clamping  keeps everything for at least `least_s`, whatever the TTL says (unbound's cache-min-ttl)
    stale     serves one expired answer with TTL 30 while it fetches the fresh one (unbound's serve-expired)

    `vpc` says whether it sees private zones.
    """

    def __init__(
        self, world: World, kind: str = "plain", *, name: str = "", least_s: int | None = None, vpc: bool = True
    ) -> None:
        if kind not in KINDS:
            raise ValueError(f"a resolver is one of {', '.join(KINDS)}, not {kind!r}")
        self.world = world
        self.kind, self.name, self.vpc = kind, name or kind, vpc
        self.least_s = min(least_s if least_s is not None else (30 if kind == "clamping" else 0), LONGEST_TTL_S)
        self._cache: dict[tuple[str, str], Kept] = {}

    def ask(self, name: str, rtype: str) -> Answer:
        """The answer for a name with the seconds that are left of each TTL, CNAMEs followed.

        A fault where "dns", operation "resolver:<name>", strikes here.
        """
        name = canonical(name)
        if self.world.faults.armed and (said := self._struck(name, rtype)) is not None:
            return said
        return self._answer(name, rtype)

    def addresses(self, name: str) -> tuple[tuple[str, ...], str]:
        """As `ask` for type A, for those who only connect: the addresses, and the response code where there are none."""
        link = canonical(name)
        if self.world.faults.armed and (said := self._struck(link, "A")) is not None:
            return said.values("A"), said.rcode
        for _ in range(LONGEST_CHAIN):  # as `followed` goes
            answer = self._link(link, "A")[0].answer
            records = answer.records
            if not records or records[0][1] != "CNAME":
                return answer.values("A"), answer.rcode
            link = canonical(records[-1][3])
        return (), SERVER_FAILED.rcode

    def flush(self) -> None:
        """Forget everything."""
        self._cache.clear()

    def _struck(self, name: str, rtype: str) -> Answer | None:
        """What an armed fault makes of the answer; None where none is."""
        fault = self.world.faults.strike("dns", f"resolver:{self.name}", name, now=self.world.now)
        return struck(fault.mode, fault.delay_s, lambda: self._answer(name, rtype)) if fault else None

    def _answer(self, name: str, rtype: str) -> Answer:
        def aged(link: str) -> Answer:
            kept, ttl_s, delay_s = self._link(link, rtype)
            return kept.aged(ttl_s, delay_s)

        return followed(aged, name, rtype)

    def _link(self, name: str, rtype: str) -> Link:
        """One link of a chain: what is kept, else what is fetched. A CNAME stands for every type of its name."""
        expired: Kept | None = None
        for kind in ("CNAME", rtype):
            kept = self._cache.get((name, kind))
            if kept is None or (kind != rtype and not kept.answer.records):
                continue
            remaining_s = kept.until - int(self.world.now)
            if remaining_s >= 0:
                return kept, remaining_s, 0.0
            if self.kind == "stale" and kept.answer.records and remaining_s >= -LONGEST_STALE_S:
                self._fetch(name, rtype, kept)
                return kept, STALE_TTL_S, 0.0
            expired = kept
        return self._fetch(name, rtype, expired)

    def _fetch(self, name: str, rtype: str, expired: Kept | None) -> Link:
        """What an authority says by now; most say once more what has expired."""
        said = self.world.names.recursed(name, rtype, vpc=self.vpc)
        delay_s = said.delay_s
        if not said.rcode:
            said = SERVER_FAILED  # a resolver whose authority is silent says so in the end
        kind = said.records[0][1] if said.records else rtype
        if expired is not None and expired.answer is said:
            ttl_s = expired.ttl_s
        else:
            ttl_s = self._lifetime(said)
            self._cache.pop((name, rtype if kind == "CNAME" else "CNAME"), None)
        kept = self._cache[name, kind] = Kept(said, ttl_s, int(self.world.now) + ttl_s)
        return kept, ttl_s, delay_s

    def _lifetime(self, said: Answer) -> int:
        """For how long an answer is kept: its lowest TTL, within this resolver's own bounds."""
        if said.records:
            ttl_s = min(said.records, key=_ttl)[2]
        elif said.soa:
            ttl_s = said.soa[1]
        else:
            return FAILURE_TTL_S
        return max(self.least_s, min(ttl_s, LONGEST_TTL_S))
