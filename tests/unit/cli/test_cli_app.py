"""What an error does to words and exit codes, whatever raised it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer

from migrator.cli import app
from migrator.errors import CODES, OperatorError, Throttled


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every command do this instead; `plan` and `output` are taken as usual."""

    def doing(deed: Any) -> None:
        def invented(plan: str, output: str = "text") -> int:
            return deed()

        table = typer.Typer(rich_markup_mode=None, add_completion=False)
        table.callback()(app._options)
        table.command("show")(invented)
        monkeypatch.setattr(app, "table", lambda: table)

    return doing


def raising(error: BaseException) -> Any:
    def deed() -> int:
        raise error

    return deed


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_leaves_its_exit_code(command: Any, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    command(raising(OperatorError("no", code=code)))

    assert app.run(["show", "x"]) == CODES[code]

    assert capsys.readouterr() == ("", f"no\n  code  {code} (docs/failures.md)\n")


def test_an_error_for_programs_is_one_object_on_stdout(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    command(raising(Throttled("slow down", seen=("429",), do="wait")))

    assert app.run(["show", "x", "--output", "json"]) == 1

    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out) == {
        "kind": "error",
        "schema": 1,
        "code": "throttled",
        "message": "slow down",
        "seen": ["429"],
        "do": "wait",
        "exit": 1,
    }


@pytest.mark.parametrize(
    "arguments",
    [["bake"], ["show"], ["show", "x", "--outpt", "json"], ["show", "x", "y"], ["--verbose"]],
    ids=" ".join,
)
def test_what_cannot_be_parsed_is_exit_64(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(arguments) == 64

    out, err = capsys.readouterr()
    assert out == ""
    assert "  code  bad-usage" in err and "--help`" in err
    assert err[0].islower()


def test_usage_errors_reach_programs_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["apply", "--output=json"]) == 64

    assert json.loads(capsys.readouterr().out)["code"] == "bad-usage"


def test_a_bug_shows_its_traceback_and_says_what_it_is(command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    command(raising(ZeroDivisionError("oops")))

    assert app.run(["show", "x", "--output", "json"]) == 70

    out, err = capsys.readouterr()
    assert "Traceback" in err and "ZeroDivisionError: oops" in err and "this is a bug" in err
    assert json.loads(out)["code"] == "bug"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), typer.Abort()], ids=["ctrl-c", "at-a-question"])
def test_an_interruption_is_exit_130(command: Any, error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    command(raising(error))

    assert app.run(["show", "x"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_what_a_command_gives_back_is_the_exit_code(command: Any) -> None:
    command(lambda: 3)

    assert app.run(["show", "x"]) == 3


def test_help_is_exit_0_and_so_is_nothing_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["--help"]) == 0
    with_help = capsys.readouterr().out
    assert app.run([]) == 0

    assert capsys.readouterr().out == with_help
    assert all(name in with_help for name in ("plan", "apply", "rollback", "hold", "release", "approve", "status", "sandbox"))


@pytest.mark.parametrize(
    ("arguments", "json_wanted"),
    [
        (["apply", "x", "--output", "json"], True),
        (["apply", "x", "--output=json"], True),
        (["apply", "x", "--output", "text", "json"], False),
        (["apply", "json", "--output"], False),
        ([], False),
    ],
)
def test_json_is_recognised_before_anything_is_parsed(arguments: list[str], json_wanted: bool) -> None:
    assert app.wants_json(arguments) is json_wanted
