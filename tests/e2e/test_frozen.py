"""A process that the system stops: a laptop that sleeps, a container that is paused, an operator with Ctrl-Z."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest

from migrator.model.events import Applied, Intended, Refused
from migrator.model.waits import PROTECTED_S
from migrator.sandbox.scene import Scene

from .conftest import Bench
from .moving import Moving, ended, placed

TTL_S = 8  # longer than a record's while it moves, so that the first call changes it
MARKING_S = 2.0  # time to be frozen in, between an intent and its call


@pytest.fixture
def moving(scene: Scene, bench: Bench) -> Iterator[Moving]:
    """A Service whose record has to be lowered first."""
    yield Moving(scene, bench, placed(scene, TTL_S))
    scene.control("faults.clear", {})


@pytest.mark.longest
def test_a_call_is_refused_when_its_intent_is_old_and_decided_anew(moving: Moving) -> None:
    """Frozen after the intent for longer than a call may be late: meanwhile others may have acted, so it looks again."""
    admitted = moving.apply("--until", "admit")
    assert admitted.code == "stopped-until", admitted.err
    with moving.clients() as counted:
        moving.slow("kube", "PATCH leases", MARKING_S)
        running = moving.start("--until", "shift")
        moving.calling(running, "ChangeRecords")
        running.send_signal(signal.SIGSTOP)
        frozen = len(moving.entries())
        time.sleep(PROTECTED_S + 1)
        assert len(moving.entries()) == frozen
        running.send_signal(signal.SIGCONT)
        arrived = ended(running)

    assert (arrived.exit, arrived.code) == (5, "stopped-until"), arrived.err
    after = [each.event for each in moving.entries()[frozen - 1 :]]
    intended, refused, again, applied = after[:4]
    assert isinstance(refused, Refused) and "since the intent" in refused.why
    assert isinstance(intended, Intended) and isinstance(again, Intended) and intended.effect == again.effect
    assert isinstance(applied, Applied)
    late = [pair for pair in pairwise(moving.entries()) if isinstance(pair[1].event, Applied)]
    assert all(done.at - intent.at <= PROTECTED_S for intent, done in late)
    assert moving.wrong_when_shifted() == []
    assert counted["requests"] > 500 and counted["lost"] == 0, counted["losses"]


def test_a_frozen_process_keeps_its_migration(moving: Moving) -> None:
    """It may wake up at any moment, so nobody else acts until it is gone; afterwards it goes on where it was."""
    moving.slow("aws", "route53:ChangeResourceRecordSets", MARKING_S)
    running = moving.start("--until", "lower")
    moving.calling(running, "ChangeRecords")
    running.send_signal(signal.SIGSTOP)
    frozen = len(moving.entries())
    try:
        for command in (("apply", "plan.yaml", "--resume"), ("rollback", "plan.yaml")):
            second = moving.bench.migrate(*command, "--yes")
            assert (second.exit, second.code) == (7, "locked")
            assert f"process {running.pid}" in second.err
        assert len(moving.entries()) == frozen
    finally:
        running.send_signal(signal.SIGCONT)
    woken = ended(running)

    assert (woken.exit, woken.code) == (5, "stopped-until"), woken.err
    assert isinstance(moving.entries()[frozen].event, Applied)
