"""`migrate rollback`: take back what was done, until the point of no return."""

from __future__ import annotations

from migrator.cli import options


def rollback(
    plan: options.Plan,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    state: options.State = "",
    context: options.Context = "",
    output: options.Output = "text",
) -> int:
    """Bring everything back as it was before. Run it again to go on with an interrupted one."""
    from migrator.cli.conduct import conduct
    from migrator.cli.running import Order

    return conduct(Order("rollback", plan, dry=dry_run, yes=yes, state=state, context=context, json=output == "json"))
