"""What can be asked of a running sandbox through its control door."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from migrator.sandbox.doors.control import Verb
from migrator.sandbox.doors.loop import LoopThread
from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.crews import Order
from migrator.sandbox.doors.traffic.door import TrafficDoor
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.leftovers import leftovers
from migrator.sandbox.world.resolvers import CachingResolver
from migrator.sandbox.world.summary import summary

STOP_PATIENCE_S = 15.0


class NewFault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A fault as somebody arms it; `for_s` ends it after so many seconds. `Fault` says what the rest means."""

    where: Literal["aws", "kube", "dns", "legacy", "lbc", "pods", "traffic"]
    operation: str
    mode: Literal["throttle", "lose-reply", "deny", "error", "fail", "stop", "slow"]
    match: str = ""
    times: Annotated[int, msgspec.Meta(ge=1)] | None = 1
    for_s: float | None = None
    delay_s: float = 0.0
    code: str = ""
    message: str = ""


class ById(msgspec.Struct, forbid_unknown_fields=True):
    """One thing by its id; empty for all of them where that makes sense."""

    id: str = ""


class Scanning(msgspec.Struct, forbid_unknown_fields=True):
    """Scanners on or off, and how far apart their knocks are on average."""

    on: bool
    every_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0


class ForNames(msgspec.Struct, forbid_unknown_fields=True):
    """Names that a certificate is for."""

    names: Annotated[list[str], msgspec.Meta(min_length=1)]


class OfService(msgspec.Struct, forbid_unknown_fields=True):
    """A Service by namespace/name, and its UID; empty for all of them."""

    service: str = ""
    uid: str = ""


class Deed(msgspec.Struct, forbid_unknown_fields=True):
    """Something that happens to a workload or a node."""

    do: Literal["scale", "restart", "fail_pod", "recover_pod", "drain", "uncordon", "fail_node", "recover_node", "remove_node"]
    namespace: str = ""
    name: str = ""
    replicas: int = 0


class Verbs:
    """The verbs of one sandbox, by name. Each takes a payload and answers something that JSON can say."""

    def __init__(
        self,
        present: Present,
        loop: LoopThread,
        traffic: TrafficDoor,
        resolvers: Mapping[str, CachingResolver],
        shutdown: Callable[[], None],
    ) -> None:
        self._present, self._loop, self._traffic = present, loop, traffic
        self._resolvers, self._shutdown = resolvers, shutdown

    def by_name(self) -> dict[str, Verb]:
        """Every verb."""
        return {
            "status": self.status,
            "summary": self.summary,
            "leftovers": self.leftovers,
            "faults.arm": self.arm,
            "faults.list": self.faults,
            "faults.clear": self.clear,
            "clients.start": self.start,
            "clients.stop": self.stop,
            "clients.report": self.report,
            "scanners": self.scanners,
            "resolvers.flush": self.flush,
            "certificates.issue": self.certificate,
            "workloads": self.workloads,
            "shutdown": self.shut_down,
        }

    def status(self, payload: dict[str, Any]) -> object:
        """What is bound, what could not be, and what was turned away. {} in."""
        listeners = self._traffic.listeners
        return {
            "now": time.time(),
            "behind_s": max(0.0, time.time() - self._present.world.now),
            "bound": sorted(f"{address}:{port}" for address, port in listeners.bound),
            "unbound": {f"{address}:{port}": why for (address, port), why in sorted(listeners.unbound.items())},
            "refusals": dict(listeners.refusals),
            "resolvers": {address: each.kind for address, each in self._resolvers.items()},
            "scanners": {"on": self._traffic.scanners.running, "knocks": self._traffic.scanners.knocks},
            "crews": {id: each.running for id, each in self._traffic.crews.items()},
        }

    def summary(self, payload: dict[str, Any]) -> object:
        """What the world holds. {} in."""
        with self._present as world:
            return summary(world)

    def leftovers(self, payload: dict[str, Any]) -> object:
        """What bears a legacy Service's marks in AWS. OfService in."""
        of = msgspec.convert(payload, OfService)
        with self._present as world:
            return {"leftovers": leftovers(world, of.service, of.uid)}

    def arm(self, payload: dict[str, Any]) -> object:
        """Arm a fault. NewFault in, its id out."""
        new = msgspec.convert(payload, NewFault)
        given = {name: getattr(new, name) for name in new.__struct_fields__ if name != "for_s"}
        with self._present as world:
            until = None if new.for_s is None else world.now + new.for_s
            return world.faults.arm(Fault(**given, until=until))

    def faults(self, payload: dict[str, Any]) -> object:
        """The armed faults, and how often each has struck. {} in."""
        with self._present as world:
            return {"faults": list(world.faults.armed)}

    def clear(self, payload: dict[str, Any]) -> object:
        """Disarm a fault, or all of them. ById in."""
        id = msgspec.convert(payload, ById).id
        with self._present as world:
            return {"cleared": world.faults.clear(id)}

    def start(self, payload: dict[str, Any]) -> object:
        """Start clients. Order in, the crew's id out."""
        order = msgspec.convert(payload, Order)
        return {"id": self._loop.call(self._traffic.start_crew(order))}

    def stop(self, payload: dict[str, Any]) -> object:
        """Stop clients; what they counted. ById in."""
        id = msgspec.convert(payload, ById).id
        stopped = [id] if id else [each for each, crew in self._traffic.crews.items() if crew.running]
        return {each: self._loop.call(self._traffic.stop_crew(each), STOP_PATIENCE_S) for each in stopped}

    def report(self, payload: dict[str, Any]) -> object:
        """What clients have counted so far. ById in, a report by crew out."""
        id = msgspec.convert(payload, ById).id
        return self._loop.call(self._traffic.reports(id))

    def scanners(self, payload: dict[str, Any]) -> object:
        """Switch scanners on or off. Scanning in."""
        wanted = msgspec.convert(payload, Scanning)
        scanners = self._traffic.scanners
        self._loop.call(scanners.start(wanted.every_s) if wanted.on else scanners.stop())
        return {"on": wanted.on, "knocks": scanners.knocks}

    def flush(self, payload: dict[str, Any]) -> object:
        """Empty the resolvers' caches. {} in."""
        with self._present:
            for each in self._resolvers.values():
                each.flush()
        return {"flushed": list(self._resolvers)}

    def certificate(self, payload: dict[str, Any]) -> object:
        """Have ACM issue a certificate. ForNames in, its ARN out."""
        names = msgspec.convert(payload, ForNames).names
        with self._present as world:
            return {"arn": world.certificates.issue(*names).arn}

    def workloads(self, payload: dict[str, Any]) -> object:
        """Scale, restart, fail or drain something. Deed in."""
        deed = msgspec.convert(payload, Deed)
        with self._present as world:
            act: Callable[..., None] = getattr(world.workloads, deed.do)
            if deed.do == "scale":
                act(deed.namespace, deed.name, deed.replicas)
            elif deed.do in ("restart", "fail_pod", "recover_pod"):
                act(deed.namespace, deed.name)
            else:
                act(deed.name)
        return {"done": deed.do}

    def shut_down(self, payload: dict[str, Any]) -> object:
        """Stop the sandbox, once this has been answered. {} in."""
        self._shutdown()
        return {"stopping": True}
