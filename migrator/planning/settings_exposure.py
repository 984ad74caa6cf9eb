"""Who may reach the clone, and at which addresses: security groups, source ranges, fixed addresses."""

from __future__ import annotations

from migrator.model.migration import Decision
from migrator.planning.found import Live
from migrator.planning.ownership import full_name
from migrator.planning.pieces import LB, RANGES, Piece, blocked, setting

_OPEN = {"0.0.0.0/0"}


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


def security_groups(live: Live) -> Piece:
    """Legacy opens the nodes to addresses; LBC puts a security group of its own before them, from the source ranges."""
    service, there = live.service, live.balancer.security_groups
    keys = (LB + "security-groups", LB + "extra-security-groups", LB + "manage-backend-security-group-rules")
    shown = ",".join(there) or "none"
    asked = {each.strip() for each in service.annotations.get(keys[0], "").split(",")} - {""}
    if there and asked == set(there):
        piece = setting(service, "security groups", shown, shown, "as live, and LBC opens the nodes to them", *keys)
        ranges = sorted(source_ranges(live) - _OPEN)
        found = blocked(
            "source-ranges-ignored",
            f"{full_name(service)} has security groups and source ranges {', '.join(ranges)}; LBC would ignore the ranges",
            "put the ranges into the security groups and clear them, then plan again",
        )
        return Piece(piece.rows, {keys[0]: ",".join(there), keys[2]: "true"}, keys, found if ranges else ())
    piece = setting(service, "security groups", shown, "LBC's own", "LBC makes one from the source ranges", *keys)
    if not there:
        return piece
    question = (
        f"the legacy load balancer has security groups {shown}; the new one gets one of LBC's own, which admits "
        f"{', '.join(sorted(source_ranges(live))) or '0.0.0.0/0'} on its listeners. Is that right?"
    )
    return Piece(piece.rows, {}, keys, (), (Decision("security-groups", question, ("lbc-own",)),))


def source_ranges(live: Live) -> set[str]:
    """Who may connect, as both controllers read it: the spec's field, else the annotation."""
    field = live.service.spec.get("loadBalancerSourceRanges") or live.service.annotations.get(RANGES, "").split(",")
    return {each.strip() for each in field} - {""}


def ranges_annotation(live: Live) -> Piece:
    """The spec's field is kept with the spec; the annotation is kept where it counts, that is without the field."""
    if RANGES not in live.service.annotations:
        return Piece()
    ranges = ",".join(sorted(source_ranges(live)))
    if live.service.spec.get("loadBalancerSourceRanges"):
        return setting(live.service, "source ranges", ranges, ranges, "the field in spec counts, and is kept", RANGES, gone=True)
    return setting(live.service, "source ranges", ranges, ranges, "as it is, items trimmed", RANGES, write=RANGES)
