"""`doctor` tells a plan from a Service's name, looks at the right thing, and leaves the right code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator.cli import examining, wire
from migrator.cli.app import run
from migrator.errors import OperatorError
from migrator.planning.plan import plan
from migrator.planning.write import write
from migrator.simulation.stage import Stage, stage


@pytest.fixture(scope="module")
def staged() -> Stage:
    """A world in which every check passes; a test leaves it as it was."""
    return stage(every_s=0)


@pytest.fixture
def reached(staged: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The command line on that world."""
    monkeypatch.setattr(wire, "outside", lambda reach, clock, **_: staged.outside)
    monkeypatch.setattr(wire, "survey", lambda reach, clock: staged.survey)
    monkeypatch.setattr(wire, "context_name", lambda reach: "sandbox")
    return staged


@pytest.mark.parametrize(("target", "is_file"), [("shop/web", False), ("plans/web.yaml", True), ("a.yml", True), ("web", False)])
def test_a_plan_is_known_by_its_name_or_by_being_there(target: str, is_file: bool) -> None:
    assert examining.is_file(target) is is_file


def test_any_file_that_is_there_is_a_plan(tmp_path: Path) -> None:
    (tmp_path / "web").write_text("")

    assert examining.is_file(str(tmp_path / "web"))


def test_a_cluster_alone(reached: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0

    told = capsys.readouterr().out
    assert told.startswith("OK (9 ok): cluster sandbox in 123456789012, us-east-1\n")
    assert "ok       webhook: 3 webhooks" in told


def test_a_cluster_without_the_controller(reached: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    reached.world.faults.clear()
    outside: Any = reached.outside
    seen = outside.cluster.controller
    try:
        outside.cluster.controller = lambda: None
        assert run(["doctor", "--output", "json"]) == 4
    finally:
        outside.cluster.controller = seen

    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "failed"
    assert told["results"][0]["code"] == "no-controller"


def test_a_service_is_planned_in_memory(reached: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "shop/web"]) == 0

    assert "service shop/web in cluster sandbox" in capsys.readouterr().out


def test_a_plan_is_looked_at_with_its_answers(reached: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from migrator.sandbox.world.faults import Fault

    file = str(tmp_path / "web.yaml")
    deny = Fault(where="aws", operation="ec2:DescribeSubnets", mode="deny", times=None)
    reached.world.faults.arm(deny)
    write(plan("shop", "web", reached.outside, reached.survey), file)

    asked = run(["doctor", file])
    from migrator.planning.load import answer

    answer(file, "check-subnets", "go-on")
    told = run(["doctor", file])
    reached.world.faults.clear()

    assert (asked, told) == (3, 0)
    assert "unknown  subnets" in capsys.readouterr().out


def test_what_names_neither_is_refused(reached: Stage) -> None:
    with pytest.raises(OperatorError) as caught:
        examining.examined("web", "")

    assert caught.value.code == "bad-service-name"
