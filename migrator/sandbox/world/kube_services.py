"""The addresses and ports of Services: who holds which, and what a new or changed Service takes and gives back.

Source: kubernetes/kubernetes pkg/registry/core/service/storage/alloc.go.
"""

from __future__ import annotations

import ipaddress
import random
from functools import lru_cache

from migrator.sandbox.world.kube_kinds import KINDS, KubeObject
from migrator.sandbox.world.kube_pools import Claims, Pool
from migrator.sandbox.world.kube_refusals import Complaint, internal, invalid, invalid_value
from migrator.sandbox.world.kube_service_defaults import draws_ports, drop_dependent, keep_allocated, with_defaults
from migrator.sandbox.world.kube_service_rules import Spec, service_complaints, source_ranges, wants_check_port
from migrator.sandbox.world.trouble import KubeError

_NETWORK = ipaddress.ip_network("10.100.0.0/16")  # what EKS gives a cluster whose VPC is outside 10.0.0.0/8
_FIRST = int(_NETWORK.network_address)
_KIND = KINDS["Service"]

Held = list[tuple[Pool, int]]
"""What one Service holds, and of which pool."""


@lru_cache(maxsize=4096)
def _number(address: str) -> int:
    return int(ipaddress.ip_address(address))


def _no_address() -> KubeError:
    return internal("failed to allocate a serviceIP: range is full")


def _no_port() -> KubeError:
    return internal("failed to allocate a nodePort: range is full")


class Services:
    """The cluster's service network and node ports, and who holds which."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        # Offset 1 is the `kubernetes` Service's own, drawn by nobody else.
        self._addresses = Pool(_FIRST + 2, _FIRST + 65534, 255, _no_address)
        self._ports = Pool(30000, 32767, 86, _no_port)

    def created(self, new: KubeObject) -> Claims:
        """Complete a new Service in place, or refuse it. Raises KubeError 400 or 422."""
        with_defaults(new)
        new.setdefault("status", {"loadBalancer": {}})
        return self._admitted(new, None)

    def updated(self, new: KubeObject, old: KubeObject) -> Claims:
        """Complete a changed Service in place, or refuse it. Raises KubeError 422."""
        if new.get("spec") == old["spec"] and source_ranges(new) == source_ranges(old):
            new["spec"] = old["spec"]  # the same object, so that everybody who compares the two is done at once
            return Claims()
        keep_allocated(new.setdefault("spec", {}), old["spec"])
        drop_dependent(new["spec"], old["spec"])
        with_defaults(new)
        if new["spec"]["type"] != "LoadBalancer":
            new["status"] = {**(new.get("status") or {}), "loadBalancer": {}}
        return self._admitted(new, old)

    def deleted(self, old: KubeObject) -> None:
        """Take back what a Service held."""
        for pool, number in self._held(old["spec"]):
            pool.release(number)

    def _admitted(self, new: KubeObject, old: KubeObject | None) -> Claims:
        name = new["metadata"].get("name", "")
        if complaints := service_complaints(new, old):
            raise invalid(_KIND, name, complaints)
        held = self._held(old["spec"]) if old else []
        claims = Claims()
        try:
            complaints = self._claimed(new["spec"], held, claims)
        except BaseException:
            claims.undo()
            raise
        if complaints:
            claims.undo()
            raise invalid(_KIND, name, complaints)
        if held:
            wanted = self._held(new["spec"])
            for pool, number in held:
                if (pool, number) not in wanted:
                    claims.give(pool, number)
        return claims

    def _held(self, spec: Spec) -> Held:
        held = [(self._ports, each["nodePort"]) for each in spec.get("ports") or () if each.get("nodePort")]
        if check := spec.get("healthCheckNodePort"):
            held.append((self._ports, check))
        if spec.get("clusterIP", "None") != "None":
            held.append((self._addresses, _number(spec["clusterIP"])))
        return held

    def _claimed(self, spec: Spec, held: Held, claims: Claims) -> list[Complaint]:
        """Take what the Service asks for by number, then, if all of that can be had, draw what it leaves open."""
        found = [] if spec["type"] == "ExternalName" else self._claim_address(spec, held, claims)
        mine: set[int] = set()  # one number may serve both TCP and UDP of a Service
        for place, port in enumerate(spec.get("ports") or ()):
            if (number := port.get("nodePort")) and number not in mine:
                found += self._claim_port(f"spec.ports[{place}].nodePort", number, held, claims)
                mine.add(number)
        check = wants_check_port(spec)
        if check and (number := spec.get("healthCheckNodePort")):
            found += self._claim_port("spec.healthCheckNodePort", number, held, claims)
        if found:
            return found
        for port in spec.get("ports") or () if draws_ports(spec) else ():
            if not port.get("nodePort"):
                port["nodePort"] = claims.draw(self._ports, self._chance)
        if check and not spec.get("healthCheckNodePort"):
            spec["healthCheckNodePort"] = claims.draw(self._ports, self._chance)
        return []

    def _claim_address(self, spec: Spec, held: Held, claims: Claims) -> list[Complaint]:
        given = spec.get("clusterIP", "")
        if not given:
            spec["clusterIP"] = str(ipaddress.IPv4Address(claims.draw(self._addresses, self._chance)))
        elif given != "None" and (self._addresses, _number(given)) not in held:
            if why := self._unavailable(_number(given)):
                return [invalid_value("spec.clusterIPs", [given], f"failed to allocate IP {given}: {why}")]
            claims.take(self._addresses, _number(given))
        spec["clusterIPs"] = [spec["clusterIP"]]
        return []

    def _unavailable(self, address: int) -> str | None:
        if address not in self._addresses and address != _FIRST + 1:
            return f"the provided IP is not in the valid range. The range of valid IPs is {_NETWORK}"
        return "provided IP is already allocated" if self._addresses.taken(address) else None

    def _claim_port(self, at: str, number: int, held: Held, claims: Claims) -> list[Complaint]:
        if (self._ports, number) in held:
            return []
        if number not in self._ports:
            why = f"provided port is not in the valid range. The range of valid ports is {self._ports.first}-{self._ports.last}"
            return [invalid_value(at, number, why)]
        if self._ports.taken(number):
            return [invalid_value(at, number, "provided port is already allocated")]
        claims.take(self._ports, number)
        return []
