"""Reads subnets, security groups, interfaces, certificates and the like of one account and region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.adapters.aws.account_quotas import quotas_of
from migrator.adapters.aws.account_rights import rights_of
from migrator.adapters.aws.ec2 import rule_from
from migrator.adapters.aws.paging import several
from migrator.adapters.aws.places import VALUES
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.errors import Missing, Rejected
from migrator.model.account import Certificate, Deed, Interface, Quota, Right, Subnet
from migrator.model.balancers import Rule, SecurityGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_ec2.type_defs import FilterTypeDef, NetworkInterfaceTypeDef, SubnetTypeDef, TagTypeDef

EXPIRED, ISSUED = "EXPIRED", "ISSUED"


class AccountLook:
    """Implements ports.account.AccountLook."""

    def __init__(self, session: AwsSession) -> None:
        self._session = session

    def subnets(self, ids: tuple[str, ...]) -> tuple[Subnet, ...]:
        """These subnets, by id. One call for 200; a filter is silent about an id that is gone."""
        found = []
        for filters in _filters("subnet-id", ids):
            pages = self._session.ec2.get_paginator("describe_subnets")
            with asking_aws("read subnets", ", ".join(ids)):
                found += [_subnet(each) for page in pages.paginate(Filters=filters) for each in page["Subnets"]]
        return tuple(sorted(found, key=lambda each: each.id))

    def security_groups(self, ids: tuple[str, ...]) -> tuple[SecurityGroup, ...]:
        """These security groups with their inbound rules, by id. Two calls for 200."""
        rules = self._rules(ids)
        found = []
        for filters in _filters("group-id", ids):
            pages = self._session.ec2.get_paginator("describe_security_groups")
            with asking_aws("read security groups", ", ".join(ids)):
                found += [each for page in pages.paginate(Filters=filters) for each in page["SecurityGroups"]]
        groups = (
            SecurityGroup(
                each["GroupId"],
                each["GroupName"],
                each.get("Description", ""),
                _tags(each.get("Tags", [])),
                tuple(rule for rule in rules if rule.group == each["GroupId"]),
            )
            for each in found
        )
        return tuple(sorted(groups, key=lambda each: each.id))

    def _rules(self, groups: tuple[str, ...]) -> list[Rule]:
        found = []
        for filters in _filters("group-id", groups):
            pages = self._session.ec2.get_paginator("describe_security_group_rules")
            with asking_aws("read the rules of security groups", ", ".join(groups)):
                read = (each for page in pages.paginate(Filters=filters) for each in page["SecurityGroupRules"])
                found += [rule_from(each) for each in read if not each["IsEgress"]]
        return sorted(found, key=lambda each: each.id)

    def interfaces(self, instances: tuple[str, ...]) -> tuple[Interface, ...]:
        """The network interfaces of these instances, by instance and id. One call for 200 instances."""
        found = []
        for filters in _filters("attachment.instance-id", instances):
            pages = self._session.ec2.get_paginator("describe_network_interfaces")
            with asking_aws("read the network interfaces of", f"{len(instances)} instances"):
                found += [_interface(each) for page in pages.paginate(Filters=filters) for each in page["NetworkInterfaces"]]
        return tuple(sorted(found, key=lambda each: (each.instance, each.id)))

    def quotas(self) -> tuple[Quota, ...]:
        """The limits that a second load balancer counts against, by AWS's name. Four calls, more past 400 of a thing."""
        return quotas_of(self._session)

    def rights(self, arn: str, deeds: tuple[Deed, ...]) -> tuple[Right, ...]:
        """Whether who has this ARN may do each of these. Two calls, one more for an assumed role."""
        return rights_of(self._session, arn, deeds)

    def certificates(self, arns: tuple[str, ...]) -> tuple[Certificate, ...]:
        """These certificates, by ARN. One call each. Sources: ACM DescribeCertificate, IAM GetServerCertificate."""
        found = (self._certificate(arn) for arn in sorted(set(arns)))
        return tuple(each for each in found if each is not None)

    def _certificate(self, arn: str) -> Certificate | None:
        try:
            return self._uploaded(arn) if ":server-certificate/" in arn else self._managed(arn)
        except Missing:
            return None

    def _managed(self, arn: str) -> Certificate:
        with asking_aws("read certificate", arn):
            read = self._session.acm.describe_certificate(CertificateArn=arn)["Certificate"]
        names = (read.get("DomainName", ""), *read.get("SubjectAlternativeNames", []))
        return Certificate(arn, read.get("Status", ""), tuple(sorted({each for each in names if each})))

    def _uploaded(self, arn: str) -> Certificate:
        """IAM keeps no state: it can be used until it is over. "Now" is the answer's own Date."""
        with asking_aws("read certificate", arn):
            answer = self._session.iam.get_server_certificate(ServerCertificateName=arn.rpartition("/")[2])
        ends = answer["ServerCertificate"]["ServerCertificateMetadata"].get("Expiration")
        over = ends is not None and ends.timestamp() <= AwsSession.date(answer)
        return Certificate(arn, EXPIRED if over else ISSUED)

    def tls_policies(self) -> tuple[str, ...]:
        """The TLS policies that a network load balancer can have, sorted. One call. Source: ELBv2 DescribeSSLPolicies."""
        pages = self._session.elb.get_paginator("describe_ssl_policies").paginate(LoadBalancerType="network")
        with asking_aws("list the TLS policies"):
            return tuple(sorted(each["Name"] for page in pages for each in page["SslPolicies"]))

    def protected_records(self, zone_id: str) -> tuple[tuple[str, str], ...]:
        """Name and type of what Route 53 will not let be changed, sorted. One call for 100.

        Raises Rejected where the installed botocore does not know the question yet.
        Source: Route 53 ListResourceRecordSetProtections.
        """
        ask = getattr(self._session.route53, "list_resource_record_set_protections", None)
        if ask is None:
            raise Rejected(
                f"cannot list the protected record sets of zone {zone_id}: this boto3 is too old to ask",
                do="`pip install --upgrade boto3`, or look into the hosted zone in the console",
            )
        found, token = [], ""
        while True:
            with asking_aws("list the protected record sets of zone", zone_id):
                page = ask(HostedZoneId=zone_id, MaxResults="100", **({"NextToken": token} if token else {}))
            found += [(each["RecordName"], each["RecordType"]) for each in page["ResourceRecordSetProtections"]]
            if not (token := page.get("NextToken") or ""):
                return tuple(sorted(found))


def _filters(name: str, values: tuple[str, ...]) -> Iterable[list[FilterTypeDef]]:
    """A filter for each portion of the values that one call takes."""
    return ([{"Name": name, "Values": some}] for some in several(values, VALUES))


def _tags(read: list[TagTypeDef]) -> dict[str, str]:
    return {each["Key"]: each.get("Value", "") for each in read}


def _subnet(read: SubnetTypeDef) -> Subnet:
    return Subnet(
        id=read["SubnetId"],
        zone=read["AvailabilityZone"],
        vpc=read["VpcId"],
        cidr=read.get("CidrBlock", ""),
        free=read["AvailableIpAddressCount"],
        tags=_tags(read.get("Tags", [])),
    )


def _interface(read: NetworkInterfaceTypeDef) -> Interface:
    attached = read.get("Attachment", {})
    groups = tuple(sorted(each["GroupId"] for each in read.get("Groups", [])))
    primary = attached.get("DeviceIndex", 0) == 0 and attached.get("NetworkCardIndex", 0) == 0
    return Interface(read["NetworkInterfaceId"], attached.get("InstanceId", ""), groups, primary)
