"""One world and the Python client's raw calls to it; what the tests of the door have in common."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from kubernetes import client

from migrator.sandbox.doors.kube import KubeDoor
from migrator.sandbox.world import World

START = 1_700_000_000.0
JSON = "application/json"
MERGE = "application/merge-patch+json"
DEFAULT = "/api/v1/namespaces/default"
SERVICES = f"{DEFAULT}/services"


class Clock:
    """Time that passes when somebody says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


class Cluster:
    """One world, and the Python client's raw calls to it. `virtual` says whether time is ours to move."""

    def __init__(self, world: World, door: KubeDoor, api: client.ApiClient, clock: Clock | None) -> None:
        self.world, self.door, self.api, self.clock = world, door, api, clock

    def open(self, method: str, path: str, body: Any = None, kind: str = JSON, **query: str) -> Any:
        """The response, unread."""
        headers = {"Accept": JSON, "Content-Type": kind}
        asked = list(query.items())
        given = self.api.param_serialize(
            method, path, query_params=asked, body=body, header_params=headers, auth_settings=["BearerToken"]
        )
        return self.api.call_api(*given, _request_timeout=5)

    def call(self, method: str, path: str, body: Any = None, kind: str = JSON, **query: str) -> tuple[int, dict[str, Any]]:
        """Status and value of the answer."""
        response = self.open(method, path, body, kind, **query)
        response.read()
        return response.status, json.loads(response.data)

    def ok(self, method: str, path: str, body: Any = None, kind: str = JSON, **query: str) -> dict[str, Any]:
        """The value of an answer that has to be a success."""
        status, value = self.call(method, path, body, kind, **query)
        assert status < 300, value
        return value

    def watch(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """The events of a watch, until it ends."""
        response = self.open("GET", path, watch="true", **query)
        assert response.status == 200
        return lines(response.response)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        if self.clock is None:
            time.sleep(seconds)
        else:
            self.clock.pause(seconds)


def lines(response: Any) -> Iterator[dict[str, Any]]:
    """A watch's lines, however they were cut into pieces."""
    rest = b""
    for chunk in response.stream(4096):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (json.loads(each) for each in whole)


def connected(host: str, token: str = "sandbox") -> client.ApiClient:
    """A Python client as the tool sets it up: raw JSON, and no retries of its own."""
    configuration = client.Configuration(host=host)
    configuration.retries = False
    configuration.api_key = {"authorization": f"Bearer {token}"}
    return client.ApiClient(configuration)


def service(name: str = "web", **spec: Any) -> dict[str, Any]:
    """A Service of type LoadBalancer."""
    given = {"type": "LoadBalancer", "selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": {"app": name}}, "spec": given}
