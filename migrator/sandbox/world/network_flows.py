"""One connection through a load balancer, or the reason why there is none."""

from __future__ import annotations

import msgspec


class Backend(msgspec.Struct, frozen=True):
    """A port of a pod as traffic reaches it. `pod` is namespace/name, `node` the Node's name."""

    pod: str
    node: str
    address: str
    port: int


class Flow(msgspec.Struct, eq=False):
    """A connection that was made. `target` is the target's (id, port); `closed` is None while it is open.

    protocol  what the listener speaks to the client: TCP or TLS; behind a Classic Load Balancer TCP, SSL, HTTP or HTTPS
    header    the PROXY header that the load balancer writes to the pod before anything else: "", "v1" (text) or "v2"
    tls       "" no TLS of the load balancer's own, bytes pass as they are; "terminated" it ends the client's and goes on
              in plain text; "re-encrypted" it ends it and begins another to the pod; "added" only the pod's side has it
    source    the address that the connection comes from at the node: the client's, or one of the load balancer's
    """

    id: int
    client: str
    address: str
    port: int
    lb_arn: str
    lb_name: str
    zone: str
    group_arn: str
    target: tuple[str, int]
    backend: Backend
    opened: float
    protocol: str = "TCP"
    header: str = ""
    tls: str = ""
    source: str = ""
    closed: float | None = None
    sound: int = -1  # the number of the state in which it was last seen whole


class Lost(msgspec.Struct, frozen=True):
    """A connection that could not be made, or was cut: one sentence that says why."""

    why: str
