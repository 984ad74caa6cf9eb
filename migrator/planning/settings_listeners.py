"""The clone's listeners: which ports, and their own attributes."""

from __future__ import annotations

from typing import Any

from migrator.model.balancers import Listener
from migrator.model.migration import DiffRow, Finding
from migrator.planning.found import Live
from migrator.planning.pieces import LB, Piece, as_live

_BOTH = LB + "enable-tcp-udp-listener"
ATTRIBUTES = LB + "listener-attributes."


def listener_pieces(live: Live, wanted: Live) -> tuple[Piece, ...]:
    """Ports first, then what each listener was told."""
    return (_ports(live, wanted), _both(live), *(piece for each in wanted.listeners if (piece := _attributes(live, each))))


def _ports(live: Live, wanted: Live) -> Piece:
    """A row a port, and what of it LBC would make otherwise."""
    asked = expected(live.service.spec.get("ports", ()))
    there, then = ({each.port: each for each in side.listeners} for side in (live, wanted))
    every = sorted({*asked, *there})
    findings = [_odd(port, asked.get(port), then.get(port)) for port in every]
    rows = tuple(_row(port, asked.get(port), there.get(port), then.get(port)) for port in every)
    return Piece(rows, findings=tuple(each for each in findings if each))


def _both(live: Live) -> Piece:
    """LBC makes one listener of TCP and UDP on one port where it is told to."""
    needed = any(kinds == {"TCP", "UDP"} for kinds in expected(live.service.spec.get("ports", ())).values())
    if not needed and _BOTH not in live.service.annotations:
        return Piece()
    text = str(needed).lower()
    return as_live("TCP and UDP", text, text, write=_BOTH if needed else "")


def expected(ports: Any) -> dict[int, set[str]]:
    """The protocols of the Service's ports by port."""
    wanted: dict[int, set[str]] = {}
    for each in ports:
        wanted.setdefault(int(each["port"]), set()).add(each.get("protocol", "TCP"))
    return wanted


def _row(port: int, asked: set[str] | None, there: Listener | None, then: Listener | None) -> DiffRow:
    live = there.protocol if there else "none"
    new = ("TLS" if then and then.protocol == "TLS" else "_".join(sorted(asked))) if asked else "none"
    return DiffRow(f"port {port}", "", live, new, "as in spec.ports")


def _odd(port: int, asked: set[str] | None, there: Listener | None) -> Finding | None:
    """Why the clone would not serve a port as it is served now."""
    if there is None:
        seen = f"port {port} of the Service has no listener: nobody is served there now"
        return Finding(f"listener/{port}", "warning", seen, "look at the Service's events; the new load balancer will have it")
    if asked is None:
        seen = f"listener {there.protocol} {port} is no port of the Service: the new load balancer would not have it"
        do = "add the port to the Service, or remove the listener, then plan again"
        return Finding(f"listener/{port}", "blocked", seen, do)
    fits = {"TLS"} | {"_".join(sorted(asked))} if asked == {"TCP"} else {"_".join(sorted(asked))}
    if there.protocol not in fits:
        seen = f"listener {port} speaks {there.protocol}, the Service's port is {' and '.join(sorted(asked))}"
        return Finding(f"listener/{port}", "blocked", seen, "make one of them like the other, then plan again")
    return None


def _attributes(live: Live, listener: Listener) -> Piece | None:
    """Written out one listener at a time; LBC leaves those of TLS alone. Source: ELBv2 ListenerAttribute."""
    if listener.protocol == "TLS" or not listener.attributes:
        return None
    name = f"{listener.protocol}-{listener.port}"
    shown = ",".join(f"{key}={value}" for key, value in sorted(listener.attributes.items()) if value)
    now = next(each for each in live.listeners if each.port == listener.port).attributes
    was = ",".join(f"{key}={value}" for key, value in sorted(now.items()) if value)
    piece = as_live(
        f"listener {name}", "as the load balancer" if live.balancer.classic else was, shown, ATTRIBUTES + name, "as live"
    )
    return Piece(piece.rows, piece.annotations, (ATTRIBUTES + name,))
