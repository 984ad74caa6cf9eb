"""STS: who is asking."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.world import World


def get_caller_identity(world: World, asked: Asked) -> Told:
    """One user of the world's account, whatever the key."""
    return {"UserId": "AIDASANDBOXSANDBOXSAN", "Account": world.account, "Arn": f"arn:aws:iam::{world.account}:user/sandbox"}


HANDLERS: dict[str, Handler] = {"GetCallerIdentity": get_caller_identity}
