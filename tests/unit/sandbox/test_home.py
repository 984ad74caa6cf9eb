"""The folder of a sandbox: who lives there, and what a dead one leaves."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.sandbox.home import Home, SandboxError, State, neighbours, octet

STATE = State(
    pid=os.getpid(),
    port_base=18000,
    octet=octet(18000),
    token="secret",
    seed=0,
    started=1.0,
    region="us-east-1",
    resolvers={"127.181.1.5": "plain"},
    authorities=["127.181.1.1"],
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return Home(18000)


def test_a_running_sandbox_is_known_by_its_lock(home: Home) -> None:
    with home.held():
        home.write(STATE)

        assert home.is_alive() and home.read() == STATE
        assert neighbours(18100) == [18000] and neighbours(18000) == []
    assert not home.is_alive() and neighbours(18100) == []


def test_a_dead_ones_state_is_recognised_whatever_lives_under_its_pid_now(home: Home) -> None:
    """The pid in the state file is this very test's: only the lock tells that the sandbox itself is gone."""
    with home.held():
        home.write(STATE)

    with pytest.raises(SandboxError, match=rf"no sandbox is running on port base 18000; the one with pid {os.getpid()} has died"):
        home.read()


def test_one_that_has_not_written_its_state_is_still_starting(home: Home) -> None:
    with home.held(), pytest.raises(SandboxError, match="still starting"):
        home.read()


def test_two_cannot_hold_one_port_base(home: Home) -> None:
    with home.held(), pytest.raises(SandboxError, match="already running on port base 18000"), Home(18000).held():
        pytest.fail("the second one got in")


def test_the_token_is_for_its_owner_alone(home: Home) -> None:
    home.make()
    home.write(STATE)

    modes = {each.name: each.stat().st_mode & 0o777 for each in home.path.iterdir()}
    assert modes == {"state.json": 0o600} and home.path.stat().st_mode & 0o777 == 0o700


def test_clearing_leaves_the_log(home: Home) -> None:
    home.make()
    home.write(STATE)
    home.kubeconfig.write_text("apiVersion: v1")
    home.log.write_text("why it died")
    home.clear()
    home.clear()

    assert [each.name for each in home.path.iterdir()] == ["log"]


def test_a_relative_state_home_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "here")

    assert Home(18000).path == Path.home() / ".local/state/migrate-sandbox/18000"


@pytest.mark.parametrize("step", [1, 10, 100, 250, 1000])
def test_port_bases_in_round_steps_have_networks_of_their_own(step: int) -> None:
    bases = range(18000, 18000 + 40 * step, step)

    assert len({octet(each) for each in bases}) == 40
    assert all(2 <= octet(each) <= 252 for each in bases)
