"""What a load balancer puts before a client's bytes, and whether a pod can read it: PROXY headers and TLS.

A pod says by two annotations what it speaks on every port, whoever connects:

    sandbox/proxy-protocol   "off" (as without it: any header breaks the connection), "v1", "v2" (a connection must begin
                             with just that header) or "any" (either header, or none)
    sandbox/tls              "true": it speaks TLS and nothing else; as without it: plain text only
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from migrator.sandbox.world.balancers import TargetGroup

PROXY_MARK, TLS_MARK = "sandbox/proxy-protocol", "sandbox/tls"
SECURE = ("TLS", "SSL", "HTTPS")  # listeners that end TLS, and groups behind which it begins anew
_READS = {"off": ("",), "v1": ("v1",), "v2": ("v2",), "any": ("", "v1", "v2")}


class Wire(msgspec.Struct, frozen=True):
    """How a connection is handed to a target. `Flow` says what both fields mean."""

    header: str
    tls: str


def wire(listener_protocol: str, group: TargetGroup) -> Wire:
    """What a listener does to connections that it hands to a group."""
    return _wire(listener_protocol in SECURE, group.protocol in SECURE, header(group))


@lru_cache(maxsize=16)
def _wire(ends: bool, begins: bool, header: str) -> Wire:
    """One value for each combination: every connection asks."""
    tls = {(True, True): "re-encrypted", (True, False): "terminated", (False, True): "added"}.get((ends, begins), "")
    return Wire(header, tls)


def header(group: TargetGroup) -> str:
    """The version of the PROXY header that targets of a group get before the client's bytes; empty for none.

    Sources: ELBv2 attribute proxy_protocol_v2.enabled; Classic Load Balancers user guide, "Configure proxy protocol
    support": version 1, for TCP and SSL.
    """
    if group.attributes.get("proxy_protocol_v2.enabled") == "true":
        return "v2"
    on = group.attributes.get("proxy_protocol_v1.enabled") == "true" and group.protocol in ("TCP", "SSL")
    return "v1" if on else ""


def misread(pod: str, proxy: str, speaks_tls: bool, said: Wire) -> str:
    """Why a pod breaks a connection off; empty when it can read it. `proxy` is the pod's annotation.

    A TCP listener in front of a plain group passes TLS on unseen, so that a pod of either kind may be meant.
    """
    if said.header not in reads(proxy):
        if said.header:
            return f"pod {pod} reads no PROXY {said.header} header and hangs up"
        return f"pod {pod} waits for a PROXY {proxy} header that does not come and hangs up"
    if said.tls in ("re-encrypted", "added") and not speaks_tls:
        return f"pod {pod} speaks no TLS and hangs up"
    if said.tls == "terminated" and speaks_tls:
        return f"pod {pod} speaks TLS alone and hangs up"
    return ""


def passes_check(proxy: str, speaks_tls: bool, protocol: str, check_header: str) -> bool:
    """Whether a pod answers a health check; a TCP check is over before anything is said."""
    return protocol == "TCP" or (check_header in reads(proxy) and speaks_tls == (protocol in SECURE))


def spoken(pod: dict[str, Any]) -> tuple[str, bool]:
    """What a pod's annotations say: which PROXY headers it reads, and whether it speaks TLS."""
    marks = pod["metadata"].get("annotations") or {}
    return marks.get(PROXY_MARK, "off"), marks.get(TLS_MARK) == "true"


def reads(proxy: str) -> tuple[str, ...]:
    """Which beginnings a pod takes: "" for none, "v1", "v2"; a text that is none of ours counts as "off"."""
    return _READS.get(proxy, _READS["off"])
