"""The clone's load balancer, reproduced from the live one: scheme, subnets, attributes, security groups, tags."""

from __future__ import annotations

from migrator.model.migration import Finding
from migrator.planning.found import Live
from migrator.planning.pieces import LB, Piece, blocked, setting, yes
from migrator.planning.settings_exposure import fixed_addresses, ranges_annotation, security_groups

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


def balancer_pieces(live: Live) -> tuple[Piece, ...]:
    """One piece a setting, in the order in which a reviewer asks for them."""
    return (
        _scheme(live),
        _target_type(live),
        _subnets(live),
        _address_type(live),
        fixed_addresses(live),
        _attributes(live),
        security_groups(live),
        ranges_annotation(live),
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
