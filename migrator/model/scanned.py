"""What a scan found: a line for each Service of type LoadBalancer, what could not be read, and what it adds up to."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec

Outlook = Literal["plan", "NOT_APPLICABLE", "BLOCKED", "UNKNOWN"]


class Scanned(msgspec.Struct, frozen=True):
    """One Service. `verdict` is what `plan` would say as far as it is known without planning; `reason` is its id.

    `names` lead to its load balancer, over any number of others; `monthly` is what the load balancer's hours cost in
    730 of them, None where there is no price. The load balancer's fields are empty where none was seen.
    """

    context: str
    namespace: str
    name: str
    owner: str
    evidence: tuple[str, ...]
    verdict: Outlook
    reason: str = ""
    seen: str = ""
    do: str = ""
    balancer: str = ""
    kind: str = ""
    scheme: str = ""
    arn: str = ""
    hostname: str = ""
    names: tuple[str, ...] = ()
    monthly: float | None = None

    @property
    def service(self) -> str:
        """namespace/name."""
        return f"{self.namespace}/{self.name}"


class Unread(msgspec.Struct, frozen=True):
    """Something that could not be read, and why: `what` is `cluster`, `load balancers` or `zone` with its name."""

    what: str
    why: str


class Totals(msgspec.Struct, frozen=True):
    """Sums over a scan; a load balancer that two Services show is counted once."""

    services: int
    owners: dict[str, int]
    verdicts: dict[str, int]
    monthly: float
    unpriced: int


class Scan(msgspec.Struct, frozen=True):
    """Rows by context, namespace and name. `zones_read` is False where names may be missing from rows."""

    rows: tuple[Scanned, ...]
    unread: tuple[Unread, ...]
    zones_read: bool
    prices: str  # whose, and of when

    @property
    def totals(self) -> Totals:
        """What it adds up to."""
        priced = {each.arn: each.monthly for each in self.rows if each.arn}
        return Totals(
            services=len(self.rows),
            owners=dict(sorted(Counter(each.owner for each in self.rows).items())),
            verdicts=dict(sorted(Counter(each.verdict for each in self.rows).items())),
            monthly=round(sum(each for each in priced.values() if each is not None), 2),
            unpriced=sum(1 for each in priced.values() if each is None),
        )
