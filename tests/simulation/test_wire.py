"""The second depth: the same journeys through the real adapters, in virtual time, with nothing on a socket."""

from __future__ import annotations

import socket
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.machine.tick import Over
from migrator.model.events import Applied, Ended, Intended, Refused, Seen
from migrator.model.waits import STANDARD
from migrator.planning.plan import Wishes
from migrator.sandbox.world.faults import Fault
from migrator.simulation import scenario, wire
from migrator.simulation.crashes.crash_points import Sweep
from migrator.simulation.journey import Voyage
from migrator.simulation.stage import Name, stage
from migrator.simulation.traveller import Traveller
from migrator.simulation.troubles.mix import Mix

SEEDS = (130, 1, 384)
ALIKE = (320, 448)  # a Classic Load Balancer, and none

CALLS = (  # of a whole journey
    ("kube", "POST leases"),
    ("kube", "PATCH leases"),
    ("kube", "DELETE leases"),
    ("kube", "POST services"),
    ("kube", "PATCH services"),
    ("kube", "DELETE services"),
    ("aws", "route53:ChangeResourceRecordSets"),
)
TIMES = {"throttle": 2, "error": 1, "slow": 1, "lose-reply": 1}  # in a row


def one_name() -> Voyage:
    """One CNAME, looked at as seldom as a journey allows: a call through boto3 takes a millisecond."""
    on = wire.wired(stage(seed=7, names=(Name("api.example.com."),), every_s=300.0))
    return Voyage(on, Wishes(waits=replace(STANDARD, look_every_s=120)), promises=True)


@cache
def forward() -> Sweep:
    return Sweep(one_name)


def throttled(chance: object) -> Voyage:
    """A journey that has to nap now and then, for as long as this chance draws."""
    voyage = one_name()
    assert isinstance(voyage.stage, wire.WiredStage)
    voyage.stage.reach.chance.seed(str(chance))
    voyage.stage.world.faults.arm(Fault(where="aws", operation="elbv2:*", mode="throttle", times=3))
    assert voyage.sail() == Over("migrated")
    return voyage


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drawn_journey_keeps_every_promise_over_the_wire(seed: int) -> None:
    """The scenario, faults and deaths of the seed; every look and every call through boto3, the Kubernetes client and DNS."""
    told = wire.travelled(seed)

    assert told.breaches == ()
    assert told.outcome


def test_the_same_seed_is_the_same_journey_whoever_runs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No socket is opened, and what lies around on the machine is not even read."""
    told, lines = wire.travelled(SEEDS[0]), throttled(1).journal.lines
    broken = tmp_path / "broken"
    broken.write_text("[profile")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "AWS_DATA_PATH", "KUBECONFIG"):
        monkeypatch.setenv(name, str(broken))
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "MIGRATE_DNS_PORT", "MIGRATE_RESOLVERS"):
        monkeypatch.setenv(name, "nobody")
    for name in ("AWS_ENDPOINT_URL", "HTTP_PROXY", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setattr(socket.socket, "connect", _refused)
    wire.shared.cache_clear()

    again, lines_again = wire.travelled(SEEDS[0]), throttled(1).journal.lines

    wire.shared.cache_clear()
    assert again == told
    assert lines_again == lines


def _refused(self: socket.socket, address: Any) -> None:
    raise AssertionError(f"somebody connects to {address}")


def test_how_long_a_nap_lasts_is_drawn_from_the_seed() -> None:
    """Another chance, another journey."""
    assert throttled(1).journal.lines != throttled(2).journal.lines


@pytest.mark.parametrize("seed", ALIKE)
def test_both_depths_tell_the_same_journey(seed: int) -> None:
    """What the fast depth shows of many seeds holds for the adapters: the same plan, steps and calls in the same order."""
    drawn = replace(scenario.drawn(seed), mix=Mix(seed))
    fast, wired = scenario.set_out(drawn), wire.set_out(drawn)

    ends = [Traveller(each, drawn.mix).travelled().outcome for each in (fast, wired)]

    assert ends == ["migrated", "migrated"]
    assert wired.migration == fast.migration
    assert course(wired) == course(fast)


def course(voyage: Voyage) -> list[str]:
    """What the journal tells of steps and calls; ids and times aside."""
    kinds = (Intended, Applied, Refused, Seen, Ended)
    events = [each.event for each in voyage.journal.read() if isinstance(each.event, kinds)]
    called = [type(each.effect).__name__ if isinstance(each, Intended) else "" for each in events]
    return [f"{type(each).__name__} {getattr(each, 'step', '')} {what}" for each, what in zip(events, called, strict=True)]


@pytest.mark.crash_points
@pytest.mark.parametrize("how", ["after", "lost"])
def test_a_process_may_die_at_every_call_of_a_journey(how: str) -> None:
    """Where adapters meet law 4: after a call, and with its answer lost; `make sim` tries before it, too, and other journeys."""
    points = [each for each in forward().firsts if (each.kind, each.how) == ("effect", how)]
    assert points
    for point in points:
        arrival = forward().judged(point)
        assert arrival.struck == 1, f"{point} was never reached"
        assert not arrival.breaches, f"{point}: {'; '.join(arrival.breaches)}"


@pytest.mark.parametrize("mode", TIMES)
def test_every_call_may_go_wrong_on_the_wire(mode: str) -> None:
    """Throttled, failed, too late or without an answer: what botocore and urllib3 raise then is taken for what it is."""
    voyage = one_name()
    world = voyage.stage.world
    for where, operation in CALLS:
        world.faults.arm(Fault(where=where, operation=operation, mode=mode, times=TIMES[mode], delay_s=30.0))

    assert voyage.sail() == Over("migrated")
    assert voyage.breaches == ()
    assert all(each.struck == each.times for each in world.faults.armed)
    assert voyage.end() == forward().uncrashed.end


def test_two_worlds_are_told_apart() -> None:
    """Clients are made once a process; who takes one asks the world that it was taken for."""
    one, other = (wire.wired(stage(seed=each, every_s=0)) for each in (1, 2))

    seen = [each.outside.balancers.named(each.legacy.hostname) for each in (one, other, one)]

    assert [each and each.arn for each in seen] == [each.legacy.balancer for each in (one, other, one)]
    assert one.outside.balancers.named(other.legacy.hostname) is None


def test_a_probe_meets_the_worlds_connections() -> None:
    """The adapter's own words, over a connection that the world carries."""
    on = wire.wired(stage(seed=3, every_s=0))
    (address, *_) = on.world.elb.balancers[on.legacy.balancer].zones
    port = on.legacy.port

    seen = {
        (kind, at): on.outside.probes.tried(address.address, at, kind, "api.example.com.")
        for kind, at in (("tcp", port), ("http", port), ("tls", port), ("tcp", 1))
    }

    assert [each.ok for each in seen.values()] == [True, True, False, False]
    assert seen["http", port].seen == "HTTP 200"
    assert on.world.network.flows == {}
