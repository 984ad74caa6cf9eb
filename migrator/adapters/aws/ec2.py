"""Reads security groups and their rules through EC2, and who we are through STS."""

from __future__ import annotations

from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from migrator.adapters.aws.elbv2 import CLUSTER_TAG, STACK_TAG
from migrator.adapters.aws.paging import several
from migrator.adapters.aws.places import VALUES
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.model.balancers import Caller, Rule

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import FilterTypeDef, SecurityGroupRuleTypeDef

PAGE = 1000  # the most that a describe call gives back

# How the legacy controller describes its node rules; `nlb/mtu` rules are shared by all of its load balancers.
LEGACY_RULES = ("kubernetes.io/rule/nlb/client=", "kubernetes.io/rule/nlb/health=")


class NetworkLook:
    """One account and region. Implements `ports.looks.NetworkLook`."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def caller(self) -> Caller:
        """Account, region and AWS's own time, in whole seconds. One call. Source: STS GetCallerIdentity."""
        with asking_aws("ask AWS who we are"):
            answer = self._session.sts.get_caller_identity()
        date = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
        return Caller(answer["Account"], answer["Arn"], self._session.region, parsedate_to_datetime(date).timestamp())

    def rules_for(self, balancer_name: str) -> tuple[Rule, ...]:
        """The inbound node rules that legacy made for a network load balancer, by id.

        EC2 cannot look by description, so all rules of the region are read: one call for 1,000.
        """
        wanted = tuple(prefix + balancer_name for prefix in LEGACY_RULES)
        return _inbound(each for each in self._rules([]) if each.get("Description") in wanted)

    def rules_of(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        """Every inbound rule of these security groups, by id; none for a group that is gone. One call for 1,000 rules."""
        return _inbound(each for some in several(groups, VALUES) for each in self._rules([{"Name": "group-id", "Values": some}]))

    def rules_from(self, groups: tuple[str, ...]) -> tuple[Rule, ...]:
        """Every inbound rule, of whichever group, whose source is one of these security groups, by id.

        Rules cannot be looked for by source, groups can: one call for 1,000 groups, then as `rules_of` those.
        """
        name = "ip-permission.group-id"
        users = [each for some in several(groups, VALUES) for each in self._groups([{"Name": name, "Values": some}])]
        return tuple(each for each in self.rules_of(tuple(users)) if each.source in groups)

    def rules_left(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these rule ids still exist, in order. One call for 200."""
        name = "security-group-rule-id"
        found = (each for some in several(ids, VALUES) for each in self._rules([{"Name": name, "Values": some}]))
        return tuple(sorted(each["SecurityGroupRuleId"] for each in found))

    def security_groups_left(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these security groups still exist, in order. One call for 200."""
        found = (each for some in several(ids, VALUES) for each in self._groups([{"Name": "group-id", "Values": some}]))
        return tuple(sorted(found))

    def worn(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """The network interfaces that wear one of these security groups, a line each; sorted. One call for 1,000."""
        pages = self._session.ec2.get_paginator("describe_network_interfaces")
        found: set[str] = set()
        for some in several(groups, VALUES):
            with asking_aws("read the network interfaces of security groups", ", ".join(some)):
                asked = pages.paginate(Filters=[{"Name": "group-id", "Values": some}], PaginationConfig={"PageSize": PAGE})
                wearing = [each for page in asked for each in page["NetworkInterfaces"]]
            found |= {f"{each['NetworkInterfaceId']} {each.get('Description', '')}".rstrip() for each in wearing}
        return tuple(sorted(found))

    def stacked_groups(self, cluster: str, stack: str) -> tuple[str, ...]:
        """Security groups that carry LBC's tags for this cluster and stack, by id. One call for 1,000."""
        tags = ((CLUSTER_TAG, cluster), (STACK_TAG, stack))
        return tuple(sorted(self._groups([{"Name": f"tag:{name}", "Values": [value]} for name, value in tags])))

    def _rules(self, filters: list[FilterTypeDef]) -> list[SecurityGroupRuleTypeDef]:
        """Filters are silent about ids that are gone; asking by id would fail for all of them."""
        pages = self._session.ec2.get_paginator("describe_security_group_rules")
        with asking_aws("read security group rules", _said(filters)):
            found = pages.paginate(Filters=filters, PaginationConfig={"PageSize": PAGE})
            return [each for page in found for each in page["SecurityGroupRules"]]

    def _groups(self, filters: list[FilterTypeDef]) -> list[str]:
        pages = self._session.ec2.get_paginator("describe_security_groups")
        with asking_aws("read security groups", _said(filters)):
            found = pages.paginate(Filters=filters, PaginationConfig={"PageSize": PAGE})
            return [each["GroupId"] for page in found for each in page["SecurityGroups"]]


def _said(filters: list[FilterTypeDef]) -> str:
    return ", ".join(value for each in filters for value in each["Values"])


def _inbound(described: Iterable[SecurityGroupRuleTypeDef]) -> tuple[Rule, ...]:
    return tuple(sorted((rule_from(each) for each in described if not each["IsEgress"]), key=lambda rule: rule.id))


def rule_from(described: SecurityGroupRuleTypeDef) -> Rule:
    """A rule; `source` is whichever of the four kinds of source it has."""
    source = (
        described.get("CidrIpv4")
        or described.get("CidrIpv6")
        or described.get("ReferencedGroupInfo", {}).get("GroupId")
        or described.get("PrefixListId")
    )
    return Rule(
        id=described["SecurityGroupRuleId"],
        group=described["GroupId"],
        protocol=described["IpProtocol"],
        from_port=described.get("FromPort", -1),
        to_port=described.get("ToPort", -1),
        source=source or "",
        description=described.get("Description", ""),
    )
