"""The end of a drawn journey held against what was there before it."""

from __future__ import annotations

from typing import Any

from migrator.model.cluster import MARK
from migrator.model.events import Began, Entry, TurnedBack
from migrator.sandbox.world.leftovers import leftovers
from migrator.simulation.journey import Voyage
from migrator.simulation.picture import GUARDED, moved, pictured
from migrator.simulation.stage import Exposed
from migrator.simulation.witness import Witness

WRITTEN = ("resourceVersion", "generation", "managedFields")  # by every write, whatever it says


class Judge:
    """Knows one world from before a journey."""

    def __init__(self, voyage: Voyage) -> None:
        self.voyage, self.stage = voyage, voyage.stage
        self.other: Exposed | None = self.stage.exposed[1] if len(self.stage.exposed) > 1 else None
        self.before = pictured(self.stage, self.stage.legacy)
        self.witness = Witness(self.stage, self.stage.legacy)

    def judged(self, outcome: str, *, asked_back: bool, pruned: bool) -> list[str]:
        """What is not as it has to be at this outcome, a sentence each.

        `asked_back` is whether a person took it back, `pruned` whether others took a new Service away.
        """
        wrong = self._of_migrated(pruned) if outcome == "migrated" else self._of_rolled_back(asked_back)
        return [*wrong, *self._of_both(outcome, pruned)]

    def _of_migrated(self, pruned: bool) -> list[str]:
        world, legacy, migration = self.stage.world, self.stage.legacy, self.voyage.migration
        wrong, now = [], pictured(self.stage, legacy)
        clone = world.kube.find("Service", migration.new.namespace, migration.new.name)
        if clone is None:
            return ["there is no new Service"]
        hostname = clone["status"]["loadBalancer"]["ingress"][0]["hostname"]
        if taken_back(self.voyage.journal.read()):
            wrong.append("it was taken back, and is migrated")
        if MARK in clone["metadata"].get("annotations", {}):
            wrong.append("the new Service still carries our mark")
        if len(self.witness.clones) != 1 and not pruned:  # taken away before we heard that it was made, it is made again
            wrong.append(f"{len(self.witness.clones)} new Services were made")
        new = world.elb.by_dns(hostname)
        assert new is not None
        if now["records"] != {key: moved(record, legacy.hostname, new) for key, record in self.before["records"].items()}:
            wrong.append(f"records are not those from before at the new load balancer: {now['records']}")
        if len(now["balancers"]) != 1 + (self.other is not None):
            wrong.append(f"load balancers {now['balancers']}")
        left = world.kube.find("Service", legacy.namespace, legacy.name)
        if (None if left is None else left["spec"]["type"]) != (None if migration.retirement == "delete" else "ClusterIP"):
            wrong.append(f"the legacy Service is {left and left['spec']['type']}")
        if found := leftovers(world, f"{legacy.namespace}/{legacy.name}", legacy.uid):
            wrong.append(f"legacy left {found}")
        protected = self.before["attributes"].get(GUARDED) == "true"
        if (new.attributes.get(GUARDED) == "true") != protected:
            wrong.append(f"deletion protection was {protected}, is {new.attributes.get(GUARDED)}")
        return wrong

    def _of_rolled_back(self, asked_back: bool) -> list[str]:
        """Everything as it was before, object for object; a Service that others wrote to has another version."""
        was, now = dict(self.before), dict(pictured(self.stage, self.stage.legacy))
        was["service"], now["service"] = bare(was["service"]), bare(now["service"])
        wrong = [f"{part} were {was[part]}, are {now[part]}" for part in now if now[part] != was[part]]
        expected = asked_back or self.voyage.migration.on_failure == "rollback"
        return wrong if expected else [*wrong, "it was rolled back, and nobody asked for that"]

    def _of_both(self, outcome: str, pruned: bool) -> list[str]:
        world, wrong = self.stage.world, []
        leases = [
            each["metadata"]["name"] for each in world.kube.list("Lease") if each["metadata"]["name"].startswith("migrate-")
        ]
        if leases:
            wrong.append(f"leases are left: {leases}")
        if self.other is not None and self.other.balancer not in world.elb.balancers:
            wrong.append("the load balancer of another Service is gone")
        if outcome == "rolled-back" and len(self.witness.clones) > 1 and not pruned:
            wrong.append(f"{len(self.witness.clones)} new Services were made on one way out and back")
        return wrong


def bare(service: dict[str, Any] | None) -> dict[str, Any] | None:
    """A Service without what every write changes; whether we wrote to it at all is watched elsewhere."""
    return None if service is None else {name: value for name, value in service.items() if name not in WRITTEN}


def taken_back(entries: tuple[Entry, ...]) -> bool:
    """Whether the journey that a journal ends with took the way back."""
    told = (each.event for each in reversed(entries) if isinstance(each.event, Began | TurnedBack))
    return isinstance(next(told, None), TurnedBack)
