"""`migrate sandbox`: a cluster and an AWS account to try everything in, on this machine."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

from migrator.cli import options, terminal

PORT_BASE = 18000
PortBase = Annotated[int, typer.Option(metavar="N", help="The first of its ports; two sandboxes need two.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Repeats a drawn course of events.", show_default="drawn")]
Where = Annotated[str, typer.Argument(help="aws, kube, dns, legacy, lbc, pods or traffic.", show_default=False)]
Operation = Annotated[str, typer.Argument(help="A pattern, for example 'route53:*'.", show_default=False)]
Mode = Annotated[str, typer.Argument(help="throttle, lose-reply, deny, error, fail, stop or slow.", show_default=False)]

sandbox = typer.Typer(help="A cluster and an AWS account to try everything in.", rich_markup_mode=None)


@sandbox.command()
def up(
    detach: Annotated[bool, typer.Option("--detach", help="Come back once it answers.")] = False,
    port_base: PortBase = PORT_BASE,
    seed: Seed = None,
    output: options.Output = "text",
) -> int:
    """Start one; without --detach it lives until Ctrl-C."""
    from migrator.cli import wire

    as_json = output == "json"
    state = _asked(lambda: wire.sandbox().up(port_base=port_base, detach=detach, seed=seed or 0, quiet=as_json))
    if as_json:
        terminal.put(json.dumps({"kind": "sandbox", "schema": 1, "pid": state.pid, "port_base": state.port_base}))
    return 0


@sandbox.command()
def env(port_base: PortBase = PORT_BASE, output: options.Output = "text") -> int:
    """Print the variables with which kubectl, aws and migrate reach it: eval "$(migrate sandbox env)"."""
    from migrator.cli import wire

    found: dict[str, str] = _asked(lambda: wire.sandbox().environment(port_base))
    lines = (f"export {name}={shlex.quote(value)}" for name, value in found.items())
    terminal.put(json.dumps(found) if output == "json" else "\n".join(lines))
    return 0


@sandbox.command()
def fault(
    where: Where = "",
    operation: Operation = "",
    mode: Mode = "",
    match: Annotated[str, typer.Option(help="Only for a subject that contains this.")] = "",
    times: Annotated[int, typer.Option(help="How often; 0 for as long as it is armed.")] = 1,
    for_s: Annotated[float | None, typer.Option("--for", metavar="S", help="Disarm it after so many seconds.")] = None,
    delay_s: Annotated[float, typer.Option("--delay", metavar="S", help="For `slow`.")] = 0.0,
    code: Annotated[str, typer.Option(help="The error code, for `error`.")] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Disarm everything.")] = False,
    port_base: PortBase = PORT_BASE,
    output: options.Output = "text",
) -> int:
    """Let something go wrong; without arguments, list what is armed."""
    from migrator.cli import wire

    armed: dict[str, object] = {"where": where, "operation": operation, "mode": mode, "match": match, "times": times or None}
    armed |= {"for_s": for_s, "delay_s": delay_s, "code": code}
    verb: Literal["faults.clear", "faults.arm", "faults.list"]
    verb = "faults.clear" if clear else "faults.arm" if where else "faults.list"
    payload = armed if verb == "faults.arm" else {}
    said: dict[str, Any] = _asked(lambda: wire.sandbox().control(port_base, verb, payload))
    terminal.put(json.dumps(said, indent=None if output == "json" else 2))
    return 0


@sandbox.command()
def down(port_base: PortBase = PORT_BASE, output: options.Output = "text") -> int:
    """Stop it."""
    from migrator.cli import wire

    was_there: bool = _asked(lambda: wire.sandbox().down(port_base))
    text = f"the sandbox on port base {port_base} is stopped" if was_there else f"no sandbox on port base {port_base}"
    terminal.put_said("sandbox", text, as_json=output == "json")
    return 0


@sandbox.command()
def clients(
    names: Annotated[list[str] | None, typer.Argument(help="Names that they ask for.", show_default=False)] = None,
    port: Annotated[int, typer.Option(help="The port that they connect to.")] = 80,
    rate: Annotated[float, typer.Option(help="Requests a second.")] = 20.0,
    tls: Annotated[bool, typer.Option("--tls", help="They speak TLS, and verify the certificate.")] = False,
    report: Annotated[bool, typer.Option("--report", help="Say what all of them counted so far.")] = False,
    port_base: PortBase = PORT_BASE,
    output: options.Output = "text",
) -> int:
    """Start clients that never stop asking, half of them with keep-alive; or say what they counted."""
    from migrator.cli import crews, wire

    verb, payload = ("clients.report", {}) if report else ("clients.start", crews.order(names or [], port, rate, tls=tls))
    said: dict[str, Any] = _asked(lambda: wire.sandbox().control(port_base, verb, payload))
    terminal.put(json.dumps(said) if output == "json" else crews.counted(said) if report else f"clients started: {said['id']}")
    return 0


@sandbox.command()
def demo(port_base: PortBase = PORT_BASE, seed: Seed = None, output: options.Output = "text") -> int:
    """Move a live Service under traffic, with the tool killed on the way."""
    from migrator.cli.demonstration import demonstrated

    code: int = _asked(lambda: demonstrated(port_base, seed, as_json=output == "json"))
    return code


def _asked(ask: Callable[[], Any]) -> Any:
    """What a sandbox answers. Raises OperatorError with its own words."""
    from migrator.cli import wire
    from migrator.errors import OperatorError

    try:
        return ask()
    except wire.sandbox().SandboxError as error:
        said = str(error)
        code = "sandbox-port-taken" if "another port base" in said else "sandbox-failed"
        raise OperatorError(said, code="sandbox-not-running" if said.startswith("no sandbox") else code) from error
