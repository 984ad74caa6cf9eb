"""Time that a step of the wall clock does not move."""

from __future__ import annotations

import threading
import time

import pytest

from migrator.adapters import clock
from migrator.adapters.clock import BootClock


class Machine:
    """A machine whose boot clock moves only when somebody naps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.boot, self.naps = 100.0, 0
        monkeypatch.setattr(clock, "boot_s", lambda: self.boot)
        monkeypatch.setattr(time, "sleep", self.nap)
        self.on_nap = lambda: None

    def nap(self, seconds: float) -> None:
        self.boot += seconds
        self.naps += 1
        self.on_nap()


def test_now_follows_the_boot_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who sets the wall clock moves no deadline."""
    machine = Machine(monkeypatch)
    monkeypatch.setattr(time, "time", lambda: 5000.0)
    ours = BootClock()
    monkeypatch.setattr(time, "time", lambda: 9000.0)
    machine.boot += 7

    assert ours.now() == 5007.0


def test_sleep_lasts_as_long_as_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not at all for nothing."""
    machine = Machine(monkeypatch)
    ours = BootClock()

    ours.sleep(1.05)
    slept = machine.boot - 100
    ours.sleep(0)
    ours.sleep(-3)

    assert slept == pytest.approx(1.05)
    assert machine.boot - 100 == slept


def test_time_while_suspended_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A laptop that was closed for an hour does not sleep on for what is left."""
    machine = Machine(monkeypatch)

    def suspend() -> None:
        machine.boot += 3600

    machine.on_nap = suspend
    BootClock().sleep(60)

    assert machine.naps == 1


def test_an_interrupt_ends_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """And every later one returns at once."""
    machine, stop = Machine(monkeypatch), threading.Event()
    machine.on_nap = stop.set
    ours = BootClock(stop)

    ours.sleep(60)
    ours.sleep(60)

    assert machine.naps == 1


def test_the_boot_clock_is_real() -> None:
    """It is there on Linux, and the monotonic one elsewhere."""
    before = clock.boot_s()

    assert clock.boot_s() >= before
    assert abs(BootClock().now() - time.time()) < 1
