"""The README's own lines, typed as a newcomer would, in a sandbox of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ("kubectl", "aws", "dig")


def blocks() -> list[str]:
    """The README's shell blocks in order, without the set-up that the test environment already had."""
    found: list[str] = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    assert found[0].startswith("make setup\n")
    return [found[0].split("\n", 2)[2], *found[1:]]


@pytest.mark.programs
@pytest.mark.longest
def test_the_readme_lines_do_what_it_says(tmp_path: Path, free_port_base: int) -> None:
    """A newcomer's first ten minutes: both journeys end as described, and no request is lost."""
    if missing := [each for each in PROGRAMS if shutil.which(each) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    script = "set -euo pipefail\nset -x\n" + "\n".join(blocks())
    script = re.sub(r"(migrate sandbox (?:up|env|clients|down))", rf"\1 --port-base {free_port_base}", script)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }

    typed = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=420, check=False
    )

    subprocess.run(
        [sys.executable, "-m", "migrator", "sandbox", "down", "--port-base", str(free_port_base)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert typed.returncode == 0, typed.stdout[-3000:] + typed.stderr[-3000:]
    assert "shop/web is migrated" in typed.stdout
    assert "rolled back" in typed.stdout
    assert re.findall(r"(\d+) lost", typed.stdout) == ["0", "0"], typed.stdout[-3000:]
    assert '"TTL": 5' in typed.stdout
