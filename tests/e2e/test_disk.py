"""State on a disk that is full, read-only, or gone: nothing is called that was not written down, and it goes on later."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from migrator.model.events import Applied, Entry, Intended
from migrator.sandbox.scene import Scene

from .conftest import Bench, Ended
from .moving import Moving, ended, placed

TTL_S = 8  # longer than a record's while it moves, so that a call is made before the clone
SEED = 7
RUNS = 40  # more than it takes
ROOM_BYTES = (0, 3000)  # the longest line, the clone's manifest, has about 2200
IN_FLIGHT_S = 3.0
TMPFS_BYTES = 64 * 1024


@pytest.fixture
def moving(scene: Scene, bench: Bench) -> Iterator[Moving]:
    """A Service whose record has to be lowered first.

    Its processes leave no byte code behind: Python takes half a file for a whole one where a limit cut it off.
    """
    bench.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    yield Moving(scene, bench, placed(scene, TTL_S))
    scene.control("faults.clear", {})


@pytest.fixture
def small(moving: Moving) -> Iterator[Path]:
    """A small file system that holds the state."""
    state = moving.bench.folder / "state"
    state.mkdir(mode=0o700)
    if os.geteuid() != 0 or shutil.which("mount") is None or not mounted(state):
        pytest.skip("a tmpfs cannot be mounted here")
    yield state
    subprocess.run(["umount", str(state)], check=True)


def mounted(at: Path, *options: str) -> bool:
    """Whether a tmpfs could be mounted there, or mounted with other options."""
    command = ["mount", "-t", "tmpfs", "-o", ",".join((f"size={TMPFS_BYTES}", *options)), "tmpfs", str(at)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def filled(state: Path) -> Path:
    """A file that takes all that is left."""
    filler = state / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"-" * 4096)
    return filler


def with_room_for(moving: Moving, room_bytes: int) -> Ended:
    """A run whose journal may grow by so many bytes; the limit on the size of files stands for the end of the disk."""
    limit = journal(moving).stat().st_size + room_bytes if moving.entries() else room_bytes

    def little_fits() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "migrator", "apply", "plan.yaml", "--resume", "--yes", "--until", "shift"]
    ran = subprocess.run(
        command,
        env=moving.bench.environment,
        cwd=moving.bench.folder,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=little_fits,
        check=False,
    )
    return Ended(ran.returncode, ran.stdout, ran.stderr)


def journal(moving: Moving) -> Path:
    return moving.bench.folder / "state" / moving.id / "journal.jsonl"


def whole(moving: Moving) -> bool:
    """Whether the journal ends with a whole line."""
    there = journal(moving)
    return not there.exists() or there.read_bytes()[-1:] in (b"", b"\n")


def calls(entries: tuple[Entry, ...]) -> Counter[str]:
    """How many calls of each kind were done, and written down as done."""
    found, effect = Counter[str](), ""
    for each in entries:
        if isinstance(each.event, Intended):
            effect = type(each.event.effect).__name__
        elif isinstance(each.event, Applied):
            found[effect] += 1
    return found


@pytest.mark.longest
def test_the_disk_is_full_again_and_again_and_it_arrives_all_the_same(moving: Moving) -> None:
    """Each run has room for a drawn number of bytes; each stops with what to do, and leaves a journal that can be read."""
    chance, runs = Random(SEED), 0
    with moving.clients() as counted:
        while (ran := with_room_for(moving, chance.randint(*ROOM_BYTES))).code == "disk-full" and runs < RUNS:
            runs += 1
            assert ran.exit == 1
            assert str(journal(moving).parent) in ran.err and "the disk is full" in ran.err and "free some space" in ran.err
            assert whole(moving)
            moving.entries()
        arrived = moving.apply("--until", "shift")

    assert ran.code in ("disk-full", "stopped-until"), ran.err
    assert (arrived.exit, arrived.code) == (5, "stopped-until"), arrived.err
    assert runs > 3
    assert calls(moving.entries())["CreateService"] == 1
    assert moving.wrong_when_shifted() == []
    assert counted["lost"] == 0, counted["losses"]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limits of another process cannot be set here")
def test_an_outcome_that_finds_no_room_is_looked_for_later(moving: Moving) -> None:
    """The disk fills up while the call is on its way: it is done, nothing says so, and the next run finds it."""
    moving.slow("aws", "route53:ChangeResourceRecordSets", IN_FLIGHT_S)
    running = moving.start("--until", "lower")
    moving.calling(running, "ChangeRecords")
    size = journal(moving).stat().st_size
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (size, size))
    stopped = ended(running)
    left = moving.entries()
    arrived = moving.apply("--until", "lower")

    assert (stopped.exit, stopped.code) == (1, "disk-full"), stopped.err
    assert isinstance(left[-1].event, Intended)
    assert arrived.code == "stopped-until", arrived.err
    outcome = moving.entries()[len(left)].event
    assert isinstance(outcome, Applied) and outcome.found


def test_a_full_file_system_stops_it_and_space_lets_it_go_on(moving: Moving, small: Path) -> None:
    """The real thing, where one can be mounted: the kernel says what is full, in the middle of a line."""
    assert moving.apply("--until", "admit").code == "stopped-until"
    filler = filled(small)
    stopped = moving.apply("--until", "clone")
    again = moving.apply("--until", "clone")
    before = moving.entries()
    filler.unlink()
    arrived = moving.apply("--until", "clone")

    for each in (stopped, again):
        assert (each.exit, each.code) == (1, "disk-full"), each.err
        assert str(small / moving.id / "journal.jsonl") in each.err and "No space left on device" in each.err
    assert (arrived.exit, arrived.code) == (5, "stopped-until"), arrived.err
    assert moving.entries()[: len(before)] == before
    assert calls(moving.entries()) == {"TakeLease": 1, "ChangeRecords": 1, "CreateService": 1}


def test_a_read_only_file_system_is_told_and_can_still_be_looked_at(moving: Moving, small: Path) -> None:
    """Kernels remount a disk read-only when it fails; `status` says where the journey stands all the same."""
    assert moving.apply("--until", "admit").code == "stopped-until"
    before = journal(moving).read_bytes()
    assert mounted(small, "remount", "ro")
    refused = moving.apply("--until", "lower")
    looked = moving.bench.migrate("status", "plan.yaml")
    assert mounted(small, "remount", "rw")
    arrived = moving.apply("--until", "lower")

    assert (refused.exit, refused.code) == (4, "state-not-writable"), refused.err
    assert str(small) in refused.err and "Read-only file system" in refused.err and "--state" in refused.err
    assert (looked.exit, moving.placed.full_name in looked.out) == (0, True), looked.err
    assert journal(moving).read_bytes()[: len(before)] == before
    assert arrived.code == "stopped-until", arrived.err


def test_state_that_vanishes_under_a_run_stops_it(moving: Moving) -> None:
    """Somebody cleans up, or unmounts it by force: without its memory it makes no call and begins no second journal."""
    running = moving.start("--until", "shift")
    moving.until(running, lambda: calls(moving.entries())["ChangeRecords"] == 1, "nothing was changed")
    kept = moving.bench.folder / "kept"
    (moving.bench.folder / "state").rename(kept)
    stopped = ended(running)
    assert not list(moving.bench.folder.glob("state/*/journal.jsonl")), stopped
    kept.rename(moving.bench.folder / "state")
    before = moving.entries()
    arrived = moving.apply("--until", "shift")

    assert (stopped.exit, stopped.code) == (9, "journal-lost"), stopped
    assert str(journal(moving)) in stopped.err
    assert calls(before) == {"TakeLease": 1, "ChangeRecords": 1}
    assert arrived.code == "stopped-until", arrived.err
    assert moving.wrong_when_shifted() == []
