"""EC2: networks, instances, network interfaces and elastic addresses."""

from __future__ import annotations

from migrator.sandbox.doors.aws.ec2_account import zone_id
from migrator.sandbox.doors.aws.ec2_lists import Fields, listed, tags_for, with_dry_run
from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_list
from migrator.sandbox.world import World
from migrator.sandbox.world.ec2 import Address, Instance, NetworkInterface, Subnet, Vpc

STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}

_VPC: Fields = {
    "vpc-id": lambda each: [each.id],
    "cidr": lambda each: [each.cidr],
    "cidr-block-association.cidr-block": lambda each: [each.cidr],
    "is-default": lambda each: [str(each.default).lower()],
    "state": lambda each: ["available"],
}
_SUBNET: Fields = {
    "subnet-id": lambda each: [each.id],
    "vpc-id": lambda each: [each.vpc_id],
    "availability-zone": lambda each: [each.zone],
    "cidr-block": lambda each: [each.cidr],
    "state": lambda each: ["available"],
    "map-public-ip-on-launch": lambda each: [str(each.public).lower()],
    "default-for-az": lambda each: ["false"],
}
_INSTANCE: Fields = {
    "instance-id": lambda each: [each.id],
    "instance-state-name": lambda each: [each.state],
    "availability-zone": lambda each: [each.zone],
    "subnet-id": lambda each: [each.subnet_id],
    "vpc-id": lambda each: [each.vpc_id],
    "private-ip-address": lambda each: [each.private_ip],
    "private-dns-name": lambda each: [private_dns_name(each.private_ip)],
    "instance.group-id": lambda each: each.security_groups,
    "instance-type": lambda each: [each.type],
}
_INTERFACE: Fields = {
    "network-interface-id": lambda each: [each.id],
    "description": lambda each: [each.description],
    "subnet-id": lambda each: [each.subnet_id],
    "vpc-id": lambda each: [each.vpc_id],
    "availability-zone": lambda each: [each.zone],
    "group-id": lambda each: each.security_groups,
    "interface-type": lambda each: [each.type],
    "requester-id": lambda each: [each.requester],
    "requester-managed": lambda each: [str(bool(each.requester)).lower()],
    "status": lambda each: ["in-use"],
    "addresses.private-ip-address": lambda each: each.addresses,
    "private-ip-address": lambda each: each.addresses[:1],
    "attachment.instance-id": lambda each: [each.instance_id],
    "association.allocation-id": lambda each: [each.allocation_id],
}
_ADDRESS: Fields = {
    "allocation-id": lambda each: [each.allocation_id],
    "public-ip": lambda each: [each.public_ip],
    "association-id": lambda each: [each.association_id],
    "network-interface-id": lambda each: [each.interface_id],
    "domain": lambda each: ["vpc"],
}


def describe_vpcs(world: World, asked: Asked) -> Told:
    """By id, by filter, or all."""
    found, token = listed(world.ec2.vpcs, asked, "VpcIds", _VPC, ("InvalidVpcID.NotFound", "vpc ID"))
    return {"Vpcs": [_vpc(world, each) for each in found], "NextToken": token}


def describe_subnets(world: World, asked: Asked) -> Told:
    """By id, by filter, or all."""
    found, token = listed(world.ec2.subnets, asked, "SubnetIds", _SUBNET, ("InvalidSubnetID.NotFound", "subnet ID"))
    return {"Subnets": [_subnet(world, each) for each in found], "NextToken": token}


def describe_instances(world: World, asked: Asked) -> Told:
    """Each instance in a reservation of its own."""
    refusal = ("InvalidInstanceID.NotFound", "instance ID")
    found, token = listed(world.ec2.instances, asked, "InstanceIds", _INSTANCE, refusal)
    reservations = [
        {"ReservationId": each.id.replace("i-", "r-"), "OwnerId": world.account, "Instances": [_instance(world, each)]}
        for each in found
    ]
    return {"Reservations": reservations, "NextToken": token}


def describe_network_interfaces(world: World, asked: Asked) -> Told:
    """Those of instances and of load balancers."""
    refusal = ("InvalidNetworkInterfaceID.NotFound", "networkInterface ID")
    found, token = listed(world.ec2.interfaces, asked, "NetworkInterfaceIds", _INTERFACE, refusal)
    return {"NetworkInterfaces": [_interface(world, each) for each in found], "NextToken": token}


def describe_addresses(world: World, asked: Asked) -> Told:
    """All at once: the operation has no pages."""
    refusal = ("InvalidAllocationID.NotFound", "allocation ID")
    found, _ = listed(world.ec2.addresses, asked, "AllocationIds", _ADDRESS, refusal)
    wanted = asked.get("PublicIps")
    return {"Addresses": [_address(world, each) for each in found if not wanted or each.public_ip in wanted]}


def allocate_address(world: World, asked: Asked) -> Told:
    """An elastic address from the pool of the sandbox."""
    address = world.ec2.allocate_address(tags=tags_for(asked, "elastic-ip"))
    return {"PublicIp": address.public_ip, "AllocationId": address.allocation_id, "Domain": "vpc"}


def release_address(world: World, asked: Asked) -> Told:
    """InvalidIPAddress.InUse while something uses it."""
    world.ec2.release_address(asked.get("AllocationId", ""))
    return {}


def _vpc(world: World, vpc: Vpc) -> Told:
    return {
        "VpcId": vpc.id,
        "State": "available",
        "CidrBlock": vpc.cidr,
        "CidrBlockAssociationSet": [
            {
                "AssociationId": vpc.id.replace("vpc-", "vpc-cidr-assoc-"),
                "CidrBlock": vpc.cidr,
                "CidrBlockState": {"State": "associated"},
            }
        ],
        "DhcpOptionsId": vpc.id.replace("vpc-", "dopt-"),
        "InstanceTenancy": "default",
        "IsDefault": vpc.default,
        "OwnerId": world.account,
        "Tags": tag_list(vpc.tags),
    }


def _subnet(world: World, subnet: Subnet) -> Told:
    return {
        "SubnetId": subnet.id,
        "SubnetArn": f"arn:aws:ec2:{world.region}:{world.account}:subnet/{subnet.id}",
        "VpcId": subnet.vpc_id,
        "State": "available",
        "CidrBlock": subnet.cidr,
        "AvailabilityZone": subnet.zone,
        "AvailabilityZoneId": zone_id(world, subnet.zone),
        "AvailableIpAddressCount": subnet.free_addresses,
        "MapPublicIpOnLaunch": subnet.public,
        "DefaultForAz": False,
        "OwnerId": world.account,
        "Tags": tag_list(subnet.tags),
    }


def _instance(world: World, instance: Instance) -> Told:
    gone = instance.state == "terminated"
    return {
        "InstanceId": instance.id,
        "InstanceType": instance.type,
        "State": {"Code": STATE_CODES[instance.state], "Name": instance.state},
        "LaunchTime": instance.launched,
        "Placement": {"AvailabilityZone": instance.zone, "Tenancy": "default"},
        "PrivateIpAddress": None if gone else instance.private_ip,
        "PrivateDnsName": "" if gone else private_dns_name(instance.private_ip),
        "SubnetId": None if gone else instance.subnet_id,
        "VpcId": None if gone else instance.vpc_id,
        "SecurityGroups": [] if gone else _groups(world, instance.security_groups),
        "NetworkInterfaces": [
            _interface_of(world, each) for each in world.ec2.interfaces.values() if each.instance_id == instance.id
        ],
        "Tags": tag_list(instance.tags),
    }


def _interface_of(world: World, interface: NetworkInterface) -> Told:
    """An interface inside of its instance: the members that both forms have."""
    whole = _interface(world, interface)
    names = (
        "NetworkInterfaceId",
        "Description",
        "SubnetId",
        "VpcId",
        "Groups",
        "PrivateIpAddress",
        "PrivateIpAddresses",
        "Status",
        "InterfaceType",
    )
    return {name: whole[name] for name in names} | {"Attachment": {"DeviceIndex": 0, "Status": "attached"}}


def _interface(world: World, interface: NetworkInterface) -> Told:
    association = None
    if interface.public_ip:
        address = world.ec2.addresses.get(interface.allocation_id or "")
        association = {
            "PublicIp": interface.public_ip,
            "AllocationId": interface.allocation_id,
            "AssociationId": address.association_id if address else None,
            "IpOwnerId": world.account if address else interface.requester,
        }
    return {
        "NetworkInterfaceId": interface.id,
        "Description": interface.description,
        "InterfaceType": interface.type,
        "Status": "in-use",
        "SubnetId": interface.subnet_id,
        "VpcId": interface.vpc_id,
        "AvailabilityZone": interface.zone,
        "OwnerId": world.account,
        "RequesterId": interface.requester or None,
        "RequesterManaged": bool(interface.requester),
        "Attachment": {"InstanceId": interface.instance_id, "DeviceIndex": 0, "Status": "attached"}
        if interface.instance_id
        else None,
        "Association": association,
        "Groups": _groups(world, interface.security_groups),
        "PrivateIpAddress": interface.addresses[0],
        "PrivateIpAddresses": [{"PrivateIpAddress": each, "Primary": at == 0} for at, each in enumerate(interface.addresses)],
        "TagSet": tag_list(interface.tags),
    }


def _address(world: World, address: Address) -> Told:
    interface = world.ec2.interfaces.get(address.interface_id or "")
    return {
        "AllocationId": address.allocation_id,
        "PublicIp": address.public_ip,
        "Domain": "vpc",
        "AssociationId": address.association_id,
        "NetworkInterfaceId": address.interface_id,
        "NetworkInterfaceOwnerId": world.account if interface else None,
        "PrivateIpAddress": interface.addresses[0] if interface else None,
        "NetworkBorderGroup": world.region,
        "Tags": tag_list(address.tags),
    }


def _groups(world: World, ids: list[str]) -> list[Told]:
    return [{"GroupId": each, "GroupName": world.ec2.groups[each].name if each in world.ec2.groups else None} for each in ids]


def private_dns_name(ip: str) -> str:
    """The name of an address inside its VPC."""
    return f"ip-{ip.replace('.', '-')}.ec2.internal"


HANDLERS: dict[str, Handler] = {
    name: with_dry_run(handler)
    for name, handler in (
        ("DescribeVpcs", describe_vpcs),
        ("DescribeSubnets", describe_subnets),
        ("DescribeInstances", describe_instances),
        ("DescribeNetworkInterfaces", describe_network_interfaces),
        ("DescribeAddresses", describe_addresses),
        ("AllocateAddress", allocate_address),
        ("ReleaseAddress", release_address),
    )
}
