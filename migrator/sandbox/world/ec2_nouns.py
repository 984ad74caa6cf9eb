"""The nouns of EC2 as the world keeps them; `ec2` changes them, everyone may read them."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

import msgspec


class Vpc(msgspec.Struct):
    """A network and the address ranges in it."""

    id: str
    cidr: str
    tags: dict[str, str] = {}
    default: bool = False


class Subnet(msgspec.Struct):
    """A part of a VPC in one zone. `free_addresses` is what load balancer controllers look at before they use it."""

    id: str
    zone: str
    cidr: str
    vpc_id: str
    tags: dict[str, str] = {}
    free_addresses: int = 0
    public: bool = False

    @property
    def network(self) -> ipaddress.IPv4Network:
        """Its range."""
        return _network(self.cidr)


_network = lru_cache(maxsize=1024)(ipaddress.IPv4Network)


class Instance(msgspec.Struct):
    """A virtual machine. `state` is "pending", "running", "stopping", "stopped", "shutting-down" or "terminated"."""

    id: str
    zone: str
    subnet_id: str
    vpc_id: str
    private_ip: str
    security_groups: list[str]
    tags: dict[str, str]
    launched: float
    state: str = "running"
    type: str = "m5.large"


class NetworkInterface(msgspec.Struct):
    """A network interface. `requester` is the AWS service that made it, empty when the account did.

    `addresses` holds the primary private address first; the VPC CNI puts pods on the further ones.
    """

    id: str
    subnet_id: str
    vpc_id: str
    zone: str
    description: str
    addresses: list[str]
    security_groups: list[str]
    type: str = "interface"
    requester: str = ""
    instance_id: str | None = None
    public_ip: str | None = None
    allocation_id: str | None = None
    tags: dict[str, str] = {}


class SecurityGroup(msgspec.Struct):
    """A security group. `rules` holds the ids of its rules, in the order in which they were authorized."""

    id: str
    name: str
    description: str
    vpc_id: str
    tags: dict[str, str] = {}
    rules: list[str] = []


class Rule(msgspec.Struct):
    """One security group rule. Exactly one of `cidr`, `cidr6`, `source_group` and `prefix_list` is set.

    `protocol` is "tcp", "udp", "icmp", "icmpv6", a protocol number, or "-1" for all; ports are -1 where they do not
    apply, and ICMP keeps its type in `from_port` and its code in `to_port`.
    """

    id: str
    group_id: str
    egress: bool
    protocol: str
    from_port: int
    to_port: int
    cidr: str | None = None
    cidr6: str | None = None
    source_group: str | None = None
    prefix_list: str | None = None
    description: str = ""
    tags: dict[str, str] = {}

    @property
    def permission(self) -> tuple[object, ...]:
        """What the rule permits: two rules of a group never share it, whatever their descriptions say."""
        peer = (self.cidr, self.cidr6, self.source_group, self.prefix_list)
        return (self.group_id, self.egress, self.protocol, self.from_port, self.to_port, *peer)


class Address(msgspec.Struct):
    """An elastic address; `interface_id` is set while something uses it."""

    allocation_id: str
    public_ip: str
    association_id: str | None = None
    interface_id: str | None = None
    tags: dict[str, str] = {}
