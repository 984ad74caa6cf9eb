"""Plans for several Services: what may be typed together, the worst exit code, answers that are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator.cli import draft_all, scanning, wire
from migrator.cli.draft_all import Drafts, drafted_all, refuse_mixture
from migrator.errors import Exit, OperatorError
from migrator.planning.load import answer, load
from migrator.planning.scan import Narrowed
from migrator.sandbox.world.estate import legacy_service
from migrator.simulation.stage import Name, Stage, stage

MODERN: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "modern", "namespace": "shop", "labels": {"tier": "edge"}},
    "spec": {
        "type": "LoadBalancer",
        "loadBalancerClass": "service.k8s.aws/nlb",
        "ports": [{"port": 80, "targetPort": 8080}],
        "selector": {"app": "web"},
    },
}


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """shop/web and production/api with names, and shop/modern of LBC, behind the command line."""
    made = stage(every_s=0)
    made.expose(legacy_service("production", "api", app="api-gateway"), (Name("second.example.com."),))
    made.expose(MODERN)
    monkeypatch.setattr(wire, "for_many", lambda reach, clock: (made.outside, made.survey))
    monkeypatch.setattr(wire, "outside", lambda reach, clock: made.outside)
    monkeypatch.setattr(wire, "survey", lambda reach, clock: made.survey)
    monkeypatch.setattr(wire, "context_name", lambda reach: "stage")
    return made


def drafts(folder: Path, *, detailed: bool = False, **narrowed: str) -> Drafts:
    state = str(folder / "state")
    return Drafts(Narrowed(**narrowed), str(folder / "plans"), "", "standard", "hold", None, "demote", state, detailed)


def test_each_legacy_service_gets_a_file_of_its_own(at: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = drafted_all(drafts(tmp_path), "json")

    said = json.loads(capsys.readouterr().out)
    files = sorted(each.name for each in (tmp_path / "plans").iterdir())
    assert code == said["exit"] == 0
    assert files == ["production.api.yaml", "shop.web.yaml"]
    assert [(each["service"], bool(each["file"])) for each in said["plans"]] == [
        ("production/api", True),
        ("shop/modern", False),
        ("shop/web", True),
    ]
    assert said["plans"][1]["verdict"] == "NOT_APPLICABLE"
    made = load(str(tmp_path / "plans" / "shop.web.yaml"))
    assert (made.service, made.retirement) == ("shop/web", "demote")


def test_answers_of_a_plan_from_before_are_kept(at: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To plan again every night must not undo what a person decided."""
    at.expose(legacy_service("production", "quiet", app="api-gateway"))  # no name leads to it, which is asked about
    drafted_all(drafts(tmp_path, namespace="production"), "text")
    file = str(tmp_path / "plans" / "production.quiet.yaml")
    asked = load(file).decisions
    answer(file, asked[0].id, asked[0].options[-1])

    drafted_all(drafts(tmp_path, namespace="production"), "text")

    assert load(file).answer(asked[0].id) == asked[0].options[-1]


def test_one_that_fails_stops_no_other_and_is_told(at: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kube = at.world.kube
    kube.patch("Service", "production", "api", {"metadata": {"finalizers": ["service.k8s.aws/resources"]}}, manager="kubectl")

    code = drafted_all(drafts(tmp_path), "text")

    said = capsys.readouterr().out
    assert code == Exit.REFUSED
    assert "REFUSED             production/api\n  edited-in-place: " in said
    assert (tmp_path / "plans" / "shop.web.yaml").exists()
    assert "3 Services: " in said and "1 plan written" in said


def test_the_detailed_exit_code_is_the_worst_of_all(at: Stage, tmp_path: Path) -> None:
    codes = [Exit.CHANGES, Exit.DECISION, Exit.REFUSED]
    code = drafted_all(drafts(tmp_path, detailed=True, namespace="shop"), "text")

    assert code in codes
    assert drafted_all(drafts(tmp_path, detailed=True, selector="tier=edge"), "text") == Exit.DONE
    assert drafted_all(drafts(tmp_path, detailed=True, selector="tier=none"), "text") == Exit.DONE


def test_failures_are_worse_than_refusals() -> None:
    """The numbers of the codes say nothing of how bad they are."""
    order = sorted((Exit.FAILED, Exit.UNCLEAR, Exit.REFUSED, Exit.DECISION, Exit.CHANGES, Exit.BUG), key=draft_all.rank)

    assert order == [Exit.CHANGES, Exit.DECISION, Exit.REFUSED, Exit.FAILED, Exit.UNCLEAR, Exit.BUG]


def test_a_folder_that_cannot_be_made_is_refused(at: Stage, tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("a file")

    with pytest.raises(OperatorError) as caught:
        drafted_all(drafts(tmp_path), "text")

    assert caught.value.code == "plan-not-written"


@pytest.mark.parametrize(
    ("service", "many", "file", "own", "said"),
    [
        ("shop/web", True, "plans", {}, "either one Service"),
        ("", False, "", {}, "which Service"),
        ("", True, "", {}, "written into a folder"),
        ("", True, "plans", {"--answer": True, "--clone-name": False}, "--answer is about one plan"),
    ],
)
def test_what_does_not_go_together_is_refused(service: str, many: bool, file: str, own: dict[str, bool], said: str) -> None:
    with pytest.raises(OperatorError) as caught:
        refuse_mixture(service, many, file, own)

    assert caught.value.code == "bad-usage"
    assert said in caught.value.message


def test_one_or_several_are_fine() -> None:
    refuse_mixture("shop/web", False, "", {"--answer": True})
    refuse_mixture("", True, "plans", {"--answer": False})


@pytest.mark.parametrize("output", ["text", "json", "csv"])
def test_a_scan_sees_all_of_them(at: Stage, output: str) -> None:
    found, text = scanning.scanned(("a", "b", "a"), "", "", "", output)

    assert [(each.context, each.service, each.owner) for each in found.rows[:3]] == [
        ("stage", "production/api", "in-tree-nlb"),
        ("stage", "production/api", "in-tree-nlb"),
        ("stage", "shop/modern", "lbc"),
    ]
    assert "second.example.com" in text and "production" in text
