"""The Kubernetes door, in process under a virtual clock and on a socket, behind the same Python client."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from migrator.sandbox.doors.kube import KubeDoor, pool_manager, serve
from migrator.sandbox.world import World
from tests.contract.sandbox_kube.cluster import Clock, Cluster, connected


@pytest.fixture(params=["in-process", "socket"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    if request.param == "in-process":
        clock = Clock()
        world = World(now=clock.now, seed=7)
        door, api = KubeDoor(world, clock), connected("http://kube.sandbox")
        api.rest_client.pool_manager = pool_manager(door, clock.pause)
        yield Cluster(world, door, api, clock)
        return
    world = World(now=time.time(), seed=7)
    door = KubeDoor(world, time.time)
    server = serve(door)
    try:
        yield Cluster(world, door, connected(server.url), None)
    finally:
        server.close()
