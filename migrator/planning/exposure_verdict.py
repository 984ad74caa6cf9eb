"""What the clone is told about who may connect: what is so now, or what a person has to decide about the difference."""

from __future__ import annotations

import msgspec

from migrator.model.cluster import Service
from migrator.model.migration import Decision, Finding, Variant
from migrator.planning.exposure import before, chosen, unseen
from migrator.planning.exposure_offers import Change, Mode, after, changes, in_all, mode, offered
from migrator.planning.exposure_sources import Sources, everyone, sources, united, within
from migrator.planning.found import Live
from migrator.planning.lbc import Lbc
from migrator.planning.pieces import LB, RANGES, blocked

FIELD = "loadBalancerSourceRanges"
LISTS = LB + "security-group-prefix-lists"
WIDER, NARROWER, BY_HAND, UNKNOWN = "exposure-wider", "exposure-narrower", "exposure-by-hand", "exposure-unknown"
COMMON = "only-whom-all-listeners-admit"  # an option of exposure-wider
_PORTS_SHOWN = 3


class Verdict(msgspec.Struct, frozen=True):
    """`now` is who gets through by listener port, empty where that is not known; `told` is what LBC gets to hear."""

    way: Mode
    now: dict[int, Sources]
    told: Sources
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()
    variants: tuple[Variant, ...] = ()


def judged(live: Live, lbc: Lbc) -> Verdict:
    """The same clients as now, if LBC can be told so; a question or a stop where it cannot."""
    way = mode(live, lbc)
    said = _said(live)
    if why := unseen(live):
        return _unknown(live, way, said, why)
    now = before(live) if live.groups else {}
    every = united(now.values())
    told = offered(every, way, lbc)
    if not now or way == "named":
        return Verdict(way, now, Sources() if now else said)
    if not told:
        return Verdict(way, now, said, _shut(every))
    asked = changes(now, after(live, now, told, way))
    if asked:
        return _asked(live, lbc, Verdict(way, now, told), asked)
    return _by_hand(live, Verdict(way, now, told), said)


def said_ranges(service: Service) -> tuple[str, ...]:
    """Who may connect, as both controllers read it: the spec's field, else the annotation; in order, items trimmed."""
    field = service.spec.get(FIELD) or service.annotations.get(RANGES, "").split(",")
    return tuple(dict.fromkeys(each.strip() for each in field if each.strip()))


def _said(live: Live) -> Sources:
    """What the Service says; everybody where it says nothing, nobody where what it says is no range."""
    kind, said = live.balancer.address_type, said_ranges(live.service)
    try:
        return within(sources(said), kind) if said else everyone(kind)
    except ValueError:
        return Sources()


def _unknown(live: Live, way: Mode, said: Sources, why: str) -> Verdict:
    question = (
        f"who reaches the legacy load balancer could not be seen ({why}); the new one would admit {said}, as the Service says. "
        "Is that neither more nor less than now?"
    )
    return Verdict(way, {}, said, decisions=(Decision(UNKNOWN, question, ("as-written",)),))


def _shut(every: Sources) -> tuple[Finding, ...]:
    """LBC takes an empty list for everybody."""
    if every:
        seen = f"only members of security groups get through ({every}), whom LBC cannot be told by their group"
        do = (
            "put these rules into a security group of your own, give it to the load balancer by the annotation "
            f"{LB}security-groups, and plan again"
        )
        return blocked("exposure-by-groups", seen, do)
    seen = "no rule of the nodes' security groups admits any client; LBC would admit everybody"
    return blocked("exposure-closed", seen, "open the node ports to whom they are meant for, then plan again")


def _asked(live: Live, lbc: Lbc, verdict: Verdict, asked: tuple[Change, ...]) -> Verdict:
    wider = [(each.port, each.wider) for each in asked if each.wider]
    narrower = [(each.port, each.narrower) for each in asked if each.narrower]
    decisions: list[Decision] = []
    variants: tuple[Variant, ...] = ()
    if wider:
        common = offered(in_all(verdict.now), verdict.way, lbc)
        less = after(live, verdict.now, common, verdict.way)
        apt = bool(common) and not any(each.wider for each in changes(verdict.now, less))
        question = f"the new load balancer would admit more clients: {_shown(wider, 'also')}. Is that meant?"
        if apt:
            question += f" It can admit {common} alone on every listener instead, which shuts the others out"
            variants = (_variant(WIDER, COMMON, common),)
        decisions.append(Decision(WIDER, question, ("accept-wider", COMMON) if apt else ("accept-wider",)))
    if narrower:
        question = f"the new load balancer would shut clients out: {_shown(narrower, 'no more')}. Does none of them matter?"
        decisions.append(Decision(NARROWER, question, ("accept-narrower",)))
    return msgspec.structs.replace(verdict, decisions=tuple(decisions), variants=variants)


def _shown(who: list[tuple[int, Sources]], word: str) -> str:
    named = "; ".join(f"listener {port} {word} {each}" for port, each in who[:_PORTS_SHOWN])
    return named + (f"; {len(who) - _PORTS_SHOWN} more listeners" if len(who) > _PORTS_SHOWN else "")


def _by_hand(live: Live, verdict: Verdict, said: Sources) -> Verdict:
    """Rules that are other than what legacy makes of the Service are kept, unless a person takes the Service's word."""
    odd = [(port, who) for port, who in chosen(live).items() if who != said]
    if not odd:
        return verdict
    if not said:
        do = f"write valid ranges, then plan again, if they are not meant to be {verdict.told}"
        seen = f"the Service names source ranges that are none ({', '.join(said_ranges(live.service))}); the rules in AWS count"
        return msgspec.structs.replace(verdict, findings=(Finding("source-ranges-invalid", "warning", seen, do),))
    question = (
        f"the rules in AWS are other than the Service says, which names {said}: {_shown(odd, 'admits')}. "
        "Shall the new load balancer admit the same as now (as-live), or what the Service says (as-written)?"
    )
    asked = Decision(BY_HAND, question, ("as-live", "as-written"), default="as-live")
    return msgspec.structs.replace(verdict, decisions=(asked,), variants=(_variant(BY_HAND, "as-written", said),))


def _variant(decision: str, option: str, told: Sources) -> Variant:
    return Variant(decision, option, {LISTS: ",".join(told.lists()) or None}, spec={FIELD: list(told.ranges) or None})
