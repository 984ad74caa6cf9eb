"""Every change to Services, one guarded call each, and how each is recognised afterwards."""

from __future__ import annotations

from typing import Any

from migrator.adapters.kube.client import KubeClient, path_of
from migrator.adapters.kube.cluster import ClusterLook
from migrator.adapters.kube.nouns import service_decoder
from migrator.model.cluster import MARK, PREFIX
from migrator.model.effects import CreateService, DeleteService, DemoteService, PatchService, Result

SOURCE_RANGES = PREFIX + "load-balancer-source-ranges"


class ServiceDoer:
    """Creates, deletes, demotes and annotates Services."""

    def __init__(self, client: KubeClient) -> None:
        self._client, self._look = client, ClusterLook(client)

    def create(self, effect: CreateService) -> Result:
        """Raises Conflict when one of that name exists. Result: `uid`. One call."""
        path = path_of("/api/v1", effect.namespace, "services")
        made = self._client.create(path, effect.summary, service_decoder, effect.manifest)
        return {"uid": made.metadata.uid}

    def created(self, effect: CreateService) -> Result | None:
        """It exists and carries the mark that the manifest gives it. One call."""
        service = self._look.service(effect.namespace, effect.name)
        mark = (effect.manifest["metadata"].get("annotations") or {}).get(MARK)
        if service is None or mark is None or service.annotations.get(MARK) != mark:
            return None
        return {"uid": service.uid}

    def delete(self, effect: DeleteService) -> Result:
        """Raises Conflict when it is another object or was changed since, Missing when it is gone. One call."""
        options = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": effect.uid, "resourceVersion": effect.resource_version},
            "propagationPolicy": "Background",
        }
        self._client.delete(_path(effect), effect.summary, options)
        return {}

    def deleted(self, effect: DeleteService) -> Result | None:
        """It is gone, another one has its name, or it is on its way out. One call."""
        service = self._look.service(effect.namespace, effect.name)
        return {} if service is None or service.uid != effect.uid or service.deleting else None

    def demote(self, effect: DemoteService) -> Result:
        """One merge patch. Raises Conflict when it was changed since. One call.

        The server itself takes away node ports and what else only a load balancer has, as long as the patch does not
        name them. Source: kubernetes: pkg/registry/core/service/strategy.go dropTypeDependentFields.
        """
        change = _exactly(effect, {SOURCE_RANGES: None}) | {"spec": {"type": "ClusterIP", "loadBalancerSourceRanges": None}}
        self._client.merge(_path(effect), effect.summary, service_decoder, change)
        return {}

    def demoted(self, effect: DemoteService) -> Result | None:
        """The same object has type ClusterIP. One call."""
        service = self._look.service(effect.namespace, effect.name)
        return {} if service is not None and service.uid == effect.uid and service.type == "ClusterIP" else None

    def patch(self, effect: PatchService) -> Result:
        """One merge patch. Raises Conflict when it was changed since. One call."""
        self._client.merge(_path(effect), effect.summary, service_decoder, _exactly(effect, effect.annotations))
        return {}

    def patched(self, effect: PatchService) -> Result | None:
        """The same object has the annotations as asked, and lacks those that were to go. One call."""
        service = self._look.service(effect.namespace, effect.name)
        if service is None or service.uid != effect.uid:
            return None
        return {} if all(service.annotations.get(name) == value for name, value in effect.annotations.items()) else None


def _path(effect: DeleteService | DemoteService | PatchService) -> str:
    return path_of("/api/v1", effect.namespace, "services", effect.name)


def _exactly(effect: DemoteService | PatchService, annotations: dict[str, str | None]) -> dict[str, Any]:
    """A patch that the server refuses unless it meets this very object as it was read."""
    metadata = {"uid": effect.uid, "resourceVersion": effect.resource_version, "annotations": annotations}
    return {"metadata": metadata}
