"""Journeys in which somebody or something else acts too, at the worst moment: hunts, as those in `hunts`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from migrator.model.effects import ChangeRecords
from migrator.model.events import Entry, Intended
from migrator.sandbox.world.balancers import LoadBalancer
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.network_flows import Flow
from migrator.sandbox.world.route53 import RecordSet
from migrator.simulation.doors.objects import lease_from
from migrator.simulation.journey import Voyage
from migrator.simulation.memory import MemoryJournal
from migrator.simulation.stage import Name, stage
from migrator.simulation.traveller import Traveller
from migrator.simulation.troubles.mix import Death, Mix
from migrator.simulation.troubles.trouble import Trouble
from tests.mutants.hunts import arm, ended, once, only_breaches, voyage, was_seen

VISITOR = "198.51.100.7"
LONG_S = 7200.0


def intends_records(zone_id: str) -> Callable[[Entry], bool]:
    """The line that intends a change in a zone."""

    def so(entry: Entry) -> bool:
        event = entry.event
        return isinstance(event, Intended) and isinstance(event.effect, ChangeRecords) and event.effect.zone_id == zone_id

    return so


def moved_house() -> tuple[str, ...]:
    """The journal goes on from another host at once."""
    sailed = voyage()
    sailed.sail(until="lower")
    return ended(sailed, host="other/boot-1")


def older_copy() -> tuple[str, ...]:
    """An older copy of the journal is put in place of the newest."""
    sailed = voyage()
    sailed.sail(until="lower")
    older = sailed.journal.lines
    sailed.sail(until="warm")
    sailed.journal = MemoryJournal(older)
    return only_breaches(sailed)


def usurped_after(step: str) -> Callable[[], tuple[str, ...]]:
    """Another journal marks the Service once a step was seen."""

    def usurped() -> tuple[str, ...]:
        sailed = voyage()
        once(sailed, was_seen(step), lambda: usurp(sailed))
        return only_breaches(sailed)

    return usurped


def usurped_meanwhile() -> tuple[str, ...]:
    """Another journal marks the Service between our look at the Lease and our call."""
    sailed = voyage()
    once(sailed, intends_records(sailed.stage.estate.public_zone.id), lambda: usurp(sailed))
    return only_breaches(sailed)


def usurp(sailed: Voyage) -> None:
    """Write another journal's name over our Lease."""
    kube, service = sailed.stage.world.kube, sailed.migration.legacy.service
    raw = kube.get("Lease", service.namespace, sailed.migration.lease_name)
    notes = {key: "another" for key, value in raw["metadata"]["annotations"].items() if value == lease_from(raw).journal}
    kube.patch("Lease", service.namespace, sailed.migration.lease_name, {"metadata": {"annotations": notes}}, manager="another")


def frozen() -> tuple[str, ...]:
    """The process is frozen between an intent and its call, for longer than a call stays valid."""
    sailed, world = (on := voyage()), on.stage.world
    once(sailed, intends_records(on.stage.estate.public_zone.id), lambda: world.advance(world.now + 100))
    return ended(sailed)


def marked_again() -> tuple[str, ...]:
    """Our mark was removed, and another host, which goes on with a copy of the journal while we are stopped, sets it again."""
    sailed = Voyage(stage(seed=7, every_s=60.0), promises=True)
    sailed.late = 12.0
    troubles = (
        Trouble("lease-broken", at_s=1.0, for_s=100.0, deed="lease-broken"),
        Trouble("overtaken", at_s=130.0, deed="overtaken-sleep", amount=5.0),
    )
    return operated(sailed, Mix(5, troubles=troubles))  # 5: the other host stops again at `warm`


def marked_unheard() -> tuple[str, ...]:
    """Our first mark was lost with its process; another host sets its own while the next process is stopped over a second one."""
    sailed = Voyage(stage(seed=7, every_s=60.0, names=(Name("example.com.", alias=True),)), promises=True)
    overtaken = Trouble("overtaken", deed="overtaken-intent", amount=4000.0)
    deaths = (Death("effect", 1, "before", 600.0, reboot=True),)
    return operated(sailed, Mix(5, troubles=(overtaken,), deaths=deaths))


def operated(sailed: Voyage, mix: Mix) -> tuple[str, ...]:
    """A journey with an operator who mends and goes on, and what was breached, the end included."""
    outcome = Traveller(sailed, mix).travelled().outcome
    return (*sailed.breaches, *(() if outcome else ("end: none",)))


def edit(sailed: Voyage) -> None:
    """Somebody lets a name of the plan lead to another load balancer."""
    theirs = RecordSet(name="api.example.com.", type="CNAME", ttl=42, values=("other.example.net.",))
    sailed.stage.world.route53.change(sailed.stage.estate.public_zone.id, [("UPSERT", theirs)])


def raced() -> tuple[str, ...]:
    """Somebody edits the record set in the very moment between our intent and our call."""
    sailed = voyage()
    sailed.sail(until="warm")
    once(sailed, intends_records(sailed.stage.estate.public_zone.id), lambda: edit(sailed))
    return only_breaches(sailed)


def edited() -> tuple[str, ...]:
    """Somebody edited the record set before we shift it."""
    sailed = voyage()
    sailed.sail(until="warm")
    edit(sailed)
    return only_breaches(sailed)


def edited_back() -> tuple[str, ...]:
    """Somebody edited the record set before we take it back."""
    sailed = voyage()
    sailed.sail(until="shift")
    edit(sailed)
    return only_breaches(sailed, back=True)


def added() -> tuple[str, ...]:
    """Somebody lets another name lead to legacy after the plan was made."""
    sailed = voyage()
    sailed.sail(until="settle")
    lead(sailed, sailed.stage.estate.public_zone.id, "late.example.com.")
    return only_breaches(sailed)


def lead(sailed: Voyage, zone_id: str, name: str) -> None:
    """Let a name lead to legacy."""
    record = RecordSet(name=name, type="CNAME", ttl=300, values=(sailed.stage.legacy.hostname,))
    sailed.stage.world.route53.change(zone_id, [("CREATE", record)])


def added_unread() -> tuple[str, ...]:
    """The same in a private zone that nobody can read meanwhile."""
    sailed = voyage()
    world, estate = sailed.stage.world, sailed.stage.estate
    zone = world.route53.create_zone("late.example.", private=True, vpc_id=estate.vpc.id)
    sailed.sail(until="settle")
    lead(sailed, zone.id, "api.late.example.")
    arm(sailed.stage, "aws", "route53:ListResourceRecordSets", "deny", match=zone.id, times=None, for_s=LONG_S / 2)
    return only_breaches(sailed)


def closed_to_legacy() -> tuple[str, ...]:
    """Somebody closes the nodes to the legacy load balancer while the new one takes its time."""
    sailed = voyage()
    sailed.stage.world.pace = replace(sailed.stage.world.pace, provision_s=(900.0, 900.0))

    def close() -> None:
        for each in sailed.migration.legacy.rules:
            sailed.stage.world.ec2.revoke(each.group, [each.id])

    once(sailed, was_seen("clone"), close)
    return only_breaches(sailed)


def changed_legacy() -> tuple[str, ...]:
    """Somebody changes the legacy Service while the new load balancer takes its time."""
    sailed = voyage()
    sailed.stage.world.pace = replace(sailed.stage.world.pace, provision_s=(900.0, 900.0))
    service = sailed.migration.legacy.service
    spec: dict[str, Any] = {"spec": {"publishNotReadyAddresses": True}}

    def change() -> None:
        sailed.stage.world.kube.patch("Service", service.namespace, service.name, spec, manager="somebody")

    once(sailed, was_seen("lower"), change)
    return only_breaches(sailed)


def connected(sailed: Voyage, to: LoadBalancer) -> Flow:
    """Somebody who does not ask for names connects, and stays."""
    flow = sailed.stage.world.network.connect(VISITOR, next(each.address for each in to.zones), 8080)
    assert isinstance(flow, Flow), flow
    sailed.stage.world.after(LONG_S, lambda: sailed.stage.world.network.close(flow))
    return flow


def legacy_balancer(sailed: Voyage) -> LoadBalancer:
    """Legacy's."""
    return sailed.stage.world.elb.balancers[sailed.stage.legacy.balancer]


def lingering() -> tuple[str, ...]:
    """A client keeps one connection to legacy open for two hours, and says nothing."""
    sailed = voyage()
    sailed.sail(until="warm")
    connected(sailed, legacy_balancer(sailed))
    return ended(sailed)


def late_visitor() -> tuple[str, ...]:
    """A client connects to legacy after it was seen quiet, before it is retired."""
    sailed = voyage()
    sailed.sail(until="drain")
    connected(sailed, legacy_balancer(sailed))
    sailed.stage.run(1200)
    return ended(sailed)


def unmetered() -> tuple[str, ...]:
    """CloudWatch has no points for an hour, while a client keeps its connection open."""
    sailed = voyage()
    sailed.sail(until="warm")
    connected(sailed, legacy_balancer(sailed))
    cloudwatch, until = sailed.stage.world.cloudwatch, sailed.stage.world.now + LONG_S / 2
    series = cloudwatch.series

    def gap(*asked: Any, **more: Any) -> list[tuple[float, float]]:
        return [each for each in series(*asked, **more) if each[0] >= until]

    cloudwatch.series = gap
    return ended(sailed)


def widened() -> tuple[str, ...]:
    """Legacy's rule lets its nodes' whole port range in, so that it serves the new load balancer too, and legacy leaks it."""
    sailed = voyage(seed=13, wide=True)  # with this one the new node port is the higher one
    sailed.sail(until="drain")
    sailed.stage.world.faults.arm(Fault(where="legacy", operation="revoke-rules", mode="fail"))
    return ended(sailed)


def unseen_controller() -> tuple[str, ...]:
    """Nobody may read the controller's Deployment, and nobody answered for that."""
    sailed = voyage()
    sailed.stage.world.faults.arm(Fault(where="kube", operation="GET deployments", mode="deny", times=None))
    return only_breaches(sailed)
