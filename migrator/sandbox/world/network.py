"""The way of a packet: from a client through a load balancer, a node and kube-proxy to a pod.

Answers two questions with one set of facts: would a health check of this target succeed now (`check`), and where
does a new connection end up (`connect`). So what health checks conclude and what clients meet can differ only
where they differ in AWS: in time, and in the address that a packet comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from migrator.sandbox.world.network_addresses import Addresses
from migrator.sandbox.world.network_admission import Admission
from migrator.sandbox.world.network_checks import Checks
from migrator.sandbox.world.network_dataplane import Dataplane
from migrator.sandbox.world.network_delivery import Choices, Delivery
from migrator.sandbox.world.network_flows import Backend, Flow, Lost
from migrator.sandbox.world.network_routing import Choice, choice, cuts_unhealthy, listening
from migrator.sandbox.world.network_wire import Wire, spoken, wire

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer, Target, TargetGroup

__all__ = ["Backend", "Flow", "Lost", "Network"]


NOWHERE = Backend("", "", "", 0)


class Reached(msgspec.Struct):
    """What a target hands connections to, and the clients that its security groups were seen to let in."""

    backends: Choices
    admitted: set[str]


class Way(msgspec.Struct):
    """What is met behind one address and port: the same for all clients that the load balancer lets in.

    handed     how connections are handed to a target
    flow       what every connection is at first, before it is one client's
    admitted   those that were seen to be let in
    reached    by target, of those that a connection was handed to
    """

    lb: LoadBalancer
    choice: Choice
    handed: Wire
    flow: Flow
    admitted: set[str] = set()
    reached: dict[tuple[str, int], Reached] = {}


class Network:
    """Addresses, health checks and connections of one world. `flows` are the open connections by id.

    `state` numbers what connections meet: as long as it stays, so do load balancers, targets, rules, nodes and pods.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.flows: dict[int, Flow] = {}
        self.state = 0
        self._ways: dict[tuple[str, int], Way] = {}  # by address and port: what holds until `changed`
        self.dataplane = Dataplane(world.kube, self.changed)
        self._addresses = Addresses(world.network_prefix)
        self._admission = Admission(world, self.dataplane)
        self._checks = Checks(world, self.dataplane, self._admission)
        self._delivery = Delivery(self.dataplane, self._admission)
        self._flow_count = 0
        world.kube.subscribe("Pod", self._pod_changed)
        world.elb.subscribe(self._told)

    def allocate_address(self, kind: str = "lb") -> str:
        """A fresh address for a "lb", "pod", "node", "dns" server or "client", inside the world's own prefix."""
        return self._addresses.allocate(kind)

    def release_address(self, address: str) -> None:
        """Give an address back. It is handed out again only when its pool is through."""
        self._addresses.release(address)

    def check(self, group: TargetGroup, target: Target) -> tuple[bool, str | None]:
        """Whether a health check of this target would succeed now, else the reason that AWS would give."""
        return self._checks.check(group, target)

    def changed(self) -> None:
        """Something that connections meet is no longer as it was: everything is looked up anew.

        Called after each change of load balancers and targets (`elb.tell`), of what health checks see (`elb.recheck`:
        rules, instances), of a target group's attributes, and of what packets meet in the cluster (`dataplane`).
        """
        self.state += 1
        self._ways.clear()
        self._delivery.changed()
        self.world.names.balancers_changed()

    def _told(self, event: str, subject: object, detail: object) -> None:
        self.changed()

    def connect(self, client_ip: str, address: str, port: int) -> Flow | Lost:
        """Open a TCP connection from a client to an address that a load balancer has or had.

        It is counted as a flow of the load balancer as soon as that picked a target, also when the target then
        turns it down. A fault where "traffic", operation "connect" drops it; its subject is "<name> <address>:<port>".
        """
        world = self.world
        way = self._ways.get((address, port))
        if way is None:
            lb = world.elb.by_address(address)
            if lb is None:
                return Lost(f"no load balancer has {address}")
            if (state := world.elb.state(lb)) != "active":
                return Lost(f"{lb.name} is {state}")
        else:
            lb = way.lb
        if world.faults.armed and world.faults.strike("traffic", "connect", f"{lb.name} {address}:{port}", now=world.now):
            return Lost(f"{lb.name} dropped it: a fault is armed")
        if way is None or client_ip not in way.admitted:
            if not self._admission.client(lb, client_ip, port):
                return Lost(f"no security group of {lb.name} admits {client_ip} to port {port}: timed out")
            made = way or self._way(lb, address, port)
            if isinstance(made, Lost):
                return made
            way = made
            way.admitted.add(client_ip)
        return self._opened(way, client_ip, address)

    def _way(self, lb: LoadBalancer, address: str, port: int) -> Way | Lost:
        """What is met behind an address up to the drawing of a target; kept where no group is drawn."""
        made = choice(self.world, lb, address, port)
        if isinstance(made, Lost):
            return made
        handed = wire(made.listener.protocol, made.group)
        way = Way(lb, made, handed, self._flow(lb, made, handed, address, port))
        if len(made.listener.forwards) == 1:
            self._ways[address, port] = way
        return way

    def _flow(self, lb: LoadBalancer, made: Choice, handed: Wire, address: str, port: int) -> Flow:
        """What connections to an address have in common for as long as nothing changes."""
        return Flow(
            id=0,
            client="",
            address=address,
            port=port,
            lb_arn=lb.arn,
            lb_name=lb.name,
            zone=made.zone,
            group_arn=made.group.arn,
            target=("", 0),
            backend=NOWHERE,
            opened=0.0,
            protocol=made.listener.protocol,
            header=handed.header,
            tls=handed.tls,
            sound=self.state,
        )

    def close(self, flow: Flow) -> None:
        """End a connection; closing it again does nothing."""
        if self.flows.pop(flow.id, None) is not None:
            flow.closed = self.world.now
            self.world.cloudwatch.closed(flow.lb_arn, flow.zone, flow.closed)

    def cut(self, flow: Flow) -> Lost | None:
        """What has cut a connection since it was made; None while it still carries data.

        It ends for both sides when its load balancer or listener goes, when its target leaves the group after
        draining or turns unhealthy, and when its pod stops. Nobody is told: whoever uses a connection asks.
        """
        world = self.world
        if flow.id not in self.flows:
            return Lost("it was closed")
        if flow.sound == self.state:
            return None
        if flow.lb_arn not in world.elb.balancers:
            return Lost(f"{flow.lb_name} was deleted")
        if listening(world, flow.lb_arn, flow.port) is None:
            return Lost(f"{flow.lb_name} no longer listens on port {flow.port}")
        cut = self._cut_at_target(flow) or self._cut_at_backend(flow)
        if cut is None:
            flow.sound = self.state
        return cut

    def _opened(self, way: Way, client: str, address: str) -> Flow | Lost:
        world, made, usable = self.world, way.choice, way.choice.usable
        now, target = world.now, usable[0] if len(usable) == 1 else world.random.choice(usable)
        world.cloudwatch.opened(way.lb.arn, made.zone, now)
        key = target.id, target.port
        reached = way.reached.get(key)
        if reached is None or client not in reached.admitted:
            met = self._met(way, target, client)
            if isinstance(met, Lost):
                world.cloudwatch.closed(way.lb.arn, made.zone, now)
                return met
            reached = way.reached[key] = met
        known = reached.backends
        backend = known[0] if len(known) == 1 else world.random.choice(known)
        if isinstance(backend, Lost):
            world.cloudwatch.closed(way.lb.arn, made.zone, now)
            return backend
        self._flow_count = id = self._flow_count + 1
        source = client if made.preserves_client_ip else address
        flow = self.flows[id] = replace(way.flow, id=id, client=client, target=key, backend=backend, opened=now, source=source)
        return flow

    def _met(self, way: Way, target: Target, client: str) -> Reached | Lost:
        """What a client meets behind a target that it was not seen to reach, or why it reaches nothing."""
        reached = way.reached.get((target.id, target.port))
        if reached is None:
            choices = self._delivery.choices(way.lb, way.choice, way.handed, target, client)
            return choices if isinstance(choices, Lost) else Reached(choices, {client})
        if way.choice.preserves_client_ip and (away := self._delivery.turned_away(way.lb, way.choice, target, client)):
            return away
        reached.admitted.add(client)
        return reached

    def requested(self, flow: Flow) -> None:
        """One more request over a connection that was made, after its first; only HTTP and HTTPS listeners count it."""
        if flow.protocol in ("HTTP", "HTTPS"):
            self.world.cloudwatch.requested(flow.lb_arn, flow.zone, self.world.now)

    def _pod_changed(self, event: str, pod: dict[str, Any], old: dict[str, Any] | None) -> None:
        """A pod that now speaks otherwise may answer health checks otherwise; endpoints do not show it."""
        if old is not None and spoken(pod) != spoken(old):
            self.world.elb.recheck()

    def _cut_at_target(self, flow: Flow) -> Lost | None:
        group = self.world.elb.groups.get(flow.group_arn)
        target = group.targets.get(flow.target) if group else None
        name = f"target {flow.target[0]}:{flow.target[1]}"
        if group is None or target is None or target.state == "unused":
            return Lost(f"{name} has left the group")
        if cuts_unhealthy(group) and target.state == "unhealthy" and target.since > flow.opened:
            return Lost(f"{name} turned unhealthy")
        return None

    def _cut_at_backend(self, flow: Flow) -> Lost | None:
        instance_id = flow.target[0]
        if instance_id.startswith("i-") and self._admission.running(instance_id) is None:
            return Lost(f"instance {instance_id} is gone")
        if self.dataplane.listening(flow.backend.address, flow.backend.port) is None:
            return Lost(f"pod {flow.backend.pod} stopped")
        return None
