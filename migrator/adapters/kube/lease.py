"""The Lease: our mark in the cluster, and the fence that nobody passes with an older view.

Our fields are annotations under `migrate.dev/`; `holderIdentity` and `renewTime` are set for people who look with
`kubectl get lease`. Every write names the resourceVersion that it was decided on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from migrator.adapters.kube.client import KubeClient, path_of
from migrator.adapters.kube.nouns import Metadata, instant, texts
from migrator.errors import Conflict, Missing
from migrator.model.cluster import MARK, Lease
from migrator.model.effects import ReleaseLease, Result, TakeLease
from migrator.model.units import Instant
from migrator.ports.doing import Clock

JOURNAL, EPOCH, HOST = "migrate.dev/journal", "migrate.dev/epoch", "migrate.dev/host"
SEQUENCE, CHECKSUM = "migrate.dev/sequence", "migrate.dev/checksum"


class Holder(msgspec.Struct, frozen=True):
    """Who puts the mark: the journal, host name and boot id, and the migration's id."""

    journal: str
    host: str
    migration: str


class LeaseFence:
    """Implements `ports.doing.Fence`."""

    def __init__(self, client: KubeClient, clock: Clock) -> None:
        self._client, self._clock = client, clock

    def advance(self, lease: Lease) -> Lease:
        """Write journal, epoch, sequence and checksum at `lease.resource_version`; the stored one. One call.

        Raises Conflict when somebody else wrote it since, Missing when it is gone, Unclear when no answer came.
        """
        doing = f"advance lease {lease.namespace}/{lease.name}"
        change = _written(lease, self._clock.now(), resourceVersion=lease.resource_version)
        return lease_from(self._client.merge(lease_path(lease.namespace, lease.name), doing, lease_decoder, change))


class LeaseDoer:
    """Takes the mark and removes it, for one holder."""

    def __init__(self, client: KubeClient, clock: Clock, holder: Holder) -> None:
        self._client, self._clock, self._holder = client, clock, holder

    def take(self, effect: TakeLease) -> Result:
        """Create it at the effect's epoch, or take it over with the next epoch. Result: `epoch`. One or two calls.

        Raises Conflict when it exists (or, taking over, was written since), Missing when there is nothing to take
        over, Conflict with code `foreign-lease` when another journal's mark would be overwritten.
        """
        if effect.takeover:
            return self._take_over(effect)
        new = self._ours(Lease(effect.namespace, effect.name, self._holder.journal, effect.epoch, 0, "", self._holder.host))
        body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"} | _written(new, self._clock.now(), name=new.name)
        doing = f"create lease {effect.namespace}/{effect.name}"
        self._client.create(lease_path(effect.namespace), doing, lease_decoder, body)
        return {"epoch": str(effect.epoch)}

    def taken(self, effect: TakeLease) -> Result | None:
        """It carries our journal's id and our host. One call."""
        lease = self._read(effect.namespace, effect.name)
        if lease is None or (lease.journal, lease.host) != (self._holder.journal, self._holder.host):
            return None
        return {"epoch": str(lease.epoch)}

    def release(self, effect: ReleaseLease) -> Result:
        """Delete it, exactly as it was just read. Two calls. Raises Missing when it is gone."""
        doing = f"release lease {effect.namespace}/{effect.name}"
        path = lease_path(effect.namespace, effect.name)
        read = self._client.get(path, doing, lease_decoder)
        self._refuse_foreign(lease_from(read), doing)
        exactly = {"uid": read.metadata.uid, "resourceVersion": read.metadata.resource_version}
        self._client.delete(path, doing, {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": exactly})
        return {}

    def released(self, effect: ReleaseLease) -> Result | None:
        """It is gone. One call."""
        return {} if self._read(effect.namespace, effect.name) is None else None

    def _take_over(self, effect: TakeLease) -> Result:
        doing = f"take over lease {effect.namespace}/{effect.name}"
        path = lease_path(effect.namespace, effect.name)
        lease = lease_from(self._client.get(path, doing, lease_decoder))
        self._refuse_foreign(lease, doing)
        if lease.resource_version != effect.takeover:
            raise Conflict(f"cannot {doing}: it was moved on since it was looked at")
        ours = self._ours(msgspec.structs.replace(lease, epoch=lease.epoch + 1, host=self._holder.host))
        change = _written(ours, self._clock.now(), resourceVersion=lease.resource_version)
        self._client.merge(path, doing, lease_decoder, change)
        return {"epoch": str(ours.epoch)}

    def _ours(self, lease: Lease) -> Lease:
        return msgspec.structs.replace(lease, migration=self._holder.migration)

    def _refuse_foreign(self, lease: Lease, doing: str) -> None:
        if lease.journal != self._holder.journal:
            seen = (f"it is held by journal {lease.journal or 'of nobody we know'} on {lease.host or 'an unknown host'}",)
            raise Conflict(f"cannot {doing}: it is another journal's", seen=seen, code="foreign-lease")

    def _read(self, namespace: str, name: str) -> Lease | None:
        path, doing = lease_path(namespace, name), f"read lease {namespace}/{name}"
        try:
            return lease_from(self._client.get(path, doing, lease_decoder))
        except Missing:
            return None


def lease_path(namespace: str, name: str | None = None) -> str:
    """Where the API server keeps Leases of a namespace."""
    return path_of("/apis/coordination.k8s.io/v1", namespace, "leases", name)


def _written(lease: Lease, now: Instant, **metadata: str) -> dict[str, Any]:
    marks = {
        JOURNAL: lease.journal,
        EPOCH: str(lease.epoch),
        SEQUENCE: str(lease.sequence),
        CHECKSUM: lease.checksum,
        HOST: lease.host,
        MARK: lease.migration,
    }
    renewed = datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "metadata": {**metadata, "annotations": marks},
        "spec": {"holderIdentity": lease.host, "renewTime": renewed, "leaseTransitions": lease.epoch - 1},
    }


class _Spec(msgspec.Struct, rename="camel"):
    holder_identity: str | None = None
    renew_time: str | None = None


class LeaseObject(msgspec.Struct):
    """A Lease, as far as we look at it."""

    metadata: Metadata
    spec: _Spec | None = None


lease_decoder = msgspec.json.Decoder(LeaseObject)


def lease_from(read: LeaseObject) -> Lease:
    """A Lease; one that is not ours has an empty journal and epoch 0."""
    metadata, spec = read.metadata, read.spec or _Spec()
    marks = texts(metadata.annotations)
    return Lease(
        namespace=metadata.namespace,
        name=metadata.name,
        journal=marks.get(JOURNAL, ""),
        epoch=_number(marks.get(EPOCH)),
        sequence=_number(marks.get(SEQUENCE)),
        checksum=marks.get(CHECKSUM, ""),
        host=marks.get(HOST) or spec.holder_identity or "",
        migration=marks.get(MARK, ""),
        resource_version=metadata.resource_version,
        renewed=instant(spec.renew_time),
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
