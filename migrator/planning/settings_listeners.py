"""The clone's listeners: which ports, and TLS as it is live."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.model.balancers import Listener
from migrator.model.migration import DiffRow, Finding
from migrator.planning.found import Live
from migrator.planning.pieces import LB, Piece, setting

_BOTH = LB + "enable-tcp-udp-listener"
_TLS_KEYS = tuple(LB + each for each in ("ssl-cert", "ssl-ports", "ssl-negotiation-policy", "alpn-policy", "backend-protocol"))


def listener_pieces(live: Live) -> tuple[Piece, ...]:
    """Ports first, then TLS."""
    return (_ports(live), *_tls(live))


def _ports(live: Live) -> Piece:
    """A row a port, and what of it LBC would make otherwise."""
    wanted = expected(live.service.spec.get("ports", ()))
    there = {each.port: each for each in live.listeners}
    rows = tuple(_row(port, wanted.get(port), there.get(port)) for port in sorted({*wanted, *there}))
    findings = [_odd(port, wanted.get(port), there.get(port)) for port in sorted({*wanted, *there})]
    both = any(kinds == {"TCP", "UDP"} for kinds in wanted.values())
    shared = setting(live.service, "TCP and UDP", str(both).lower(), str(both).lower(), "as the ports need", _BOTH)
    return Piece(
        rows + (shared.rows if both or _BOTH in live.service.annotations else ()),
        {_BOTH: "true"} if both else {},
        (_BOTH,),
        tuple(each for each in findings if each),
    )


def expected(ports: Any) -> dict[int, set[str]]:
    """The protocols of the Service's ports by port."""
    wanted: dict[int, set[str]] = {}
    for each in ports:
        wanted.setdefault(int(each["port"]), set()).add(each.get("protocol", "TCP"))
    return wanted


def _row(port: int, wanted: set[str] | None, there: Listener | None) -> DiffRow:
    live = there.protocol if there else "none"
    new = (there.protocol if there and there.protocol == "TLS" else "_".join(sorted(wanted))) if wanted else "none"
    return DiffRow(f"port {port}", "", live, new, "as in spec.ports")


def _odd(port: int, wanted: set[str] | None, there: Listener | None) -> Finding | None:
    """Why the clone would not serve a port as it is served now."""
    if there is None:
        seen = f"port {port} of the Service has no listener: nobody is served there now"
        return Finding(f"listener/{port}", "warning", seen, "look at the Service's events; the new load balancer will have it")
    if wanted is None:
        seen = f"listener {there.protocol} {port} is no port of the Service: the new load balancer would not have it"
        do = "add the port to the Service, or remove the listener, then plan again"
        return Finding(f"listener/{port}", "blocked", seen, do)
    fits = {"TLS"} | {"_".join(sorted(wanted))} if wanted == {"TCP"} else {"_".join(sorted(wanted))}
    if there.protocol not in fits:
        seen = f"listener {port} speaks {there.protocol}, the Service's port is {' and '.join(sorted(wanted))}"
        return Finding(f"listener/{port}", "blocked", seen, "make one of them like the other, then plan again")
    return None


def _tls(live: Live) -> tuple[Piece, ...]:
    """LBC has one certificate list, policy and backend protocol for all its TLS listeners."""
    secure = tuple(each for each in live.listeners if each.protocol == "TLS")
    if not secure:
        rule = "no live listener speaks TLS"
        there = [key for key in _TLS_KEYS if key in live.service.annotations]
        return tuple(setting(live.service, key.removeprefix(LB), "no TLS", "", rule, key) for key in there)
    certificate, ports, policy, alpn, backend = _TLS_KEYS
    inner = {each.arn: each.protocol for each in live.groups}
    numbers = ",".join(str(each.port) for each in secure)
    return (
        _one(live, secure, "certificates", certificate, lambda each: ",".join(each.certificates), "as live"),
        setting(live.service, "TLS ports", numbers, numbers, "live TLS ports, by number", ports, write=ports),
        _one(live, secure, "TLS policy", policy, lambda each: each.policy or "", "as live: the cluster's default may differ"),
        _one(live, secure, "ALPN", alpn, _alpn, "as live"),
        _one(live, secure, "backend protocol", backend, lambda each: _backend(each, inner), "as live: ssl or nothing"),
    )


def _alpn(listener: Listener) -> str:
    return "" if listener.alpn in ((), ("None",)) else ",".join(listener.alpn)


def _backend(listener: Listener, inner: dict[str, str]) -> str:
    return "ssl" if any(inner.get(arn) == "TLS" for arn in listener.groups) else ""


def _one(live: Live, secure: tuple[Listener, ...], name: str, key: str, ask: Callable[[Listener], str], rule: str) -> Piece:
    """A setting that all TLS listeners must have in common."""
    seen = {each.port: ask(each) for each in secure}
    if len(set(seen.values())) == 1:
        value = seen[secure[0].port]
        return setting(live.service, name, value or "none", value, rule, key, write=key)
    shown = "; ".join(f"{port}: {value or 'none'}" for port, value in seen.items())
    piece = setting(live.service, name, shown, "", "cannot be written: one for all TLS ports", key)
    finding = Finding(
        f"tls/{key.removeprefix(LB)}",
        "blocked",
        f"the TLS listeners differ in {name} ({shown}); LBC has one for all of them",
        "make the listeners alike, or split the Service by port, then plan again",
    )
    return Piece(piece.rows, {}, piece.reads, (finding,))
