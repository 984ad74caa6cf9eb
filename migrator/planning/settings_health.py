"""The clone's health check, written out from the live one."""

from __future__ import annotations

from migrator.model.balancers import HealthCheck, TargetGroup
from migrator.model.migration import DiffRow, Finding
from migrator.planning.found import Live
from migrator.planning.node_rules import node_ports
from migrator.planning.pieces import LB, Piece, blocked

_CHECK = LB + "healthcheck-"
_NAMES = ("protocol", "port", "path", "success-codes", "interval", "timeout", "healthy-threshold", "unhealthy-threshold")
TRAFFIC = "traffic-port"


def health_pieces(live: Live, wanted: Live) -> tuple[Piece, ...]:
    """One row a setting; a port that is the legacy Service's alone becomes what it stands for."""
    checks = [settings_of(each, wanted) for each in wanted.groups]
    here, now = checks[0], _now(live.groups[0].health_check)
    findings = _findings(live, wanted, checks)
    rows = tuple(_row(live, name, here.get(name, ""), now[name]) for name in _NAMES)
    shown = tuple(
        each for each in rows if each.live or each.new or _CHECK + each.setting.split(" ")[1] in live.service.annotations
    )
    return (Piece(shown, {_CHECK + name: value for name, value in here.items() if value}, findings=findings),)


def settings_of(group: TargetGroup, wanted: Live) -> dict[str, str]:
    """What reproduces a live health check, by the names of the annotations."""
    check = group.health_check
    http = check.protocol != "TCP"
    return {
        "protocol": check.protocol.lower(),
        "port": _port(group, wanted),
        "path": (check.path or "") if http else "",
        "success-codes": (check.matcher or "") if http else "",
        "interval": str(check.interval_s),
        "timeout": str(check.timeout_s),
        "healthy-threshold": str(check.healthy),
        "unhealthy-threshold": str(check.unhealthy),
    }


def _port(group: TargetGroup, wanted: Live) -> str:
    """Never an old nodePort: the port's name where all groups ask one port of several, else the group's own.

    Empty for the old healthCheckNodePort, for which LBC takes the clone's own.
    """
    port, service = group.health_check.port, wanted.service
    if not port.isdigit():
        return port
    if int(port) == service.spec.get("healthCheckNodePort"):
        return ""
    if int(port) not in node_ports(service):
        return port
    one_for_all = len(wanted.groups) > 1 and len({each.health_check.port for each in wanted.groups}) == 1
    if group.port == int(port) and not one_for_all:
        return TRAFFIC
    named = next(each for each in service.spec["ports"] if each.get("nodePort") == int(port))
    return str(named.get("name") or TRAFFIC)


def _findings(live: Live, wanted: Live, checks: list[dict[str, str]]) -> tuple[Finding, ...]:
    findings: tuple[Finding, ...] = ()
    if any(each != checks[0] for each in checks):
        shown = "; ".join(f"{each.port}: {described(each.health_check)}" for each in live.groups)
        findings = blocked(
            "health-checks-differ",
            f"the target groups have different health checks ({shown}); LBC has one for all ports",
            "make the health checks alike, or split the Service by port, then plan again",
        )
    if checks[0]["port"].isdigit():
        port = checks[0]["port"]
        seen = f"health checks ask port {port} of the nodes: their security group must admit the new load balancer there"
        findings += (Finding("health-check-port", "note", seen),)
    if live.groups[0].health_check.protocol == "SSL":
        seen = "health checks shake hands by TLS now; network load balancers only connect: a port that is open counts as healthy"
        findings += (Finding("health-check-ssl", "warning", seen, "check by http or https if the backends have a path for it"),)
    return findings


def _now(check: HealthCheck) -> dict[str, str]:
    return {
        "protocol": check.protocol.lower(),
        "port": check.port,
        "path": check.path or "",
        "success-codes": check.matcher or "",
        "interval": str(check.interval_s),
        "timeout": str(check.timeout_s),
        "healthy-threshold": str(check.healthy),
        "unhealthy-threshold": str(check.unhealthy),
    }


def _row(live: Live, name: str, new: str, now: str) -> DiffRow:
    rule = ""
    if name == "port" and not new:
        new, rule = "its own", "LBC asks the clone's own healthCheckNodePort"
    elif name == "port" and new != now:
        rule = "the clone gets node ports of its own"
    elif not new:
        rule = "the live check has no use for it"
    return DiffRow("check " + name, "", now, new, rule)


def described(check: HealthCheck) -> str:
    """A health check in a few words."""
    path = check.path or ""
    times = f"every {check.interval_s} s, {check.timeout_s} s, {check.healthy}/{check.unhealthy}"
    return f"{check.protocol} {check.port}{path} {times}"
