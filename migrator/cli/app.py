"""The table of commands, and the one place where an error becomes words and an exit code."""

from __future__ import annotations

import itertools
import json
import os
import sys
import traceback

import typer

from migrator.cli import terminal
from migrator.cli.apply import apply
from migrator.cli.approve import approve
from migrator.cli.doctor import doctor
from migrator.cli.hold import hold
from migrator.cli.plan import plan
from migrator.cli.release import release
from migrator.cli.rollback import rollback
from migrator.cli.sandbox import sandbox
from migrator.cli.scan import scan
from migrator.cli.show import show
from migrator.cli.simulate import simulate
from migrator.cli.status import status
from migrator.errors import Exit, MigrateError, OperatorError

ABOUT = "Move Services to the AWS Load Balancer Controller while their clients notice nothing."
COMMANDS = (doctor, scan, plan, show, simulate, apply, status, rollback, hold, release, approve)
# typer brings its own copy of click or uses click itself, by version; this is the parent of either's complaints.
UsageError = typer.BadParameter.__bases__[0]


def table() -> typer.Typer:
    """Every command; their bodies import what they need."""
    app = typer.Typer(
        help=ABOUT, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=False
    )
    app.callback()(_options)
    for command in COMMANDS:
        app.command()(command)
    app.add_typer(sandbox, name="sandbox")
    return app


def _options(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    """Move Services to the AWS Load Balancer Controller while their clients notice nothing."""


def run(arguments: list[str]) -> int:
    """Run a command and give back its exit code; every error is told on the way."""
    as_json = wants_json(arguments)
    try:
        code = _invoked(arguments or ["--help"])
        sys.stdout.flush()
        return code
    except MigrateError as error:
        return _told(error, as_json)
    except BrokenPipeError:
        return _unheard()
    except (KeyboardInterrupt, typer.Abort):
        return _told(OperatorError("interrupted", do="run the same command again", code="interrupted"), as_json)
    except Exception as error:
        if isinstance(error, UsageError):
            return _told(_misused(error), as_json)
        return _bug(error, as_json)


def wants_json(arguments: list[str]) -> bool:
    """Whether a program reads our output; looked for by hand, as usage errors come before anything is parsed."""
    return "--output=json" in arguments or ("--output", "json") in itertools.pairwise(arguments)


def _invoked(arguments: list[str]) -> int:
    command = typer.main.get_command(table())
    try:
        with command.make_context("migrate", list(arguments)) as context:
            code = command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    return int(code or 0)


def _told(error: MigrateError, as_json: bool) -> int:
    from migrator.report import trouble

    try:
        if as_json:
            terminal.put(json.dumps(trouble.for_programs(error)))
        else:
            terminal.put_error(trouble.for_people(error, terminal.width(sys.stderr)))
    except BrokenPipeError:
        _unheard()
    return int(error.exit)


def _misused(error: Exception) -> OperatorError:
    """What was typed wrongly, in our form."""
    said = str(getattr(error, "format_message", lambda: error)()).strip().removesuffix(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "migrate"
    return OperatorError(said[:1].lower() + said[1:], do=f"`{path} --help`", code="bad-usage")


def _bug(error: Exception, as_json: bool) -> int:
    from migrator.report import trouble

    terminal.put_error("".join(traceback.format_exception(error)).rstrip())
    terminal.put_error(
        "this is a bug in migrate; nothing it did is lost: the journal has every call\n  code  bug (docs/failures.md)"
    )
    if as_json:
        terminal.put(json.dumps(trouble.bug_for_programs(error)))
    return int(Exit.BUG)


def _unheard() -> int:
    """Nobody reads stdout any more: say nothing, not even when the interpreter flushes it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return int(Exit.INTERRUPTED)
