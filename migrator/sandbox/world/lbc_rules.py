"""The rules by which the AWS Load Balancer Controller opens nodes and pods to its load balancers.

One set for all bindings together: ports from one security group are merged into one range per protocol, and rules
that no binding needs any more go, once every binding has been looked at since the process started.
Source: kubernetes-sigs/aws-load-balancer-controller pkg/targetgroupbinding/networking_manager.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from migrator.sandbox.world.controllers import Failure, Pass, from_addresses
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.lbc_calls import call
from migrator.sandbox.world.lbc_deploy_bindings import KIND

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.ec2_nouns import Instance, Rule
    from migrator.sandbox.world.lbc_settings import Settings

Binding = dict[str, Any]

DESCRIPTION = "elbv2.k8s.aws/targetGroupBinding=shared"
_ALL_PORTS = (0, 65535)


class EndpointRules:
    """What each binding needs of each security group, as far as this process has looked."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._needs: dict[str, dict[str, list[RuleSpec]]] = {}  # binding's UID -> security group -> rules
        self._groups: dict[str, None] = {}

    def forget(self) -> None:
        """The process that knew it is gone."""
        self._needs, self._groups = {}, {}

    def sync(self, settings: Settings, binding: Binding, instances: Iterable[Instance], ports: dict[str, list[int]]) -> Pass:
        """Open the security groups of these instances for a binding. `ports`: numbers of named ports.

        No instances close what only this binding needed.
        """
        groups = dict.fromkeys(self._group_of(settings, each) for each in instances)
        rules = _rules_for(binding, ports)
        self._needs[binding["metadata"]["uid"]] = dict.fromkeys(groups, rules)
        yield from self._reconcile(settings)

    def _reconcile(self, settings: Settings) -> Pass:
        bindings = {each["metadata"]["uid"] for each in self._world.kube.list(KIND) if "networking" in each["spec"]}
        self._needs = {uid: needs for uid, needs in self._needs.items() if uid in bindings}
        complete = len(self._needs) == len(bindings)
        self._groups |= dict.fromkeys(each for needs in self._needs.values() for each in needs)
        if complete:
            tag = f"kubernetes.io/cluster/{settings.cluster_name}"
            self._groups |= dict.fromkeys(each.id for each in self._world.ec2.groups.values() if tag in each.tags)
        for group in [each for each in self._groups if each in self._world.ec2.groups]:
            specs = [spec for needs in self._needs.values() for spec in needs.get(group, ())]
            yield from self._put(group, specs if settings.disable_restricted_sg_rules else _merged(specs), complete)

    def _put(self, group: str, specs: list[RuleSpec], complete: bool) -> Pass:
        """Revoke our own rules that nobody needs, then add what is missing; a rule of another's that permits it will do."""
        ec2 = self._world.ec2
        wanted = {_permits(each) for each in specs}
        have = list(ec2.rules_of(group))
        surplus = [each.id for each in have if each.description == DESCRIPTION and _rule_permits(each) not in wanted]
        if surplus and complete:
            yield from call(self._world, "revoke-node-rules", group, lambda: ec2.revoke(group, surplus))
        permitted = {_rule_permits(each) for each in have}
        missing = {_permits(each): each for each in specs if _permits(each) not in permitted}
        if missing:
            yield from call(self._world, "node-rules", group, lambda: ec2.authorize(group, list(missing.values())))

    def _group_of(self, settings: Settings, instance: Instance) -> str:
        """The security group of a node's interface: its only one, or the one with the cluster's tag."""
        groups = instance.security_groups
        if len(groups) == 1:
            return groups[0]
        tag = f"kubernetes.io/cluster/{settings.cluster_name}"
        tagged = sorted(each for each in groups if each in self._world.ec2.groups and tag in self._world.ec2.groups[each].tags)
        if len(tagged) == 1:
            return tagged[0]
        interface = next(
            (each.id for each in self._world.ec2.interfaces.values() if each.instance_id == instance.id), instance.id
        )
        raise Failure(
            f"expected exactly one securityGroup tagged with {tag} for eni {interface}, "
            f"got: [{' '.join(tagged)}] (clusterName: {settings.cluster_name})"
        )


def _rules_for(binding: Binding, ports: dict[str, list[int]]) -> list[RuleSpec]:
    rules = []
    for rule in (binding["spec"].get("networking") or {}).get("ingress") or ():
        for peer in rule["from"]:
            for port in rule["ports"]:
                for first, last in _ranges(port.get("port"), ports):
                    rules.append(_rule(port["protocol"].lower(), first, last, peer))
    return rules


def _ranges(port: int | str | None, ports: dict[str, list[int]]) -> list[tuple[int, int]]:
    if port is None:
        return [_ALL_PORTS]
    numbers = [port] if isinstance(port, int) else ports.get(port, [])
    return [(each, each) for each in numbers]


def _rule(protocol: str, first: int, last: int, peer: dict[str, Any]) -> RuleSpec:
    if "securityGroup" in peer:
        group = peer["securityGroup"]["groupID"]
        return RuleSpec(protocol=protocol, from_port=first, to_port=last, source_group=group, description=DESCRIPTION)
    return from_addresses(protocol, first, last, peer["ipBlock"]["cidr"], DESCRIPTION)


def _merged(specs: list[RuleSpec]) -> list[RuleSpec]:
    """One rule per protocol and source group, from the lowest port to the highest; rules by address stay as they are."""
    ranges: dict[tuple[str, str], tuple[int, int]] = {}
    others = []
    for spec in specs:
        if spec.source_group is None:
            others.append(spec)
            continue
        first, last = spec.from_port or 0, spec.to_port or 0
        low, high = ranges.get((spec.protocol, spec.source_group), (first, last))
        ranges[spec.protocol, spec.source_group] = min(low, first), max(high, last)
    merged = [
        RuleSpec(protocol=protocol, from_port=low, to_port=high, source_group=group, description=DESCRIPTION)
        for (protocol, group), (low, high) in ranges.items()
    ]
    return merged + others


def _permits(spec: RuleSpec) -> tuple[object, ...]:
    return spec.protocol, spec.from_port, spec.to_port, spec.cidr, spec.cidr6, spec.source_group


def _rule_permits(rule: Rule) -> tuple[object, ...]:
    return rule.protocol, rule.from_port, rule.to_port, rule.cidr, rule.cidr6, rule.source_group
