"""Reads network load balancers, listeners, target groups and their health through ELBv2."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from migrator.adapters.aws.elb_nouns import balancer_from, group_from, listener_from, target_from
from migrator.adapters.aws.paging import several
from migrator.adapters.aws.places import Places
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.aws.trouble import asking_aws
from migrator.errors import Missing
from migrator.model.balancers import Listener, LoadBalancer, Target, TargetGroup
from migrator.model.records import bare_name, same_name

if TYPE_CHECKING:
    from mypy_boto3_elbv2.type_defs import LoadBalancerTypeDef, PaginatorConfigTypeDef, TargetGroupTypeDef

PAGES: PaginatorConfigTypeDef = {"PageSize": 400}  # the most that a describe call gives back
TAGGED = 20  # ARNs in one DescribeTags
CLUSTER_TAG, STACK_TAG = "elbv2.k8s.aws/cluster", "service.k8s.aws/stack"

# `<name>-<hex>.elb.<region>.amazonaws.com`; the hex has no hyphen, so the split has one reading.
NETWORK_NAME = re.compile(r"(?P<name>[a-z0-9-]+)-[0-9a-f]+\.elb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")


class NetworkBalancers:
    """One account and region: the answers of `ports.looks.BalancerLook` for everything but Classic Load Balancers."""

    def __init__(self, session: AwsSession, places: Places) -> None:
        self._session, self._places = session, places

    def named(self, hostname: str) -> LoadBalancer | None:
        """The load balancer with this DNS name, or None.

        Two or three calls where the DNS name holds the load balancer's own name, as a network load balancer's does;
        else it is looked for in all pages of 400. Source: ELBv2 DescribeLoadBalancers, DescribeTags.
        """
        shape = NETWORK_NAME.fullmatch(bare_name(hostname))
        with asking_aws("look for the load balancer called", hostname):
            # Names have upper and lower case, DNS names have not: an absent name is not yet an absent load balancer.
            described = (self._called(shape["name"]) if shape else []) or self._all()
        return self._one([each for each in described if same_name(each["DNSName"], hostname)])

    def balancer(self, arn: str) -> LoadBalancer | None:
        """A load balancer by ARN, or None. Two calls, a third where its addresses are only seen on its interfaces."""
        try:
            with asking_aws("read load balancer", arn):
                described = self._session.elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"]
        except Missing:
            return None
        return self._one(described)

    def attributes(self, arn: str) -> dict[str, str]:
        """A load balancer's attributes. One call. Raises Missing. Source: DescribeLoadBalancerAttributes."""
        with asking_aws("read the attributes of load balancer", arn):
            answer = self._session.elb.describe_load_balancer_attributes(LoadBalancerArn=arn)
        return {each["Key"]: each["Value"] for each in answer["Attributes"]}

    def listeners(self, arn: str, *, whole: bool = False) -> tuple[Listener, ...]:
        """A load balancer's listeners by port; empty when it is gone.

        One call a page of 400; with `whole` one more a listener, as ELBv2 has no list of their attributes.
        """
        pages = self._session.elb.get_paginator("describe_listeners")
        try:
            with asking_aws("read the listeners of", arn):
                found = [
                    each for page in pages.paginate(LoadBalancerArn=arn, PaginationConfig=PAGES) for each in page["Listeners"]
                ]
        except Missing:
            return ()
        listeners = [listener_from(each) for each in found]
        if whole:
            listeners = [replace(each, attributes=self._listener_attributes(each.arn)) for each in listeners]
        return tuple(sorted(listeners, key=lambda each: (each.port, each.arn)))

    def groups(self, arn: str) -> tuple[TargetGroup, ...]:
        """The target groups of a load balancer, by port and ARN; empty when it is gone.

        One call a page of 400, one for the tags of 20, and one a group for its attributes (ELBv2 has no list of them).
        """
        pages = self._session.elb.get_paginator("describe_target_groups")
        try:
            with asking_aws("read the target groups of", arn):
                described = [
                    each for page in pages.paginate(LoadBalancerArn=arn, PaginationConfig=PAGES) for each in page["TargetGroups"]
                ]
        except Missing:
            return ()
        return self._whole(described)

    def targets(self, group_arn: str) -> tuple[Target, ...]:
        """How each target of a group is doing, by id and port; empty when none is registered.

        One call, no paging; one more for instances whose zone we have not seen yet. Raises Missing for an unknown
        group. Source: ELBv2 DescribeTargetHealth.
        """
        with asking_aws("read the targets of", group_arn):
            answer = self._session.elb.describe_target_health(TargetGroupArn=group_arn)
        targets = [target_from(each) for each in answer["TargetHealthDescriptions"]]
        zones = self._places.zones([each.id for each in targets if not each.zone and each.id.startswith("i-")])
        placed = (each if each.zone else replace(each, zone=zones.get(each.id, "")) for each in targets)
        return tuple(sorted(placed, key=lambda each: (each.id, each.port)))

    def groups_left(self, arns: tuple[str, ...]) -> tuple[TargetGroup, ...]:
        """Which of these target groups still exist, by port and ARN.

        One call for 20 of them while all exist; as one absent group fails the whole call, then one a group. Their
        tags and attributes cost what they cost in `groups`.
        """
        left: list[TargetGroupTypeDef] = []
        for some in several(arns, TAGGED):
            try:
                left += self._groups(some)
            except Missing:
                left += [each for arn in some for each in self._group(arn)]
        return self._whole(left)

    def stacked(self, cluster: str, stack: str) -> tuple[LoadBalancer, ...]:
        """Load balancers that carry LBC's tags for this cluster and stack, by ARN.

        All load balancers in pages of 400, their tags 20 a call: the tagging API would be cheaper, but lags behind.
        """
        with asking_aws("look for load balancers of the stack", stack):
            described = self._all()
        tags = self._tags([each["LoadBalancerArn"] for each in described])
        ours = [each for each in described if _stack(tags[each["LoadBalancerArn"]]) == (cluster, stack)]
        return tuple(sorted((self._complete(each, tags) for each in ours), key=lambda each: each.arn))

    def _called(self, name: str) -> list[LoadBalancerTypeDef]:
        try:
            with asking_aws("read load balancer", name):
                return self._session.elb.describe_load_balancers(Names=[name])["LoadBalancers"]
        except Missing:
            return []

    def _all(self) -> list[LoadBalancerTypeDef]:
        pages = self._session.elb.get_paginator("describe_load_balancers").paginate(PaginationConfig=PAGES)
        return [each for page in pages for each in page["LoadBalancers"]]

    def _one(self, described: list[LoadBalancerTypeDef]) -> LoadBalancer | None:
        if not described:
            return None
        return self._complete(described[0], self._tags([described[0]["LoadBalancerArn"]]))

    def _complete(self, described: LoadBalancerTypeDef, tags: dict[str, dict[str, str]]) -> LoadBalancer:
        lb = balancer_from(described, tags[described["LoadBalancerArn"]])
        if lb.kind == "network" and not any(zone.addresses for zone in lb.zones):
            # ELBv2 tells addresses only where somebody chose them; the others are on the network interfaces.
            addresses = self._places.addresses(lb)
            zones = tuple(replace(zone, addresses=addresses.get(zone.subnet, ())) for zone in lb.zones)
            lb = replace(lb, zones=zones)
        return lb

    def _listener_attributes(self, arn: str) -> dict[str, str]:
        """A listener's attributes; none for one that was deleted since it was listed."""
        try:
            with asking_aws("read the attributes of listener", arn):
                answer = self._session.elb.describe_listener_attributes(ListenerArn=arn)
        except Missing:
            return {}
        return {each["Key"]: each["Value"] for each in answer["Attributes"]}

    def _group(self, arn: str) -> list[TargetGroupTypeDef]:
        try:
            return self._groups([arn])
        except Missing:
            return []

    def _groups(self, arns: list[str]) -> list[TargetGroupTypeDef]:
        with asking_aws("read target groups", ", ".join(arns)):
            return self._session.elb.describe_target_groups(TargetGroupArns=arns)["TargetGroups"]

    def _whole(self, described: Iterable[TargetGroupTypeDef]) -> tuple[TargetGroup, ...]:
        """Groups with tags and attributes; one that was deleted since it was described is left out."""
        groups: list[TargetGroup] = []
        for each in described:
            arn = each["TargetGroupArn"]
            try:
                with asking_aws("read the attributes of target group", arn):
                    answer = self._session.elb.describe_target_group_attributes(TargetGroupArn=arn)
            except Missing:
                continue
            groups.append(group_from(each, {pair["Key"]: pair["Value"] for pair in answer["Attributes"]}))
        tags = self._tags([each.arn for each in groups])
        tagged = (replace(each, tags=tags[each.arn]) for each in groups)
        return tuple(sorted(tagged, key=lambda each: (each.port, each.arn)))

    def _tags(self, arns: list[str]) -> dict[str, dict[str, str]]:
        """Tags by ARN, empty for what is gone: one absent ARN fails the whole call, which is then asked one by one."""
        tags: dict[str, dict[str, str]] = {arn: {} for arn in arns}
        for some in several(arns, TAGGED):
            try:
                with asking_aws("read the tags of", ", ".join(some)):
                    answer = self._session.elb.describe_tags(ResourceArns=some)
            except Missing:
                if len(some) > 1:
                    tags.update({arn: self._tags([arn])[arn] for arn in some})
                continue
            for each in answer["TagDescriptions"]:
                tags[each["ResourceArn"]] = {pair["Key"]: pair.get("Value", "") for pair in each.get("Tags", [])}
        return tags


def _stack(tags: dict[str, str]) -> tuple[str | None, str | None]:
    return tags.get(CLUSTER_TAG), tags.get(STACK_TAG)
