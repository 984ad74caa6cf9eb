"""`migrate simulate` as operators run it: a file, no cluster, no account, every core."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
MIGRATE = (sys.executable, "-m", "migrator")


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """A copy of the worked example, its question answered."""
    file = str(shutil.copy(ROOT / "plans" / "example.yaml", tmp_path / "web.yaml"))
    asked = [*MIGRATE, "approve", file, "unread-zones=none-leads-there"]
    subprocess.run(asked, check=True, capture_output=True, cwd=ROOT)
    return file


def bare(folder: Path) -> dict[str, str]:
    """An environment with nothing in it that leads anywhere."""
    return {"PATH": "", "HOME": str(folder), "MIGRATE_STATE": str(folder), "KUBECONFIG": str(folder / "none")}


@pytest.mark.longest
def test_the_worked_example_gets_its_certificate(plan: str, tmp_path: Path) -> None:
    """Every crash point was reached, every promise kept; nothing but the object is on stdout."""
    command = [*MIGRATE, "simulate", plan, "--seeds", "4", "--record", "--output", "json"]

    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=bare(tmp_path), timeout=600, check=False)

    shown = json.loads(ran.stdout)
    jsonschema.Draft202012Validator(json.loads((ROOT / "plans" / "certificate.schema.json").read_text())).validate(shown)
    assert (ran.returncode, shown["verdict"], shown["first"]) == (0, "kept", None), shown["first"]
    assert [(each["way"], each["covered"]) for each in shown["ways"]] == [(each["way"], each["points"]) for each in shown["ways"]]
    assert sum(each["points"] for each in shown["ways"]) > 300
    assert "simulated in " in ran.stderr
    assert Path(f"{plan}.certificate.json").read_text() == ran.stdout
    seen = subprocess.run([*MIGRATE, "show", plan], capture_output=True, text=True, cwd=ROOT, check=True)
    assert " crash points, 4 seeds, all kept (tool " in seen.stdout.replace("\n", " ")


def test_a_journey_is_replayed_without_any_sdk(plan: str, tmp_path: Path) -> None:
    """Nothing that could open a connection is even loaded."""
    command = [sys.executable, "-X", "importtime", "-m", "migrator", "simulate", plan, "--replay", "forward"]

    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=bare(tmp_path), timeout=120, check=False)

    names = {line.rsplit("|", 1)[1].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert ran.returncode == 0, ran.stdout
    assert "every promise was kept" in ran.stdout
    assert not {name.partition(".")[0] for name in names} & {"boto3", "botocore", "kubernetes", "dns"}


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are found in /proc")
def test_ctrl_c_leaves_at_once_without_a_traceback(plan: str, tmp_path: Path) -> None:
    """The terminal sends it to every process of the group."""
    command = [*MIGRATE, "simulate", plan, "--jobs", "2", "--seeds", "5000"]
    env = {**bare(tmp_path), "PYTHONUNBUFFERED": "1"}
    ran = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=env, start_new_session=True
    )
    children = Path(f"/proc/{ran.pid}/task/{ran.pid}/children")
    until = time.monotonic() + 60
    while len(children.read_text().split()) < 3 and time.monotonic() < until:  # two at work, and one that counts what they hold
        time.sleep(0.05)

    os.killpg(ran.pid, signal.SIGINT)
    out, err = ran.communicate(timeout=60)

    assert ran.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert "interrupted" in err
