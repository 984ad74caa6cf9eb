"""Kinds of trouble that name servers, load balancers and controllers make: faults that are armed in the world."""

from __future__ import annotations

from random import Random

from migrator.simulation.troubles.trouble import Blow, Kind, Trouble

LBC_BUILDS = (
    "create-security-group",
    "create-target-group",
    "create-load-balancer",
    "modify-load-balancer",
    "create-listener",
    "create-binding",
    "bind-targets",
    "update-status",
    "add-finalizer",
)
LBC_REMOVES = ("delete-listener", "delete-load-balancer", "delete-target-group", "delete-security-group", "remove-finalizer")
LEGACY_REMOVES = (
    "describe-load-balancer",
    "describe-target-groups",
    "delete-load-balancer",
    "delete-target-group",
    "revoke-rules",
    "remove-finalizer",
    "delete-security-group",
)


def _insync_late(chance: Random) -> Trouble:
    return Trouble(blows=(Blow("aws", "route53:propagate", "slow", chance.randint(1, 3), chance.uniform(30, 3600)),))


def _insync_never(chance: Random) -> Trouble:
    return Trouble(blows=(Blow("aws", "route53:propagate", "stop", 1),))


def _authority_silent(chance: Random) -> Trouble:
    mode = chance.choice(("stop", "deny", "error"))
    servers = chance.choice(("authority:0", "authority:1", "authority:[12]", "authority:*"))
    return Trouble(for_s=chance.uniform(30, 900), blows=(Blow("dns", servers, mode),))


def _lbc_late(chance: Random) -> Trouble:
    operation = chance.choice(LBC_BUILDS + LBC_REMOVES)
    return Trouble(blows=(Blow("lbc", operation, "slow", chance.randint(1, 2), chance.uniform(5, 400)),))


def _lbc_fails(chance: Random) -> Trouble:
    mode = chance.choice(("fail", "throttle", "lose-reply", "stop"))
    return Trouble(blows=(Blow("lbc", chance.choice(LBC_BUILDS + LBC_REMOVES), mode, chance.randint(1, 3)),))


def _legacy_fails(chance: Random) -> Trouble:
    """Some of these leak what nobody cleans up."""
    mode = chance.choice(("fail", "fail", "throttle", "lose-reply", "stop"))
    return Trouble(blows=(Blow("legacy", chance.choice(LEGACY_REMOVES), mode, chance.randint(1, 2)),))


def _finalizer_stuck(chance: Random) -> Trouble:
    blow = Blow(chance.choice(("legacy", "lbc")), "remove-finalizer", chance.choice(("fail", "deny")))
    return Trouble(for_s=chance.uniform(120, 3600), blows=(blow,))


def _balancer_fails(chance: Random) -> Trouble:
    return Trouble(blows=(Blow("aws", "elbv2:provision", "fail", 1),))


def _balancer_stuck(chance: Random) -> Trouble:
    return Trouble(blows=(Blow("aws", "elbv2:provision", "stop", 1),))


def _pods_start_late(chance: Random) -> Trouble:
    return Trouble(for_s=chance.uniform(60, 900), blows=(Blow("pods", "start", "slow", None, chance.uniform(20, 300)),))


BUILDING = ("admit", "lower", "clone")
REMOVING = ("retire", "sweep")

OUTSIDE = (
    Kind(
        "insync-late",
        "a change of record sets stays PENDING for up to an hour",
        1,
        "counts no TTL before INSYNC",
        _insync_late,
    ),
    Kind(
        "insync-never",
        "a change of record sets never becomes INSYNC, and most name servers never hear of it",
        1,
        "holds with `change-pending`; once released it makes the identical change again",
        _insync_never,
    ),
    Kind(
        "authority-silent",
        "some or all name servers do not answer, refuse or fail for a while",
        1,
        "goes by those that answer, waits where none does",
        _authority_silent,
        breaks=True,
    ),
    Kind("lbc-late", "the new controller takes minutes over one thing", 3, "waits, to a deadline", _lbc_late),
    Kind("lbc-fails", "the new controller fails, is throttled, or crashes over one thing", 3, "waits, to a deadline", _lbc_fails),
    Kind(
        "legacy-fails",
        "the legacy controller fails over one thing while it removes its load balancer, and may leak what it made",
        7,
        "sees in AWS what is left and deletes it by its recorded id",
        _legacy_fails,
        steps=REMOVING,
    ),
    Kind(
        "finalizer-stuck",
        "a controller does not get to remove its finalizer for up to an hour",
        3,
        "does not take the finalizer for proof either way; holds after its deadline",
        _finalizer_stuck,
        steps=(*REMOVING, "clone", "warm"),
    ),
    Kind(
        "balancer-fails",
        "the new load balancer fails to provision",
        1,
        "nothing has moved: holds or rolls back",
        _balancer_fails,
        steps=BUILDING,
    ),
    Kind(
        "balancer-stuck",
        "the new load balancer never becomes active",
        1,
        "nothing has moved: holds after its deadline, can be rolled back",
        _balancer_stuck,
        steps=BUILDING,
    ),
    Kind("pods-start-late", "new pods take minutes to start", 1, "waits for healthy targets", _pods_start_late),
)
