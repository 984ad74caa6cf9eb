"""warm: the new load balancer would serve every client, before any client meets it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Throttled, Unreachable
from migrator.model import events
from migrator.model.names import Answer, ProbeSeen
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.steps import warm
from migrator.steps.health import Health
from migrator.steps.warm import Named, Sight
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

WELL = Health({8080: given.targets()})
GOOD = Sight(
    balancer=given.lb(),
    listeners=(given.listener(),),
    bindings=(given.binding(),),
    legacy=WELL,
    new=WELL,
    named=Named(("198.51.100.1",), 60),
    legacy_probe=ProbeSeen(True, "2 probes succeeded"),
    new_probe=ProbeSeen(True, "2 probes succeeded"),
    pct=100,
    probed_before=False,
)


def sight(**changes: Any) -> Sight:
    return replace(GOOD, **changes)


def looked(times: int = 2, **facts: Any) -> Standing:
    """Entered and seen so as the journal began; healthy at so many looks in a row."""
    noticed = {"named": True} | facts
    standing = given.cloned((0.0, events.Noticed("warm", noticed)))
    for _ in range(times):
        standing = standing.looked("warm", {"enough": True}, given.START, 60)
    return standing


READY = looked()
RESUMED = replace(READY, resumed=given.START + 1)
REFUSED, UNTRIED = ProbeSeen(False, "connection refused"), ProbeSeen(False, "not tried yet")
PARTLY = Health({8080: given.targets("healthy", "zone-a")})

TABLE = (
    Row("an-unread-load-balancer-is-waited-for", sight(balancer=Unknown("slow")), "wait", "slow", READY),
    Row("unread-listeners-are-waited-for", sight(listeners=Unknown("slow")), "wait", "slow", READY),
    Row("unread-bindings-are-waited-for", sight(bindings=Unknown("slow")), "wait", "slow", READY),
    Row("unread-health-of-legacy-is-waited-for", sight(legacy=Unknown("slow")), "wait", "slow", READY),
    Row("unread-health-of-the-new-one-is-waited-for", sight(new=Unknown("slow")), "wait", "slow", READY),
    Row("one-that-is-gone-fails", sight(balancer=None), "fail balancer-failed", "is gone", READY),
    Row("one-that-failed-fails", sight(balancer=given.lb(state="failed")), "fail balancer-failed", "failed to", READY),
    Row("waits-for-active", sight(balancer=given.lb(state="provisioning")), "wait", "new is provisioning", READY),
    Row("waits-for-every-listener", sight(listeners=()), "wait", "no listener on TCP 8080", READY),
    Row(
        "a-listener-of-another-protocol-is-another",
        sight(listeners=(given.listener(protocol="TLS"),)),
        "wait",
        "TCP 8080",
        READY,
    ),
    Row("waits-for-every-binding", sight(bindings=(given.binding(observed=False),)), "wait", "targets of k8s-web", READY),
    Row("waits-for-every-zone", sight(new=PARTLY), "wait", "zone-b: 0 healthy targets, 1 needed", READY),
    Row("waits-for-a-streak", GOOD, "wait", "healthy at 1 looks in a row, 2 needed", looked(1)),
    Row("unread-name-servers-are-waited-for", sight(named=Unknown("slow")), "wait", "unread: slow", READY),
    Row("waits-for-its-name", sight(named=Named((), 60)), "wait", "not known to all", READY, after_s=90.0),
    Row("a-name-not-yet-noticed-is-not-known", GOOD, "wait", "not known to all", looked(named=False), after_s=90.0),
    Row("waits-out-the-negative-ttl", GOOD, "wait", "running out of caches", READY, after_s=59.0),
    Row("waits-for-the-probe", sight(new_probe=REFUSED), "wait", "connection refused", READY, after_s=60.0),
    Row(
        "a-probe-that-fails-through-legacy-says-nothing",
        sight(legacy_probe=REFUSED, new_probe=UNTRIED),
        "done",
        standing=READY,
        after_s=60.0,
    ),
    Row("done-when-nothing-lacks", GOOD, "done", ["2 targets healthy", " 2 probes succeeded"][0], READY, after_s=60.0),
    Row("done-after-the-deadline-is-done", GOOD, "done", standing=READY, after_s=9999.0),
    Row(
        "waits-until-the-deadline",
        sight(balancer=given.lb(state="provisioning")),
        "wait",
        standing=READY,
        after_s=1800.0,
    ),
    Row(
        "never-active-asks-a-person",
        sight(balancer=given.lb(state="provisioning")),
        "balancer-never-active",
        "not ready after 1801 s",
        READY,
        after_s=1801.0,
    ),
    Row(
        "never-healthy-shows-the-targets",
        sight(new=Health({8080: given.targets("unhealthy")})),
        "targets-never-healthy",
        "i-zone-a:31080 unhealthy",
        READY,
        after_s=1801.0,
    ),
    Row("a-night-without-a-process-is-not-waited", sight(new_probe=REFUSED), "wait", "", RESUMED, after_s=1801.0),
    Row("a-probe-that-never-succeeds-asks-a-person", sight(new_probe=REFUSED), "probe-failed", "", READY, after_s=1801.0),
)


@rows(*TABLE)
def test_warm(row: Row) -> None:
    follows(row, warm.decide)


def test_the_way_back_has_nothing_to_undo() -> None:
    assert warm.undo(given.migration(), READY, GOOD, given.START).__class__.__name__ == "Done"


def test_it_looks_at_all_that_a_client_would_meet() -> None:
    world = World().new()

    seen = warm.look(given.migration(), given.cloned(), world.outside())

    assert seen == sight(named=Named(("198.51.100.1", "198.51.100.2"), 60))
    assert warm.facts(seen) == {"state": "active", "enough": True, "named": True, "legacy_probed": True, "probed": True}


@pytest.mark.parametrize("answer", [Answer("NXDOMAIN"), Answer("NOERROR"), Answer("SERVFAIL", ("198.51.100.1",))])
def test_the_new_name_is_not_probed_before_all_its_authorities_know_it(answer: Answer) -> None:
    """An earlier question would leave `no such name` in a cache, for the negative TTL."""
    world = World().new()
    world.answers["ns2", given.NEW_NAME] = answer

    seen = warm.look(given.migration(), given.cloned(), world.outside())

    assert seen.named == Named((), 60)
    assert seen.new_probe == UNTRIED
    assert not warm.facts(seen)["named"]


def test_a_probe_that_once_succeeded_through_legacy_counts_from_then_on() -> None:
    """Else a moment without a way to legacy would let an untried load balancer pass."""
    world = World().new()
    world.probed = dict.fromkeys(("192.0.2.1", "192.0.2.2", "198.51.100.1"), False)
    before = given.cloned(events.Noticed("warm", {"legacy_probed": True}))

    seen = warm.look(given.migration(), before, world.outside())

    assert (seen.legacy_probe.ok, seen.new_probe.ok) == (True, False)
    assert warm.facts(seen)["legacy_probed"] is True


def test_one_that_cannot_be_probed_from_here_is_not_tried() -> None:
    world = World().new()
    world.probed = dict.fromkeys(("192.0.2.1", "192.0.2.2"), False)

    seen = warm.look(given.migration(), given.cloned(), world.outside())

    assert (seen.legacy_probe.ok, seen.new_probe) == (False, UNTRIED)


def test_a_name_server_that_is_silent_does_not_hide_what_the_others_say() -> None:
    world = World().new()
    world.refuse("asked ns1", Unreachable("silent"), 2)

    seen = warm.look(given.migration(), given.cloned(), world.outside())

    assert seen.named == Named(("198.51.100.1", "198.51.100.2"), 60)


def test_what_is_unread_is_neither_enough_nor_named() -> None:
    world = World().new()
    world.refuse("balancer", Throttled("slow"))
    world.refuse("targets", Throttled("slow"), 2)
    world.refuse("asked", Unreachable("silent"), 9)

    seen = warm.look(given.migration(), given.cloned(), world.outside())

    assert isinstance(seen.named, Unknown)
    facts = warm.facts(seen)
    assert (facts["state"], facts["enough"], facts["named"]) == ("unknown", False, False)
    assert warm.facts(replace(seen, legacy=WELL))["enough"] is False


def test_a_classic_protocol_is_served_by_its_nearest() -> None:
    """TLS ends at either family, HTTP passes through a network load balancer as TCP."""
    classic = tuple(given.listener("legacy", port, protocol=each) for port, each in enumerate(("TCP", "HTTP", "SSL", "HTTPS")))

    assert warm.ports(classic) == {"TCP 0", "TCP 1", "TLS 2", "TLS 3"}
