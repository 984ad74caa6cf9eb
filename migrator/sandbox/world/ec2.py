"""The part of EC2 that load balancers stand on: networks, instances, interfaces, elastic addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.sandbox.world.ec2_groups import SecurityGroups, found
from migrator.sandbox.world.ec2_nouns import Address, Instance, NetworkInterface, Rule, SecurityGroup, Subnet, Vpc
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

__all__ = ["Address", "Ec2", "Instance", "NetworkInterface", "Rule", "RuleSpec", "SecurityGroup", "Subnet", "Vpc"]

_RESERVED_ADDRESSES = 5  # the first four and the last of each subnet (VPC user guide, "Subnet CIDR blocks")


class Ec2(SecurityGroups):
    """Everything EC2 knows, by id, in the order in which it was made. Every refusal is an AwsError."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.subnets: dict[str, Subnet] = {}
        self.instances: dict[str, Instance] = {}
        self.addresses: dict[str, Address] = {}

    # Networks

    def create_vpc(self, cidr: str, *, tags: dict[str, str] | None = None, default: bool = False) -> Vpc:
        """A VPC with its default security group, which lets its members talk to each other and out."""
        vpc = Vpc(self._id("vpc"), str(ipaddress.IPv4Network(cidr)), dict(tags or {}), default)
        self.vpcs[vpc.id] = vpc
        group = self._new_group("default", "default VPC security group", vpc.id, {})
        self.authorize(group.id, [RuleSpec(protocol="-1", source_group=group.id)])
        return vpc

    def create_subnet(
        self, vpc_id: str, zone: str, cidr: str, *, tags: dict[str, str] | None = None, public: bool = False
    ) -> Subnet:
        """A subnet in one zone; InvalidSubnet.Conflict when it overlaps another one of the VPC."""
        network = ipaddress.IPv4Network(cidr)
        if not network.subnet_of(ipaddress.IPv4Network(self.vpc(vpc_id).cidr)):
            raise AwsError("InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid.")
        if any(each.vpc_id == vpc_id and each.network.overlaps(network) for each in self.subnets.values()):
            raise AwsError("InvalidSubnet.Conflict", f"The CIDR '{cidr}' conflicts with another subnet")
        free = network.num_addresses - _RESERVED_ADDRESSES
        subnet = Subnet(self._id("subnet"), zone, str(network), vpc_id, dict(tags or {}), free, public)
        self.subnets[subnet.id] = subnet
        return subnet

    def vpc(self, id: str) -> Vpc:
        """The VPC with this id; InvalidVpcID.NotFound."""
        return found(self.vpcs, id, "InvalidVpcID.NotFound", "vpc ID")

    def subnet(self, id: str) -> Subnet:
        """The subnet with this id; InvalidSubnetID.NotFound."""
        return found(self.subnets, id, "InvalidSubnetID.NotFound", "subnet ID")

    def zones(self) -> list[str]:
        """The zones of the region that hold a subnet, sorted."""
        return sorted({each.zone for each in self.subnets.values()})

    def zone_of(self, address: str, vpc_id: str) -> str | None:
        """The zone where a private address of a VPC lives, or None when no interface or subnet of it knows."""
        for interface in self.interfaces.values():
            if interface.vpc_id == vpc_id and address in interface.addresses:
                return interface.zone
        ip = ipaddress.IPv4Address(address)
        return next((each.zone for each in self.subnets.values() if each.vpc_id == vpc_id and ip in each.network), None)

    # Instances and interfaces

    def run_instance(
        self,
        subnet_id: str,
        ip: str,
        security_groups: Iterable[str],
        *,
        tags: dict[str, str] | None = None,
        type: str = "m5.large",
    ) -> Instance:
        """A running instance with one interface on `ip`."""
        subnet, groups = self.subnet(subnet_id), list(security_groups)
        for each in groups:
            self.group(each)
        instance = Instance(
            self._id("i"), subnet.zone, subnet.id, subnet.vpc_id, ip, groups, dict(tags or {}), self.world.now, type=type
        )
        self.instances[instance.id] = instance
        self.create_interface(subnet_id, ip, groups, instance_id=instance.id)
        return instance

    def terminate_instance(self, id: str) -> Instance:
        """Take an instance and its interfaces away; it stays listed as terminated."""
        instance = self.instance(id)
        instance.state = "terminated"
        for interface in [each for each in self.interfaces.values() if each.instance_id == id]:
            self.delete_interface(interface.id)
        self.world.elb.recheck()
        return instance

    def set_instance_state(self, id: str, state: str) -> Instance:
        """Stop or start an instance: health checks notice."""
        instance = self.instance(id)
        instance.state = state
        self.world.elb.recheck()
        return instance

    def instance(self, id: str) -> Instance:
        """The instance with this id; InvalidInstanceID.NotFound."""
        return found(self.instances, id, "InvalidInstanceID.NotFound", "instance ID")

    def create_interface(
        self,
        subnet_id: str,
        ip: str,
        security_groups: Iterable[str] = (),
        *,
        description: str = "",
        type: str = "interface",
        requester: str = "",
        instance_id: str | None = None,
    ) -> NetworkInterface:
        """An interface on `ip`, which takes one address of its subnet."""
        subnet = self.subnet(subnet_id)
        interface = NetworkInterface(
            id=self._id("eni"),
            subnet_id=subnet.id,
            vpc_id=subnet.vpc_id,
            zone=subnet.zone,
            description=description,
            addresses=[ip],
            security_groups=list(security_groups),
            type=type,
            requester=requester,
            instance_id=instance_id,
        )
        subnet.free_addresses -= 1
        self.interfaces[interface.id] = interface
        return interface

    def delete_interface(self, id: str) -> None:
        """Take an interface away, its addresses and its association with an elastic address too."""
        interface = self.interface(id)
        del self.interfaces[id]
        self.subnet(interface.subnet_id).free_addresses += len(interface.addresses)
        if interface.allocation_id:
            address = self.addresses[interface.allocation_id]
            address.interface_id = address.association_id = None

    def interface(self, id: str) -> NetworkInterface:
        """The interface with this id; InvalidNetworkInterfaceID.NotFound."""
        return found(self.interfaces, id, "InvalidNetworkInterfaceID.NotFound", "networkInterface ID")

    def assign_private_address(self, interface_id: str, ip: str) -> None:
        """Put a further address on an interface, as the VPC CNI does for each pod."""
        interface = self.interface(interface_id)
        if ip not in interface.addresses:
            interface.addresses.append(ip)
            self.subnet(interface.subnet_id).free_addresses -= 1

    def unassign_private_address(self, interface_id: str, ip: str) -> None:
        """Take a further address off an interface; nothing happens when it is not on it."""
        interface = self.interface(interface_id)
        if ip in interface.addresses[1:]:
            interface.addresses.remove(ip)
            self.subnet(interface.subnet_id).free_addresses += 1

    # Elastic addresses

    def allocate_address(self, *, tags: dict[str, str] | None = None) -> Address:
        """An elastic address for the account; AddressLimitExceeded when the quota is used up."""
        if len(self.addresses) >= self.world.quotas.value("EC2-VPC Elastic IPs"):
            raise AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.")
        address = Address(self._id("eipalloc"), self.world.network.allocate_address("lb"), tags=dict(tags or {}))
        self.addresses[address.allocation_id] = address
        return address

    def associate_address(self, allocation_id: str, interface_id: str) -> None:
        """Give an interface an elastic address; Resource.AlreadyAssociated when another one has it."""
        address, interface = self.address(allocation_id), self.interface(interface_id)
        if address.interface_id:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"resource {allocation_id} is already associated with associate-id {address.association_id}",
            )
        address.interface_id, address.association_id = interface_id, self._id("eipassoc")
        interface.allocation_id, interface.public_ip = allocation_id, address.public_ip

    def release_address(self, allocation_id: str) -> None:
        """Give an elastic address back; InvalidIPAddress.InUse while something uses it."""
        address = self.address(allocation_id)
        if address.interface_id:
            raise AwsError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
        del self.addresses[allocation_id]

    def address(self, allocation_id: str) -> Address:
        """The elastic address with this id; InvalidAllocationID.NotFound."""
        return found(self.addresses, allocation_id, "InvalidAllocationID.NotFound", "allocation ID")
