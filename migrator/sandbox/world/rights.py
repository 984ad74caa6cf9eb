"""What IAM's simulator says that the caller may do: everything, but what a test takes away.

It is the simulator's word alone; a call is refused by a fault of mode `deny`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(slots=True)
class Rights:
    """`denied` are patterns of actions; those in `conditional` hang on a condition that the simulator cannot judge."""

    denied: set[str] = field(default_factory=set)
    conditional: set[str] = field(default_factory=set)

    def decision(self, action: str) -> str:
        """`allowed` or `implicitDeny`, as IAM SimulatePrincipalPolicy has it."""
        if not self.denied and not self.conditional:
            return "allowed"
        refused = any(fnmatchcase(action, pattern) for pattern in self.denied | self.conditional)
        return "implicitDeny" if refused else "allowed"

    def missing(self, action: str) -> tuple[str, ...]:
        """The context values without which the simulator could not tell."""
        return ("aws:RequestedRegion",) if any(fnmatchcase(action, pattern) for pattern in self.conditional) else ()
