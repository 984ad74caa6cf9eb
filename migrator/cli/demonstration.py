"""What the demo prints: lines as it goes and a summary for people, events and one last object for programs."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from migrator.cli import terminal, wire
from migrator.errors import Exit

BARS = " ▁▂▃▄▅▆▇█"


def demonstrated(port_base: int, seed: int | None, *, as_json: bool) -> int:
    """Run the demo; 0 where no request was lost and nothing was left behind."""
    drawn = secrets.randbelow(1_000_000) if seed is None else seed

    def say(line: str) -> None:
        if not as_json:
            terminal.put(line)

    def event(told: dict[str, Any]) -> None:
        if as_json:
            terminal.put(msgspec.json.encode(told).decode())

    told = msgspec.to_builtins(wire.demo()(port_base=port_base, seed=drawn, say=say, event=event))
    terminal.put(msgspec.json.encode(told).decode() if as_json else summary(told))
    return int(Exit.FAILED if told["lost"] or told["aws_leftovers"] else Exit.DONE)


def summary(told: dict[str, Any]) -> str:
    """The demo's figures for people."""
    seconds, unavoidable = told["seconds"], told["unavoidable_seconds"]
    return "\n".join(
        (
            "",
            f"  requests   {told['requests']} answered or lost, {told['lost']} lost",
            f"  killed     {told['kills']} times (seed {told['seed']}), resumed each time",
            f"  took       {seconds:.0f} s, of which {unavoidable:.0f} s are waits that no tool can save",
            f"  steps      {', '.join(told['steps'])}",
            f"  left       {told['aws_leftovers']} objects of legacy in AWS",
            f"  answered   legacy  {bars(told['traffic']['legacy'])}",
            f"  by         new     {bars(told['traffic']['new'])}  (a bar is 5 s)",
        )
    )


def bars(counts: list[int]) -> str:
    """Counts as a line of bars, as high as the highest of them; a blank is none at all."""
    highest = max(counts, default=0)
    return "".join(BARS[-(-each * (len(BARS) - 1) // highest)] if each else " " for each in counts)
