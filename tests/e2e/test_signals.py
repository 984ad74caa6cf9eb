"""Ctrl-C once and twice, and a stop by the service manager, with a call in flight and under traffic."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from migrator.model.events import Applied, Intended, Unclear
from migrator.sandbox.scene import Scene

from .conftest import Bench
from .moving import Moving, ended, placed

TTL_S = 8  # longer than a record's while it moves, so that the first call changes it
IN_FLIGHT_S = 3.0
CHANGE = "route53:ChangeResourceRecordSets"


@pytest.fixture
def moving(scene: Scene, bench: Bench) -> Iterator[Moving]:
    """A Service whose record has to be lowered first."""
    yield Moving(scene, bench, placed(scene, TTL_S))
    scene.control("faults.clear", {})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_once_to_stop_the_call_in_flight_is_finished_and_written(moving: Moving, number: signal.Signals) -> None:
    """Whoever stops it has a journal without a question in it; SIGTERM is what a service manager or a drained node sends."""
    moving.slow("aws", CHANGE, IN_FLIGHT_S)
    running = moving.start()
    moving.calling(running, "ChangeRecords")
    running.send_signal(number)
    stopped = ended(running)

    assert (stopped.exit, stopped.code) == (130, "interrupted"), stopped.err
    *_, intended, applied = [each.event for each in moving.entries()]
    assert isinstance(intended, Intended) and isinstance(applied, Applied) and not applied.found


def test_asked_twice_to_stop_it_leaves_at_once_and_arrives_all_the_same(moving: Moving) -> None:
    """The second Ctrl-C does not wait for AWS; the call it left is looked for before anything else."""
    with moving.clients() as counted:
        moving.slow("aws", CHANGE, IN_FLIGHT_S * 3)
        running = moving.start()
        moving.calling(running, "ChangeRecords")
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        stopped = ended(running)
        took_s = time.monotonic() - began
        left = moving.entries()
        arrived = moving.apply("--until", "shift")

    assert (stopped.exit, stopped.code) == (130, "interrupted"), stopped.err
    assert "--resume" in stopped.err
    assert took_s < IN_FLIGHT_S * 2  # of the three that the call takes
    assert isinstance(left[-1].event, Intended)
    assert (arrived.exit, arrived.code) == (5, "stopped-until"), arrived.err
    after = [each.event for each in moving.entries()[len(left) :]]
    found = next(each for each in after if isinstance(each, Applied))
    assert found.found and not any(isinstance(each, Unclear) for each in after)
    assert moving.wrong_when_shifted() == []
    assert counted["requests"] > 100 and counted["lost"] == 0, counted["losses"]
