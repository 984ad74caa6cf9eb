"""Events are counted while they repeat and forgotten after an hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrator.sandbox.world import World
from migrator.sandbox.world.kube import Kube

Manifest = Callable[..., dict[str, Any]]


def messages(kube: Kube) -> list[tuple[str, int]]:
    return sorted((each["message"], each["count"]) for each in kube.list("Event", "default"))


def test_the_same_thing_said_again_is_counted(world: World, kube: Kube, service: Manifest) -> None:
    web = kube.create(service())
    kube.event(web, "EnsuringLoadBalancer", "Ensuring load balancer", component="service-controller")
    world.advance(world.now + 60)

    again = kube.event(web, "EnsuringLoadBalancer", "Ensuring load balancer", component="service-controller")
    kube.event(web, "EnsuredLoadBalancer", "Ensured load balancer", component="service-controller")

    assert messages(kube) == [("Ensured load balancer", 1), ("Ensuring load balancer", 2)]
    assert again["firstTimestamp"] < again["lastTimestamp"]
    assert again["involvedObject"]["uid"] == web["metadata"]["uid"]
    assert again["source"] == {"component": "service-controller"}


def test_an_event_is_forgotten_an_hour_after_it_was_last_said(world: World, kube: Kube, service: Manifest) -> None:
    web = kube.create(service())
    kube.event(web, "A", "early")
    world.advance(world.now + 1800)
    kube.event(web, "B", "repeated")
    world.advance(world.now + 1800)
    kube.event(web, "B", "repeated")

    assert messages(kube) == [("repeated", 2)]
    world.advance(world.now + 3600)
    assert messages(kube) == []
    assert kube.event(web, "B", "repeated")["count"] == 1


def test_events_of_nodes_live_in_default_and_those_of_lost_namespaces_nowhere(kube: Kube, service: Manifest) -> None:
    """A controller must not fail because it cannot say something."""
    node = kube.create({"kind": "Node", "metadata": {"name": "n1"}})
    kube.create({"kind": "Namespace", "metadata": {"name": "shop"}})
    web = kube.create(service(meta={"namespace": "shop"}))
    kube.delete("Namespace", "", "shop")

    kube.event(node, "Rebooted", "again")
    kube.event(web, "DeletingLoadBalancer", "too late")

    assert messages(kube) == [("again", 1)]
