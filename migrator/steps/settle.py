"""Wait until no client can hold an answer from before the shift: every authority answers new, and the caches ran out."""

from __future__ import annotations

import msgspec

from migrator.errors import OutsideError
from migrator.model.migration import Migration
from migrator.model.names import Answer
from migrator.model.records import BalancerName, Move, same_name
from migrator.model.standing import Standing
from migrator.model.units import Facts, Instant, Unknown
from migrator.model.verdict import Done, Hold, Verdict, Wait
from migrator.ports.outside import Outside
from migrator.steps import lower, records
from migrator.steps.asking import answered_by, asked
from migrator.steps.records import RecordsSeen, new_name

NAME = "settle"
HOLDS_UNTIL = "sweep"


class Sight(msgspec.Struct, frozen=True):
    records: RecordsSeen
    behind: tuple[str, ...] | Unknown  # authorities that do not answer new, a line each
    laggards: tuple[str, ...]  # resolvers that do not answer new, a line each
    asked: int  # resolvers that answered


def look(migration: Migration, standing: Standing, outside: Outside) -> Sight:
    new = new_name(standing)
    seen = records.seen("shift", migration, standing, outside)
    types = sorted({"A"} | {move.listed.type for move in migration.dns.moves if move.listed.alias is not None})
    addresses = asked(addresses_of, new, types, outside)
    if isinstance(addresses, Unknown):
        return Sight(seen, addresses, (), 0)
    behind = asked(authorities_behind, migration, new, addresses, outside)
    laggards, answered = resolvers_behind(migration, new, addresses, outside)
    return Sight(seen, behind, laggards, answered)


def addresses_of(new: BalancerName, types: list[str], outside: Outside) -> frozenset[str]:
    """The new load balancer's addresses of these record types, from its own authority. Raises OutsideError."""
    authorities = outside.names.authorities(new.dns_name)
    answers = [answer for type in types for answer in answered_by(authorities, new.dns_name, type, outside)]
    return frozenset(value for each in answers for value in each.values)


def authorities_behind(migration: Migration, new: BalancerName, addresses: frozenset[str], outside: Outside) -> tuple[str, ...]:
    """Each public name server that does not answer new, a line each; private zones are judged by INSYNC.

    A server that cannot be reached says nothing; at least one a zone has to. Raises OutsideError.
    """
    lines = []
    for move in migration.dns.moves:
        if move.zone.private:
            continue
        answered = 0
        for each in outside.names.authorities(move.listed.name):
            try:
                answer = outside.names.asked(each.address, move.listed.name, move.listed.type, recursive=False)
            except OutsideError:
                continue
            answered += 1
            if not answers_new(move, answer, new, addresses):
                lines.append(f"{each.name} answers {shown(answer)} for {move.listed.name} {move.listed.type}")
        if not answered:
            raise OutsideError(f"no name server of {move.zone.name} answers", code="unreachable")
    return tuple(lines)


def resolvers_behind(
    migration: Migration, new: BalancerName, addresses: frozenset[str], outside: Outside
) -> tuple[tuple[str, ...], int]:
    """Each configured resolver that does not answer new, a line each, and how many answered; evidence, not proof."""
    lines, answered = [], 0
    for server in outside.names.resolvers():
        for move in migration.dns.moves:
            try:
                answer = outside.names.asked(server, move.listed.name, move.listed.type, recursive=True)
            except OutsideError:
                continue
            answered += 1
            if not answers_new(move, answer, new, addresses):
                lines.append(f"resolver {server} answers {shown(answer)} for {move.listed.name} {move.listed.type}")
    return tuple(lines), answered


def answers_new(move: Move, answer: Answer, new: BalancerName, addresses: frozenset[str]) -> bool:
    """Whether an answer leads to the new load balancer and nowhere else.

    It was asked for by the record set's own type: a CNAME is answered as such. An AAAA alias to a load balancer without IPv6
    answers with nothing, at legacy as at the new one.
    """
    if answer.rcode != "NOERROR":
        return False
    if move.listed.type == "CNAME":
        return bool(answer.values) and all(same_name(value, new.dns_name) for value in answer.values)
    if move.listed.type == "AAAA" and not any(":" in each for each in addresses):
        return not answer.values
    return bool(answer.values) and addresses.issuperset(answer.values)


def shown(answer: Answer) -> str:
    """An answer in a few words."""
    return ", ".join(answer.values) or (answer.rcode if answer.rcode != "NOERROR" else "nothing")


def facts(sight: Sight) -> Facts:
    return {"answered": sight.behind == (), "laggards": len(sight.laggards)}


def decide(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    waits, every = migration.waits, migration.waits.look_every_s
    insync_at = records.insync_since("shift", standing)
    if insync_at is None or not sight.records.insync:
        return Wait("Route 53 has not brought the change to all its servers yet", every)
    if isinstance(sight.behind, Unknown):
        return Wait(f"name servers unread: {sight.behind.why}", every)
    if sight.behind:
        return Wait(sight.behind[0], every)
    held_s, reason = records.longest_held_s(migration.dns.moves), "answers from before the shift"
    if records.mended_at(standing, besides=lower.NAME):  # which waits itself for what others wrote meanwhile
        held_s, reason = records.longest_listed_s(migration.dns.moves), "answers that others wrote into a record set"
    if rest := records.waited(insync_at, held_s, now, f"{reason} run out of caches in {held_s:.0f} s", every):
        return rest
    if sight.laggards:
        return lagging(standing, sight, now, insync_at + waits.resolvers_deadline_s, every)
    return Done(f"every authority answers {new_name(standing).dns_name}; {sight.asked} answers of resolvers agree")


def lagging(standing: Standing, sight: Sight, now: Instant, deadline: Instant, every: float) -> Verdict:
    """A resolver keeps the old answer past its TTL: wait, then ask a person; a release accepts it."""
    if (NAME, "resolver-lags") in standing.released:
        return Done(f"{len(sight.laggards)} answers of resolvers still lead to legacy, accepted by a person")
    if now < deadline:
        return Wait(sight.laggards[0], every, until=deadline)
    do = "`migrate release PLAN` to go on all the same; legacy is only removed once its flows are quiet"
    return Hold("resolver-lags", "a resolver still answers legacy past every TTL", sight.laggards, do)


def undo(migration: Migration, standing: Standing, sight: Sight, now: Instant) -> Verdict:
    return Done("nothing was changed")
