"""Who this machine is, until it is started anew."""

from __future__ import annotations

import platform
import socket
import subprocess
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def this_host() -> str:
    """Host name and boot id, as `name/id`: what the Lease and the journal say of who acts."""
    return f"{socket.gethostname()}/{boot_id()}"


def boot_id() -> str:
    """What changes whenever the machine is started; `unknown` where the system does not say."""
    try:
        if platform.system() == "Darwin":
            told = subprocess.run(["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=True)
            return told.stdout.strip().lower()
        return BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"
