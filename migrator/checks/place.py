"""Where a check looks that is about a cluster, whatever is moved in it."""

from __future__ import annotations

from typing import Protocol

import msgspec

from migrator.model.migration import Account, Cluster


class Where(Protocol):
    """A cluster and the account around it; a whole migration is one, too."""

    @property
    def cluster(self) -> Cluster:
        """Which cluster; its name is what the controllers tag with."""
        ...

    @property
    def account(self) -> Account:
        """Where in AWS."""
        ...


class Place(msgspec.Struct, frozen=True):
    """Only that: what `doctor` asks about when no Service is named."""

    cluster: Cluster
    account: Account
