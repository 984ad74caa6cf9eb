"""Our clock agrees with AWS's, so that instants in the journal count across restarts and machines."""

from __future__ import annotations

from migrator.checks.place import Where
from migrator.checks.result import Result, Weight, failed, ok
from migrator.model.waits import SKEW_S
from migrator.ports.outside import Outside

NAME = "clock"
HOLDS_UNTIL = "finish"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"


def check(where: Where, outside: Outside) -> Result:
    """Compares with the Date header of one STS answer; it has whole seconds and the call takes a moment."""
    before = outside.clock.now()
    date = outside.network.caller().date
    after = outside.clock.now()
    # The header was written between `before` and `after` and is cut to whole seconds.
    skew = max(0.0, before - (date + 1), date - after)
    if skew > SKEW_S:
        return failed(
            NAME,
            "clock-skew",
            f"this machine's clock is {skew:.0f} s off AWS's, at most {SKEW_S:.0f} s is allowed",
            "set the clock (for example with chrony), then run the same command with --resume",
        )
    return ok(NAME, f"within {SKEW_S:.0f} s of AWS's clock")
