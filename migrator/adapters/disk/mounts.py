"""Whether a directory is on a network: locks and fsync there do not hold what they promise here.

Linux says it in /proc/self/mountinfo. macOS has no such file and its statvfs names no file system, so there the output
of `mount` is read, which says `local` of every file system that is.
"""

from __future__ import annotations

import platform
import re
import subprocess
from pathlib import Path

MOUNTINFO = Path("/proc/self/mountinfo")

NETWORKED = frozenset(
    {
        "9p",
        "acfs",
        "afpfs",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "fuse.ceph",
        "fuse.davfs2",
        "fuse.gcsfuse",
        "fuse.glusterfs",
        "fuse.mount-s3",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "gfs2",
        "gpfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb3",
        "smbfs",
        "webdav",
    }
)


def network_kind(directory: Path) -> str | None:
    """The kind of the network file system that a directory is on; None where it is local or cannot be told."""
    resolved = directory.resolve()
    try:
        if platform.system() == "Linux":
            return kind_in_mountinfo(MOUNTINFO.read_text(encoding="utf-8", errors="surrogateescape"), resolved)
        told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=True).stdout
        return kind_in_mount(told, resolved)
    except (OSError, subprocess.SubprocessError):
        return None


def kind_in_mountinfo(text: str, directory: Path) -> str | None:
    """Looks in Linux's mountinfo; of two mounts at one point the later one counts. Source: proc_pid_mountinfo(5)."""
    mounts = []
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        mounts.append((Path(_plain(before.split(" ")[4])), after.split(" ")[0]))
    kind = _closest(mounts, directory)
    return kind if kind in NETWORKED else None


def kind_in_mount(text: str, directory: Path) -> str | None:
    """Looks in what `mount` prints on macOS: `/dev/disk3s1 on / (apfs, local, journaled)`."""
    shapes = (re.fullmatch(r".+? on (.+) \(([^)]*)\)", line) for line in text.splitlines())
    kind = _closest([(Path(shape[1]), shape[2]) for shape in shapes if shape], directory)
    words = [word.strip() for word in kind.split(",")] if kind else ["", "local"]
    return None if "local" in words else words[0]


def _closest(mounts: list[tuple[Path, str]], directory: Path) -> str | None:
    around = [(len(point.parts), number, kind) for number, (point, kind) in enumerate(mounts) if directory.is_relative_to(point)]
    return max(around)[2] if around else None


def _plain(point: str) -> str:
    """A mount point with its octal escapes (`\\040` is a space) undone."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), point)
