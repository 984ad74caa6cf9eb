"""The clone's target groups, reproduced from the live ones: health checks, attributes, which nodes."""

from __future__ import annotations

from migrator.model.balancers import HealthCheck, TargetGroup
from migrator.model.migration import DiffRow, Finding
from migrator.planning.found import Live
from migrator.planning.node_rules import node_ports
from migrator.planning.pieces import LB, Piece, because, blocked, said, setting

_CHECK = LB + "healthcheck-"
_CHECK_KEYS = tuple(
    _CHECK + each
    for each in ("protocol", "port", "path", "success-codes", "interval", "timeout", "healthy-threshold", "unhealthy-threshold")
)
_ATTRIBUTES = LB + "target-group-attributes"
_PROXY = (LB + "proxy-protocol", LB + "proxy-protocol-per-target-group")
_DELAY = "deregistration_delay.timeout_seconds"
_CUT = "deregistration_delay.connection_termination.enabled"
_ALWAYS = ("preserve_client_ip.enabled", "proxy_protocol_v2.enabled", _DELAY)
# What AWS gives a new target group of a network load balancer. Source: ELBv2 TargetGroupAttribute.
_DEFAULTS = {
    _DELAY: "300",
    _CUT: "false",
    "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    "preserve_client_ip.enabled": "true",
    "proxy_protocol_v2.enabled": "false",
    "stickiness.enabled": "false",
    "stickiness.type": "source_ip",
    "target_group_health.dns_failover.minimum_healthy_targets.count": "1",
    "target_group_health.dns_failover.minimum_healthy_targets.percentage": "off",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count": "1",
    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage": "off",
    "target_health_state.unhealthy.connection_termination.enabled": "true",
    "target_health_state.unhealthy.draining_interval_seconds": "0",
}


def group_pieces(live: Live) -> tuple[Piece, ...]:
    """Health checks, attributes, node labels; a load balancer without target groups cannot be reproduced."""
    if not live.groups:
        found = blocked(
            "no-target-groups",
            f"load balancer {live.balancer.name} has no target group: there is nothing to reproduce",
            "look at the Service's events and mend it first, then plan again",
        )
        return (Piece(findings=found), _node_labels(live))
    return (_health(live), _group_attributes(live), _node_labels(live))


def _health(live: Live) -> Piece:
    """Written out from live; a port that is the legacy Service's alone becomes what it stands for."""
    checks = [settings_of(each.health_check, live) for each in live.groups]
    here, there = checks[0], live.groups[0].health_check
    rows = [_check_row(live, key, here.get(key, ""), there) for key in _CHECK_KEYS]
    findings: tuple[Finding, ...] = ()
    if any(each != here for each in checks):
        shown = "; ".join(f"{each.port}: {described(each.health_check)}" for each in live.groups)
        findings = blocked(
            "health-checks-differ",
            f"the target groups have different health checks ({shown}); LBC has one for all ports",
            "make the health checks alike, or split the Service by port, then plan again",
        )
    fixed = here.get(_CHECK + "port", "traffic-port")
    if fixed != "traffic-port":
        seen = f"health checks ask port {fixed} of the nodes: their security group must admit the new load balancer there"
        findings += (Finding("health-check-port", "note", seen),)
    return Piece(tuple(row for row in rows if row), here, _CHECK_KEYS, findings)


def settings_of(check: HealthCheck, live: Live) -> dict[str, str]:
    """The annotations that reproduce a live health check, by key."""
    protocol = check.protocol.lower()
    values = dict.fromkeys(_CHECK_KEYS, "")
    values[_CHECK + "protocol"] = protocol
    values[_CHECK + "port"] = _port(check.port, live)
    if protocol != "tcp":
        values[_CHECK + "path"] = check.path or ""
        values[_CHECK + "success-codes"] = check.matcher or ""
    values[_CHECK + "interval"] = str(check.interval_s)
    values[_CHECK + "timeout"] = str(check.timeout_s)
    values[_CHECK + "healthy-threshold"] = str(check.healthy)
    values[_CHECK + "unhealthy-threshold"] = str(check.unhealthy)
    return {key: value for key, value in values.items() if value}


def _port(port: str, live: Live) -> str:
    """Never an old nodePort; empty for the old healthCheckNodePort, for which LBC takes the clone's own."""
    if not port.isdigit():
        return port
    if int(port) == live.service.spec.get("healthCheckNodePort"):
        return ""
    return "traffic-port" if int(port) in node_ports(live.service) else port


def _check_row(live: Live, key: str, new: str, there: HealthCheck) -> DiffRow | None:
    asked = said(live.service, key)
    now = {
        "protocol": there.protocol.lower(),
        "port": there.port,
        "path": there.path or "",
        "success-codes": there.matcher or "",
        "interval": str(there.interval_s),
        "timeout": str(there.timeout_s),
        "healthy-threshold": str(there.healthy),
        "unhealthy-threshold": str(there.unhealthy),
    }[key.removeprefix(_CHECK)]
    if not (asked or now or new):
        return None
    name = "check " + key.removeprefix(_CHECK)
    if key == _CHECK + "port" and not new:
        return DiffRow(name, asked, now, "its own", because(asked, "its own", "LBC asks the clone's own healthCheckNodePort"))
    if key == _CHECK + "port" and new != now:
        return DiffRow(name, asked, now, new, because(asked, new, "the clone gets node ports of its own"))
    rule = "as live, written out" if new else "the live check has no use for it"
    return DiffRow(name, asked, now, new, because(asked, new, rule, kept=live.service.annotations.get(key) == new))


def described(check: HealthCheck) -> str:
    """A health check in a few words."""
    path = check.path or ""
    times = f"every {check.interval_s} s, {check.timeout_s} s, {check.healthy}/{check.unhealthy}"
    return f"{check.protocol} {check.port}{path} {times}"


def _group_attributes(live: Live) -> Piece:
    """One list for all ports: what differs from AWS's own, and what is always said."""
    written: dict[str, str] = {}
    differing: list[str] = []
    for key in sorted({key for each in live.groups for key in each.attributes}):
        values = [each.attributes.get(key) or default_of(key, each) for each in live.groups]
        usual = all(value == default_of(key, each) for value, each in zip(values, live.groups, strict=True))
        if len(set(values)) > 1 and not usual:
            named = [f"{value} on {each.port}" for each, value in zip(live.groups, values, strict=True)]
            differing.append(f"{key} is {', '.join(named)}")
        elif len(set(values)) == 1 and values[0] and (key in _ALWAYS or not usual):
            written[key] = values[0]
    if written.get("stickiness.enabled") == "true":
        written["stickiness.type"] = live.groups[0].attributes.get("stickiness.type", "source_ip")
    listed = ",".join(f"{key}={value}" for key, value in sorted(written.items()))
    piece = setting(live.service, "target groups", listed, listed, "as live", _ATTRIBUTES, write=_ATTRIBUTES)
    found = blocked(
        "target-groups-differ",
        f"the target groups differ ({'; '.join(differing)}); the clone has one list for all ports",
        "make the target groups alike, or split the Service by port, then plan again",
    )
    rows = piece.rows + _proxy_rows(live, written)
    return Piece(rows, piece.annotations, (_ATTRIBUTES, *_PROXY), found if differing else ())


def default_of(key: str, group: TargetGroup) -> str:
    """What AWS gives a new target group; one of UDP ends connections when a target goes."""
    if key == _CUT and group.protocol in ("UDP", "TCP_UDP"):
        return "true"
    return _DEFAULTS.get(key, "")


def _proxy_rows(live: Live, written: dict[str, str]) -> tuple[DiffRow, ...]:
    """Legacy's NLB never read these keys; LBC would switch PROXY v2 on by them."""
    there = [key for key in _PROXY if key in live.service.annotations]
    live_value = written.get("proxy_protocol_v2.enabled", "false")
    rule = "rewritten: legacy did not read it; as live, with the target groups"
    return tuple(DiffRow(key.removeprefix(LB), said(live.service, key), live_value, live_value, rule) for key in there)


def _node_labels(live: Live) -> Piece:
    """LBC compares values, legacy takes a bare key for any value."""
    key = LB + "target-node-labels"
    asked = live.service.annotations.get(key)
    if asked is None:
        return Piece()
    items = [each.strip() for each in asked.split(",") if each.strip()]
    piece = setting(live.service, "node labels", asked, ",".join(items), "as it is, items trimmed", key, write=key)
    bare = [each for each in items if not each.partition("=")[2]]
    found = blocked(
        "node-labels",
        f"target-node-labels {', '.join(bare)} means any value to legacy and cannot be said to LBC",
        "write the values, then plan again",
    )
    return Piece(piece.rows, piece.annotations, piece.reads, found if bare else ())
