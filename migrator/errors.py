"""Who has to act: the operator, the outside, us; and the table of exit codes.

Every refusal, hold and failure has a code in `CODES`. A code is kebab-case, never reused, and has a paragraph
in docs/failures.md; a test compares the two lists.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command leaves behind for the shell that called it."""

    DONE = 0  # done, or nothing to do
    FAILED = 1
    CHANGES = 2  # `plan --detailed-exitcode`: changes are pending
    DECISION = 3  # a person has to decide something
    REFUSED = 4  # blocked, a check, or a policy
    WAITING = 5  # on hold, waiting for approval, or stopped at --until
    STALE = 6  # the plan no longer fits what is there
    LOCKED = 7  # another one is at work
    ROLLED_BACK = 8  # failed, and every change was taken back
    UNCLEAR = 9  # the outcome is unknown, a person must look
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130  # resumable


CODES: dict[str, Exit] = {
    # the operator's side
    "no-kubeconfig": Exit.REFUSED,
    "no-credentials": Exit.REFUSED,
    "no-region": Exit.REFUSED,
    "wrong-cluster": Exit.REFUSED,
    "wrong-account": Exit.REFUSED,
    "wrong-region": Exit.REFUSED,
    "bad-service-name": Exit.USAGE,
    "bad-usage": Exit.USAGE,
    "service-not-found": Exit.REFUSED,
    "not-a-load-balancer": Exit.REFUSED,
    "not-legacy": Exit.REFUSED,
    "edited-in-place": Exit.REFUSED,
    "owner-unclear": Exit.REFUSED,
    "being-deleted": Exit.REFUSED,
    "no-balancer": Exit.REFUSED,
    "legacy-unhealthy": Exit.REFUSED,
    "blocked": Exit.REFUSED,
    "decision-needed": Exit.DECISION,
    "plan-not-found": Exit.USAGE,
    "plan-not-yaml": Exit.USAGE,
    "plan-duplicate-key": Exit.USAGE,
    "plan-unknown-field": Exit.USAGE,
    "plan-invalid": Exit.USAGE,
    "plan-newer": Exit.REFUSED,
    "plan-edited": Exit.REFUSED,
    "plan-exists": Exit.REFUSED,
    "plan-not-written": Exit.FAILED,
    "plan-conflict": Exit.REFUSED,
    "plan-stale": Exit.STALE,
    "not-simulated": Exit.REFUSED,
    "needs-resume": Exit.REFUSED,
    "nothing-begun": Exit.REFUSED,
    "turned-back": Exit.REFUSED,
    "past-no-return": Exit.REFUSED,
    "already-ended": Exit.DONE,
    "not-held": Exit.REFUSED,
    "confirmation-needed": Exit.REFUSED,
    "locked": Exit.LOCKED,
    "foreign-lease": Exit.LOCKED,
    "state-not-writable": Exit.REFUSED,
    "state-on-network": Exit.REFUSED,
    "no-controller": Exit.REFUSED,
    "stack-taken": Exit.REFUSED,
    "clone-exists": Exit.REFUSED,
    "controller-flags": Exit.REFUSED,
    "controller-version": Exit.REFUSED,
    "controller-webhook": Exit.REFUSED,
    "controller-kinds": Exit.REFUSED,
    "controller-identity": Exit.REFUSED,
    "node-groups": Exit.REFUSED,
    "quota-exhausted": Exit.REFUSED,
    "namespace-quota": Exit.REFUSED,
    "readiness-gates": Exit.REFUSED,
    "subnets-unfit": Exit.REFUSED,
    "rules-collide": Exit.REFUSED,
    "mtu-rule-lost": Exit.REFUSED,
    "certificate-unusable": Exit.REFUSED,
    "tls-policy-unknown": Exit.REFUSED,
    "caller-rights": Exit.REFUSED,
    "records-protected": Exit.REFUSED,
    "resolver-silent": Exit.REFUSED,
    "clone-altered": Exit.REFUSED,
    "sandbox-not-running": Exit.REFUSED,
    "sandbox-port-taken": Exit.REFUSED,
    "sandbox-failed": Exit.FAILED,
    # the outside
    "unreachable": Exit.FAILED,
    "throttled": Exit.FAILED,
    "denied": Exit.FAILED,
    "missing": Exit.FAILED,
    "conflict": Exit.FAILED,
    "rejected": Exit.FAILED,
    "unclear": Exit.UNCLEAR,
    # our memory
    "journal-damaged": Exit.UNCLEAR,
    "journal-lost": Exit.UNCLEAR,
    "journal-behind": Exit.UNCLEAR,
    "journal-newer": Exit.REFUSED,
    "journal-other-plan": Exit.STALE,
    "disk-full": Exit.FAILED,
    # holds and failures of a running journey
    "operator-hold": Exit.WAITING,
    "hold-before": Exit.WAITING,
    "drift": Exit.STALE,
    "clock-skew": Exit.WAITING,
    "record-edited": Exit.STALE,
    "record-missing": Exit.STALE,
    "change-pending": Exit.WAITING,
    "lease-gone": Exit.WAITING,
    "lease-unclear": Exit.WAITING,
    "service-changed": Exit.STALE,
    "clone-changed": Exit.STALE,
    "clone-rejected": Exit.REFUSED,
    "legacy-sick": Exit.WAITING,
    "new-sick": Exit.WAITING,
    "balancer-never-active": Exit.WAITING,
    "balancer-failed": Exit.FAILED,
    "targets-never-healthy": Exit.WAITING,
    "no-hostname": Exit.WAITING,
    "probe-failed": Exit.WAITING,
    "resolver-lags": Exit.WAITING,
    "still-draining": Exit.WAITING,
    "witness-missing": Exit.WAITING,
    "attached": Exit.WAITING,
    "sweep-stuck": Exit.UNCLEAR,
    "reborn": Exit.UNCLEAR,
    "unread": Exit.WAITING,
    "stopped-until": Exit.WAITING,
    "dry-run": Exit.DONE,
    "interrupted": Exit.INTERRUPTED,
    "rolled-back": Exit.ROLLED_BACK,
    "bug": Exit.BUG,
}


class MigrateError(Exception):
    """Something a person or a program is told: what was being done, what was seen, what to do next.

    `message` says what was being done and to what; `seen` lists observations with numbers and units; `do` is
    what to type next; `code` is a key of `CODES`.
    """

    code = "bug"

    def __init__(self, message: str, *, seen: tuple[str, ...] = (), do: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message, self.seen, self.do = message, seen, do
        self.code = code or type(self).code

    @property
    def exit(self) -> Exit:
        """The exit code that belongs to the error's code."""
        return CODES[self.code]


class OperatorError(MigrateError):
    """The plan, a flag or the surroundings are not as they must be; the operator acts."""

    code = "bad-usage"


class OutsideError(MigrateError):
    """Kubernetes, AWS or DNS did not do as asked."""

    code = "unreachable"


class Unreachable(OutsideError):
    """No connection was made, so nothing was done."""

    code = "unreachable"


class Throttled(OutsideError):
    """The outside asks us to slow down; nothing was done."""

    code = "throttled"


class Denied(OutsideError):
    """Credentials are missing, expired or not enough."""

    code = "denied"


class Missing(OutsideError):
    """What was asked about by id is not there."""

    code = "missing"


class Conflict(OutsideError):
    """A precondition failed: somebody changed what we were about to change."""

    code = "conflict"


class Rejected(OutsideError):
    """The outside understood and refused, for example an invalid field."""

    code = "rejected"


class Unclear(OutsideError):
    """The call was sent and no answer came: it may have been done."""

    code = "unclear"


class JournalError(MigrateError):
    """Our own memory cannot be trusted, or cannot be written."""

    code = "journal-damaged"


class JournalMoved(JournalError):
    """Somebody appended since we read; read again and decide again."""

    code = "locked"
