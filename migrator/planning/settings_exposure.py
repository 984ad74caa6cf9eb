"""Who may reach the clone, and at which addresses: security groups, source ranges, PrivateLink, fixed addresses."""

from __future__ import annotations

from typing import Any

from migrator.model.migration import Decision, Finding
from migrator.planning.exposure_offers import PRIVATE_LINK_SINCE, Mode
from migrator.planning.exposure_verdict import FIELD, LISTS, Verdict, judged, said_ranges
from migrator.planning.found import Live
from migrator.planning.lbc import Lbc
from migrator.planning.ownership import full_name
from migrator.planning.pieces import LB, RANGES, Piece, setting

_GROUPS = (LB + "security-groups", LB + "extra-security-groups", LB + "manage-backend-security-group-rules")
_PRIVATE_LINK = LB + "inbound-sg-rules-on-private-link-traffic"


def exposure_pieces(live: Live, lbc: Lbc) -> tuple[Piece, ...]:
    """Neither more nor fewer clients than now, unless a person says so."""
    verdict = judged(live, lbc)
    return (_groups(live, verdict.way), _ranges(live, verdict), _lists(live, verdict), _private_link(live, lbc, verdict.way))


def fixed_addresses(live: Live) -> Piece:
    """Addresses that were chosen stay with the legacy load balancer: one address, one load balancer."""
    keys = (LB + "eip-allocations", LB + "private-ipv4-addresses")
    chosen = [f"{each.name} {each.allocation}" for each in live.balancer.zones if each.allocation]
    chosen += [live.service.annotations[keys[1]]] if keys[1] in live.service.annotations else []
    if not chosen:
        if keys[0] not in live.service.annotations:
            return Piece()
        return setting(live.service, "fixed addresses", "none", "", "the live balancer has none", *keys)
    shown = ", ".join(chosen)
    piece = setting(
        live.service, "fixed addresses", shown, "chosen by AWS", "an address serves one balancer only", *keys, gone=True
    )
    question = (
        f"the legacy load balancer has fixed addresses ({shown}); the new one gets others. "
        "Does every client follow the DNS name, with no firewall or host file that holds an address?"
    )
    return Piece(piece.rows, {}, keys, (), (Decision("fixed-addresses", question, ("all-follow-the-name",)),))


def _groups(live: Live, way: Mode) -> Piece:
    """The live groups where people chose them, else one that LBC makes, or none where LBC knows none."""
    service, shown = live.service, ",".join(live.balancer.security_groups) or "none"
    if way == "named":
        written = {_GROUPS[0]: ",".join(live.balancer.security_groups), _GROUPS[2]: "true"}
        piece = setting(service, "security groups", shown, shown, "as live, and LBC opens the nodes to them", *_GROUPS)
        return Piece(piece.rows, written, _GROUPS, _idle_ranges(live))
    if way == "none":
        return setting(service, "security groups", shown, "none", "this LBC makes none; the nodes' rules decide", *_GROUPS)
    return setting(service, "security groups", shown, "LBC's own", "LBC makes one from the source ranges", *_GROUPS)


def _idle_ranges(live: Live) -> tuple[Finding, ...]:
    """Neither controller applies ranges beside security groups that people chose."""
    said = said_ranges(live.service)
    if not said:
        return ()
    seen = (
        f"{full_name(live.service)} names source ranges {', '.join(said)} and has security groups of its own: "
        "the groups decide, now and on the clone, and the ranges are left out"
    )
    return (Finding("source-ranges-idle", "warning", seen, "put the ranges into the security groups if they are meant"),)


def _ranges(live: Live, verdict: Verdict) -> Piece:
    """Always in the spec, where both controllers look first; the annotation would only be a second opinion."""
    shown = "; ".join(f"{port}: {who}" for port, who in verdict.now.items()) if len(set(verdict.now.values())) > 1 else ""
    live_value = shown or next((str(who) for who in verdict.now.values()), "unknown")
    if verdict.way == "named":
        row = setting(live.service, "source ranges", live_value, "", "the security groups decide", RANGES, gone=True)
        return Piece(row.rows, {}, (RANGES,), verdict.findings, verdict.decisions, verdict.variants, {FIELD: None})
    ranges = verdict.told.ranges
    rule = "as the rules in AWS admit them, in spec.loadBalancerSourceRanges"
    row = setting(live.service, "source ranges", live_value, ",".join(ranges), rule, RANGES)
    field: dict[str, Any] = {FIELD: list(ranges) or None}
    return Piece(row.rows, {}, (RANGES,), verdict.findings, verdict.decisions, verdict.variants, field)


def _lists(live: Live, verdict: Verdict) -> Piece:
    lists = verdict.told.lists() if verdict.way == "own" else ()
    if not lists and LISTS not in live.service.annotations:
        return Piece()
    shown = ",".join(sorted({each for who in verdict.now.values() for each in who.lists()}))
    rule = "as the rules in AWS admit them; legacy does not read the key"
    return setting(live.service, "prefix lists", shown or "none", ",".join(lists), rule, LISTS, write=LISTS)


def _private_link(live: Live, lbc: Lbc, way: Mode) -> Piece:
    """A load balancer without security groups never filtered PrivateLink; one with them does unless it is told not to."""
    service, there = live.service, live.balancer.security_groups
    if way == "none" or there:
        if _PRIVATE_LINK not in service.annotations:
            return Piece()
        return setting(service, "PrivateLink rules", "AWS's own", "", "legacy does not read the key", _PRIVATE_LINK)
    rule = "without security groups PrivateLink is not filtered; AWS's own is on"
    if lbc.has(PRIVATE_LINK_SINCE) is not False:
        return setting(service, "PrivateLink rules", "off", "off", rule, _PRIVATE_LINK, write=_PRIVATE_LINK)
    seen = (
        f"LBC {shown_version(lbc)} cannot be told to leave PrivateLink unfiltered: "
        "clients of an endpoint service would be held to the source ranges"
    )
    do = "upgrade LBC to 2.8.0 or later, or be sure that no endpoint service will be put before the load balancer"
    found = (Finding("lbc-too-old/inbound-sg-rules-on-private-link-traffic", "warning", seen, do),)
    return Piece(setting(service, "PrivateLink rules", "off", "on", rule, _PRIVATE_LINK).rows, {}, (_PRIVATE_LINK,), found)


def shown_version(lbc: Lbc) -> str:
    """Its version for people."""
    return ".".join(map(str, lbc.version or ())) or "of unknown version"
