"""Runs that were stopped, held, doubled or lost: what the next command says, and how it goes on."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from migrator.checks import CHECKS
from migrator.planning.load import load
from migrator.planning.plan import sealed
from migrator.planning.write import render
from migrator.sandbox.scene import Scene

from .conftest import Bench, Ended, bare_environment

LEASES = "/apis/coordination.k8s.io/v1/namespaces/shop/leases"
RECORD = "runs.example.com."


@pytest.fixture(scope="session")
def planned(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of a plan for shop/runs, whose record has a minute to run out of caches once it is lowered."""
    scene.cname("example.com", RECORD.rstrip("."), scene.create_legacy("shop", "runs", "web"), 60)
    folder = tmp_path_factory.mktemp("planned")
    bench = Bench(folder, bare_environment(folder) | scene.environment)
    assert bench.migrate("plan", "shop/runs", "-o", "plan.yaml").exit == 0
    return (folder / "plan.yaml").read_text()


@pytest.fixture
def fresh(bench: Bench, scene: Scene, planned: str) -> Iterator[Bench]:
    """The plan in a folder of its own; whatever a test began is rolled back, and that is seen."""
    (bench.folder / "plan.yaml").write_text(planned)
    before = [each for each in scene.records("example.com") if each["Name"] == RECORD]
    yield bench
    if bench.lines():
        bench.migrate("release", "plan.yaml")
        ended = bench.migrate("rollback", "plan.yaml")
        assert ended.exit == 0, ended.err
    assert [each for each in scene.records("example.com") if each["Name"] == RECORD] == before
    assert scene.kube("GET", LEASES)["items"] == []


@pytest.fixture
def begun(fresh: Bench) -> Bench:
    """A run that holds before it changes its first record."""
    ended = fresh.migrate("apply", "plan.yaml", "--hold-before", "lower")
    assert (ended.exit, ended.code) == (5, "hold-before"), ended.err
    return fresh


def waiting(bench: Bench) -> subprocess.Popen[str]:
    """A run that waits for its lowered record to run out of caches."""
    running = bench.start("apply", "plan.yaml", "--resume")
    assert running.stdout is not None
    for line in running.stdout:
        if "are running out of caches" in line:
            return running
    raise AssertionError(running.communicate())


def ended(running: subprocess.Popen[str]) -> Ended:
    out, err = running.communicate(timeout=30)
    return Ended(running.returncode, out, err)


def test_a_run_that_has_begun_goes_on_only_when_told_to(begun: Bench) -> None:
    assert begun.migrate("apply", "plan.yaml").code == "needs-resume"


def test_hold_before_stays_until_it_is_released(begun: Bench) -> None:
    held = begun.migrate("apply", "plan.yaml", "--resume")
    assert (held.exit, held.code) == (5, "hold-before")
    assert "migrate release plan.yaml" in held.err

    assert begun.migrate("release", "plan.yaml").exit == 0
    assert begun.migrate("release", "plan.yaml").code == "not-held"
    walk = begun.migrate("apply", "plan.yaml", "--resume", "--hold-before", "lower", "--dry-run")
    assert (walk.exit, "lower the TTL" in walk.out) == (0, True)


def test_status_says_where_it_holds_and_what_to_type(begun: Bench) -> None:
    for arguments in (["plan.yaml"], []):
        told = begun.migrate("status", *arguments)
        assert told.exit == 0
        assert "shop/runs  on hold" in told.out and "hold-before" in told.out and "migrate release" in told.out


def test_another_state_directory_on_this_machine_is_a_lost_journal(begun: Bench) -> None:
    lost = begun.migrate("apply", "plan.yaml", "--state", "elsewhere")

    assert (lost.exit, lost.code) == (9, "journal-lost")
    assert "--state" in lost.err and not list(begun.folder.glob("elsewhere/*/journal.jsonl"))


def test_another_machine_is_told_who_is_at_work(begun: Bench, scene: Scene) -> None:
    (lease,) = scene.kube("GET", LEASES)["items"]
    path, ours = f"{LEASES}/{lease['metadata']['name']}", lease["metadata"]["annotations"]["migrate.dev/host"]
    scene.kube("PATCH", path, {"metadata": {"annotations": {"migrate.dev/host": "far-away/boot"}}})

    foreign = begun.migrate("apply", "plan.yaml", "--state", "elsewhere")
    scene.kube("PATCH", path, {"metadata": {"annotations": {"migrate.dev/host": ours}}})

    assert (foreign.exit, foreign.code) == (7, "foreign-lease")
    assert "far-away" in foreign.err


def test_a_damaged_journal_is_refused_by_everything_that_reads_it(begun: Bench) -> None:
    (journal,) = begun.folder.glob("state/*/journal.jsonl")
    whole = journal.read_bytes()
    journal.write_bytes(whole.replace(b'"epoch":"1"', b'"epoch":"2"', 1))

    for command in (["apply", "plan.yaml", "--resume"], ["rollback", "plan.yaml"], ["status", "plan.yaml"], ["status"]):
        damaged = begun.migrate(*command)
        assert damaged.exit == 9
        assert "journal-damaged" in damaged.out + damaged.err
    journal.write_bytes(whole)


def test_another_plan_does_not_go_on_with_the_journal(begun: Bench) -> None:
    plan, text = begun.folder / "plan.yaml", (begun.folder / "plan.yaml").read_text()
    plan.write_text(render(sealed(msgspec.structs.replace(load(str(plan)), on_failure="rollback"))))

    for command in (["apply", "plan.yaml", "--resume"], ["rollback", "plan.yaml"]):
        other = begun.migrate(*command)
        assert (other.exit, other.code) == (6, "journal-other-plan")
    plan.write_text(text)


def test_a_rollback_that_was_stopped_refuses_apply_and_resumes_itself(begun: Bench, scene: Scene) -> None:
    scene.control("faults.arm", {"where": "kube", "operation": "DELETE leases", "mode": "deny", "match": "", "times": None})
    stopped = begun.migrate("rollback", "plan.yaml")
    scene.control("faults.clear", {})

    assert (stopped.exit, stopped.code) == (1, "denied")
    assert begun.migrate("apply", "plan.yaml", "--resume").code == "turned-back"
    assert begun.migrate("rollback", "plan.yaml").exit == 0


def test_two_runs_at_once_are_one_too_many(fresh: Bench) -> None:
    first = waiting(fresh)
    try:
        for command in (["apply", "plan.yaml", "--resume"], ["rollback", "plan.yaml"]):
            second = fresh.migrate(*command)
            assert (second.exit, second.code) == (7, "locked")
            assert f"process {first.pid}" in second.err
        assert f"process {first.pid} is at work" in fresh.migrate("status").out
    finally:
        first.send_signal(signal.SIGINT)
        ended(first)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_where_it_can_be_resumed(fresh: Bench, number: signal.Signals) -> None:
    running = waiting(fresh)

    running.send_signal(number)
    stopped = ended(running)

    assert (stopped.exit, stopped.code) == (130, "interrupted")
    assert "migrate apply plan.yaml --resume" in stopped.err


def test_a_hold_is_seen_by_the_run_beside_it(fresh: Bench) -> None:
    running = waiting(fresh)

    assert fresh.migrate("hold", "plan.yaml", "--reason", "lunch").exit == 0
    stopped = ended(running)

    assert (stopped.exit, stopped.code) == (5, "operator-hold")
    assert "lunch" in stopped.err
    assert fresh.migrate("apply", "plan.yaml", "--resume").code == "operator-hold"


def test_a_killed_run_is_resumed_and_a_finished_rollback_may_be_followed_by_another(fresh: Bench) -> None:
    running = waiting(fresh)
    running.kill()
    ended(running)

    assert fresh.migrate("rollback", "plan.yaml").exit == 0
    again = fresh.migrate("rollback", "plan.yaml")
    assert (again.exit, "rolled back already" in again.out) == (0, True)
    anew = fresh.migrate("apply", "plan.yaml", "--until", "admit")
    assert (anew.exit, anew.code) == (5, "stopped-until")
    assert fresh.migrate("apply", "plan.yaml", "--resume", "--until", "admit").code == "stopped-until"


def on_a_terminal(bench: Bench, *arguments: str, typed: bytes = b"") -> tuple[int, str]:
    """A command that has a terminal of 80 columns; its exit code and all that was drawn."""
    ours, theirs = pty.openpty()
    environment = {**bench.environment, "TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1"}
    running = subprocess.Popen(
        [sys.executable, "-m", "migrator", *arguments],
        env=environment,
        cwd=bench.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, typed)
    drawn = b""
    while True:
        try:
            drawn += os.read(ours, 65536)
        except OSError:  # how Linux says that the other side is gone
            break
    os.close(ours)
    return running.wait(30), drawn.decode()


def test_a_person_is_asked_once_and_may_say_no(fresh: Bench) -> None:
    exit, drawn = on_a_terminal(fresh, "apply", "plan.yaml", typed=b"n\n")

    assert exit == 4
    assert "move shop/runs to shop/runs-lbc" in drawn and "confirmation-needed" in drawn
    assert fresh.lines() == 0


def test_a_person_sees_the_steps_go_by(fresh: Bench) -> None:
    exit, drawn = on_a_terminal(fresh, "apply", "plan.yaml", "--hold-before", "lower", "--yes")

    assert exit == 5
    assert "[y/N]" not in drawn
    assert f"seen: {len(CHECKS)} checks pass" in drawn and "of 10" in drawn and "hold-before" in drawn
    assert "\x1b[3" not in drawn  # no colour was asked for


def test_a_dry_run_of_the_way_back_changes_nothing(begun: Bench, scene: Scene) -> None:
    lines = begun.lines()

    walk = begun.migrate("rollback", "plan.yaml", "--dry-run")

    assert (walk.exit, "release lease" in walk.out) == (0, True)
    assert begun.lines() == lines
    assert len(scene.kube("GET", LEASES)["items"]) == 1


def test_every_line_of_a_run_is_json_when_asked_for(fresh: Bench) -> None:
    run = fresh.migrate("apply", "plan.yaml", "--hold-before", "lower", "--output", "json")

    assert [each["kind"] for each in run.told][:2] == ["version", "entry"]
    assert (run.told[-1]["kind"], run.told[-1]["code"], run.told[-1]["exit"]) == ("outcome", "hold-before", 5)
    assert run.exit == 5 and run.err == ""
    sequences = [each["sequence"] for each in run.told if each["kind"] == "entry"]
    assert sequences == list(range(1, len(sequences) + 1))
    assert abs(run.told[1]["at"] - time.time()) < 60


def test_the_plan_is_kept_beside_its_journal(begun: Bench) -> None:
    (copy,) = begun.folder.glob("state/*/plan.yaml")

    assert copy.read_text() == (begun.folder / "plan.yaml").read_text()
    assert Path(copy).stat().st_mode & 0o077 in (0o044, 0o000)
