"""Watches: what happened since a version, what happens now, and how a watch ends."""

from __future__ import annotations

from typing import Any

import pytest
import urllib3

from migrator.sandbox.world.faults import Fault
from tests.contract.sandbox_kube.cluster import MERGE, SERVICES, Cluster, service


def told(event: dict[str, Any]) -> tuple[str, str]:
    return event["type"], event["object"]["metadata"].get("name", "")


def test_a_watch_tells_what_happened_since_a_version_and_then_ends(cluster: Cluster) -> None:
    cluster.ok("POST", SERVICES, service("before"))
    version = cluster.ok("GET", SERVICES)["metadata"]["resourceVersion"]
    cluster.ok("POST", SERVICES, service())
    cluster.ok("PATCH", f"{SERVICES}/web", {"metadata": {"labels": {"a": "b"}}}, MERGE)
    cluster.ok("DELETE", f"{SERVICES}/web")

    seen = list(cluster.watch(SERVICES, resourceVersion=version, timeoutSeconds="1", allowWatchBookmarks="true"))

    assert [told(each) for each in seen] == [("ADDED", "web"), ("MODIFIED", "web"), ("DELETED", "web"), ("BOOKMARK", "")]
    versions = [int(each["object"]["metadata"]["resourceVersion"]) for each in seen]
    assert versions == sorted(versions)
    assert versions[-1] == cluster.world.kube.revision


def test_a_watch_without_a_version_begins_with_what_is_there(cluster: Cluster) -> None:
    cluster.ok("POST", SERVICES, service("a"))
    watch = cluster.watch("/api/v1/services", timeoutSeconds="30")

    assert told(next(watch)) == ("ADDED", "a")
    cluster.ok("POST", SERVICES, service("b"))
    assert told(next(watch)) == ("ADDED", "b")
    watch.close()


def test_objects_come_into_a_selector_s_sight_and_leave_it(cluster: Cluster) -> None:
    version = cluster.ok("POST", SERVICES, service())["metadata"]["resourceVersion"]
    for value in ("front", "front", "back"):
        change = {"metadata": {"labels": {"tier": value, "n": str(cluster.world.kube.revision)}}}
        cluster.ok("PATCH", f"{SERVICES}/web", change, MERGE)

    watch = cluster.watch(SERVICES, resourceVersion=version, labelSelector="tier=front", timeoutSeconds="30")

    assert [told(next(watch))[0] for _ in range(3)] == ["ADDED", "MODIFIED", "DELETED"]
    watch.close()


def test_a_watch_from_too_far_back_has_to_start_again(cluster: Cluster) -> None:
    cluster.ok("POST", SERVICES, service())
    for number in range(10_000):
        cluster.world.kube.patch("Service", "default", "web", {"metadata": {"labels": {"n": str(number)}}})

    (error,) = cluster.watch(SERVICES, resourceVersion="1")

    assert error["type"] == "ERROR"
    assert (error["object"]["code"], error["object"]["reason"]) == (410, "Expired")


def test_a_watch_can_be_cut(cluster: Cluster) -> None:
    cluster.ok("POST", SERVICES, service())
    watch = cluster.watch(SERVICES, timeoutSeconds="30")
    next(watch)

    cluster.world.faults.arm(Fault(where="kube", operation="WATCH services", mode="stop"))

    with pytest.raises(urllib3.exceptions.ProtocolError):
        next(watch)
    assert told(next(cluster.watch(SERVICES, timeoutSeconds="30"))) == ("ADDED", "web")


def test_watches_that_ended_are_forgotten(cluster: Cluster) -> None:
    """A tool that watches for days may not make the server heavier."""
    list(cluster.watch(SERVICES, timeoutSeconds="1"))

    assert cluster.door.watching == 0


def test_one_watch_may_be_of_one_object(cluster: Cluster) -> None:
    for each in ("a", "b"):
        cluster.ok("POST", SERVICES, service(each))

    watch = cluster.watch(SERVICES, fieldSelector="metadata.name=b", timeoutSeconds="30")

    assert told(next(watch)) == ("ADDED", "b")
    cluster.ok("DELETE", f"{SERVICES}/a")
    cluster.ok("DELETE", f"{SERVICES}/b")
    assert told(next(watch)) == ("DELETED", "b")
    watch.close()
