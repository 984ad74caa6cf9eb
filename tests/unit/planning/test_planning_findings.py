"""docs/findings.md has every id that a plan may hold, and no other: they are collected from the source."""

from __future__ import annotations

import ast
import importlib
import re
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).parents[3]
DOC = ROOT / "docs" / "findings.md"
MADE_BY = {"Finding": "Findings", "blocked": "Findings", "Decision": "Decisions"}
# Their id is handed in: whoever calls them names it.
HANDED_ON = {"pieces.py: id": "", "checked.py: result.decision": "check-*"}


def in_source() -> set[tuple[str, str]]:
    """Section and id of each finding and decision that planning makes; `*` stands for what is filled in."""
    found = set()
    for path in sorted((ROOT / "migrator" / "planning").glob("*.py")):
        module = importlib.import_module(f"migrator.planning.{path.stem}")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MADE_BY and node.args:
                id = HANDED_ON.get(f"{path.name}: {ast.unparse(node.args[0])}", pattern(node.args[0], vars(module)))
                found |= {(MADE_BY[node.func.id], id)} if id else set()
    return found


def pattern(node: ast.expr, names: dict[str, object]) -> str:
    """An expression as a pattern: what is not known before it runs is a star."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(pattern(each, names) for each in node.values)
    if isinstance(node, ast.BinOp):
        return pattern(node.left, names) + pattern(node.right, names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "rstrip":
        return pattern(node.func.value, names)
    if isinstance(node, ast.Name) and isinstance(names.get(node.id), str):
        return str(names[node.id])
    return "*"


def in_doc() -> set[tuple[str, str]]:
    """Section and id of each row, angle brackets as stars."""
    found, section = set(), ""
    for line in DOC.read_text(encoding="utf-8").splitlines():
        section = line.removeprefix("## ") if line.startswith("## ") else section
        if row := re.match(r"\| `([^`]+)` \|", line):
            found.add((section, re.sub(r"<[^>]+>", "*", row[1])))
    return found


def test_every_id_of_the_source_has_a_row() -> None:
    """A person who meets an id in a plan finds it explained."""
    rows = in_doc()

    missing = [each for each in sorted(in_source()) if not any(each[0] == there and fits(each[1], id) for there, id in rows)]
    assert missing == []


def test_every_row_has_an_id_in_the_source() -> None:
    """What no plan can hold any more is not explained."""
    made = in_source()

    gone = [row for row in sorted(in_doc()) if not any(row[0] == there and fits(id, row[1]) for there, id in made)]
    assert gone == []


def fits(id: str, row: str) -> bool:
    """Whether a row is about an id; a star of the row stands for any text, stars of the id included."""
    return fnmatchcase(id, row) or fnmatchcase(row, id)


def test_ids_are_listed_once_and_in_order() -> None:
    """So that two people who add one meet at the same line."""
    parts = DOC.read_text(encoding="utf-8").split("\n## ")[1:]

    for part in parts:
        ids = re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE)
        assert ids == sorted(ids)
        assert len(ids) == len(set(ids))
