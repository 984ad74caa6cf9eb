"""One `apply` at a time, and where all of it lives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.adapters.disk.host import boot_id, this_host
from migrator.adapters.disk.mounts import kind_in_mount, kind_in_mountinfo, network_kind
from migrator.adapters.disk.state import State, state_directory
from migrator.errors import JournalError, OperatorError
from migrator.model.events import Ended


def local(path: Path) -> str | None:
    """A disk of this machine."""
    return None


def test_a_second_one_is_told_who_is_at_work(tmp_path: Path) -> None:
    """It is refused at once, and nothing is waited for."""
    state = State(tmp_path / "state", local)
    assert state.holder("m-1") is None
    with state.lock("m-1") as held:
        assert held.pid == os.getpid()
        assert state.holder("m-1") == held
        with pytest.raises(OperatorError) as caught, state.lock("m-1"):
            pass
        with state.lock("m-2"):
            pass

    assert caught.value.code == "locked"
    assert f"process {os.getpid()} on {this_host()}" in caught.value.seen[0]
    assert state.holder("m-1") is None
    with state.lock("m-1"):
        pass


def test_a_dead_process_holds_nothing(tmp_path: Path) -> None:
    """The kernel lets go of a flock with the process, killed or not."""
    code = (
        "import os, sys; from pathlib import Path; from migrator.adapters.disk.state import State\n"
        "context = State(Path(sys.argv[1]), lambda _: None).lock('m-1'); context.__enter__(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    state = State(tmp_path, local)

    assert state.holder("m-1") is None
    with state.lock("m-1"):
        pass


def test_migrations_with_a_journal_are_listed(tmp_path: Path) -> None:
    """`status` without a plan shows them."""
    state = State(tmp_path / "state", local)
    assert state.migrations() == ()
    with state.lock("m-3"):
        pass
    for name in ("m-2", "m-1"):
        state.journal(name).append(Ended("migrated"), at=1, after=0)

    assert state.migrations() == ("m-1", "m-2")


def test_network_file_systems_are_refused(tmp_path: Path) -> None:
    """Locks there do not hold what they promise."""
    state = State(tmp_path / "not" / "yet", lambda path: "nfs4" if path == tmp_path else None)
    for act in (lambda: state.journal("m-1"), lambda: state.lock("m-1")):
        with pytest.raises(JournalError) as caught:
            act()
        assert caught.value.code == "state-on-network"
        assert "nfs4" in caught.value.seen[0]


def test_a_lock_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file stands where the directory should be."""
    (tmp_path / "state").write_text("")
    with pytest.raises(JournalError) as caught, State(tmp_path / "state", local).lock("m-1"):
        pass

    assert caught.value.code == "state-not-writable"


@pytest.mark.parametrize(
    ("given", "environ", "expected"),
    [
        ("/flag", {"MIGRATE_STATE": "/env", "XDG_STATE_HOME": "/xdg"}, "/flag"),
        (None, {"MIGRATE_STATE": "/env", "XDG_STATE_HOME": "/xdg"}, "/env"),
        (None, {"XDG_STATE_HOME": "/xdg"}, "/xdg/migrate"),
        (None, {"XDG_STATE_HOME": "relative"}, str(Path.home() / ".local/state/migrate")),
        (None, {}, str(Path.home() / ".local/state/migrate")),
    ],
    ids=["flag-first", "then-MIGRATE_STATE", "then-XDG", "relative-XDG-is-ignored", "home"],
)
def test_where_state_lives(given: str | None, environ: dict[str, str], expected: str) -> None:
    """One order, the same for every command."""
    assert state_directory(given, environ) == Path(expected)


MOUNTINFO = r"""
23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 23 0:40 / /home rw,relatime shared:9 - nfs4 server:/home rw
31 30 8:2 / /home/local\040disk rw - xfs /dev/sdb1 rw
32 23 0:41 / /mnt rw - fuse.sshfs me@host:/ rw
33 32 8:3 / /mnt rw - ext4 /dev/sdc1 rw
34 23 0:42 / /run/user rw - tmpfs tmpfs rw
""".strip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/state", None),
        ("/home/me/.local/state", "nfs4"),
        ("/home/local disk/state", None),
        ("/homes", None),
        ("/mnt/state", None),
        ("/run/user/1000", None),
    ],
    ids=["root", "nfs", "local-below-nfs", "only-alike", "the-later-mount-counts", "tmpfs"],
)
def test_linux_says_what_a_path_is_on(path: str, kind: str | None) -> None:
    """The closest mount point decides."""
    assert kind_in_mountinfo(MOUNTINFO, Path(path)) == kind


MOUNT = """
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//me@nas/share on /Volumes/My Share (smbfs, nodev, nosuid, mounted by me)
server:/export on /Users/me/net (nfs, nodev)
""".strip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/Users/me/.local", None), ("/Volumes/My Share/x", "smbfs"), ("/Users/me/net/x", "nfs"), ("/System/Volumes/Data/x", None)],
)
def test_macos_says_what_a_path_is_on(path: str, kind: str | None) -> None:
    """Whatever is not `local` is on a network."""
    assert kind_in_mount(MOUNT, Path(path)) == kind


def test_this_very_machine_can_be_asked(tmp_path: Path) -> None:
    """Temporary directories of tests are local."""
    assert network_kind(tmp_path) is None


def test_a_host_is_known_by_name_and_boot() -> None:
    """On the same boot a free flock proves the other dead."""
    name, _, boot = this_host().partition("/")

    assert name
    assert boot == boot_id() != ""
