"""What goes wrong on demand: one table that every door and controller asks before it acts."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec


class Fault(msgspec.Struct, kw_only=True):
    """One thing armed to go wrong.

    where      "aws", "kube", "dns", "legacy", "lbc", "pods" or "traffic"; in the simulation alone "stale" (doors/stale.py)
    operation  a pattern: "route53:ChangeResourceRecordSets", "elbv2:*", "PATCH services", "delete-target-groups"
    mode       "throttle", "lose-reply" (done, but the caller sees a time-out), "deny", "error" (with `code`),
               "fail", "stop", "slow" (by `delay_s`)
    match      only for a subject (ARN, name, namespace/name) that contains this text; empty matches all
    times      how often it strikes; None until it is cleared
    until      strikes no more from this instant on; None for no end
    """

    where: str
    operation: str
    mode: str
    id: str = ""
    match: str = ""
    times: int | None = 1
    until: float | None = None
    delay_s: float = 0.0
    code: str = ""
    message: str = ""
    struck: int = 0


class Faults:
    """The faults that are armed, in the order they were armed."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []
        self._count = 0

    def arm(self, fault: Fault) -> Fault:
        """Arm a fault and give it an id when it has none."""
        self._count += 1
        fault.id = fault.id or f"fault-{self._count}"
        self.armed.append(fault)
        return fault

    def clear(self, id: str = "") -> int:
        """Disarm one fault by id, or all of them; how many there were."""
        kept = [each for each in self.armed if id and each.id != id]
        gone = len(self.armed) - len(kept)
        self.armed = kept
        return gone

    def strike(self, where: str, operation: str, subject: str = "", *, now: float) -> Fault | None:
        """The first armed fault that fits; it has then struck once. None when nothing fits."""
        for fault in self.armed:
            if fault.where != where or (fault.until is not None and now >= fault.until):
                continue
            if fault.times is not None and fault.struck >= fault.times:
                continue
            if fault.match in subject and _fits(operation, fault.operation):
                fault.struck += 1
                return fault
        return None


@lru_cache(maxsize=4096)
def _fits(operation: str, pattern: str) -> bool:
    return fnmatchcase(operation, pattern)
