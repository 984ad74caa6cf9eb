"""`migrate doctor` on real sockets: through kubeconfig and AWS credentials, with the codes it says it leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator.sandbox.scene import Scene
from tests.e2e.conftest import Bench


@pytest.fixture(scope="session")
def exposed(scene: Scene) -> str:
    """A legacy Service with a name that leads to it."""
    hostname = scene.create_legacy("shop", "examined", "web")
    scene.cname("example.com", "examined.example.com", hostname, 60)
    return "shop/examined"


def told(bench: Bench, *arguments: str) -> tuple[int, dict[str, Any]]:
    ended = bench.migrate("doctor", *arguments, "--output", "json")
    shown: dict[str, Any] = json.loads(ended.out)
    assert shown["exit"] == ended.exit
    return ended.exit, shown


def test_a_fresh_sandbox_is_fit(bench: Bench) -> None:
    ended = bench.migrate("doctor")

    assert (ended.exit, ended.err) == (0, "")
    assert ended.out.startswith("OK (9 ok): cluster sandbox")


def test_a_service_and_its_plan_are_fit(bench: Bench, exposed: str) -> None:
    exit, shown = told(bench, exposed)
    bench.migrate("plan", exposed, "-o", "plan.yaml")

    assert (exit, {each["status"] for each in shown["results"]}) == (0, {"ok"}), shown
    assert told(bench, "plan.yaml") == (0, {**shown, "about": "plan plan.yaml in cluster sandbox"})
    assert [each.name for each in Path(bench.folder).iterdir()] == ["plan.yaml"]


def test_what_may_not_be_asked_is_unknown(bench: Bench, scene: Scene, exposed: str) -> None:
    fault = {"where": "aws", "operation": "ec2:DescribeSubnets", "mode": "deny"}
    scene.control("faults.arm", fault)
    try:
        ended = bench.migrate("doctor", exposed)
    finally:
        scene.control("faults.clear", {})

    assert ended.exit == 3
    assert "unknown  subnets: cannot read subnets" in ended.out


def test_a_service_that_is_not_there_is_refused(bench: Bench) -> None:
    ended = bench.migrate("doctor", "shop/nobody")

    assert (ended.exit, ended.code) == (4, "service-not-found")
