"""A furnished world in virtual time, and short questions about what stands in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import LoadBalancer, TargetGroup
from migrator.sandbox.world.estate import Estate, furnish, legacy_service
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.legacy_wanted import balancer_name

Object = dict[str, Any]
PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"


class Stage:
    """One world with its estate."""

    def __init__(self, **furnished: Any) -> None:
        self.world = World(now=1_700_000_000.0, seed=7)
        self.estate: Estate = furnish(self.world, **furnished)
        self._furnished = {each.id for each in self.world.ec2.rules_of(self.estate.node_group.id)}

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.world.advance(self.world.now + seconds)

    def legacy(self, name: str = "web", *, settle_s: float = 400, marks: dict[str, str] | None = None, **spec: Any) -> Object:
        """Create shop/<name> over the pods of `web` for the legacy controller, and wait; `marks` are annotation suffixes."""
        annotations = {PREFIX + key: value for key, value in (marks or {}).items()}
        self.world.kube.create(legacy_service("shop", name, app="web", port=80, annotations=annotations, **spec))
        self.run(settle_s)
        return self.service(name)

    def new(self, name: str = "web-new", *, settle_s: float = 400, marks: dict[str, str] | None = None, **spec: Any) -> Object:
        """Create shop/<name> with the AWS Load Balancer Controller's class, and wait."""
        manifest = legacy_service("shop", name, app="web", port=80, loadBalancerClass="service.k8s.aws/nlb", **spec)
        manifest["metadata"]["annotations"] = {
            PREFIX + key: value for key, value in (marks or {"scheme": "internet-facing"}).items()
        }
        self.world.kube.create(manifest)
        self.run(settle_s)
        return self.service(name)

    def service(self, name: str) -> Object:
        return self.world.kube.get("Service", "shop", name)

    def annotate(self, name: str, **marks: str | None) -> None:
        """Change annotations by suffix, underscores for dashes; None takes one away."""
        annotations = {PREFIX + key.replace("_", "-"): value for key, value in marks.items()}
        self.world.kube.patch("Service", "shop", name, {"metadata": {"annotations": annotations}})

    def balancer(self, service: Object) -> LoadBalancer | None:
        """The legacy load balancer of a Service as it was."""
        return self.world.elb.by_name(balancer_name(service["metadata"]["uid"]))

    def shown(self, service: Object) -> LoadBalancer:
        """The load balancer whose hostname a Service shows."""
        found = self.world.elb.by_dns(service["status"]["loadBalancer"]["ingress"][0]["hostname"])
        assert found is not None
        return found

    def groups(self) -> list[TargetGroup]:
        return list(self.world.elb.groups.values())

    def states(self) -> list[str]:
        """The state of every target of every group, in order."""
        return [target.state for group in self.groups() for target in group.targets.values()]

    def rules(self) -> list[tuple[Any, ...]]:
        """The node group's inbound rules but those that it came with, as (protocol, first port, last port, peer, description)."""
        rules = self.world.ec2.rules_of(self.estate.node_group.id)
        return [
            (each.protocol, each.from_port, each.to_port, each.cidr or each.source_group, each.description)
            for each in rules
            if each.id not in self._furnished
        ]

    def events(self, name: str) -> list[str]:
        """Reasons of the events about an object, in the order in which they were last said."""
        return [each["reason"] for each in self._events(name)]

    def said(self, name: str, reason: str) -> str:
        """The last message of a reason about an object."""
        return [str(each["message"]) for each in self._events(name) if each["reason"] == reason][-1]

    def _events(self, name: str) -> list[Object]:
        found = [each for each in self.world.kube.list("Event") if each["involvedObject"]["name"] == name]
        return sorted(found, key=lambda each: int(each["metadata"]["resourceVersion"]))

    def arm(self, where: str, operation: str, mode: str = "error", **more: Any) -> Fault:
        return self.world.faults.arm(Fault(where=where, operation=operation, mode=mode, **more))

    def leftovers(self) -> dict[str, list[str]]:
        """What AWS still holds beyond the estate itself, by kind; empty lists when it is clean."""
        world, own = self.world, {"default", self.estate.node_group.name}
        return {
            "balancers": [each.name for each in world.elb.balancers.values()],
            "groups": [each.name for each in self.groups()],
            "rules": [each[4] for each in self.rules()],
            "security groups": [each.name for each in world.ec2.groups.values() if each.name not in own],
            "interfaces": [each.description for each in world.ec2.interfaces.values() if each.description.startswith("ELB")],
        }


CLEAN: dict[str, list[str]] = {"balancers": [], "groups": [], "rules": [], "security groups": [], "interfaces": []}


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def staged() -> Callable[..., Stage]:
    """A stage with other furniture."""
    return Stage


@pytest.fixture
def clean() -> dict[str, list[str]]:
    """What `leftovers` answers when nothing is left."""
    return CLEAN
