"""How long and how often: the plan's `waits:` block, and the two presets it starts from."""

from __future__ import annotations

import msgspec

ADDRESS_TTL_S = 60  # a load balancer's own address records; law 1 adds it to every record's TTL
PROTECTED_S = 60  # a call is refused when so much time has passed since its intent
KEPT_S = 120  # a mark that was taken over stays at least so long: whoever had it before meets it, or knows to have been away
SKEW_S = 5.0  # our clock and AWS's Date header may differ by so much


class Waits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds unless the name says otherwise. Deadlines end in a hold, never in going on."""

    look_every_s: float = 10
    streak: int = 3  # good looks in a row
    moving_ttl_s: int = 60  # TTL of a record while it moves, where it was longer
    healthy_pct: int = 100  # of the targets legacy has healthy in a zone, at least one
    quiet_s: float = 900  # window without flows that counts as drained
    noise_flows_per_min: float = 0  # new flows a minute that nobody calls traffic
    metric_period_s: int = 60
    metric_lag_s: float = 300  # the window of flows ends this long ago
    checks: int = 3  # health-check intervals that the new targets stay healthy at the end
    check_interval_scale: float = 1.0  # of the target groups' own interval; a sandbox checks faster
    unclear_s: float = 390  # how long a call without an answer may still be done behind our back
    clone_deadline_s: float = 900
    warm_deadline_s: float = 1800
    resolvers_deadline_s: float = 86400
    drain_deadline_s: float = 86400  # then a person is asked whether what still comes is noise
    sweep_deadline_s: float = 1800

    @property
    def silent_s(self) -> float:
        """How long after a host last moved its mark on none of its calls can still arrive, by clocks that are both let pass."""
        return max(self.unclear_s, PROTECTED_S) + 2 * SKEW_S


STANDARD = Waits()

SANDBOX = Waits(
    look_every_s=0.5,
    streak=2,
    moving_ttl_s=5,
    quiet_s=5,
    metric_period_s=1,
    metric_lag_s=2,
    check_interval_scale=0.05,
    unclear_s=5,
    clone_deadline_s=60,
    warm_deadline_s=120,
    resolvers_deadline_s=300,
    drain_deadline_s=300,
    sweep_deadline_s=120,
)
"""For a sandbox, whose machinery is fast; TTLs and the 60 s for address records stay what they are."""

PRESETS = {"standard": STANDARD, "sandbox": SANDBOX}
