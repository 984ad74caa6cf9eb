"""`migrate simulate` and `migrate show` in this process: which plans are taken, what is written, which code is left."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from migrator.cli import app, rehearsing
from migrator.cli.rehearsing import TOLD_EVERY_S, Lines
from migrator.model.certificate import Failure
from migrator.model.migration import Migration, signed_digest
from migrator.planning.load import load
from migrator.planning.plan import sealed
from migrator.planning.write import render
from migrator.simulation.certificate import certifying
from tests.unit.given import a_certificate


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """A copy of the worked example."""
    return str(shutil.copy("plans/example.yaml", tmp_path / "web.yaml"))


@pytest.fixture
def certifies(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Certificates without the work: what was asked for; a `failure` may be put in."""
    asked: dict[str, Any] = {}

    def certified(migration: Migration, **options: Any) -> Any:
        options.pop("heard")(1, 1)
        asked.update(options)
        given = {"migration": migration.id, "digest": migration.digest, "signed": signed_digest(migration)}
        failed = asked.get("failure")
        more = {"verdict": "broken", "failures": 1, "first": failed} if failed else {}
        return a_certificate(**given, **more)

    monkeypatch.setattr(certifying, "certified", certified)
    return asked


def test_a_certificate_is_printed_and_nothing_is_written(plan: str, certifies: dict[str, Any], capsys: Any) -> None:
    code = app.run(["simulate", plan, "--seeds", "3", "--seed", "7", "--jobs", "2"])

    out, err = capsys.readouterr()
    assert code == 0
    assert out.startswith("KEPT: shop/web keeps every promise")
    assert "simulated in " in err
    assert (certifies["seeds"], certifies["first"], certifies["jobs"]) == (3, 7, 2)
    assert [each.name for each in Path(plan).parent.iterdir()] == ["web.yaml"]


def test_a_recorded_certificate_is_mentioned_by_show(plan: str, certifies: dict[str, Any], capsys: Any) -> None:
    """In every form, and no longer once an answer changed what was simulated."""
    app.run(["simulate", plan, "--record"])
    recorded = capsys.readouterr().err
    shown = {
        form: (app.run(["show", plan, "--output", form]), capsys.readouterr().out)[1] for form in ("text", "markdown", "json")
    }
    app.run(["approve", plan, "unread-zones=none-leads-there"])
    capsys.readouterr()
    app.run(["show", plan])

    assert f"recorded in {plan}.certificate.json" in recorded
    assert "simulated: 214 crash points, 500 seeds, all kept (tool 0.1.0)" in shown["text"]
    assert "simulated: 214 crash points" in shown["markdown"]
    assert json.loads(shown["json"])["simulated"]["standing"] == "kept"
    assert "with other answers than the plan has now" in capsys.readouterr().out.replace("\n", " ")


def test_a_foreign_file_beside_the_plan_is_told(plan: str, capsys: Any) -> None:
    Path(f"{plan}.certificate.json").write_text("{}")

    code = app.run(["show", plan])

    assert code == 0
    assert "is no certificate that this migrate reads" in capsys.readouterr().out.replace("\n", " ")


def test_a_broken_promise_leaves_one_and_its_command(plan: str, certifies: dict[str, Any], capsys: Any) -> None:
    certifies["failure"] = Failure("seed:7", ("seen: no",))

    code = app.run(["simulate", plan, "--output", "json"])

    out, _ = capsys.readouterr()
    assert code == 1
    assert json.loads(out)["first"] == {"case": "seed:7", "breaches": ["seen: no"]}


def test_a_journey_is_replayed_from_the_plan_alone(plan: str, capsys: Any) -> None:
    assert app.run(["simulate", plan, "--replay", "back-from-lower/after-append-12"]) == 0
    text = capsys.readouterr().out
    assert app.run(["simulate", plan, "--replay", "back-from-lower/after-append-12", "--output", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)

    assert text.splitlines()[0] == "00:00:00  -       journal journal-1 begins, migrate 0.1.0 on virtual"
    assert text.rstrip().endswith("every promise was kept")
    assert (shown["case"], shown["outcome"]) == ("back-from-lower/after-append-12", "rolled-back")


def test_a_journey_that_is_none_is_misuse(plan: str, capsys: Any) -> None:
    assert app.run(["simulate", plan, "--replay", "sideways"]) == 64
    assert "there is no journey 'sideways'" in capsys.readouterr().err


def test_a_blocked_plan_is_refused_with_what_blocks_it(plan: str, capsys: Any) -> None:
    there = load(plan)
    finding = {"id": "noise", "severity": "blocked", "seen": "nothing is healthy", "do": "mend it"}
    raw = msgspec.to_builtins(there) | {"findings": [finding], "decisions": []}
    Path(plan).write_text(render(sealed(msgspec.convert(raw, Migration))))

    code = app.run(["simulate", plan])

    err = capsys.readouterr().err
    assert code == 4
    assert "it is BLOCKED" in err
    assert "noise: nothing is healthy" in err


def test_an_edited_plan_is_refused(plan: str, capsys: Any) -> None:
    text = Path(plan).read_text()
    Path(plan).write_text(text.replace("ttl_s: 300", "ttl_s: 30"))

    assert app.run(["simulate", plan]) == 4
    assert "the plan was edited" in capsys.readouterr().err


def test_a_log_hears_of_it_every_ten_seconds_at_most(capsys: Any) -> None:
    seconds = [0.0]
    lines = Lines(lambda: seconds[0])

    for over, at in enumerate((1.0, TOLD_EVERY_S, TOLD_EVERY_S + 1, 2 * TOLD_EVERY_S), start=1):
        seconds[0] = at
        lines.heard(over, 9)

    assert capsys.readouterr().err == "2 of 9 journeys\n4 of 9 journeys\n"


def test_on_a_terminal_there_is_a_bar_and_it_is_gone(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with rehearsing.telling() as heard:
        heard(1, 2)

    out, err = capsys.readouterr()
    assert out == ""
    assert "journeys" in err
    assert err.endswith("simulated in 0 s\n")
