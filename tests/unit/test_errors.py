"""Codes: each is used, documented, in its form, and belongs to an exit code of the one table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator import errors
from migrator.errors import CODES, Exit, MigrateError

ROOT = Path(__file__).parents[2]
FAILURES = ROOT / "docs" / "failures.md"

# Calls whose argument at this place is a code, where it is written as a literal there.
PLACES = {"Hold": 0, "Fail": 0, "failed": 1, "TurnedBack": 0, "Refused": 1, "Held": 1, "turn_back": 0}

# A person's own word for turning back, which no command exits with.
WORDS = {"asked"}

# Families of the outside whose code comes with the class.
FAMILIES = {each.code for each in vars(errors).values() if isinstance(each, type) and issubclass(each, MigrateError)}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every file of ours; the sandbox has codes of its own, those of AWS and Kubernetes."""
    for path in sorted((ROOT / "migrator").rglob("*.py")):
        where = str(path.relative_to(ROOT))
        if not where.startswith("migrator/sandbox/"):
            yield where, ast.parse(path.read_text())


def literals(node: ast.expr | None) -> Iterator[str]:
    """The strings that an expression may be, as far as they are written there."""
    match node:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from literals(one)
            yield from literals(other)
        case ast.BoolOp(values=values):
            for each in values:
                yield from literals(each)


def given(where: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(code, file:line) of every literal that is given as a code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        at = PLACES.get(name)
        values = [each.value for each in node.keywords if each.arg == "code"]
        values += [node.args[at]] if at is not None and at < len(node.args) else []
        for value in values:
            yield from ((code, f"{where}:{node.lineno}") for code in literals(value))


def test_every_code_that_is_given_is_in_the_table() -> None:
    """A misspelt one would end in a KeyError, when somebody is in trouble already."""
    strange = [(code, at) for where, tree in sources() for code, at in given(where, tree) if code not in {*CODES, *WORDS}]

    assert strange == []


def test_every_code_of_the_table_is_used() -> None:
    """A paragraph for a failure that cannot happen misleads who searches it."""
    words = {
        node.value
        for where, tree in sources()
        if where != "migrator/errors.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert sorted(set(CODES) - words - FAMILIES) == []


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_kebab_case(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)


def test_every_code_has_its_paragraph() -> None:
    """docs/failures.md is what an error message points to."""
    headings = re.findall(r"^### `?([a-z-]+)`?$", FAILURES.read_text(), re.MULTILINE)

    assert sorted(headings) == sorted(set(headings))
    assert sorted(headings) == sorted(CODES)


def test_the_exit_codes_are_those_of_the_table() -> None:
    """Scripts rely on the numbers."""
    assert {int(each): each.name for each in Exit} == {
        0: "DONE",
        1: "FAILED",
        2: "CHANGES",
        3: "DECISION",
        4: "REFUSED",
        5: "WAITING",
        6: "STALE",
        7: "LOCKED",
        8: "ROLLED_BACK",
        9: "UNCLEAR",
        64: "USAGE",
        70: "BUG",
        130: "INTERRUPTED",
    }


def test_an_error_says_what_was_seen_what_to_do_and_exits_by_its_code() -> None:
    told = errors.OperatorError("cannot go on", seen=("a line",), do="do this", code="plan-stale")

    assert (str(told), told.message, told.seen, told.do, told.exit) == (
        "cannot go on",
        "cannot go on",
        ("a line",),
        "do this",
        Exit.STALE,
    )


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_each_family_has_a_code_of_the_table(family: str) -> None:
    assert family in CODES


def test_a_family_s_own_code_counts_unless_another_is_given() -> None:
    assert errors.Throttled("why").code == "throttled"
    assert errors.JournalMoved("why").exit is Exit.LOCKED
    assert errors.Denied("why", code="no-credentials").exit is Exit.REFUSED
    assert MigrateError("why").exit is Exit.BUG
