"""What both load-balancer controllers are made of: passes that take time, a queue with back-off, a process that may be down.

A pass over one object is a generator: what it yields is how many seconds it waits before it goes on, its end is
success, and an exception means that it comes back after a back-off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.trouble import AwsError, KubeError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

Pass = Generator[float, None, None]
T = TypeVar("T")


class Failure(Exception):
    """What a controller itself found wrong, in its own words."""


class Crash(Exception):
    """The controller's process ended in the middle of a pass."""


FAILURES = (Failure, AwsError, KubeError)


class WorkQueue:
    """Keys to work on, each at most once at a time, by a fixed number of workers.

    A key that is touched while it is worked on runs once more. A failed pass comes back after `pace.retry_s`,
    doubled at each failure in a row. Source: client-go util/workqueue, ItemExponentialFailureRateLimiter.
    """

    def __init__(self, world: World, work: Callable[[str], Pass], crashed: Callable[[], None], *, workers: int = 1) -> None:
        self._world, self._work, self._crashed, self._workers = world, work, crashed, workers
        self.clear()

    def clear(self) -> None:
        """Forget everything: the process that held it is gone, and with it any pass under way."""
        self._due: dict[str, float] = {}
        self._ready: dict[str, None] = {}
        self._running: dict[str, Pass] = {}
        self._again: set[str] = set()
        self._failures: dict[str, int] = {}

    def add(self, key: str, delay_s: float | None = None) -> None:
        """Work on `key` after `delay_s`, or once the controller notices; the earlier of two requests counts."""
        if key in self._running:
            self._again.add(key)
            return
        if key in self._ready:
            return
        due = self._world.now + (self._world.drawn(self._world.pace.controller_s) if delay_s is None else delay_s)
        if self._due.get(key, due + 1) > due:
            self._due[key] = due
            self._world.at(due, partial(self._ripen, key, due, self._due))

    def _ripen(self, key: str, due: float, life: dict[str, float]) -> None:
        if life is not self._due or self._due.get(key) != due:
            return  # cleared or brought forward since
        del self._due[key]
        self._ready[key] = None
        self._take()

    def _take(self) -> None:
        while self._ready and len(self._running) < self._workers:
            key = next(iter(self._ready))
            del self._ready[key]
            work = self._running[key] = self._work(key)
            self._resume(key, work)

    def _resume(self, key: str, work: Pass) -> None:
        if self._running.get(key) is not work:
            work.close()
            return
        try:
            pause_s = next(work)
        except StopIteration:
            self._failures.pop(key, None)
            self._end(key, None)
        except FAILURES:
            self._end(key, self._back_off_s(key))
        except Crash:
            self._crashed()
        else:
            self._world.after(pause_s, partial(self._resume, key, work))

    def _back_off_s(self, key: str) -> float:
        first, longest = self._world.pace.retry_s
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        return min(first * 2.0 ** min(failures - 1, 30), longest)

    def _end(self, key: str, retry_s: float | None) -> None:
        del self._running[key]
        if key in self._again:
            self._again.discard(key)
            self.add(key)
        elif retry_s is not None:
            self.add(key, retry_s)
        self._take()


class Process:
    """One controller's process: up while its Deployment has a ready replica, and again some time after a crash."""

    def __init__(
        self,
        world: World,
        namespace: str,
        deployment: str,
        *,
        started: Callable[[dict[str, Any]], None],
        stopped: Callable[[], None],
    ) -> None:
        self._world, self._key = world, (namespace, deployment)
        self._started, self._stopped = started, stopped
        self._restarting = False
        self.up = False
        world.kube.subscribe("Deployment", self._changed)

    def crash(self) -> None:
        """The process ends now; the kubelet starts it again."""
        self._down()
        self._restarting = True
        self._world.after(self._world.drawn(self._world.pace.pod_s), self._restarted)

    def _restarted(self) -> None:
        self._restarting = False
        deployment = self._world.kube.find("Deployment", *self._key)
        if deployment is not None:
            self._look(deployment)

    def _changed(self, event: str, deployment: dict[str, Any], old: dict[str, Any] | None) -> None:
        metadata = deployment["metadata"]
        if (metadata["namespace"], metadata["name"]) != self._key:
            return
        if event == "DELETED":
            self._down()
        elif not self._restarting:
            self._look(deployment, renewed=old is not None and old["spec"] != deployment["spec"])

    def _look(self, deployment: dict[str, Any], *, renewed: bool = False) -> None:
        if not deployment.get("status", {}).get("readyReplicas"):
            self._down()
        elif not self.up or renewed:
            self._down()
            self.up = True
            self._started(deployment)

    def _down(self) -> None:
        if self.up:
            self.up = False
            self._stopped()


def attempt(world: World, where: str, operation: str, subject: str, act: Callable[[], T]) -> Generator[float, None, T]:
    """Do one operation of a controller's pass, unless a fault is armed for it.

    Raises what `act` raises, what the fault says, or Crash for a fault of mode "stop".
    """
    fault = world.faults.strike(where, operation, subject, now=world.now) if world.faults.armed else None
    if fault is None:
        return act()
    if fault.mode == "stop":
        raise Crash
    if fault.mode == "slow":
        yield fault.delay_s
        return act()
    if fault.mode == "lose-reply":
        act()
        raise AwsError("RequestCanceled", fault.message or "request context canceled, caused by: read: connection reset by peer")
    if fault.mode == "throttle":
        raise AwsError("Throttling", fault.message or "Rate exceeded")
    if fault.mode == "deny":
        raise AwsError("AccessDenied", fault.message or f"User is not authorized to perform {operation} on {subject}", 403)
    raise AwsError(fault.code or "ServiceUnavailable", fault.message or "the service is unavailable", 503)


def quoted(error: AwsError) -> str:
    """A refusal as Go's `%q` shows an error of the AWS SDK for Go v1."""
    return json.dumps(f"{error.code}: {error.message}\n\tstatus code: {error.status}")


def key_of(obj: dict[str, Any]) -> str:
    """An object's queue key, `namespace/name`."""
    metadata: dict[str, str] = obj["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}"


def annotations_of(obj: dict[str, Any]) -> dict[str, str]:
    """An object's annotations, empty when it has none."""
    return obj["metadata"].get("annotations") or {}


def from_addresses(protocol: str, first: int, last: int, cidr: str, description: str = "") -> RuleSpec:
    """A security group rule that admits an IPv4 or IPv6 range to some ports."""
    four, six = (None, cidr) if ":" in cidr else (cidr, None)
    return RuleSpec(protocol=protocol, from_port=first, to_port=last, cidr=four, cidr6=six, description=description)


def items_of(text: str) -> list[str]:
    """A comma-separated list, each item trimmed, empty ones left out."""
    return [item for each in text.split(",") if (item := each.strip())]


@lru_cache(maxsize=1024)
def sanitized(name: str) -> str:
    """A Kubernetes name without what the name of a load balancer or target group cannot hold."""
    return "".join(each for each in name if each.isascii() and each.isalnum())
