"""What every authority answers now for the names of a journey, and what any cache may still hold: worked out, not sampled."""

from __future__ import annotations

import math

from migrator.model.units import Instant
from migrator.model.waits import ADDRESS_TTL_S
from migrator.sandbox.world.names_answer import canonical
from migrator.sandbox.world.route53 import RecordSet
from migrator.simulation.promises.course import Course, Key

COUNTED_S = 1.0  # a cache that counts in whole seconds keeps an answer for up to one more

Held = tuple[Key, RecordSet]


class Caches:
    """Follows the record sets of the plan on every name server.

    `answered` are the answers that some authority gives now; `gone` is when the last authority stopped giving an answer.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self.answered: set[Held] = set()
        self.silent: dict[Key, int] = {}  # name servers that answer with nothing, by record set
        self.gone: dict[Held, Instant] = {}
        self.due: Instant = -math.inf  # when the next answer changes at the earliest
        self._awaited: set[Instant] = set()  # instants at which all checkers look, whatever happens
        self.read()

    def read(self) -> None:
        """Take in what the authorities answer by now."""
        world = self._course.world
        now, changed_at = world.now, min(world.now, self.due)
        answered: set[Held] = set()
        self.silent, due = {}, math.inf
        for move in self._course.migration.dns.moves:
            zone, name, type = move.key
            if zone not in world.route53.zones:
                continue
            for authority in world.route53._contents[zone].authorities:
                records = authority.now(now).get((name, type), ())
                answered |= {(move.key, each) for each in records}
                if not records:
                    self.silent[move.key] = self.silent.get(move.key, 0) + 1
                if authority.coming:
                    due = min(due, authority.coming[0][0])
        for each in self.answered - answered:
            self.gone[each] = changed_at if changed_at > -math.inf else now
        for each in answered:
            self.gone.pop(each, None)
        self.answered, self.due = answered, due
        if due < math.inf and due not in self._awaited:
            # Nothing else may happen at that instant, and what is answered for a moment only has to be met too.
            self._awaited = {each for each in self._awaited if each > now} | {due}
            world.after(due - now, _nothing)

    def kept_until(self, held: Held) -> Instant:
        """Until when a cache may hold this answer itself; infinity while an authority gives it."""
        gone = self.gone.get(held)
        if gone is None:
            return math.inf if held in self.answered else -math.inf
        return gone + (ADDRESS_TTL_S if held[1].alias is not None else held[1].ttl or 0)

    def led_until(self, held: Held) -> Instant:
        """Until when somebody may be led by this answer: the load balancer's own address records come after a CNAME."""
        return self.kept_until(held) + (0 if held[1].alias is not None else ADDRESS_TTL_S)

    def leading(self, now: Instant) -> list[tuple[Held, str]]:
        """Each answer that still leads somebody, and the name of the load balancer that it leads to."""
        alive = [*self.answered, *(each for each in self.gone if self.led_until(each) > now)]
        return [(held, target(held[1])) for held in alive]


def _nothing() -> None:
    """What a timer does that is there to be looked after."""


def target(record: RecordSet) -> str:
    """The name that a record set leads to, as names are compared."""
    name = record.alias.dns_name if record.alias is not None else next(iter(record.values), "")
    return canonical(name).removeprefix("dualstack.")
