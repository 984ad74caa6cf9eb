"""An error as people and as programs get it: what was being done, what was seen, what to do, the code.

The form for people:

    cannot move api.example.com: 0 of 3 targets healthy, 2 needed
      seen  i-0a1:8080 unhealthy (Target.Timeout)
            i-0b2:8080 unused
      do    mend the targets, then `migrate apply plans/shop.yaml --resume`
      code  new-sick (docs/failures.md)
"""

from __future__ import annotations

import textwrap
from typing import Any

from migrator.errors import CODES, MigrateError
from migrator.report.sentences import plain

MARGIN = "        "


def for_people(error: MigrateError, width: int | None = None) -> str:
    """The lines, wrapped to `width` columns; unwrapped where it is None, as a log wants them. Ends without a line feed."""
    return lines(error.message, error.seen, error.do, error.code, width)


def lines(message: str, seen: tuple[str, ...], do: str, code: str, width: int | None = None) -> str:
    """The same from its parts; empty ones are left out."""
    told = [_fitted(plain(message), "", "  ", width)]
    told += [_fitted(plain(each), "  seen  " if at == 0 else MARGIN, MARGIN, width) for at, each in enumerate(seen)]
    if do:
        told.append(_fitted(plain(do), "  do    ", MARGIN, width))
    if code:
        told.append(f"  code  {code} (docs/failures.md)")
    return "\n".join(told)


def for_programs(error: MigrateError) -> dict[str, Any]:
    """The error as one JSON object."""
    return {
        "kind": "error",
        "schema": 1,
        "code": error.code,
        "message": error.message,
        "seen": list(error.seen),
        "do": error.do,
        "exit": int(CODES[error.code]),
    }


def bug_for_programs(error: BaseException) -> dict[str, Any]:
    """What no error family covers, as one JSON object; the traceback goes to people."""
    said = f"{type(error).__name__}: {error}"
    return {"kind": "error", "schema": 1, "code": "bug", "message": said, "seen": [], "do": "", "exit": int(CODES["bug"])}


def _fitted(text: str, first: str, rest: str, width: int | None) -> str:
    if width is None:
        return first + text
    return textwrap.fill(
        text,
        max(width, 30),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
