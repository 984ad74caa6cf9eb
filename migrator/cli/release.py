"""`migrate release`: lift a hold."""

from __future__ import annotations

from migrator.cli import options, terminal


def release(plan: options.Plan, state: options.State = "", output: options.Output = "text") -> int:
    """Lift the hold that stands; `apply --resume` then goes on. Changes the journal only."""
    from migrator.cli.standing import released

    terminal.put_said("release", released(plan, state), as_json=output == "json")
    return 0
