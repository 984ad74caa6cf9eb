"""Where faults strike and refusals become our error families, under the names that the doors on the wire use."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from migrator.errors import Conflict, Denied, Missing, OutsideError, Rejected, Throttled, Unclear, Unreachable
from migrator.sandbox.world import World
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.trouble import AwsError, KubeError

T = TypeVar("T")

# The codes that the world and its faults answer with, in the families that adapters/aws/trouble.py puts them in.
THROTTLING = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "PriorRequestNotComplete")
NOBODY = ("ExpiredToken", "ExpiredTokenException", "MissingAuthenticationToken", "InvalidClientTokenId", "AuthFailure")
DENIALS = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
CONFLICTS = ("DependencyViolation", "InvalidChangeBatch", "ResourceInUse")
ADMISSION = ("admission webhook", "failed calling webhook", "exceeded quota", "violates PodSecurity")  # adapters/kube/trouble.py


READ_S = 25.0  # how long the adapters wait for an answer
REFUSES = ("throttle", "deny", "error", "fail")  # at the AWS door every other mode only spoils the answer on its way
ARRIVES = ("lose-reply", "slow")  # at the Kubernetes door only these do


class Gate:
    """Every look and every change of one side passes here: `where` is "aws" or "kube".

    Looks that are asked many times a journey come by only while `faults.armed` has any.
    """

    def __init__(self, world: World, where: str) -> None:
        self._world, self._where, self._faults = world, where, world.faults

    def look(self, subject: str, *operations: str) -> None:
        """Let a look pass that takes these calls one after the other. Raises what an armed fault makes of one."""
        if not self._faults.armed:
            return
        for operation in operations:
            fault = self._faults.strike(self._where, operation, subject, now=self._world.now)
            if fault is None:
                continue
            if self._refuses(fault):
                raise self._refusal(fault, operation, subject, change=False)
            self._late(fault, Unreachable(f"{operation} {subject}: no answer came"))

    def change(self, operation: str, subject: str, act: Callable[[], T]) -> T:
        """Do `act` once, and give back what it gives.

        Raises our families for what the world or a fault refuses; Unclear when the answer is lost.
        """
        fault = self._faults.strike(self._where, operation, subject, now=self._world.now) if self._faults.armed else None
        if fault is not None and self._refuses(fault):
            raise self._refusal(fault, operation, subject, change=True)
        try:
            done = act()
        except (AwsError, KubeError) as refusal:
            if fault is not None:
                self._late(fault, _unclear(operation, subject))
            raise translated(refusal, operation, subject, change=True) from refusal
        if fault is not None:
            self._late(fault, _unclear(operation, subject))
        return done

    def _refuses(self, fault: Fault) -> bool:
        """Whether a fault answers instead of the call being done."""
        return fault.mode in REFUSES if self._where == "aws" else fault.mode not in ARRIVES

    def _late(self, fault: Fault, lost: OutsideError) -> None:
        """Let the time pass that an answer takes. Raises `lost` when it never comes, or not in time."""
        wait_s = min(fault.delay_s, READ_S)
        self._world.advance(self._world.now + wait_s)
        if fault.mode == "lose-reply" or wait_s >= READ_S:
            raise lost

    def _refusal(self, fault: Fault, operation: str, subject: str, *, change: bool) -> OutsideError:
        """What an armed fault answers instead of doing anything."""
        refusal: AwsError | KubeError
        if self._where == "kube":
            status = {"throttle": 429, "deny": 403}.get(fault.mode) or int(fault.code if fault.code.isdigit() else 500)
            refusal = KubeError(status, fault.code or fault.mode, fault.message)
        else:
            code = {"throttle": "Throttling", "deny": "AccessDenied"}.get(fault.mode) or fault.code or "InternalFailure"
            refusal = AwsError(code, fault.message, 400 if fault.code or fault.mode in ("throttle", "deny") else 500)
        return translated(refusal, operation, subject, change=change)


def _unclear(operation: str, subject: str) -> Unclear:
    return Unclear(f"{operation} {subject}: no answer came, it may have been done")


def translated(refusal: AwsError | KubeError, operation: str, subject: str, *, change: bool) -> OutsideError:
    """A refusal by either side in our families. A failing server leaves open whether a change was done."""
    family = _aws_family(refusal) if isinstance(refusal, AwsError) else _kube_family(refusal)
    if family is None:
        family = Unclear if change else Unreachable
    code = refusal.code if isinstance(refusal, AwsError) else refusal.reason
    return family(f"{operation} {subject}: {refusal.message or code}", seen=(f"{code} (HTTP {refusal.status})",))


def _aws_family(refusal: AwsError) -> type[OutsideError] | None:
    code = refusal.code
    if code in THROTTLING or refusal.status == 429:
        return Throttled
    if code in NOBODY or code in DENIALS:
        return Denied
    if code in CONFLICTS:
        return Conflict
    if code.startswith("NoSuch") or code.endswith("NotFound"):
        return Missing
    if refusal.status >= 500:
        return None
    return Denied if refusal.status == 403 else Rejected


def _kube_family(refusal: KubeError) -> type[OutsideError] | None:
    if refusal.status in (403, 500) and any(text in refusal.message for text in ADMISSION):
        return Rejected
    families: dict[int, type[OutsideError]] = {401: Denied, 403: Denied, 404: Missing, 409: Conflict, 429: Throttled}
    if refusal.status in families:
        return families[refusal.status]
    return Rejected if refusal.status < 500 else None
