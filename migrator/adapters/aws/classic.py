"""Reads Classic Load Balancers through the classic API, which knows them by name and not by ARN."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from migrator.adapters.aws.classic_nouns import (
    Policies,
    attributes_from,
    balancer_from,
    groups_from,
    listeners_from,
    policies_from,
    target_from,
)
from migrator.adapters.aws.places import Places
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.errors import Missing
from migrator.model.balancers import Listener, LoadBalancer, Target, TargetGroup, balancer_name
from migrator.model.records import bare_name, same_name

if TYPE_CHECKING:
    from mypy_boto3_elb.type_defs import LoadBalancerDescriptionTypeDef, PaginatorConfigTypeDef

PAGES: PaginatorConfigTypeDef = {"PageSize": 400}  # the most that DescribeLoadBalancers gives back

# `<name>-<digits>.<region>.elb.amazonaws.com`, with `internal-` in front for internal ones; China ends in `.cn`.
CLASSIC_NAME = re.compile(r"(internal-)?(?P<name>[a-z0-9-]+)-[0-9]+\.[a-z0-9-]+\.elb\.amazonaws\.com(\.cn)?")


class ClassicBalancers:
    """One account and region: the answers of `ports.looks.BalancerLook` for Classic Load Balancers."""

    def __init__(self, session: AwsSession, places: Places) -> None:
        self._session, self._places = session, places

    def named(self, hostname: str) -> LoadBalancer | None:
        """The load balancer with this DNS name, or None.

        One call where the name has a classic one's form and is there, else one for 400 of them; four more for one that
        is found, two of them only the first time. Source: ELB DescribeLoadBalancers.
        """
        shape = CLASSIC_NAME.fullmatch(bare_name(hostname))
        with asking_aws("look for the classic load balancer called", hostname):
            # Names have upper and lower case, DNS names have not: an absent name is not yet an absent load balancer.
            described = (self._described(shape["name"]) if shape else []) or self._all()
        found = [each for each in described if same_name(each["DNSName"], hostname)]
        return self._complete(found[0], self._arn(found[0]["LoadBalancerName"])) if found else None

    def balancer(self, arn: str) -> LoadBalancer | None:
        """A load balancer by ARN, or None. Three calls, one more while the zones of its subnets are not known."""
        described = self._described(balancer_name(arn))
        return self._complete(described[0], arn) if described else None

    def attributes(self, arn: str) -> dict[str, str]:
        """A load balancer's attributes under the names of `model.balancers`. One call. Raises Missing."""
        name = balancer_name(arn)
        with asking_aws("read the attributes of load balancer", name):
            answer = self._session.classic.describe_load_balancer_attributes(LoadBalancerName=name)
        return attributes_from(answer["LoadBalancerAttributes"])

    def listeners(self, arn: str, *, whole: bool = False) -> tuple[Listener, ...]:
        """A load balancer's listeners by port; empty when it is gone. One call, one more where it has policies.

        They are always whole: what there is to know of them comes with them.
        """
        described = self._described(balancer_name(arn))
        try:
            return listeners_from(described[0], arn, self._policies(described[0])) if described else ()
        except Missing:
            return ()

    def groups(self, arn: str) -> tuple[TargetGroup, ...]:
        """The target groups that it wears, by port and ARN; empty when it is gone. Two calls, or three as `listeners`."""
        described = self._described(balancer_name(arn))
        try:
            return groups_from(described[0], arn, self._policies(described[0]), self.attributes(arn)) if described else ()
        except Missing:
            return ()

    def targets(self, group_arn: str) -> tuple[Target, ...]:
        """How each instance is doing behind one of its ports, by id; all ports share their one health check.

        One call, no paging; one more for instances whose zone we have not seen yet. Raises Missing when the load
        balancer is gone. Source: ELB DescribeInstanceHealth.
        """
        name, port = balancer_name(group_arn), int(group_arn.rpartition(":")[2])
        with asking_aws("read the instances of", name):
            told = self._session.classic.describe_instance_health(LoadBalancerName=name)["InstanceStates"]
        zones = self._places.zones([each["InstanceId"] for each in told])
        return tuple(
            target_from(each, port, zones.get(each["InstanceId"], ""))
            for each in sorted(told, key=lambda each: each["InstanceId"])
        )

    def groups_left(self, arns: tuple[str, ...]) -> tuple[TargetGroup, ...]:
        """Which of these target groups still exist, as `groups` for each load balancer; they go with it."""
        owners = dict.fromkeys(each.partition("#")[0] for each in arns)
        return tuple(group for owner in owners for group in self.groups(owner) if group.arn in arns)

    def _described(self, name: str) -> list[LoadBalancerDescriptionTypeDef]:
        try:
            with asking_aws("read classic load balancer", name):
                answer = self._session.classic.describe_load_balancers(LoadBalancerNames=[name])
        except Missing:
            return []
        return answer["LoadBalancerDescriptions"]

    def _all(self) -> list[LoadBalancerDescriptionTypeDef]:
        pages = self._session.classic.get_paginator("describe_load_balancers").paginate(PaginationConfig=PAGES)
        return [each for page in pages for each in page["LoadBalancerDescriptions"]]

    def _complete(self, described: LoadBalancerDescriptionTypeDef, arn: str) -> LoadBalancer:
        zones = self._places.subnets(described.get("Subnets", []))
        lb = balancer_from(described, arn, self._tags(described["LoadBalancerName"]), zones)
        addresses = self._places.addresses(lb)
        return replace(lb, zones=tuple(replace(each, addresses=addresses.get(each.subnet, ())) for each in lb.zones))

    def _policies(self, described: LoadBalancerDescriptionTypeDef) -> Policies:
        """The policies that say more than their name; no call where there are none. Raises Missing."""
        if not described.get("Policies", {}).get("OtherPolicies"):
            return Policies()
        name = described["LoadBalancerName"]
        with asking_aws("read the policies of", name):
            answer = self._session.classic.describe_load_balancer_policies(LoadBalancerName=name)
        return policies_from(answer["PolicyDescriptions"])

    def _tags(self, name: str) -> dict[str, str]:
        """Its tags; none for one that is gone. One call."""
        try:
            with asking_aws("read the tags of", name):
                answer = self._session.classic.describe_tags(LoadBalancerNames=[name])
        except Missing:
            return {}
        return {pair["Key"]: pair.get("Value", "") for each in answer["TagDescriptions"] for pair in each.get("Tags", [])}

    def _arn(self, name: str) -> str:
        partition, account = self._owner
        return f"arn:{partition}:elasticloadbalancing:{self._session.region}:{account}:loadbalancer/{name}"

    @cached_property
    def _owner(self) -> tuple[str, str]:
        """Partition and account: the classic API never says an ARN. One call, once. Source: STS GetCallerIdentity."""
        with asking_aws("ask AWS who we are"):
            answer = self._session.sts.get_caller_identity()
        return answer["Arn"].split(":")[1], answer["Account"]
