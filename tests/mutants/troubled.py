"""Hunts in which something goes wrong with what is called."""

from __future__ import annotations

from migrator.sandbox.world.faults import Fault
from tests.mutants.hunts import died, meeting, struck

SLOW = ("aws", "route53:propagate", "slow")
ROUTE53 = ("aws", "route53:ChangeResourceRecordSets")

lost = struck("admit", *ROUTE53, "lose-reply", times=2)
lost_late = struck("lower", *ROUTE53, "lose-reply")
failing = struck("admit", *ROUTE53, "error", times=1)
dead = tuple(died("effect", point, "before") for point in (2, 3, 4, 5))
slow_private = struck("admit", *SLOW, times=None, match="internal.example", delay_s=900)
leaked = struck("drain", "legacy", "delete-target-group", "fail", times=2)
unread_sweep = meeting(
    "retire",
    Fault(where="legacy", operation="delete-target-group", mode="fail", times=2),
    Fault(where="aws", operation="elbv2:*", mode="throttle", times=None),
)
