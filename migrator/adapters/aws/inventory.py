"""Lists load balancers of both families, in pages, and their tags by the score."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from migrator.adapters.aws.classic_nouns import balancer_from as classic_from
from migrator.adapters.aws.elb_nouns import balancer_from
from migrator.adapters.aws.paging import several
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.errors import Missing
from migrator.model.balancers import LoadBalancer, balancer_name, is_classic

if TYPE_CHECKING:
    from mypy_boto3_elb.type_defs import LoadBalancerDescriptionTypeDef

PAGE, TAGGED = 400, 20  # the most of a describe call, and of the tags in one


class InventoryLook:
    """One account and region. Implements `ports.inventory.InventoryLook`."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def namesakes(self, name: str) -> tuple[LoadBalancer, ...]:
        """The load balancers of this name, classic first. Two calls. Source: ELB and ELBv2 DescribeLoadBalancers."""
        return (*self._classic(name), *self._network(name))

    def balancers_listed(self) -> tuple[LoadBalancer, ...]:
        """Every load balancer, by ARN. A call for 400 of each API, and one to learn the account's number.

        Source: ELB and ELBv2 DescribeLoadBalancers.
        """
        with asking_aws("list the load balancers"):
            v2 = self._session.elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": PAGE})
            found = [balancer_from(each, {}) for page in v2 for each in page["LoadBalancers"]]
        with asking_aws("list the classic load balancers"):
            classic = self._session.classic.get_paginator("describe_load_balancers")
            pages = classic.paginate(PaginationConfig={"PageSize": PAGE})
            described = [each for page in pages for each in page["LoadBalancerDescriptions"]]
        return tuple(sorted((*found, *self._whole(described)), key=lambda each: each.arn))

    def tags_of(self, arns: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """Tags by ARN. One call for 20 of a family; one absent name fails a whole call, which is then asked one by one.

        Source: ELB and ELBv2 DescribeTags.
        """
        tags: dict[str, dict[str, str]] = {}
        for some in several((each for each in arns if not is_classic(each)), TAGGED):
            tags |= self._tagged(some)
        for some in several((each for each in arns if is_classic(each)), TAGGED):
            tags |= self._tagged_classic(some)
        return tags

    def _network(self, name: str) -> list[LoadBalancer]:
        try:
            with asking_aws("look for load balancers called", name):
                answer = self._session.elb.describe_load_balancers(Names=[name])
        except Missing:
            return []
        return [balancer_from(each, {}) for each in answer["LoadBalancers"]]

    def _classic(self, name: str) -> list[LoadBalancer]:
        try:
            with asking_aws("look for classic load balancers called", name):
                answer = self._session.classic.describe_load_balancers(LoadBalancerNames=[name])
        except Missing:
            return []
        return self._whole(answer["LoadBalancerDescriptions"])

    def _whole(self, described: list[LoadBalancerDescriptionTypeDef]) -> list[LoadBalancer]:
        """Classic load balancers as nouns. Their ARNs are never told, only made of what is known."""
        if not described:
            return []
        partition, account = self._owner
        prefix = f"arn:{partition}:elasticloadbalancing:{self._session.region}:{account}:loadbalancer/"
        return [classic_from(each, prefix + each["LoadBalancerName"], {}, {}) for each in described]

    @cached_property
    def _owner(self) -> tuple[str, str]:
        """Partition and account. One call, once. Source: STS GetCallerIdentity."""
        with asking_aws("ask AWS who we are"):
            answer = self._session.sts.get_caller_identity()
        return answer["Arn"].split(":")[1], answer["Account"]

    def _tagged(self, arns: list[str]) -> dict[str, dict[str, str]]:
        try:
            with asking_aws("read the tags of", ", ".join(arns)):
                answer = self._session.elb.describe_tags(ResourceArns=arns)
        except Missing:
            return {} if len(arns) == 1 else {arn: tags for one in arns for arn, tags in self._tagged([one]).items()}
        found = answer["TagDescriptions"]
        return {each["ResourceArn"]: {tag["Key"]: tag.get("Value", "") for tag in each.get("Tags", [])} for each in found}

    def _tagged_classic(self, arns: list[str]) -> dict[str, dict[str, str]]:
        named = {balancer_name(arn): arn for arn in arns}
        try:
            with asking_aws("read the tags of", ", ".join(named)):
                answer = self._session.classic.describe_tags(LoadBalancerNames=list(named))
        except Missing:
            if len(arns) == 1:
                return {}
            return {arn: tags for one in arns for arn, tags in self._tagged_classic([one]).items()}
        found = answer["TagDescriptions"]
        return {
            named[each["LoadBalancerName"]]: {tag["Key"]: tag.get("Value", "") for tag in each.get("Tags", [])} for each in found
        }
