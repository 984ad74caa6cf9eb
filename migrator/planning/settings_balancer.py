"""The clone's load balancer, reproduced from the live one: scheme, subnets, attributes, tags."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.model.migration import Finding
from migrator.planning.found import Live
from migrator.planning.lbc import Lbc
from migrator.planning.pieces import LB, Piece, as_live, blocked, yes
from migrator.planning.settings_exposure import fixed_addresses

ATTRIBUTES = LB + "attributes"
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


def balancer_pieces(live: Live, wanted: Live, lbc: Lbc) -> tuple[Piece, ...]:
    """One piece a setting, in the order in which a reviewer asks for them."""
    balancer, opens = live.balancer, LB + "enable-icmp-for-path-mtu-discovery"
    return (
        as_live("scheme", balancer.scheme, balancer.scheme, LB + "scheme"),
        _target_type(live),
        _subnets(live),
        as_live("address type", balancer.address_type, balancer.address_type, LB + "ip-address-type"),
        fixed_addresses(live),
        *_attributes(live, wanted),
        as_live("path MTU", "open", "on", opens),
        _tags(live, lbc),
    )


def _target_type(live: Live) -> Piece:
    kinds = sorted({each.target_type for each in live.groups}) or ["instance"]
    piece = as_live("target type", ", ".join(kinds), kinds[0], LB + "nlb-target-type")
    if kinds == ["instance"]:
        return piece
    found = blocked(
        "target-type",
        f"target groups of {live.balancer.name} are of type {', '.join(kinds)}; legacy makes instance ones only",
        "find out who changed them; migrate moves target groups of type instance",
    )
    return replace(piece, findings=found)


def _subnets(live: Live) -> Piece:
    subnets = ",".join(each.subnet for each in sorted(live.balancer.zones, key=lambda each: each.name))
    return as_live("subnets", subnets, subnets, LB + "subnets")


def _attributes(live: Live, wanted: Live) -> tuple[Piece, ...]:
    """Every attribute that differs from what AWS gives, in one annotation; deletion protection waits for the end."""
    seen = wanted.attributes
    cross, logs = yes(seen.get(_CROSS_ZONE)), yes(seen.get(_LOGS[0])) == "true"
    written = {_CROSS_ZONE: cross} | {key: seen[key] for key in _LOGS if logs and seen.get(key)}
    others = {key: value for key, value in sorted(seen.items()) if _carried(key, value)}
    text = ",".join(f"{key}={value}" for key, value in (written | others).items())
    pieces = [as_live("cross-zone", cross, cross), _logs(seen, logs)]
    if yes(seen.get(_PROTECTION)) == "true":
        rule = "left off until finish, so that the way back stays open"
        pieces.append(as_live("deletion protection", "true", "false", rule=rule))
    if others or ATTRIBUTES in live.service.annotations:
        shown = ",".join(f"{key}={value}" for key, value in others.items()) or "AWS's own"
        pieces.append(as_live("other attributes", shown, shown))
    return (replace(pieces[0], annotations={ATTRIBUTES: text}), *pieces[1:])


def _logs(seen: dict[str, str], on: bool) -> Piece:
    if not on:
        return as_live("access logs", "off", "off")
    place = "/".join(seen[key] for key in _LOGS[1:] if seen.get(key))
    note = f"access logs go to {place}: the bucket's policy must admit the new load balancer"
    return replace(as_live("access logs", place, place), findings=(Finding("access-logs", "note", note),))


def _carried(key: str, value: str) -> bool:
    return bool(value) and key not in (_CROSS_ZONE, _PROTECTION, *_LOGS) and _DEFAULTS.get(key) != value


def _tags(live: Live, lbc: Lbc) -> Piece:
    """Everybody's tags but the controllers' own; LBC reads a comma only behind a backslash."""
    own = {name: value for name, value in sorted(live.balancer.tags.items()) if not _reserved(name)}
    odd = [name for name in own if "=" in name or "," in name]
    foreign = [name for name in own if name in lbc.listed("--external-managed-tags")]
    new = ",".join(f"{name}={_escaped(value)}" for name, value in own.items() if name not in (*odd, *foreign))
    shown = ",".join(f"{name}={value}" for name, value in own.items()) or "none"
    found = tuple(
        Finding(f"tag/{name}", "warning", f"tag {name} cannot be written in an annotation", "set it by hand after `finish`")
        for name in odd
    )
    piece = as_live("tags", shown, new, LB + "additional-resource-tags")
    return replace(piece, findings=found + _foreign(foreign) + _overruled(own, lbc))


def _foreign(names: list[str]) -> tuple[Finding, ...]:
    """Tags that others manage: the annotation goes without them, as LBC would refuse it."""
    if not names:
        return ()
    seen = f"LBC leaves tag {', '.join(names)} to others (--external-managed-tags) and refuses Services that name it"
    do = "have whoever manages it set it on the new load balancer, too"
    return (Finding("lbc-flag/external-managed-tags", "warning", seen, do),)


def _overruled(own: dict[str, str], lbc: Lbc) -> tuple[Finding, ...]:
    """Tags of LBC's own flag win over a Service's."""
    pairs = (each.partition("=") for each in lbc.listed("--default-tags"))
    other = [f"{name}={value} for {own[name]}" for name, _, value in pairs if name in own and own[name] != value]
    if not other:
        return ()
    seen = f"LBC writes tags of its own over the Service's (--default-tags): {', '.join(other)}"
    return (Finding("lbc-flag/default-tags", "warning", seen, "change the flag, or whatever looks for the tag's value"),)


def _escaped(value: str) -> str:
    return value.replace(",", "\\,")


def _reserved(name: str) -> bool:
    return name.startswith(_RESERVED) or name in _CONTROLLERS
