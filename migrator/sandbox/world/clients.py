"""Clients and scanners in virtual time: they resolve, connect and ask as programs do, and count what they lose.

The traffic door has their twins on real sockets.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from migrator.sandbox.world.network_flows import Flow, Lost
from migrator.sandbox.world.tally import Tally

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.resolvers import CachingResolver

LONGEST_KEEP_ALIVE_S = 10.0

Door = tuple[str, int]  # address and port


class Client:
    """One client that asks one name again and again.

    every_s     from the start of one request to the next; the first comes within that time
    takes_s     from the start of a request to its answer: what is cut in between is lost
    keep_alive  keeps its connection for up to `LONGEST_KEEP_ALIVE_S`, then resolves and connects anew
    tally       where it counts; clients may share one
    """

    def __init__(
        self,
        world: World,
        resolver: CachingResolver,
        name: str,
        *,
        port: int = 80,
        every_s: float = 1.0,
        takes_s: float = 0.0,
        keep_alive: bool = False,
        tally: Tally | None = None,
    ) -> None:
        self.world, self.resolver, self.name, self.port = world, resolver, name, port
        self.every_s, self.takes_s, self.keep_alive = every_s, takes_s, keep_alive
        self.tally = tally if tally is not None else Tally()
        self.address = world.network.allocate_address("client")
        self._flow: Flow | None = None
        self._running = 0  # which start its timers belong to; 0 once stopped
        self._starts = 0
        self._again: Callable[[], None]  # the next turn of this start

    def start(self) -> None:
        """Begin to ask; a client that runs already goes on."""
        if self._running:
            return
        self._starts += 1
        self._running = self._starts
        self._again = partial(self._turn, self._starts)
        self.world.after(self.world.random.random() * self.every_s, self._again)

    def stop(self) -> None:
        """Ask no more and hang up. A request in flight is not counted."""
        self._running = 0
        self._hang_up()

    def request(self) -> None:
        """Ask once, now. A request on a connection that is gone is lost; as programs do, it is made again on a new one."""
        world, run = self.world, self._running
        began = world.now
        if self._flow is not None and (cut := world.network.cut(self._flow)):
            self._lose(began, f"the connection was gone: {cut.why}")
        made = self._connection()
        if isinstance(made, Lost):
            self._lose(began, made.why)
        elif self.takes_s:
            world.after(self.takes_s, partial(self._finish, made, began, run))
        else:
            self._finish(made, began, run)

    def _turn(self, run: int) -> None:
        if run == self._running:
            self.world.after(self.every_s, self._again)
            self.request()

    def _connection(self) -> Flow | Lost:
        """The open connection while it is young enough, else a new one; or why there is none."""
        world, flow = self.world, self._flow
        network = world.network
        if flow is not None:
            if world.now - flow.opened < LONGEST_KEEP_ALIVE_S:
                network.requested(flow)
                return flow
            self._hang_up()
        addresses, rcode = self.resolver.addresses(self.name)
        if not addresses:
            return Lost(f"{self.name} does not resolve: {rcode or 'no reply'}")
        made = network.connect(self.address, world.random.choice(addresses), self.port)
        if self.keep_alive and isinstance(made, Flow):
            self._flow = made
        return made

    def _finish(self, flow: Flow, began: float, run: int) -> None:
        network, now = self.world.network, self.world.now
        if run == self._running:
            if cut := network.cut(flow):
                self._lose(began, f"cut off: {cut.why}")
            else:
                self.tally.answer(now, flow.lb_name, flow.backend.pod, now - began, flow.header)
        if flow is not self._flow:
            network.close(flow)

    def _lose(self, began: float, why: str) -> None:
        self._hang_up()
        self.tally.lose(self.world.now, began, self.name, why)

    def _hang_up(self) -> None:
        if self._flow is not None:
            self.world.network.close(self._flow)
            self._flow = None


class Scanner:
    """Somebody on the internet who knocks on every public load balancer now and then and never asks for anything.

    One knock comes every `every_s` on average, on a random listener of a random internet-facing load balancer.
    """

    def __init__(self, world: World, every_s: float = 20.0) -> None:
        self.world, self.every_s = world, every_s
        self.address = world.network.allocate_address("client")
        self.knocks = 0
        self._running = 0
        self._starts = 0
        self._doors: list[Door] = []  # in the network's state `_as_of`
        self._as_of = -1

    def start(self) -> None:
        """Begin to knock; a scanner that runs already goes on."""
        if not self._running:
            self._starts += 1
            self._running = self._starts
            self._wait(self._starts)

    def stop(self) -> None:
        """Knock no more."""
        self._running = 0

    def _wait(self, run: int) -> None:
        self.world.after(self.world.random.expovariate(1 / self.every_s), partial(self._knock, run))

    def _knock(self, run: int) -> None:
        if run != self._running:
            return
        self._wait(run)
        network = self.world.network
        if self._as_of != network.state:
            self._as_of, self._doors = network.state, public_doors(self.world)
        if not self._doors:
            return
        self.knocks += 1
        made = network.connect(self.address, *self.world.random.choice(self._doors))
        if isinstance(made, Flow):
            network.close(made)


def public_doors(world: World) -> list[Door]:
    """Every address and port that an active internet-facing load balancer listens on."""
    return [
        (mapping.address, listener.port)
        for lb in world.elb.balancers.values()
        if lb.scheme == "internet-facing" and world.elb.state(lb) == "active"
        for mapping, listener in product(lb.zones, world.elb.listeners_of(lb.arn))
    ]
