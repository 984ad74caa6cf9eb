"""One model of AWS, the cluster, both controllers, resolvers and clients; time and chance are handed in.

Every part holds a reference to the `World` and acts only when called or when a timer of its own is due.
Nothing in here opens sockets, starts threads, sleeps or reads a clock.
"""

from __future__ import annotations

import heapq
import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from migrator.sandbox.world.faults import Faults
from migrator.sandbox.world.pace import Pace
from migrator.sandbox.world.quotas import Quotas
from migrator.sandbox.world.rights import Rights

if TYPE_CHECKING:
    from migrator.sandbox.world.attached import Attached
    from migrator.sandbox.world.certificates import Certificates
    from migrator.sandbox.world.cloudwatch import CloudWatch
    from migrator.sandbox.world.ec2 import Ec2
    from migrator.sandbox.world.elb import ElasticLoadBalancing
    from migrator.sandbox.world.kube import Kube
    from migrator.sandbox.world.lbc import LoadBalancerController
    from migrator.sandbox.world.legacy import LegacyController
    from migrator.sandbox.world.names import Names
    from migrator.sandbox.world.network import Network
    from migrator.sandbox.world.route53 import Route53
    from migrator.sandbox.world.workloads import Workloads


class World:
    """Everything outside the tool, at one instant.

    `now` is seconds since the epoch, UTC, and moves only in `advance`. `lock` is held by whoever calls into
    the world from more than one thread; the world itself never takes it.
    """

    ec2: Ec2
    elb: ElasticLoadBalancing
    route53: Route53
    attached: Attached
    certificates: Certificates
    cloudwatch: CloudWatch
    kube: Kube
    workloads: Workloads
    legacy: LegacyController
    lbc: LoadBalancerController
    network: Network
    names: Names

    def __init__(
        self,
        *,
        now: float,
        seed: int = 0,
        pace: Pace | None = None,
        network_octet: int = 10,
        account: str = "123456789012",
        region: str = "us-east-1",
        cluster: str = "sandbox",
    ) -> None:
        # Imported here: each part imports World for its types.
        from migrator.sandbox.world.attached import Attached
        from migrator.sandbox.world.certificates import Certificates
        from migrator.sandbox.world.cloudwatch import CloudWatch
        from migrator.sandbox.world.ec2 import Ec2
        from migrator.sandbox.world.elb import ElasticLoadBalancing
        from migrator.sandbox.world.kube import Kube
        from migrator.sandbox.world.lbc import LoadBalancerController
        from migrator.sandbox.world.legacy import LegacyController
        from migrator.sandbox.world.names import Names
        from migrator.sandbox.world.network import Network
        from migrator.sandbox.world.route53 import Route53
        from migrator.sandbox.world.workloads import Workloads

        self.now = now
        self.random = random.Random(seed)
        self.pace = pace or Pace()
        self.faults = Faults()
        self.quotas = Quotas()
        self.rights = Rights()
        self.lock = threading.RLock()
        self.account, self.region, self.cluster = account, region, cluster
        self.network_prefix = f"127.{network_octet}"
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._timer_count = 0
        self.watch: Callable[[], None] | None = None  # called after every timer's act
        self.ec2 = Ec2(self)
        self.elb = ElasticLoadBalancing(self)
        self.route53 = Route53(self)
        self.attached = Attached(self)
        self.certificates = Certificates(self)
        self.cloudwatch = CloudWatch(self)
        self.kube = Kube(self)
        self.network = Network(self)
        self.names = Names(self)
        self.workloads = Workloads(self)
        self.legacy = LegacyController(self)
        self.lbc = LoadBalancerController(self)

    def at(self, due: float, act: Callable[[], None]) -> None:
        """Run `act` when time reaches `due`; timers due together run in the order they were set."""
        self._timer_count += 1
        heapq.heappush(self._timers, (due, self._timer_count, act))

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Run `act` once `delay_s` from now."""
        self._timer_count += 1
        heapq.heappush(self._timers, (self.now + delay_s, self._timer_count, act))

    def next_due(self) -> float | None:
        """When the next timer is due, or None when nothing is pending."""
        return self._timers[0][0] if self._timers else None

    def advance(self, to: float) -> None:
        """Move time forward to `to`, running each timer at its own instant. Going back is ignored."""
        timers = self._timers
        while timers and timers[0][0] <= to:
            due, _, act = heapq.heappop(timers)
            if due > self.now:  # a timer may have been set for what is past
                self.now = due
            act()
            if (watch := self.watch) is not None:
                watch()
        if to > self.now:
            self.now = to

    def drawn(self, span: tuple[float, float]) -> float:
        """A duration drawn evenly from `span`, in seconds."""
        return self.random.uniform(*span)
