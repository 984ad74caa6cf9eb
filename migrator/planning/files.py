"""Replace a file as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from migrator.errors import OperatorError

MODE = 0o644  # a plan is made to be read by everybody who reviews it


def replace_file(path: str, content: bytes) -> None:
    """Write a file through a temporary one beside it, synced before it takes the name; a link stays a link.

    Raises OperatorError `plan-not-written` when the folder or the disk does not allow it; the old file is then untouched.
    """
    try:
        _replace(Path(path).resolve(), content)
    except OSError as trouble:
        do = "check the folder's rights and the free space, or write the plan elsewhere with -o"
        raise OperatorError(f"cannot write plan {path}: {trouble.strerror}", do=do, code="plan-not-written") from trouble


def _replace(goal: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".migrate-", dir=goal.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), MODE)
            os.fsync(file.fileno())
        Path(temporary).replace(goal)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(goal.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
