"""Kinds of trouble that other people and programs make, and the machine that we run on."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from migrator.simulation.troubles.trouble import Kind, Trouble

Draw = Callable[[Random], Trouble]
PLACES = ("intent", "fence", "sleep")
HELD_CLONE = ("clone", "warm", "shift", "settle", "drain", "retire")
FREEZES_S = (5.0, 30.0, 70.0, 130.0, 400.0, 4000.0)  # around 60 s after an intent, and 390 s after which another host may act


def once(deed: str) -> Draw:
    """Somebody does it, once."""
    return lambda chance: Trouble(deed=deed)


def lasting(deed: str, shortest_s: float, longest_s: float) -> Draw:
    """It lasts for a while, or until a person mends it."""
    return lambda chance: Trouble(deed=deed, for_s=chance.uniform(shortest_s, longest_s))


def till_mended(deed: str) -> Draw:
    """Nothing but a person ends it; or, sometimes, whoever did it."""
    return lambda chance: Trouble(deed=deed, for_s=chance.choice((None, None, chance.uniform(20, 900))))


def amounting(deed: str, amounts: tuple[float, ...], shortest_s: float = 60.0, longest_s: float = 1800.0) -> Draw:
    """Of one of these amounts, for a while."""
    return lambda chance: Trouble(deed=deed, amount=chance.choice(amounts), for_s=chance.uniform(shortest_s, longest_s))


def frozen(word: str) -> Draw:
    """At a place that is drawn, for one of the spans that matter."""
    return lambda chance: Trouble(deed=f"{word}-{chance.choice(PLACES)}", amount=chance.choice(FREEZES_S))


BESIDE = (
    # People and programs
    Kind(
        "record-edited",
        "somebody changes a record set that moves",
        8,
        "holds with `record-edited`, overwrites nothing",
        till_mended("record-edited"),
    ),
    Kind(
        "record-reverted",
        "a reconciler (external-dns, GitOps) sets a record set back to what it was before, over and over",
        5,
        "holds with `record-edited`; once it is mended, counts the reverted TTL from the INSYNC of an identical change",
        till_mended("record-reverted"),
        breaks=True,
    ),
    Kind(
        "record-deleted",
        "somebody deletes a record set that moves",
        8,
        "holds with `record-missing`",
        till_mended("record-deleted"),
        breaks=True,
    ),
    Kind(
        "record-added",
        "somebody lets one more name lead to legacy",
        7,
        "`retire` holds with `witness-missing` until it is gone",
        till_mended("record-added"),
    ),
    Kind(
        "service-edited",
        "somebody changes the legacy Service",
        8,
        "holds with `service-changed`, writes nothing to it",
        till_mended("service-edited"),
    ),
    Kind(
        "service-checks-edited",
        "somebody changes the health check of the legacy Service, whose controller then exchanges its target groups",
        7,
        "goes by the target groups that are there; holds with `witness-missing` before it retires unrecorded ones",
        till_mended("service-checks-edited"),
        breaks=True,
    ),
    Kind(
        "service-reborn",
        "a reconciler makes the legacy Service again after it was retired",
        7,
        "`finish` holds with `reborn`",
        till_mended("service-reborn"),
        steps=("sweep", "finish"),
    ),
    Kind(
        "clone-edited",
        "somebody changes the new Service",
        2,
        "holds with `clone-changed`",
        till_mended("clone-edited"),
        steps=(*HELD_CLONE, "sweep"),
    ),
    Kind(
        "clone-deleted",
        "a reconciler prunes the new Service",
        1,
        "holds with `clone-changed`; a rollback brings the names back to legacy",
        once("clone-deleted"),
        steps=HELD_CLONE,
        breaks=True,
    ),
    Kind("lease-removed", "somebody removes our mark by hand", 6, "sets it again before any call", once("lease-removed")),
    Kind(
        "lease-broken",
        "somebody writes another journal into our mark",
        6,
        "stops with `foreign-lease` until a person removes it",
        till_mended("lease-broken"),
    ),
    Kind(
        "scaled-to-zero",
        "somebody stops what the Service leads to, for a while",
        1,
        "moves nothing and retires nothing while nothing is healthy",
        lasting("scaled-to-zero", 30, 1800),
        breaks=True,
    ),
    Kind(
        "scaled",
        "somebody, or an autoscaler, changes the number of pods",
        1,
        "goes by healthy targets, not by their number",
        amounting("scaled", (1, 2, 6)),
        breaks=True,
    ),
    Kind("pods-restarted", "a new version is rolled out", 1, "waits for healthy targets", once("pods-restarted"), breaks=True),
    Kind(
        "pod-failing",
        "one pod fails its readiness probe for a while",
        1,
        "waits for healthy targets",
        lasting("pod-failing", 20, 900),
        breaks=True,
    ),
    Kind(
        "node-drained",
        "a node is drained, and used again later",
        1,
        "waits for healthy targets in each zone in which legacy has some",
        lasting("node-drained", 60, 1800),
        breaks=True,
    ),
    Kind(
        "node-replaced",
        "a node is exchanged for a new one",
        1,
        "waits for healthy targets",
        amounting("node-replaced", (5.0, 120.0, 400.0)),
        breaks=True,
    ),
    Kind(
        "zone-flapping",
        "the nodes of one zone are lost and found again, over and over",
        1,
        "a streak of good looks is broken each time",
        amounting("zone-flapping", (20.0, 45.0, 130.0)),
        breaks=True,
    ),
    Kind(
        "lbc-down",
        "the new controller, and its webhook, do not run",
        3,
        "waits, holds after a deadline with what it complains of",
        lasting("lbc-down", 30, 2400),
    ),
    Kind("lbc-restarted", "the new controller's process ends in the middle", 3, "waits", once("lbc-restarted")),
    Kind("legacy-restarted", "the legacy controller's process ends in the middle", 7, "waits", once("legacy-restarted")),
    Kind(
        "quota-hit",
        "the account may have no further load balancer or target group until somebody raises the quota",
        1,
        "nothing has moved: holds after a deadline",
        till_mended("quota-hit"),
        steps=("admit", "lower", "clone"),
    ),
    Kind(
        "subnet-full",
        "a subnet has no address left for a load balancer",
        1,
        "nothing has moved: holds after a deadline",
        till_mended("subnet-full"),
        steps=("admit", "lower", "clone"),
    ),
    Kind(
        "metrics-late",
        "CloudWatch's points come minutes later than they use to",
        3,
        "a point that is not there yet is unknown",
        amounting("metrics-late", (120.0, 600.0)),
    ),
    Kind(
        "zone-unread",
        "a private zone is denied to us for a while",
        3,
        "its record sets are unknown: waits, and retires nothing",
        lasting("zone-unread", 30, 1800),
    ),
    Kind(
        "scanned",
        "somebody knocks on public load balancers and asks for nothing",
        2,
        "takes it for traffic unless the plan calls as much noise: `drain` waits, and retires nothing meanwhile",
        amounting("scanned", (3.0, 15.0, 40.0), 600.0, 7200.0),
    ),
    # The machine that we run on
    Kind(
        "clock-off",
        "our machine's clock jumps, forwards or backwards",
        1,
        "a process that runs does not see it; the next one holds with `clock-skew` over 5 s",
        amounting("clock-off", (-4000.0, -90.0, -4.0, 3.0, 4.5, 60.0, 700.0, 86400.0)),
    ),
    Kind("disk-full", "nothing can be written to the journal", 4, "stops; no call without an intent", till_mended("disk-full")),
    Kind("disk-read-only", "the state directory is read-only", 4, "as for `disk-full`", till_mended("disk-read-only")),
    Kind(
        "frozen",
        "the process is stopped after its intent, after its Lease was moved on, or asleep, and goes on later",
        6,
        "makes no call 60 s after its intent, and none on an old view",
        frozen("frozen"),
    ),
    Kind(
        "overtaken",
        "as `frozen`, and meanwhile another machine goes on with a copy of the journal",
        6,
        "never acts again once the other one took the Lease over",
        frozen("overtaken"),
    ),
    Kind(
        "outlived",
        "as `frozen`, and meanwhile another machine rolls the journey back",
        6,
        "never acts again, also where the Lease is gone with the journey",
        frozen("outlived"),
    ),
    Kind(
        "second-operator",
        "somebody runs the same plan on another machine, with a journal of its own",
        6,
        "stops with `foreign-lease` before any call",
        once("second-operator"),
    ),
    Kind("interrupted", "^C in the middle", 4, "leaves after the call in flight; resumes", once("interrupted")),
    Kind("told-to-hold", "`migrate hold` beside a running apply", 4, "stops before the next call", once("told-to-hold")),
    Kind(
        "told-to-roll-back",
        "a person stops it in the middle and rolls back",
        8,
        "brings everything back, or refuses past the point of no return",
        once("told-to-roll-back"),
    ),
)
