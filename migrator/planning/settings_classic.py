"""What only Classic Load Balancers have: each is rewritten, or a question whose answer changes the clone."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.model.balancers import Listener
from migrator.model.migration import Decision, Finding, Variant
from migrator.planning.found import Live
from migrator.planning.pieces import LB, Piece, as_live, blocked
from migrator.planning.settings_classic_form import (
    DELAY,
    IDLE_S,
    LAYER_7,
    PRESERVE,
    PROXY_V1,
    PROXY_V2,
    SECURE,
    TCP_IDLE,
    USUAL_IDLE_S,
    idle_for_tcp_s,
    idle_s,
)

ATTRIBUTES = LB + "target-group-attributes"
PROXY_PORTS = LB + "proxy-protocol-per-target-group"
LISTENER = LB + "listener-attributes."
INTERVAL = "access_logs.emit_interval_min"


def classic_pieces(live: Live) -> tuple[Piece, ...]:
    """Nothing for a network load balancer."""
    if not live.balancer.classic:
        return ()
    pieces = (
        _log_interval(live),
        _layers(live),
        _idle(live),
        _client_address(live),
        _proxy(live),
        _draining(live),
        _sticky(live),
    )
    return tuple(each for each in pieces if each != Piece())


def _log_interval(live: Live) -> Piece:
    """NLBs write logs of TLS listeners only. Source: Elastic Load Balancing, "Access logs for your Network Load Balancer"."""
    if live.attributes.get("access_logs.s3.enabled") != "true":
        return Piece()
    minutes = live.attributes.get(INTERVAL, "60")
    piece = as_live("access log interval", f"{minutes} min", "5 min", rule="network load balancers write logs every 5 minutes")
    silent = [each for each in live.listeners if each.protocol not in SECURE]
    if not silent:
        return piece
    seen = f"access logs are on, and network load balancers log TLS listeners only: {_shown(silent)} will not be logged"
    found = Finding("access-logs-tls-only", "warning", seen, "have the backends log, or flow logs of the VPC")
    return Piece(piece.rows, findings=(found,))


def _layers(live: Live) -> Piece:
    """HTTP listeners read requests; what they did with them ends."""
    lost = [each for each in live.listeners if each.protocol in LAYER_7]
    stopped = _half_secure(live)
    if not lost:
        return Piece(findings=stopped)
    question = (
        f"the live load balancer reads HTTP on {_shown(lost)}; the new one passes bytes on. X-Forwarded-For, -Proto and -Port "
        "headers, reuse of connections to the backends, and checks of requests end. Do the backends work without them?"
    )
    rule = "a network load balancer passes bytes on"
    piece = as_live("layer", f"HTTP on {_ports(lost)}", "TCP" + (" and TLS" if _secure(lost) else ""), rule=rule)
    reads = (LB + "backend-protocol",)
    return Piece(piece.rows, reads=reads, findings=stopped, decisions=(Decision("l7-to-l4", question, ("accept-l4",)),))


def _half_secure(live: Live) -> tuple[Finding, ...]:
    """Bytes that came in plain are encrypted on the way to the backends; a network load balancer cannot do that."""
    inner = {each.arn: each.protocol for each in live.groups}
    odd = [
        each for each in live.listeners if each.protocol not in SECURE and any(inner.get(arn) in SECURE for arn in each.groups)
    ]
    if not odd:
        return ()
    seen = f"{_shown(odd)} take plain connections and speak TLS to the instances, which no network load balancer does"
    return blocked("plain-to-tls", seen, "let the backends take plain connections on that port, then plan again")


def _idle(live: Live) -> Piece:
    """TCP listeners take a timeout; TLS listeners have one."""
    seconds = idle_s(live)
    secure = [each for each in live.listeners if each.protocol in SECURE]
    plain = [each for each in live.listeners if each.protocol not in SECURE]
    new = [f"{_ports(plain)}: {idle_for_tcp_s(seconds)} s"] if plain else []
    new += [f"{_ports(secure)}: {USUAL_IDLE_S} s"] if secure else []
    piece = as_live("idle timeout", f"{seconds} s", "; ".join(new) + (", or as answered" if _resets(plain, seconds) else ""))
    findings = (_clamped(seconds),) if plain and seconds < IDLE_S[0] else ()
    asked, variants = _allowed(plain, seconds)
    return Piece(piece.rows, findings=findings, decisions=_fixed(secure, seconds) + asked, variants=variants)


def _resets(plain: list[Listener], seconds: int) -> bool:
    return bool(plain) and seconds < USUAL_IDLE_S


def _allowed(plain: list[Listener], seconds: int) -> tuple[tuple[Decision, ...], tuple[Variant, ...]]:
    """A classic load balancer closes a silent connection; a network one forgets it, and resets it at its next packet.

    Source: Elastic Load Balancing, "Network Load Balancers", connection idle timeout.
    """
    if not _resets(plain, seconds):
        return (), ()
    question = (
        f"connections that are silent for {seconds} s are closed now, and clients see that. A network load balancer forgets them "
        f"and resets them at their next packet: a request on a kept connection is lost ({_shown(plain)}). allow-{USUAL_IDLE_S} "
        f"lets {USUAL_IDLE_S} s pass, so that backends close first; as-live keeps {idle_for_tcp_s(seconds)} s. Which?"
    )
    allow = f"allow-{USUAL_IDLE_S}"
    written: dict[str, str | None] = {f"{LISTENER}TCP-{each.port}": f"{TCP_IDLE}={USUAL_IDLE_S}" for each in plain}
    asked = Decision("idle-timeout-tcp", question, (allow, "as-live"), allow)
    return (asked,), (Variant("idle-timeout-tcp", allow, written),)


def _clamped(seconds: int) -> Finding:
    seen = f"the idle timeout of {seconds} s becomes {IDLE_S[0]} s, the least that a network load balancer takes"
    return Finding("idle-timeout-clamped", "note", seen)


def _fixed(secure: list[Listener], seconds: int) -> tuple[Decision, ...]:
    """A longer one than now keeps silent connections longer; a shorter one cuts some that lived until now."""
    if not secure or seconds == USUAL_IDLE_S:
        return ()
    longer = seconds < USUAL_IDLE_S
    effect = "silent connections are kept longer" if longer else f"connections silent for {USUAL_IDLE_S} s are cut"
    question = (
        f"connections may be silent for {seconds} s now; TLS listeners of network load balancers allow {USUAL_IDLE_S} s, "
        f"which cannot be changed ({_shown(secure)}): {effect}. "
        + ("Is that right?" if longer else "Do clients or backends send keepalives more often?")
    )
    accept = f"accept-{USUAL_IDLE_S}"
    return (Decision("idle-timeout", question, (accept,), accept if longer else None),)


def _client_address(live: Live) -> Piece:
    """Backends saw the load balancer; a network load balancer can show them clients, with all that follows."""
    question = (
        "backends see the load balancer's addresses as their clients' now, and go on to see the new one's (keep-hidden). "
        "show-clients lets them see the clients' own: network policies and allow lists in the pods then meet other addresses, "
        "and a pod that connects to its own load balancer may be cut off. Which?"
    )
    rule = "as live; instance targets would see clients otherwise"
    piece = as_live("client address", "hidden", "hidden, or as answered", rule=rule)
    variants = (
        Variant("client-address", "keep-hidden", items={ATTRIBUTES: {PRESERVE: "false"}}),
        Variant("client-address", "show-clients", items={ATTRIBUTES: {PRESERVE: "true"}}),
    )
    asked = Decision("client-address", question, ("keep-hidden", "show-clients"), "keep-hidden")
    return Piece(piece.rows, decisions=(asked,), variants=variants)


def _proxy(live: Live) -> Piece:
    """PROXY v1 becomes v2, which is another header: both load balancers serve the same backends for a while."""
    proxied = {each.arn for each in live.groups if each.attributes.get(PROXY_V1) == "true"}
    if not proxied:
        return as_live("PROXY protocol", "off", "off", rule="as live")
    there = [each for each in live.listeners if proxied & set(each.groups)]
    question = (
        f"backends of {_shown(there)} get PROXY protocol v1 headers now, the new load balancer sends v2 only, and both serve the "
        "same backends until legacy is gone. Do the backends read v1 and v2 (backends-read-both), or v1 and no header at all "
        "(backends-need-none, the new load balancer sends none)?"
    )
    piece = as_live("PROXY protocol", f"v1 on {_ports(there)}", f"v2 on {_ports(there)}, or as answered")
    asked = Decision("proxy-v1-to-v2", question, ("backends-read-both", "backends-need-none"))
    none = Variant("proxy-v1-to-v2", "backends-need-none", {PROXY_PORTS: None}, {ATTRIBUTES: {PROXY_V2: "false"}})
    return Piece(piece.rows, decisions=(asked,), variants=(none,))


def _draining(live: Live) -> Piece:
    delays = sorted({each.attributes.get(DELAY, "0") for each in live.groups}, key=int)
    live_said = ", ".join("off" if each == "0" else f"{each} s" for each in delays) or "off"
    return as_live("draining", live_said, ", ".join(f"{each} s" for each in delays) or "0 s")


def _sticky(live: Live) -> Piece:
    """Cookies are HTTP; what is left is the client's address, and not behind TLS."""
    sticky = [each for each in live.listeners if each.attributes.get("stickiness.type")]
    if not sticky:
        return Piece()
    kinds = ", ".join(sorted({each.attributes["stickiness.type"] for each in sticky}))
    by_address = not _secure(live.listeners)
    question = f"{_shown(sticky)} keep a client at one backend by cookie ({kinds}), which a network load balancer cannot. " + (
        "It can by the client's address on all ports (by-source-address), or not at all (no-stickiness). Which?"
        if by_address
        else "It cannot by address either, as there are TLS listeners. Do the backends share their sessions?"
    )
    piece = as_live("stickiness", f"{kinds} on {_ports(sticky)}", "none, or as answered", rule="cookies are HTTP")
    options = ("no-stickiness", "by-source-address") if by_address else ("no-stickiness",)
    kept: dict[str, str | None] = {"stickiness.enabled": "true", "stickiness.type": "source_ip"}
    variants = (Variant("session-stickiness", "by-source-address", items={ATTRIBUTES: kept}),) if by_address else ()
    return Piece(piece.rows, decisions=(Decision("session-stickiness", question, options),), variants=variants)


def _secure(listeners: Iterable[Listener]) -> bool:
    return any(each.protocol in SECURE for each in listeners)


def _ports(listeners: Iterable[Listener]) -> str:
    return ",".join(str(each.port) for each in listeners)


def _shown(listeners: Iterable[Listener]) -> str:
    return ", ".join(f"{each.protocol} {each.port}" for each in listeners)
