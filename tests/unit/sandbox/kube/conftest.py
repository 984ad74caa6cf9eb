"""A bare world's store, and the Service that most tests begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrator.sandbox.world import World
from migrator.sandbox.world.kube import Kube

START = 1_700_000_000.0
Manifest = Callable[..., dict[str, Any]]


@pytest.fixture
def world() -> World:
    return World(now=START, seed=7)


@pytest.fixture
def kube(world: World) -> Kube:
    return world.kube


@pytest.fixture
def service() -> Manifest:
    """Builds a Service: `meta` goes into its metadata, everything else into its spec."""

    def build(name: str = "web", *, meta: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
        given = {"type": "LoadBalancer", "selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}], **spec}
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, **(meta or {})}, "spec": given}

    return build
