"""What every authority answers now for the names of a journey, and what any cache may still hold: worked out, not sampled."""

from __future__ import annotations

import math
from functools import lru_cache

from migrator.model.migration import Migration
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
        self.answered: dict[Held, None] = {}  # in the order of the plan: what is wrong names the same one every time
        self.readings = 1  # how often what is answered was another than before
        self.silent: dict[Key, int] = {}  # name servers that answer with nothing, by record set
        self.gone: dict[Held, Instant] = {}
        self.due: Instant = -math.inf  # when the next answer changes at the earliest
        self._awaited: set[Instant] = set()  # instants at which all checkers look, whatever happens
        self._of: tuple[Migration, int] | None = None  # the plan, and how many batches there were, at the last reading
        self._led: list[tuple[Held, str]] = []  # each answer that is given, and the load balancer it leads to
        self._trail: list[tuple[Instant, Held, str]] = []  # each that is gone, with until when it leads somebody
        self.read()

    def read(self) -> None:
        """Take in what the authorities answer by now."""
        world, migration = self._course.world, self._course.migration
        now, batches = world.now, len(world.route53.changes)
        # What a name server has changes by a batch that was taken in, which Route 53 remembers for good, once it arrives.
        if now < self.due and self._of is not None and self._of[0] is migration and self._of[1] == batches:
            return
        self._of, changed_at = (migration, batches), min(now, self.due)
        answered: dict[Held, None] = {}
        said: dict[str, list[dict[tuple[str, str], tuple[RecordSet, ...]]]] = {}  # by zone, what each name server has
        silent: dict[Key, int] = {}
        due = math.inf
        for move in migration.dns.moves:
            zone, name, type = key = move.key
            if zone not in world.route53.zones:
                continue
            if (servers := said.get(zone)) is None:
                servers = said[zone] = []
                for authority in world.route53._contents[zone].authorities:
                    servers.append(authority.now(now) if authority.coming else authority.answers)
                    if authority.coming and authority.coming[0][0] < due:
                        due = authority.coming[0][0]
            place, before = (name, type), None
            for has in servers:
                records = has.get(place)
                if not records:
                    silent[key] = silent.get(key, 0) + 1
                elif records is not before:  # most name servers have the very same ones
                    for each in records:
                        answered[key, each] = None
                    before = records
        self.due = due
        # A batch arrives at one name server after another: the first and the last one change what is answered by any.
        if silent != self.silent or [*answered] != [*self.answered]:
            self.silent = silent
            self._take_in(answered, changed_at if changed_at > -math.inf else now)
        if due < math.inf and due not in self._awaited:
            # Nothing else may happen at that instant, and what is answered for a moment only has to be met too.
            self._awaited = {each for each in self._awaited if each > now} | {due}
            world.after(due - now, _nothing)

    def _take_in(self, answered: dict[Held, None], changed_at: Instant) -> None:
        """From now on these are the answers."""
        self.readings += 1
        for each in self.answered:
            if each not in answered:
                self.gone[each] = changed_at
        for each in answered:
            self.gone.pop(each, None)
        self.answered = answered
        self._led = [(each, target(each[1])) for each in answered]
        self._trail = [(self.led_until(each), each, target(each[1])) for each in self.gone]

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
        return [*self._led, *((held, name) for until, held, name in self._trail if until > now)]


def _nothing() -> None:
    """What a timer does that is there to be looked after."""


@lru_cache(maxsize=1024)
def target(record: RecordSet) -> str:
    """The name that a record set leads to, as names are compared."""
    name = record.alias.dns_name if record.alias is not None else next(iter(record.values), "")
    return canonical(name).removeprefix("dualstack.")
