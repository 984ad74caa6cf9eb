"""Where things are: the zone of an instance, the addresses of a load balancer. Elastic Load Balancing leaves both to EC2."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrator.adapters.aws.paging import several
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.model.balancers import LoadBalancer

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import NetworkInterfaceTypeDef

VALUES = 200  # in one filter


class Places:
    """Remembers the zones of instances and subnets, which never move."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session
        self._zones: dict[str, str] = {}
        self._subnets: dict[str, str] = {}

    def zones(self, instances: Iterable[str]) -> dict[str, str]:
        """The zone of each instance; one that EC2 no longer knows is left out.

        No call for instances seen before, else one for 200. Source: EC2 DescribeInstances.
        """
        for some in several((each for each in instances if each not in self._zones), VALUES):
            pages = self._session.ec2.get_paginator("describe_instances")
            with asking_aws("read the zones of instances", ", ".join(some)):
                # A filter is silent about an instance that is gone, where asking by id would fail for all of them.
                for page in pages.paginate(Filters=[{"Name": "instance-id", "Values": some}]):
                    for each in (each for reservation in page["Reservations"] for each in reservation["Instances"]):
                        self._zones[each["InstanceId"]] = each["Placement"]["AvailabilityZone"]
        return self._zones

    def subnets(self, ids: Iterable[str]) -> dict[str, str]:
        """The zone of each subnet; one that EC2 no longer knows is left out.

        No call for subnets seen before, else one for 200. Source: EC2 DescribeSubnets.
        """
        for some in several((each for each in ids if each not in self._subnets), VALUES):
            pages = self._session.ec2.get_paginator("describe_subnets")
            with asking_aws("read the zones of subnets", ", ".join(some)):
                for page in pages.paginate(Filters=[{"Name": "subnet-id", "Values": some}]):
                    self._subnets |= {each["SubnetId"]: each["AvailabilityZone"] for each in page["Subnets"]}
        return self._subnets

    def addresses(self, lb: LoadBalancer) -> dict[str, tuple[str, ...]]:
        """The addresses that clients connect to, by subnet; empty before AWS made the interfaces.

        One call. Source: EC2 DescribeNetworkInterfaces, whose description is `ELB net/<name>/<id>`, or `ELB <name>` for
        a classic one.
        """
        described = f"ELB {lb.arn.partition(':loadbalancer/')[2]}"
        pages = self._session.ec2.get_paginator("describe_network_interfaces")
        found: defaultdict[str, list[str]] = defaultdict(list)
        with asking_aws("read the network interfaces of load balancer", lb.name):
            for page in pages.paginate(Filters=[{"Name": "description", "Values": [described]}]):
                for each in page["NetworkInterfaces"]:
                    found[each["SubnetId"]] += _reached(each, internal=lb.scheme == "internal")
        return {subnet: tuple(sorted(addresses)) for subnet, addresses in found.items()}


def _reached(interface: NetworkInterfaceTypeDef, internal: bool) -> list[str]:
    public = interface.get("Association", {}).get("PublicIp", "")
    address = interface.get("PrivateIpAddress", "") if internal else public
    return [each for each in (address, *(each["Ipv6Address"] for each in interface.get("Ipv6Addresses", []))) if each]
