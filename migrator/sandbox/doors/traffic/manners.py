"""How each listener behaves on sockets, read off the world: what it ends, what it writes, how long it bears silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.sandbox.doors.traffic.keys import Ending, Identity, covered
from migrator.sandbox.doors.traffic.proxy_header import Header
from migrator.sandbox.world.network_routing import OVER_UDP
from migrator.sandbox.world.network_wire import SECURE

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import Listener, LoadBalancer
    from migrator.sandbox.world.network_flows import Flow

Place = tuple[str, int]  # address, port

READS_HTTP = ("HTTP", "HTTPS")
# Seconds. Classic and Network Load Balancers user guides, "Idle timeout": that of a TLS listener cannot be changed.
CLASSIC_IDLE_S, NETWORK_IDLE_S = 60.0, 350.0
CLASSIC = "classic"


@dataclass(frozen=True, slots=True)
class Manner:
    """One listener.

    ending    how it ends TLS, where it does
    idle_s    how long a connection may be silent
    forgets   what it does then: a Network Load Balancer forgets the connection and resets who speaks next, a Classic one
              closes it
    """

    protocol: str
    ending: Ending | None
    idle_s: float
    forgets: bool

    @property
    def reads_http(self) -> bool:
        """Whether it understands requests, and tells the backend who sent them."""
        return self.protocol in READS_HTTP

    @property
    def scheme(self) -> str:
        """What the client's URL begins with."""
        return "https" if self.ends_tls else "http"

    @property
    def ends_tls(self) -> bool:
        """Whether it terminates TLS."""
        return self.ending is not None


@dataclass(frozen=True, slots=True)
class Onward:
    """How one connection goes on to its backend: from which address, behind which header, inside TLS or not."""

    source: str
    header: str
    tls: bool

    def begun(self, client: Place, proxy: Place) -> bytes:
        """The first bytes that the backend gets."""
        return bytes(Header(self.header, client, proxy)) if self.header else b""


def places(world: World) -> dict[Place, Manner]:
    """Every address and TCP port that an active load balancer listens on, and how."""
    return {
        (mapping.address, listener.port): manner(world, lb, listener)
        for lb in world.elb.balancers.values()
        if world.elb.state(lb) == "active"
        for mapping in lb.zones
        for listener in world.elb.listeners_of(lb.arn)
        if listener.protocol not in OVER_UDP
    }


def manner(world: World, lb: LoadBalancer, listener: Listener) -> Manner:
    """How a listener behaves."""
    if lb.kind == CLASSIC:
        idle_s = float(lb.attributes.get("idle_timeout.timeout_seconds", CLASSIC_IDLE_S))
    elif listener.protocol == "TLS":
        idle_s = NETWORK_IDLE_S
    else:
        idle_s = float(listener.attributes.get("tcp.idle_timeout.seconds", NETWORK_IDLE_S))
    return Manner(listener.protocol, _ending(world, listener), idle_s, forgets=lb.kind != CLASSIC)


def _ending(world: World, listener: Listener) -> Ending | None:
    if listener.protocol not in SECURE:
        return None
    identities = tuple(_identity(world, each) for each in listener.certificates or ("none",))
    return Ending(identities, listener.ssl_policy, next(iter(listener.alpn), "None"))


def _identity(world: World, arn: str) -> Identity:
    """What a certificate says; one that nobody has described covers every zone."""
    if (known := world.certificates.table.get(arn)) is not None:
        return Identity(arn, known.names, known.ends)
    return Identity(arn, covered([each.name for each in world.route53.zones.values()]))


def onward(world: World, flow: Flow) -> Onward:
    """How a connection that the model has made goes on."""
    source = _masqueraded(world, flow) or flow.source or flow.address
    return Onward(source, flow.header, tls=flow.tls in ("re-encrypted", "added"))


def _masqueraded(world: World, flow: Flow) -> str:
    """The node's own address where kube-proxy puts it in the client's place: on node ports of policy Cluster."""
    instance = world.ec2.instances.get(flow.target[0])
    served = world.network.dataplane.node_port("TCP", flow.target[1]) if instance is not None else None
    return instance.private_ip if instance is not None and served is not None and not served.local else ""
