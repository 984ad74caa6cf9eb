"""Many plans made at once, a line each as it comes, and what they add up to."""

from __future__ import annotations

import textwrap

from migrator.model.drafted import Drafted, verdicts
from migrator.report.sentences import plain

_VERDICT = 18


def line(row: Drafted, width: int | None = None) -> str:
    """One Service: its verdict, its file, and beneath it the first thing in its way; wrapped where there is a width."""
    first = f"{row.verdict:<{_VERDICT}}  {row.service}"
    told = [f"{first}  {row.file}" if row.file else first]
    if row.reason and row.verdict == "NOT_APPLICABLE":
        return _fitted(f"{first}  {plain(row.reason)}", width)
    told += [_fitted(f"  {row.code}: {plain(row.reason)}", width)] if row.reason else []
    return "\n".join(told)


def _fitted(text: str, width: int | None) -> str:
    """The text in lines no longer than `width`, all but the first set in; as it is without one."""
    if width is None:
        return text
    return textwrap.fill(text, width, subsequent_indent="    ", break_on_hyphens=False, break_long_words=False)


def totals(rows: tuple[Drafted, ...]) -> str:
    """How many of each verdict, and how many files."""
    if not rows:
        return "no Service of type LoadBalancer was found"
    written = sum(1 for each in rows if each.file)
    counts = ", ".join(f"{verdict} {number}" for verdict, number in verdicts(rows).items())
    return f"{len(rows)} Service{'' if len(rows) == 1 else 's'}: {counts}; {written} plan{'' if written == 1 else 's'} written"
