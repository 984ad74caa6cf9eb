"""A stage is what it says: a legacy Service that serves, names that lead to it, clients that lose nothing."""

from __future__ import annotations

import time

import pytest

from migrator.sandbox.world.estate import App, legacy_service
from migrator.sandbox.world.pace import SANDBOX
from migrator.simulation.losses import Excuse
from migrator.simulation.stage import Name, Stage, empty_stage, stage

HOUR_S = 3600.0


def test_a_legacy_service_comes_up(seen: Stage) -> None:
    """Active, healthy in every zone, and INSYNC before anybody is let in."""
    outside, legacy = seen.outside, seen.legacy

    balancer = outside.balancers.named(legacy.hostname)

    assert balancer is not None and balancer.state == "active"
    assert all(
        each.state == "healthy"
        for group in outside.balancers.groups(balancer.arn)
        for each in outside.balancers.targets(group.arn)
    )
    assert all(outside.records.insync(each) for each in seen.world.route53.changes)
    assert outside.cluster.troubles("shop", legacy.uid) == ()


def test_its_names_resolve_everywhere(seen: Stage) -> None:
    """Through every kind of resolver, to the addresses of its load balancer."""
    addresses = {zone.address for zone in seen.world.elb.balancers[seen.legacy.balancer].zones}
    names = seen.outside.names

    for name in seen.legacy.names:
        for server in names.resolvers():
            assert set(names.asked(server, name.name, "A", recursive=True).values) == addresses


def test_an_hour_passes_and_nothing_is_lost() -> None:
    """The ground that every other promise stands on: a world left alone loses no request."""
    made = stage(seed=7, every_s=5)

    began = time.perf_counter()
    made.run(HOUR_S)
    took_s = time.perf_counter() - began

    account = made.ledger.account()
    print(
        f"{account.requests} requests in an hour of virtual time, {took_s:.2f} s: {took_s / account.requests * 1e6:.0f} us each"
    )
    assert account.complaint == ""
    assert account.answered == pytest.approx(len(made.clients) * HOUR_S / 5, abs=len(made.clients))
    assert {each.kind for each in made.resolvers.values()} == {"plain", "clamping", "stale"}
    assert {each.keep_alive for each in made.clients} == {True, False}


@pytest.mark.parametrize("seed", range(5))
def test_the_same_seed_is_the_same_world(seed: int) -> None:
    """A seed that ever failed is replayed from the seed alone."""
    one, other = stage(seed=seed), stage(seed=seed)

    for each in (one, other):
        each.scan()
        each.run(300)

    assert one.legacy == other.legacy
    assert one.clock.now() == other.clock.now()
    assert one.world.random.getstate() == other.world.random.getstate()
    assert one.ledger.account() == other.ledger.account()


def test_what_is_lost_shows_in_the_ledger() -> None:
    """A world that could lose nothing would prove nothing: the naive way costs requests here."""
    made = stage(seed=7, every_s=10)
    made.run(60)

    made.world.kube.delete("Service", "shop", "web")
    made.run(600)

    account = made.ledger.account()
    assert account.lost_by_us > 100
    assert "requests lost because of us: " in account.complaint
    made.ledger.excuse(Excuse("the test deleted the Service", made.clock.now() - 600))
    assert made.ledger.account().complaint == ""


def test_settings_reach_the_world() -> None:
    """Names, ports, the Service's own fields, zones, nodes and pace."""
    made = stage(
        namespace="production",
        name="gateway",
        app="api-gateway",
        port=443,
        names=[Name("gw.internal.example.", ttl_s=60)],
        annotations={"service.beta.kubernetes.io/aws-load-balancer-internal": "true"},
        spec={"externalTrafficPolicy": "Local"},
        zones=2,
        nodes=4,
        pace=SANDBOX,
        resolvers=["plain"],
    )
    made.run(30)

    balancer = made.outside.balancers.balancer(made.legacy.balancer)
    assert balancer is not None and (balancer.scheme, len(balancer.zones)) == ("internal", 2)
    assert made.outside.balancers.listeners(balancer.arn)[0].port == 443
    (record,) = made.outside.records.at(made.estate.private_zone.id, ("gw.internal.example.",))
    assert (record.ttl_s, record.values) == (60, (balancer.dns_name,))
    assert len(made.clients) == 1 and made.ledger.account().answered >= 3


def test_more_services_share_a_stage() -> None:
    """For fleets, and for two plans that must not touch each other."""
    made = empty_stage(apps=tuple(App("shop", f"app-{index}") for index in range(3)))

    for index in range(3):
        manifest = legacy_service("shop", f"app-{index}", app=f"app-{index}")
        made.visit(made.expose(manifest, [Name(f"app-{index}.example.com.")]))
    made.run(120)

    assert len({each.balancer for each in made.exposed}) == 3
    assert made.ledger.account().complaint == ""


def test_waiting_for_what_never_comes_ends() -> None:
    """With the reason, not with a loop."""
    with pytest.raises(TimeoutError, match="not so after 60 s"):
        empty_stage().until(lambda: False, patience_s=60)


def test_a_stage_is_set_up_fast() -> None:
    """Printed, not asserted: a hundred journeys a second need a stage in a few milliseconds."""
    stage()

    began = time.perf_counter()
    for seed in range(20):
        stage(seed=seed)
    print(f"a stage takes {(time.perf_counter() - began) * 50:.1f} ms")
