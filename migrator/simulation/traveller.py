"""One drawn journey from its seed to its verdict, in virtual time, with an operator who mends and goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from migrator.errors import MigrateError
from migrator.machine.tick import Machine, Over, Standstill
from migrator.model.cluster import MARK
from migrator.model.standing import fold
from migrator.sandbox.world.leftovers import leftovers
from migrator.scheduler.run import Finish, Reached
from migrator.simulation.doors import HOST
from migrator.simulation.journey import CrashPlan, Voyage
from migrator.simulation.mix import Death, Mix, Trouble
from migrator.simulation.picture import GUARDED, moved, pictured
from migrator.simulation.scenario import drawn, set_out
from migrator.simulation.story import story
from migrator.simulation.witness import Witness

MOST_PROCESSES = 40
HOLDS_ENDURED = 3  # with one code; then the operator takes it back, where there is a way
MENDING_S = 900.0  # a hold costs a person so long; controllers' back-offs run out meanwhile
AFTERWARDS_S = 900.0  # clients go on so long after the end: a loss may come late
LONGEST_S = 18_000.0  # of one process in virtual time; nothing that ever ends takes longer


class Told(msgspec.Struct, frozen=True):
    """How a journey went. `breaches` is empty where every promise was kept."""

    seed: int
    outcome: str
    breaches: tuple[str, ...]
    requests: int
    processes: int
    crashes: int
    holds: dict[str, int]
    virtual_s: float


class Stranded(Exception):
    """A journey waits for what never comes."""


def travelled(seed: int) -> Told:
    """The journey of a seed. What is not a breach but a bug in the simulation raises."""
    scenario = drawn(seed)
    return Traveller(set_out(scenario), scenario.mix).travelled()


class Traveller:
    """The operator of one journey: starts processes, mends after a hold, goes on or back as drawn."""

    def __init__(self, voyage: Voyage, mix: Mix) -> None:
        self.voyage, self.stage, self.mix = voyage, voyage.stage, mix
        self.other = self.stage.exposed[1] if len(self.stage.exposed) > 1 else None
        self.before = pictured(self.stage, self.stage.legacy)
        self.witness = Witness(self.stage, self.stage.legacy)
        self.holds: Counter[str] = Counter()
        self.breaches: list[str] = []
        self.processes = 0
        self._back = self._mended = False
        self._running = 0  # the number of the process that lives now; 0 between two of them
        for each in mix.troubles:
            self.stage.world.after(each.at_s, self._arming(each))

    def travelled(self) -> Told:
        """The whole journey, judged."""
        began, outcome = self.stage.world.now, ""
        if self.voyage.migration.readiness not in ("READY", "READY_WITH_CHANGES"):
            findings = "; ".join(f"{each.id}: {each.seen}" for each in self.voyage.migration.findings)
            self.breaches.append(f"the plan is {self.voyage.migration.readiness}: {findings}")
        else:
            try:
                outcome = self._sailed()
            except Stranded:
                last = self.voyage.journal.read()[-1:]
                self.breaches.append(f"a process still waits after {LONGEST_S / 3600:.0f} h; the last journal line is {last}")
        took_s = self.stage.world.now - began
        self.stage.run(AFTERWARDS_S)
        self._judge(outcome)
        account = self.stage.ledger.account()
        if account.complaint:
            self.breaches.append(account.complaint)
        return Told(
            self.mix.seed,
            outcome,
            (*self.voyage.breaches, *self.witness.breaches, *self.breaches),
            account.requests,
            self.processes,
            self.voyage.crashes,
            dict(self.holds),
            took_s,
        )

    def _arming(self, trouble: Trouble) -> Callable[[], None]:
        def arm() -> None:
            if not self._mended:
                self.stage.world.faults.arm(trouble.fault(self.stage.world.now))

        return arm

    def _sailed(self) -> str:
        """Processes until one ends the journey; the outcome, empty where none did."""
        deaths, host = list(self.mix.deaths), HOST
        while self.processes < MOST_PROCESSES:
            if (ended := fold(self.voyage.journal.read()).ended) is not None:
                return ended  # a process died after the last line; another one would have nothing to do
            self.processes += 1
            death = deaths.pop(0) if deaths else None
            try:
                finish = self._process(death, host)
            except MigrateError as error:
                self.holds[f"refused/{error.code}"] += 1
                self._mend(error.code)
                continue
            match finish:
                case Over(outcome):
                    return outcome
                case Reached():
                    self._back = True
                case Standstill(code):
                    self.holds[code] += 1
                    self._mend(code)
                case None:
                    assert death is not None
                    self.stage.run(death.down_s)
                    host = f"virtual/boot-{self.processes + 1}" if death.reboot else host
        self.breaches.append(f"no end after {self.processes} processes: {dict(self.holds)}")
        return ""

    def _process(self, death: Death | None, host: str) -> Finish | None:
        crash = CrashPlan() if death is None else CrashPlan(death.point, death.how, death.kind)
        until = "" if self._back else self.mix.back_from
        self._running = number = self.processes

        def strand() -> None:
            if self._running == number:
                raise Stranded

        self.stage.world.after(LONGEST_S, strand)
        try:
            return self.voyage.sail(crash, before=self._set_out, host=host, until=until)
        finally:
            self._running = 0

    def _set_out(self, machine: Machine) -> None:
        """As the command line does: turn back where told to, else lift the hold that stands."""
        standing = machine.log.read()
        if standing.began is None:
            return
        if self._back and not standing.back and not machine.journey.past_return(standing):
            machine.turn_back("rolled-back", "asked for", "a person")
        elif standing.held is not None:
            machine.release("a person")

    def _mend(self, code: str) -> None:
        """A person mends the cause and waits; after some holds with one code they take it back."""
        self._mended = True
        self.stage.world.faults.clear()
        self.stage.run(MENDING_S)
        if self.holds[code] >= HOLDS_ENDURED:
            self._back = True

    def _judge(self, outcome: str) -> None:
        """The end state, and that the journal tells the whole story."""
        if outcome == "migrated":
            self.breaches += self._of_migrated()
        elif outcome:
            self.breaches += self._of_rolled_back()
        if self.holds and not self.mix.troubles:
            self.breaches.append(f"nothing went wrong but processes that died, and it held: {dict(self.holds)}")
        if outcome:
            self.breaches += self._of_both(outcome) + story(self.voyage.journal.read(), outcome)

    def _of_migrated(self) -> list[str]:
        world, legacy, migration = self.stage.world, self.stage.legacy, self.voyage.migration
        wrong, now = [], pictured(self.stage, legacy)
        clone = world.kube.find("Service", migration.new.namespace, migration.new.name)
        if clone is None:
            return ["there is no new Service"]
        hostname = clone["status"]["loadBalancer"]["ingress"][0]["hostname"]
        if self._back:
            wrong.append("it was taken back, and is migrated")
        if MARK in clone["metadata"].get("annotations", {}):
            wrong.append("the new Service still carries our mark")
        if len(self.witness.clones) != 1:
            wrong.append(f"{len(self.witness.clones)} new Services were made")
        new = world.elb.by_dns(hostname)
        assert new is not None
        if now["records"] != {key: moved(record, legacy.hostname, new) for key, record in self.before["records"].items()}:
            wrong.append(f"records are not those from before at the new load balancer: {now['records']}")
        if len(now["balancers"]) != 1 + (self.other is not None):
            wrong.append(f"load balancers {now['balancers']}")
        left = world.kube.find("Service", legacy.namespace, legacy.name)
        if (None if left is None else left["spec"]["type"]) != (
            None if self.voyage.migration.retirement == "delete" else "ClusterIP"
        ):
            wrong.append(f"the legacy Service is {left and left['spec']['type']}")
        if found := leftovers(world, f"{legacy.namespace}/{legacy.name}", legacy.uid):
            wrong.append(f"legacy left {found}")
        protected = self.before["attributes"].get(GUARDED) == "true"
        if (new.attributes.get(GUARDED) == "true") != protected:
            wrong.append(f"deletion protection was {protected}, is {new.attributes.get(GUARDED)}")
        return wrong

    def _of_rolled_back(self) -> list[str]:
        """Everything as it was before, object for object."""
        now = pictured(self.stage, self.stage.legacy)
        wrong = [f"{part} were {self.before[part]}, are {now[part]}" for part in now if now[part] != self.before[part]]
        expected = self._back or self.voyage.migration.on_failure == "rollback"
        return wrong if expected else [*wrong, "it was rolled back, and nobody asked for that"]

    def _of_both(self, outcome: str) -> list[str]:
        world, wrong = self.stage.world, []
        leases = [
            each["metadata"]["name"] for each in world.kube.list("Lease") if each["metadata"]["name"].startswith("migrate-")
        ]
        if leases:
            wrong.append(f"leases are left: {leases}")
        other = self.other
        if other is not None and other.balancer not in world.elb.balancers:
            wrong.append("the load balancer of another Service is gone")
        if outcome == "rolled-back" and len(self.witness.clones) > 1:
            wrong.append(f"{len(self.witness.clones)} new Services were made on one way out and back")
        return wrong
