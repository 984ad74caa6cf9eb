"""The clone's load balancer, reproduced from the live one: scheme, subnets, attributes, security groups, tags."""

from __future__ import annotations

from migrator.model.migration import Decision, Finding
from migrator.planning.found import Live
from migrator.planning.ownership import full_name
from migrator.planning.pieces import LB, RANGES, Piece, blocked, setting, yes

_PROTECTION = "deletion_protection.enabled"
_CROSS_ZONE = "load_balancing.cross_zone.enabled"
_LOGS = ("access_logs.s3.enabled", "access_logs.s3.bucket", "access_logs.s3.prefix")
# What AWS gives a new network load balancer; a live attribute that is so need not be written.
# Source: ELBv2 LoadBalancerAttribute.
_DEFAULTS = {
    "access_logs.s3.enabled": "false",
    "dns_record.client_routing_policy": "any_availability_zone",
    "ipv6.deny_all_igw_traffic": "false",
    "secondary_ips.auto_assigned.per_subnet": "0",
    "zonal_shift.config.enabled": "false",
}
_RESERVED = ("kubernetes.io/cluster/", "elbv2.k8s.aws/", "service.k8s.aws/", "aws:")
_CONTROLLERS = ("kubernetes.io/service-name", "KubernetesCluster")
_OPEN = {"0.0.0.0/0"}


def balancer_pieces(live: Live) -> tuple[Piece, ...]:
    """One piece a setting, in the order in which a reviewer asks for them."""
    return (
        _scheme(live),
        _target_type(live),
        _subnets(live),
        _address_type(live),
        _addresses(live),
        _attributes(live),
        _security_groups(live),
        _source_ranges(live),
        _path_mtu(live),
        _tags(live),
    )


def _scheme(live: Live) -> Piece:
    scheme = live.balancer.scheme
    rule = "as live; LBC's own default is internal"
    return setting(live.service, "scheme", scheme, scheme, rule, LB + "internal", LB + "scheme", write=LB + "scheme")


def _target_type(live: Live) -> Piece:
    kinds = sorted({each.target_type for each in live.groups}) or ["instance"]
    key = LB + "nlb-target-type"
    rule = "as live, the same way to the pods"
    piece = setting(live.service, "target type", ", ".join(kinds), kinds[0], rule, key, write=key)
    if kinds == ["instance"]:
        return piece
    found = blocked(
        "target-type",
        f"target groups of {live.balancer.name} are of type {', '.join(kinds)}; legacy makes instance ones only",
        "find out who changed them; migrate moves target groups of type instance",
    )
    return Piece(piece.rows, piece.annotations, piece.reads, found)


def _subnets(live: Live) -> Piece:
    subnets = ",".join(each.subnet for each in sorted(live.balancer.zones, key=lambda each: each.name))
    rule = "as live, written out: LBC's own search could choose other zones"
    return setting(live.service, "subnets", subnets, subnets, rule, LB + "subnets", write=LB + "subnets")


def _address_type(live: Live) -> Piece:
    kind, key = live.balancer.address_type, LB + "ip-address-type"
    return setting(live.service, "address type", kind, kind, "as live", key, write=key)


def _addresses(live: Live) -> Piece:
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


def _attributes(live: Live) -> Piece:
    """Every attribute that differs from what AWS gives, in one annotation; deletion protection waits for the end."""
    service, seen = live.service, live.attributes
    cross = yes(seen.get(_CROSS_ZONE))
    logs = yes(seen.get(_LOGS[0])) == "true"
    protected = yes(seen.get(_PROTECTION)) == "true"
    written = {_CROSS_ZONE: cross}
    written |= {key: seen[key] for key in _LOGS if logs and seen.get(key)}
    others = {key: value for key, value in sorted(seen.items()) if _carried(key, value)}
    written |= others
    old = LB + "access-log-"
    log_keys = (old + "enabled", old + "s3-bucket-name", old + "s3-bucket-prefix")
    logged = "/".join(seen[key] for key in _LOGS[1:] if seen.get(key)) if logs else "off"
    pieces = [
        setting(service, "cross-zone", cross, cross, "as live", LB + "cross-zone-load-balancing-enabled"),
        setting(service, "access logs", logged, logged, "as live", *log_keys),
    ]
    findings: tuple[Finding, ...] = ()
    if protected:
        rule = "left off until finish, so that the way back stays open"
        pieces.append(setting(service, "deletion protection", "true", "false", rule))
    if logs:
        note = f"access logs go to {logged}: the bucket's policy must admit the new load balancer"
        findings = (Finding("access-logs", "note", note),)
    if others or LB + "attributes" in service.annotations:
        shown = ",".join(f"{key}={value}" for key, value in others.items()) or "AWS's own"
        pieces.append(setting(service, "other attributes", shown, shown, "as live; legacy never read the key", LB + "attributes"))
    return Piece(
        tuple(row for each in pieces for row in each.rows),
        {LB + "attributes": ",".join(f"{key}={value}" for key, value in written.items())},
        tuple(key for each in pieces for key in each.reads),
        findings,
    )


def _carried(key: str, value: str) -> bool:
    return bool(value) and key not in (_CROSS_ZONE, _PROTECTION, *_LOGS) and _DEFAULTS.get(key) != value


def _security_groups(live: Live) -> Piece:
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


def _source_ranges(live: Live) -> Piece:
    """The spec's field is kept with the spec; the annotation is kept where it counts, that is without the field."""
    if RANGES not in live.service.annotations:
        return Piece()
    ranges = ",".join(sorted(source_ranges(live)))
    if live.service.spec.get("loadBalancerSourceRanges"):
        return setting(live.service, "source ranges", ranges, ranges, "the field in spec counts, and is kept", RANGES, gone=True)
    return setting(live.service, "source ranges", ranges, ranges, "as it is, items trimmed", RANGES, write=RANGES)


def _path_mtu(live: Live) -> Piece:
    key = LB + "enable-icmp-for-path-mtu-discovery"
    return setting(live.service, "path MTU", "open", "on", "legacy opens ICMP 3/4 by itself", key, write=key)


def _tags(live: Live) -> Piece:
    """Everybody's tags but the controllers' own; LBC reads a comma only behind a backslash."""
    key = LB + "additional-resource-tags"
    own = {name: value for name, value in sorted(live.balancer.tags.items()) if not _reserved(name)}
    odd = [name for name in own if "=" in name or "," in name]
    new = ",".join(f"{name}={_escaped(value)}" for name, value in own.items() if name not in odd)
    shown = ",".join(f"{name}={value}" for name, value in own.items()) or "none"
    piece = setting(live.service, "tags", shown, new, "as live, without the controllers' own", key, write=key)
    found = tuple(
        Finding(f"tag/{name}", "warning", f"tag {name} cannot be written in an annotation", "set it by hand after `finish`")
        for name in odd
    )
    return Piece(piece.rows, piece.annotations, piece.reads, found)


def _escaped(value: str) -> str:
    return value.replace(",", "\\,")


def _reserved(name: str) -> bool:
    return name.startswith(_RESERVED) or name in _CONTROLLERS
