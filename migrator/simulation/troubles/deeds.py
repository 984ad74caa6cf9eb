"""What other people and programs do beside a journey: one function a deed, done on the world behind our back.

A deed gives back what undoes it, or None where there was nothing to do or nothing can undo it. Undoing is what the person
does who mends the cause; it leaves alone what somebody has changed since.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from msgspec.structs import replace

from migrator.sandbox.world.faults import Fault
from migrator.simulation.doors.objects import JOURNAL
from migrator.simulation.losses import Excuse
from migrator.simulation.troubles.deeds_records import (
    REVERTS_EVERY_S,
    record_added,
    record_deleted,
    record_edited,
    record_reverted,
)
from migrator.simulation.troubles.deeds_workloads import (
    node_drained,
    node_replaced,
    pod_failing,
    pods_restarted,
    scaled,
    scaled_to_zero,
    zone_flapping,
)
from migrator.simulation.troubles.ground import Ground, Undo
from migrator.simulation.troubles.trouble import Trouble
from migrator.steps import JOURNEY

Object = dict[str, Any]
LBC = ("kube-system", "aws-load-balancer-controller")
READ_BY_LEGACY = "service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags"
CUT_S = 400.0  # from one request of a client to its next at most, and what its connection needs to be cut
CHECKS = "service.beta.kubernetes.io/aws-load-balancer-healthcheck-interval"


# Services and our mark


def service_edited(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody changes an annotation of the legacy Service that its controller reads."""
    legacy = ground.stage.legacy
    return ground.annotated("Service", legacy.namespace, legacy.name, READ_BY_LEGACY, "cost=4711")


def service_checks_edited(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody changes the health check of the legacy Service: its controller exchanges the target groups under traffic."""
    legacy, name = ground.stage.legacy, ground.stage.legacy.hostname.lower()
    edited = ground.annotated("Service", legacy.namespace, legacy.name, CHECKS, "20")
    if edited is None:
        return None
    ground.course.broken.add(name)

    def exchanged(event: str, arn: str, told: object) -> None:
        """Its controller may come to it much later, and a client notices at its next request."""
        if event == "changed" and arn == legacy.balancer:
            now = ground.world.now
            cause = "the legacy controller exchanged target groups"
            ground.stage.ledger.excuse(Excuse(cause, now - CUT_S, now + CUT_S, why="has left the group"))

    ground.world.elb.subscribe(exchanged)
    return edited  # which exchanges them once more


def service_reborn(ground: Ground, trouble: Trouble) -> Undo | None:
    """A reconciler makes the legacy Service again after it was retired, until somebody takes it out of Git."""
    legacy = ground.stage.legacy
    going = True

    def make() -> None:
        if not going:
            return
        ground.world.after(REVERTS_EVERY_S, make)
        if ground.world.kube.find("Service", legacy.namespace, legacy.name) is None:
            ground.world.kube.create(ground.manifest, manager="argocd")

    def stop() -> None:
        nonlocal going
        going = False
        there = ground.world.kube.find("Service", legacy.namespace, legacy.name)
        if there is not None and there["metadata"]["uid"] != legacy.uid:
            ground.world.kube.delete("Service", legacy.namespace, legacy.name)

    make()
    return stop


def clone_edited(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody changes an annotation of the new Service that its controller reads."""
    new = ground.migration.new
    return ground.annotated("Service", new.namespace, new.name, CHECKS, "20")


def clone_deleted(ground: Ground, trouble: Trouble) -> Undo | None:
    """A reconciler prunes the new Service, which it does not know; once legacy is retired nobody could mend that."""
    new, legacy = ground.migration.new, ground.stage.legacy
    clone = ground.world.kube.find("Service", new.namespace, new.name)
    there = ground.world.kube.find("Service", legacy.namespace, legacy.name)
    legacy_there = there is not None and there["metadata"]["uid"] == legacy.uid and there["spec"]["type"] == "LoadBalancer"
    alive = there is not None and legacy_there and "deletionTimestamp" not in there["metadata"]
    beyond = JOURNEY.past_return(ground.voyage.standing)  # a lost answer may leave legacy there, and still nothing leads back
    if clone is None or not alive or beyond or "deletionTimestamp" in clone["metadata"]:
        return None
    if (balancer := ground.course.new()) is not None:
        ground.course.broken.add(balancer.dns_name.lower())
    ground.pruned = True
    ground.world.kube.delete("Service", new.namespace, new.name)
    return lambda: None  # nothing brings its load balancer back; the names have to go back to legacy


def lease_removed(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody removes our mark by hand."""
    legacy, name = ground.stage.legacy, ground.migration.lease_name
    if ground.world.kube.find("Lease", legacy.namespace, name) is not None:
        ground.world.kube.delete("Lease", legacy.namespace, name)
    return None


def lease_broken(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody writes another journal into our mark; a person removes what is left of it."""
    legacy, name = ground.stage.legacy, ground.migration.lease_name
    there = ground.world.kube.find("Lease", legacy.namespace, name)
    if there is None:
        return None
    patch = {"metadata": {"annotations": {JOURNAL: "a-journal-of-nobody"}}}
    ground.world.kube.patch("Lease", legacy.namespace, name, patch, manager="kubectl-edit")

    def undo() -> None:
        left = ground.world.kube.find("Lease", legacy.namespace, name)
        if left is not None and left["metadata"]["annotations"].get(JOURNAL) == "a-journal-of-nobody":
            ground.world.kube.delete("Lease", legacy.namespace, name)

    return undo


# Controllers, quotas, rights of the account


def lbc_down(ground: Ground, trouble: Trouble) -> Undo | None:
    """The new controller is not running, and with it its webhook."""
    return ground.scaled(*LBC, 0)


def lbc_restarted(ground: Ground, trouble: Trouble) -> Undo | None:
    """The new controller's process ends in the middle of whatever it does."""
    if ground.world.lbc.process.up:
        ground.world.lbc.process.crash()
    return None


def legacy_restarted(ground: Ground, trouble: Trouble) -> Undo | None:
    """The legacy controller's process ends in the middle of whatever it does."""
    if ground.world.legacy.process.up:
        ground.world.legacy.process.crash()
    return None


def quota_hit(ground: Ground, trouble: Trouble) -> Undo | None:
    """The account may have no further load balancer until somebody raises the quota."""
    quotas, name = ground.world.quotas, ground.chance.choice(("Network Load Balancers per Region", "Target Groups per Region"))
    quotas.set(name, 1.0)
    return partial(quotas.reset, name)


def subnet_full(ground: Ground, trouble: Trouble) -> Undo | None:
    """One zone's subnet has no address left for a load balancer until somebody frees some."""
    subnet = ground.chance.choice((*ground.stage.estate.public_subnets, *ground.stage.estate.private_subnets))
    taken, subnet.free_addresses = subnet.free_addresses, 0

    def undo() -> None:
        subnet.free_addresses += taken

    return undo


def metrics_late(ground: Ground, trouble: Trouble) -> Undo | None:
    """CloudWatch's points come later than they use to."""
    ground.world.pace = replace(ground.world.pace, metric_lag_s=ground.metric_lag_s + trouble.amount)

    def undo() -> None:
        ground.world.pace = replace(ground.world.pace, metric_lag_s=ground.metric_lag_s)

    return undo


def scanned(ground: Ground, trouble: Trouble) -> Undo | None:
    """Somebody on the internet knocks on public load balancers, every so many seconds."""
    return ground.stage.scan(trouble.amount).stop


def zone_unread(ground: Ground, trouble: Trouble) -> Undo | None:
    """A private zone is denied to us for a while."""
    zone = ground.stage.estate.private_zone.id
    armed = ground.world.faults.arm(Fault(where="aws", operation="route53:*", mode="deny", match=zone, times=None))

    def undo() -> None:
        ground.world.faults.clear(armed.id)

    return undo


Deed = Callable[[Ground, Trouble], Undo | None]
DEEDS: dict[str, Deed] = {
    each.__name__.replace("_", "-"): each
    for each in (
        record_edited,
        record_reverted,
        record_deleted,
        record_added,
        service_edited,
        service_checks_edited,
        service_reborn,
        clone_edited,
        clone_deleted,
        lease_removed,
        lease_broken,
        scaled_to_zero,
        scaled,
        pods_restarted,
        pod_failing,
        node_drained,
        node_replaced,
        zone_flapping,
        lbc_down,
        lbc_restarted,
        legacy_restarted,
        quota_hit,
        subnet_full,
        metrics_late,
        zone_unread,
        scanned,
    )
}
