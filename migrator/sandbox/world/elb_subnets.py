"""Which subnets and elastic addresses a load balancer can be put on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from migrator.sandbox.world.ec2_nouns import Subnet
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world.ec2 import Ec2

LEAST_FREE_ADDRESSES = 8  # CreateLoadBalancer wants so many in each subnet


def checked_subnets(ec2: Ec2, ids: Sequence[str]) -> list[Subnet]:
    """The subnets in order of their zone; one per zone, all of one VPC, each with room for what AWS puts there."""
    if not ids:
        raise AwsError("ValidationError", "At least one subnet must be specified")
    known = ec2.subnets
    if missing := [each for each in ids if each not in known]:
        raise AwsError("SubnetNotFound", f"The subnet ID '{missing[0]}' does not exist")
    chosen = sorted((known[each] for each in dict.fromkeys(ids)), key=lambda each: each.zone)
    if len({each.vpc_id for each in chosen}) > 1:
        raise AwsError("InvalidConfigurationRequest", "All subnets must belong to the same VPC")
    if len({each.zone for each in chosen}) < len(chosen):
        raise AwsError(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    for each in chosen:
        if each.free_addresses < LEAST_FREE_ADDRESSES:
            raise AwsError(
                "InvalidSubnet",
                f"Not enough IP space available in {each.id}. ELB requires at least {LEAST_FREE_ADDRESSES}"
                " free IP addresses in each subnet.",
            )
    return chosen


def check_allocations(ec2: Ec2, scheme: str, allocations: Mapping[str, str]) -> None:
    """Elastic addresses have to exist and be free, and only internet-facing load balancers have them."""
    if allocations and scheme != "internet-facing":
        raise AwsError(
            "InvalidConfigurationRequest", "Elastic IP addresses can only be specified for internet-facing load balancers"
        )
    for each in allocations.values():
        if each not in ec2.addresses:
            raise AwsError("AllocationIdNotFound", f"The allocation ID '{each}' does not exist")
        if ec2.addresses[each].interface_id:
            raise AwsError("ResourceInUse", f"The allocation ID '{each}' is not available for use")
