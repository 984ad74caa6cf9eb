"""What people do in the middle of a journey, and how one goes on after its journal was lost for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from migrator.model.events import Entry, Held, Intended, Seen
from migrator.sandbox.world import World
from migrator.simulation.doors.records import world_record
from migrator.simulation.journey import Voyage


class Deed(msgspec.Struct, frozen=True):
    """Something that a person does once, in the moment in which a journal line is durable.

    what   "hold": `migrate hold` beside the process; "break-lease": our Lease is deleted with kubectl
    when   "seen": once the step was seen done; "intended": while its first call is in flight
    """

    what: Literal["hold", "break-lease"]
    when: Literal["seen", "intended"]
    step: str


class Person:
    """Reads along, and does each deed when its time has come."""

    def __init__(self, voyage: Voyage, deeds: Sequence[Deed]) -> None:
        self._voyage, self._due = voyage, list(deeds)

    def reads(self, entry: Entry) -> None:
        """A line is durable."""
        event = entry.event
        when = "seen" if isinstance(event, Seen) else "intended" if isinstance(event, Intended) else ""
        for deed in [each for each in self._due if when and (each.when, each.step) == (when, getattr(event, "step", ""))]:
            self._due.remove(deed)
            if deed.what == "hold":
                self._voyage.write_beside(Held(deed.step, "operator-hold", "asked for", "a person"))
            else:
                break_lease(self._voyage)


def break_lease(voyage: Voyage) -> None:
    """`kubectl delete lease`, whoever holds it; nothing where there is none."""
    world, migration = voyage.stage.world, voyage.migration
    namespace, name = migration.legacy.service.namespace, migration.lease_name
    if world.kube.find("Lease", namespace, name) is not None:
        world.kube.delete("Lease", namespace, name)


def retired(voyage: Voyage) -> bool:
    """Whether the legacy Service is gone, going, or no load balancer any more."""
    service = voyage.migration.legacy.service
    raw = voyage.stage.world.kube.find("Service", service.namespace, service.name)
    return raw is None or "deletionTimestamp" in raw["metadata"] or raw["spec"]["type"] != "LoadBalancer"


def begun_anew(voyage: Voyage) -> None:
    """As `journal-lost` in docs/failures.md says: record sets as the plan lists them, then the Lease is removed.

    The clone stays: it carries our mark, and the next journey goes on with it.
    """
    world: World = voyage.stage.world
    for zone in sorted({move.zone.id for move in voyage.migration.dns.moves}):
        listed = {(each.name, each.type): each for each in world.route53.record_sets(zone)}
        planned = [world_record(move.listed) for move in voyage.migration.dns.moves if move.zone.id == zone]
        changes = [
            (verb, record)
            for wanted in planned
            if (found := listed[wanted.name, wanted.type]) != wanted
            for verb, record in (("DELETE", found), ("CREATE", wanted))
        ]
        if changes:
            world.route53.change(zone, changes, "as the plan lists them")
    break_lease(voyage)
    voyage.watch_anew()
