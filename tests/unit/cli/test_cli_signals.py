"""Ctrl-C once ends after the call in flight, twice at once; what was there before is put back."""

from __future__ import annotations

import os
import signal

import pytest

from migrator.cli.signals import Interruption


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_to_stop(number: signal.Signals) -> None:
    with Interruption() as interruption:
        os.kill(os.getpid(), number)

        assert interruption.stop.is_set()


def test_the_second_ctrl_c_leaves_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), Interruption():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)


def test_a_second_sigterm_changes_nothing() -> None:
    """Whoever stops a container sends it more than once; the call in flight must still end."""
    with Interruption() as interruption:
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)

        assert interruption.stop.is_set()


def test_what_the_signals_did_before_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with Interruption():
        pass

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
