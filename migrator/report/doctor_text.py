"""What preflight saw, for a terminal: worst first, what is fine in one line each.

failed   webhook: service kube-system/aws-load-balancer-webhook-service has 0 ready endpoints
  seen  …
  do    see why the controller's pods are not ready
  code  controller-webhook (docs/failures.md)
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from migrator.checks.result import Result
from migrator.checks.verdict import verdict, worst_first
from migrator.report.plan_words import clean, counted
from migrator.report.trouble import lines

WIDTH = 80
FIRST = 9  # columns of the word before a check's name


def render(results: tuple[Result, ...], about: str, width: int | None = WIDTH) -> str:
    """Every result; `about` says what was looked at. Ends without a line feed."""
    return "\n".join(line.rstrip() for line in _lines(results, about, width))


def _lines(results: tuple[Result, ...], about: str, width: int | None) -> Iterator[str]:
    yield _fitted(f"{summary(results)}: {about}", "", "  ", width)
    for each in worst_first(results):
        if each.status == "ok":
            yield _fitted(f"{each.id}: {clean(each.seen)}", f"{'ok':{FIRST}}", " " * FIRST, width)
        else:
            yield ""
            message = f"{word(each):{FIRST}}{each.id}: {clean(each.seen)}"
            yield lines(message, tuple(map(clean, each.details)), clean(each.do), each.code, width)
            if each is _last_bad(results):
                yield ""


def summary(results: tuple[Result, ...]) -> str:
    """The verdict and what led to it, counted."""
    counts = {name: sum(word(each) == name for each in results) for name in ("failed", "unknown", "warning", "ok")}
    told = {
        "failed": f"{counts['failed']} failed",
        "unknown": f"{counts['unknown']} unknown",
        "warning": counted(counts["warning"], "warning"),
        "ok": f"{counts['ok']} ok",
    }
    return f"{verdict(results).upper()} ({', '.join(text for name, text in told.items() if counts[name])})"


def word(result: Result) -> str:
    """What a result is called: what could not be seen is never called a failure."""
    if result.status == "failed":
        return "failed" if result.severity == "blocked" else "warning"
    return result.status


def _last_bad(results: tuple[Result, ...]) -> Result | None:
    return next((each for each in reversed(worst_first(results)) if each.status != "ok"), None)


def _fitted(text: str, first: str, rest: str, width: int | None) -> str:
    if width is None:
        return first + text
    return textwrap.fill(
        text, max(width, 30), initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
