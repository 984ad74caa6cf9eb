"""The end state of a Service that was moved in a sandbox, asked through its doors, beside the one that has to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from migrator.adapters.disk.state import State
from migrator.errors import MigrateError
from migrator.model.cluster import LBC_CLASS, MARK
from migrator.model.effects import CreateService
from migrator.model.events import Applied, Intended
from migrator.model.migration import Migration
from migrator.planning.load import load
from migrator.sandbox.scene import Scene
from migrator.simulation.story import story
from tests.sim.ground import ZONE, Placed


class Landfall:
    """One look at a sandbox after everybody has arrived; each question gives sentences of what is wrong."""

    def __init__(self, scene: Scene, state: Path) -> None:
        self.scene, self.state = scene, State(state)
        self.summary = scene.control("summary")
        self.records = {each["Name"].rstrip("."): each for each in scene.records(ZONE)}

    def of_migrated(self, service: Placed, plan: Path) -> list[str]:
        """A Service that has to be moved whole, with nothing left behind."""
        wrong, migration = [], load(str(plan))
        clones = [each for each in self._services(service) if each["spec"].get("loadBalancerClass") == LBC_CLASS]
        if any(each["metadata"]["name"] == service.name for each in self._services(service)):
            wrong.append("the legacy Service is there still")
        if len(clones) != 1:
            return [*wrong, f"{len(clones)} new Services instead of one"]
        hostname = clones[0]["status"]["loadBalancer"]["ingress"][0]["hostname"]
        if MARK in clones[0]["metadata"].get("annotations", {}):
            wrong.append("the new Service carries our mark still")
        bindings = self._listed(f"/apis/elbv2.k8s.aws/v1beta1/namespaces/{service.namespace}/targetgroupbindings", service)
        if len(bindings) != 1:
            wrong.append(f"{len(bindings)} target group bindings instead of one")
        wrong += self._of_record(service, hostname) + self._of_leavings(service, migration)
        wrong += self._of_balancers(service, [hostname])
        return [f"{service.full_name}: {each}" for each in (*wrong, *self._of_journal(migration, "migrated"))]

    def of_shifted(self, service: Placed, plan: Path) -> list[str]:
        """A Service whose record leads to its one clone, with legacy serving beside it still."""
        services = {each["metadata"]["name"]: each for each in self._services(service)}
        if sorted(services) != [service.name, f"{service.name}-lbc"]:
            return [f"services are {sorted(services)}"]
        clone = services[f"{service.name}-lbc"]
        hostname = clone["status"]["loadBalancer"]["ingress"][0]["hostname"]
        marked = clone["metadata"]["annotations"].get(MARK) == load(str(plan)).id
        values = [each["Value"].rstrip(".") for each in self.records[service.record]["ResourceRecords"]]
        wrong = [] if marked else ["the new Service does not carry our mark"]
        return [*wrong, *([] if values == [hostname] else [f"{service.record} leads to {values}"])]

    def of_rolled_back(self, service: Placed, plan: Path) -> list[str]:
        """A Service that has to be as it was before."""
        wrong, migration = [], load(str(plan))
        names = [each["metadata"]["name"] for each in self._services(service)]
        if names != [service.name]:
            wrong.append(f"services are {names}")
        wrong += self._of_record(service, service.hostname) + self._of_lease(service, migration)
        wrong += self._of_balancers(service, [service.hostname])
        return [f"{service.full_name}: {each}" for each in (*wrong, *self._of_journal(migration, "rolled-back"))]

    def _of_record(self, service: Placed, hostname: str) -> list[str]:
        record = self.records[service.record]
        values = [each["Value"].rstrip(".").lower() for each in record["ResourceRecords"]]
        if values == [hostname.lower()] and record["TTL"] == service.ttl_s and record["Type"] == "CNAME":
            return []
        return [f"{service.record} is {record}, not a CNAME to {hostname} for {service.ttl_s} s"]

    def _of_balancers(self, service: Placed, expected: list[str]) -> list[str]:
        marks = (service.full_name, f"{service.full_name}-lbc")
        found = [each for each in self.summary["balancers"] if set(each["tags"].values()) & set(marks)]
        names = [each["dns_name"] for each in found]
        if names != expected:
            return [f"its load balancers are {names}, not {expected}"]
        sick = [group["states"] for group in found[0]["groups"] if set(group["states"]) != {"healthy"}]
        return [f"targets are {sick}"] if sick else []

    def _of_leavings(self, service: Placed, migration: Migration) -> list[str]:
        left = self.scene.control("leftovers", {"service": service.full_name})["leftovers"]
        return ([f"legacy left {left}"] if left else []) + self._of_lease(service, migration)

    def _of_lease(self, service: Placed, migration: Migration) -> list[str]:
        path = f"/apis/coordination.k8s.io/v1/namespaces/{service.namespace}/leases"
        leases = [each["metadata"]["name"] for each in self.scene.kube("GET", path)["items"]]
        return ["its lease is left"] if migration.lease_name in leases else []

    def _of_journal(self, migration: Migration, outcome: str) -> list[str]:
        try:
            entries = self.state.journal(migration.id).read()
        except MigrateError as error:
            return [f"its journal: {error.message}"]
        wrong, creating, made = story(entries, outcome), False, set()
        for entry in entries:
            if isinstance(entry.event, Intended):
                creating = isinstance(entry.event.effect, CreateService)
            elif isinstance(entry.event, Applied) and creating:
                made.add(entry.event.result.get("uid"))
        return wrong if len(made) == 1 else [*wrong, f"{len(made)} new Services were made: {sorted(map(str, made))}"]

    def _services(self, service: Placed) -> list[dict[str, Any]]:
        return self._listed(f"/api/v1/namespaces/{service.namespace}/services", service)

    def _listed(self, path: str, service: Placed) -> list[dict[str, Any]]:
        """The objects of a list that are of one Service: by name, or by the Service that a binding is for."""
        items: list[dict[str, Any]] = self.scene.kube("GET", path)["items"]
        named = (service.name, f"{service.name}-lbc")
        return [
            each for each in items if each["metadata"]["name"] in named or each["spec"].get("serviceRef", {}).get("name") in named
        ]
