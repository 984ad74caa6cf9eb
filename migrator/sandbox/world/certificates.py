"""The certificates of an account: those that AWS keeps (ACM) and those that were uploaded (IAM).

A certificate that a listener presents is there even where nobody said so: AWS makes no listener without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.sandbox.world.identifiers import uuid

if TYPE_CHECKING:
    from migrator.sandbox.world import World

DAYS_S = 86400.0
LASTS_S = 395 * DAYS_S  # what ACM issues. Source: ACM user guide, "ACM certificate characteristics"


@dataclass(slots=True)
class Certificate:
    """One certificate. `state` is a status of ACM DescribeCertificate; IAM shows only when it `ends`."""

    arn: str
    state: str = "ISSUED"
    names: tuple[str, ...] = ("*.example.com", "example.com")
    ends: float = 0.0


class Certificates:
    """By ARN."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.table: dict[str, Certificate] = {}

    def issue(self, *names: str, state: str = "ISSUED") -> Certificate:
        """A certificate of ACM's for these names."""
        world = self._world
        arn = f"arn:aws:acm:{world.region}:{world.account}:certificate/{uuid(world.random)}"
        return self.put(Certificate(arn, state, names or ("*.example.com", "example.com"), world.now + LASTS_S))

    def upload(self, name: str, *names: str, lasts_s: float = LASTS_S) -> Certificate:
        """A server certificate of IAM's."""
        arn = f"arn:aws:iam::{self._world.account}:server-certificate/{name}"
        return self.put(Certificate(arn, "ISSUED", names or ("*.example.com",), self._world.now + lasts_s))

    def put(self, certificate: Certificate) -> Certificate:
        """Keep one."""
        self.table[certificate.arn] = certificate
        return certificate

    def find(self, arn: str) -> Certificate | None:
        """The certificate with this ARN, or None."""
        if arn in self.table:
            return self.table[arn]
        presented = any(arn in each.certificates for each in self._world.elb.listeners.values())
        return Certificate(arn, ends=self._world.now + LASTS_S) if presented else None
