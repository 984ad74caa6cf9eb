"""A Service that has served for an hour, and a fleet of clients that has used it for a while."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from migrator.sandbox.world.clients import Client
from migrator.sandbox.world.tally import Tally
from migrator.simulation.stage import Stage, stage

SERVED_S = 3600.0  # before the first client: CloudWatch then has points for every window that anybody looks at
KNOWN_S = 900.0  # before anybody moves anything: every cache is filled, at an age of its own
EVERY_S, TAKES_S = 2.0, 0.2  # of each client: from request to request, and to the answer


@dataclass
class Traffic:
    """A stage with a fleet: each name, behind each kind of resolver, with keep-alive and without."""

    stage: Stage
    tally: Tally
    began: float
    before: int  # requests that ended before it

    @property
    def requests(self) -> int:
        """Those that ended since the move began."""
        return self.tally.requests - self.before

    @property
    def outage_s(self) -> float:
        """From the first to the last second in which a request was lost; 0 when none was."""
        lost = [second for second, counted in self.tally.report().timeline.items() if counted.lost]
        return float(max(lost) - min(lost) + 1) if lost else 0.0

    def run_until(self, instant: float) -> None:
        """Let time pass up to an instant."""
        self.stage.run(instant - self.stage.world.now)


def traffic(seed: int) -> Traffic:
    """The same traffic for the same seed. Raises ValueError when it loses requests before anybody touched anything."""
    new = stage(seed=seed, every_s=0)
    new.run(SERVED_S)
    tally = new.ledger.tally()
    for name, resolver, keeps in product(new.legacy.names, new.resolvers.values(), (False, True)):
        port = new.legacy.port
        Client(new.world, resolver, name.name, port=port, every_s=EVERY_S, takes_s=TAKES_S, keep_alive=keeps, tally=tally).start()
    new.run(KNOWN_S)
    if tally.lost:
        raise ValueError(f"seed {seed}: {tally.lost} requests were lost before anything was moved")
    return Traffic(new, tally, new.world.now, tally.requests)
