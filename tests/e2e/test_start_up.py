"""What a command costs before it does anything: nothing heavy is loaded that it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from migrator import __version__

ROOT = Path(__file__).parents[2]
SDKS = {"boto3", "botocore", "kubernetes", "dns", "tenacity", "urllib3", "requests"}
HEAVY = SDKS | {"rich", "yaml", "msgspec", "pydantic"}
OURS = {"migrator.sandbox", "migrator.simulation", "migrator.adapters.aws", "migrator.adapters.kube", "migrator.adapters.dns"}
PLAN = str(ROOT / "plans" / "example.yaml")


def imported(*arguments: str, folder: Path) -> set[str]:
    """Every module that a command loads, and each package around it."""
    command = [sys.executable, "-X", "importtime", "-m", "migrator", *arguments]
    environment = {"PATH": "", "HOME": str(folder), "MIGRATE_STATE": str(folder)}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    lines = [line for line in ran.stderr.splitlines() if line.startswith("import time:")]
    names = {line.rsplit("|", 1)[1].strip() for line in lines}
    return names | {name.partition(".")[0] for name in names}


def test_the_version_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    found = imported("--version", folder=tmp_path)

    assert not found & (HEAVY | OURS | {"typer", "migrator.cli", "migrator.errors"})


@pytest.mark.parametrize("arguments", [["--help"], ["sandbox", "--help"]], ids=" ".join)
def test_help_loads_the_table_of_commands_only(arguments: list[str], tmp_path: Path) -> None:
    found = imported(*arguments, folder=tmp_path)

    assert not found & ((HEAVY - {"pydantic"}) | OURS | {"migrator.model", "migrator.planning", "migrator.machine"})


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", PLAN],
        ["show", PLAN, "--output", "json"],
        ["show", PLAN, "--output", "markdown"],
        ["status"],
        ["status", PLAN],
    ],
    ids=["show", "show-json", "show-markdown", "status", "status-of-a-plan"],
)
def test_commands_that_only_read_files_load_no_sdk(arguments: list[str], tmp_path: Path) -> None:
    assert not imported(*arguments, folder=tmp_path) & (SDKS | {"rich"} | OURS)


def test_the_version_is_that_of_the_package() -> None:
    ran = subprocess.run([sys.executable, "-m", "migrator", "--version"], capture_output=True, text=True, check=True)

    assert ran.stdout == f"migrate {__version__}\n"
