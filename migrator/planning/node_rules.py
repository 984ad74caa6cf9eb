"""Which rules of the node security groups are this load balancer's alone, and which must never be touched."""

from __future__ import annotations

from migrator.model.balancers import LoadBalancer, Rule
from migrator.model.cluster import Service
from migrator.ports.looks import NetworkLook

_CLIENT = "kubernetes.io/rule/nlb/client="
_HEALTH = "kubernetes.io/rule/nlb/health="
_ANY = "kubernetes.io/rule/nlb/"


def node_rules(network: NetworkLook, service: Service, balancer: LoadBalancer) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """Legacy's rules for this load balancer, and the ids of rules beside them that others need.

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


def node_ports(service: Service) -> set[int]:
    """Every port on the nodes that is this Service's alone: its nodePorts and its healthCheckNodePort."""
    ports = {int(each["nodePort"]) for each in service.spec.get("ports", ()) if each.get("nodePort")}
    check = service.spec.get("healthCheckNodePort")
    return ports | {int(check)} if check else ports
