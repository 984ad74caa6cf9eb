"""Which rules of the node security groups are this load balancer's alone, and which must never be touched.

Legacy opens the nodes to a network load balancer by port and address, and says in the rule's description for which one; to a
classic one by the security group that it made for it, without a word.
"""

from __future__ import annotations

from collections.abc import Iterable

from migrator.model.balancers import LoadBalancer, Rule, SecurityGroup
from migrator.model.cluster import Service
from migrator.ports.looks import NetworkLook

_CLIENT = "kubernetes.io/rule/nlb/client="
_HEALTH = "kubernetes.io/rule/nlb/health="
_ANY = "kubernetes.io/rule/nlb/"
_OWN_GROUP = "k8s-elb-"  # and then the classic load balancer's name
_CLUSTER_TAG = "kubernetes.io/cluster/"

Sorted = tuple[tuple[Rule, ...], tuple[str, ...]]  # legacy's rules, and the ids of rules that others need


def node_rules(network: NetworkLook, service: Service, balancer: LoadBalancer, groups: Iterable[SecurityGroup] = ()) -> Sorted:
    """Legacy's rules for this load balancer, and the ids of rules beside and among them that others need.

    `groups` are the load balancer's security groups, which only a classic one's rules name.
    """
    if balancer.classic:
        return _of_classic(network, balancer, own_groups(balancer, groups))
    return _of_network(network, service, balancer)


def _of_network(network: NetworkLook, service: Service, balancer: LoadBalancer) -> Sorted:
    """Told by their descriptions.

    Others' are: the path-MTU rule, which all legacy load balancers share; rules made for another load balancer; and our
    own where their port is not one of the Service's node ports, as then others may be checked or served through it.
    Source: the in-tree provider's rule descriptions.
    """
    named = network.rules_for(balancer.name)
    made = {_CLIENT + balancer.name, _HEALTH + balancer.name}
    ports = node_ports(service)
    mine = tuple(each for each in named if each.description in made and each.from_port in ports)
    groups = tuple(sorted({each.group for each in named}))
    every = {each.id: each for each in (*named, *(network.rules_of(groups) if groups else ()))}
    ours = {each.id for each in mine}
    shared = sorted(id for id, each in every.items() if id not in ours and each.description.startswith(_ANY))
    return mine, tuple(shared)


def _of_classic(network: NetworkLook, balancer: LoadBalancer, own: tuple[str, ...]) -> Sorted:
    """Told by their source: all protocols from a security group of the load balancer.

    Legacy's deletion takes such a rule whosever the group is. Only one from a group of its own is nobody else's; one from a
    group that other load balancers may wear is left to legacy, and so is a rule of another kind, which somebody wrote.
    Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, updateInstanceSecurityGroupsForLoadBalancer.
    """
    named = network.rules_from(balancer.security_groups) if balancer.security_groups else ()
    # The load balancer's own groups may name each other; the nodes' rules are the others.
    others = [each for each in named if each.group not in balancer.security_groups]
    mine = tuple(each for each in others if each.protocol == "-1")
    shared = sorted(each.id for each in others if each.protocol != "-1" or each.source not in own)
    return mine, tuple(shared)


def own_groups(balancer: LoadBalancer, groups: Iterable[SecurityGroup]) -> tuple[str, ...]:
    """The security groups that legacy made for a classic load balancer alone, by id: told by name and by the cluster's tag.

    Source: kubernetes/cloud-provider-aws pkg/providers/v1/aws.go, buildELBSecurityGroupList.
    """
    if not balancer.classic:
        return ()
    named = (each for each in groups if each.name == _OWN_GROUP + balancer.name)
    return tuple(sorted(each.id for each in named if any(key.startswith(_CLUSTER_TAG) for key in each.tags)))


def node_ports(service: Service) -> set[int]:
    """Every port on the nodes that is this Service's alone: its nodePorts and its healthCheckNodePort."""
    ports = {int(each["nodePort"]) for each in service.spec.get("ports", ()) if each.get("nodePort")}
    check = service.spec.get("healthCheckNodePort")
    return ports | {int(check)} if check else ports
