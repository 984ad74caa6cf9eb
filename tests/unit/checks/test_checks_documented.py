"""docs/checks.md says of every check what it weighs, until when it has to hold, and whether it is about a cluster alone."""

from __future__ import annotations

import re
from pathlib import Path

from migrator.checks import CHECKS, CLUSTER_WIDE

PAGE = Path(__file__).parents[3] / "docs" / "checks.md"
ROW = re.compile(r"^\| `(\w+)`( \*)? \| (\w+) \| (\w+) \| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)


def test_the_page_lists_every_check_in_order_with_its_weights() -> None:
    listed = [
        (name, failed, unknown, until, bool(wide)) for name, wide, failed, unknown, until, *_ in ROW.findall(PAGE.read_text())
    ]

    wide = {each.NAME for each in CLUSTER_WIDE}
    assert listed == [(each.NAME, each.SEVERITY, each.UNSEEN, each.HOLDS_UNTIL, each.NAME in wide) for each in CHECKS]


def test_every_right_that_is_asked_for_is_on_the_page() -> None:
    source = (Path(__file__).parents[3] / "migrator" / "checks" / "rights.py").read_text()

    for action in re.findall(r'Deed\("([\w:]+)"', source):
        assert f"`{action}`" in PAGE.read_text()
