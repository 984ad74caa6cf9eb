"""What came of planning many Services: a line for each, whether there is a plan of it or a reason why not."""

from __future__ import annotations

from collections import Counter

import msgspec


class Drafted(msgspec.Struct, frozen=True):
    """One Service. `verdict` is its plan's readiness, or REFUSED; `reason` is the first thing in its way, `code` its id.

    `file` is empty where no plan was written; `exit` is what planning this one alone would leave behind.
    """

    service: str
    verdict: str
    exit: int
    file: str = ""
    code: str = ""
    reason: str = ""
    do: str = ""


def verdicts(rows: tuple[Drafted, ...]) -> dict[str, int]:
    """How many of each verdict, by verdict."""
    return dict(sorted(Counter(each.verdict for each in rows).items()))
