"""One connection through a load balancer, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backend:
    """A port of a pod as traffic reaches it. `pod` is namespace/name, `node` the Node's name."""

    pod: str
    node: str
    address: str
    port: int


@dataclass(slots=True)
class Flow:
    """A connection that was made. `target` is the target's (id, port); `closed` is None while it is open."""

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
    closed: float | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """A connection that could not be made, or was cut: one sentence that says why."""

    why: str
