"""What a hosted zone holds: as the API lists it, and as each of its name servers has it by now."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from migrator.sandbox.world.route53_nouns import NEVER, Key, Records, RecordSet, Zone

_PRIVATE_NAME_SERVERS = ("ns-0.awsdns-00.com", "ns-512.awsdns-00.net", "ns-1024.awsdns-00.org", "ns-1536.awsdns-00.co.uk")


class Authority:
    """What one name server answers from: the state it has, and batches on their way to it."""

    def __init__(self) -> None:
        self.answers: dict[Key, Records] = {}
        self.coming: deque[tuple[float, dict[Key, Records]]] = deque()

    def now(self, instant: float) -> dict[Key, Records]:
        """The answers at an instant, after every batch that has arrived by then."""
        while self.coming and self.coming[0][0] <= instant:
            for key, records in self.coming.popleft()[1].items():
                if records:
                    self.answers[key] = records
                else:
                    self.answers.pop(key, None)
        return self.answers

    def expect(self, instant: float, batch: dict[Key, Records]) -> float:
        """Let a batch arrive, never before one that was submitted earlier; when it will.

        One that was never to arrive comes along with the next that does.
        """
        if instant < NEVER:
            stuck = [batch for at, batch in self.coming if at == NEVER]
            self.coming = deque(each for each in self.coming if each[0] < NEVER)
            instant = max(instant, self.coming[-1][0]) if self.coming else instant
            self.coming.extend((instant, batch) for batch in stuck)
        elif self.coming:
            instant = max(instant, self.coming[-1][0])
        self.coming.append((instant, batch))
        return instant


class Contents:
    """The record sets of one zone, by name and type, as the API lists them: newest state, PENDING or not."""

    def __init__(self, authorities: int) -> None:
        self.by_name: dict[str, dict[str, Records]] = {}
        self.authorities = [Authority() for _ in range(authorities)]
        self.listing: list[RecordSet] | None = None

    def put(self, batch: Mapping[Key, Records]) -> None:
        """Make the groups of a batch what they are after it."""
        self.listing = None
        for (name, type), records in batch.items():
            held = self.by_name.setdefault(name, {})
            if records:
                held[type] = records
            else:
                held.pop(type, None)
                if not held:
                    del self.by_name[name]


def apex(zone: Zone) -> dict[Key, Records]:
    """The record sets that every zone begins with."""
    servers = zone.name_servers or _PRIVATE_NAME_SERVERS
    soa = f"{servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    return {
        (zone.name, "NS"): (RecordSet(name=zone.name, type="NS", ttl=172800, values=tuple(f"{each}." for each in servers)),),
        (zone.name, "SOA"): (RecordSet(name=zone.name, type="SOA", ttl=900, values=(soa,)),),
    }
