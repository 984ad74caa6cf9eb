"""Load balancers as lists, of both families at once: what owners are told by, and what `scan` counts."""

from __future__ import annotations

from typing import Protocol

from migrator.model.balancers import LoadBalancer


class InventoryLook(Protocol):
    """One account and region. Each raises Throttled, Unreachable, Denied.

    The load balancers have neither the addresses of their zones nor, unless it is said, their tags: those cost calls.
    """

    def namesakes(self, name: str) -> tuple[LoadBalancer, ...]:
        """The load balancers of this name, at most one of each family, classic first; two calls."""
        ...

    def balancers_listed(self) -> tuple[LoadBalancer, ...]:
        """Every load balancer of every family, by ARN; a call for 400 of each of the two APIs."""
        ...

    def tags_of(self, arns: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """Tags by ARN, of both families, 20 a call; a load balancer that is gone is left out."""
        ...
