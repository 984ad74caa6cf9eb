"""What LBC refuses about the load balancer of a clone: scheme, name, subnets, addresses, security groups, tags.

Source: kubernetes-sigs/aws-load-balancer-controller: pkg/service/model_build_load_balancer.go, model_build_managed_sg.go and
pkg/networking/subnet_resolver.go; limits of Elastic Load Balancing's API reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network

from migrator.planning.hygiene_reading import Clone, Complaint
from migrator.planning.pieces import LB, RANGES

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")
_NAME_LIMIT, _TAG_LIMIT, _KEY_LIMIT, _VALUE_LIMIT = 32, 50, 128, 256
_OWN_TAGS = 3  # cluster, stack and resource, which LBC adds to each


def scheme(clone: Clone) -> Iterator[Complaint]:
    """Two words; LBC's own default is not relied upon."""
    value = clone.text("scheme")
    if value not in ("internal", "internet-facing"):
        yield Complaint("scheme", f"unknown scheme: {value}" if value else "no scheme: LBC would make it internal")


def name(clone: Clone) -> Iterator[Complaint]:
    """A name of one's own is at most 32 letters, digits and dashes."""
    value = clone.text("name")
    if value is None:
        return
    if len(value) > _NAME_LIMIT:
        yield Complaint("name", f"load balancer name cannot be longer than {_NAME_LIMIT} characters: {value}")
    elif not _NAME.fullmatch(value) or value.startswith("internal-"):
        yield Complaint("name", f"the load balancer name {value!r} is not valid")


def address_type(clone: Clone) -> Iterator[Complaint]:
    """IPv6 families need a load balancer that speaks IPv6."""
    value = clone.text("ip-address-type")
    if value not in (None, "ipv4", "dualstack"):
        yield Complaint("address-type", f"unknown IPAddressType: {value}")
    if "IPv6" in (clone.spec.get("ipFamilies") or ()) and not clone.dual:
        yield Complaint("ip-families", "unsupported IPv6 configuration, lb not dual-stack")


def subnets(clone: Clone) -> Iterator[Complaint]:
    """At least one, and not two in a zone."""
    if clone.text("subnets") is None:
        return
    listed = clone.items("subnets")
    if not listed:
        yield Complaint("subnets", "unable to resolve at least one subnet")
    by_zone: dict[str, list[str]] = {}
    for each in dict.fromkeys(listed):
        by_zone.setdefault(clone.zones.get(each, each), []).append(each)
    for zone, there in sorted(by_zone.items()):
        if len(there) > 1:
            yield Complaint("subnets", f"multiple subnets in same Availability Zone {zone}: {', '.join(there)}")
    if len(set(listed)) < len(listed):
        yield Complaint("subnets", f"couldn't find all subnets: {', '.join(listed)} names one twice")


def addresses(clone: Clone) -> Iterator[Complaint]:
    """Chosen addresses: one kind, one for each subnet, of the scheme that has them."""
    kinds = (("eip-allocations", "internet-facing"), ("private-ipv4-addresses", "internal"), ("ipv6-addresses", ""))
    for suffix, of in kinds:
        if clone.text(suffix) is None:
            continue
        count, there = len(clone.items(suffix)), len(clone.items("subnets"))
        if of and clone.text("scheme") != of:
            yield Complaint("addresses", f"{suffix} can only be set for {of} load balancers")
        if not of and not clone.dual:
            yield Complaint("addresses", "IPv6 addresses can only be set for dualstack load balancers")
        if count != there:
            yield Complaint("addresses", f"count of {suffix} ({count}) and subnets ({there}) must match")


def security_groups(clone: Clone) -> Iterator[Complaint]:
    """With groups of one's own the backend group has to manage the nodes' rules."""
    if not clone.items("security-groups"):
        return
    if clone.yes("disable-nlb-sg"):
        yield Complaint("security-groups", "conflicting security groups configuration: disable-nlb-sg and security-groups")
    managed = clone.yes("manage-backend-security-group-rules")
    if managed and clone.lbc.flag("--enable-backend-security-group", "true").lower() == "false":
        said = "backendSG feature is required to manage worker node SG rules when frontendSG is manually specified"
        yield Complaint("security-groups", said)
    if not managed:
        yield Complaint("security-groups", f"{LB}manage-backend-security-group-rules is not true: the nodes stay closed")


def source_ranges(clone: Clone) -> Iterator[Complaint]:
    """Ranges that are ranges, of families that the load balancer speaks."""
    field = clone.spec.get("loadBalancerSourceRanges") or clone.items(RANGES)
    for each in field:
        try:
            version = ip_network(str(each).strip(), strict=False).version
        except ValueError:
            yield Complaint("source-ranges", f"invalid CIDR address: {each}")
            continue
        if version == 6 and not clone.dual:
            yield Complaint("source-ranges", f"unsupported v6 cidr {each} when lb is not dualstack")


def private_link(clone: Clone) -> Iterator[Complaint]:
    """On or off."""
    value = clone.text("inbound-sg-rules-on-private-link-traffic")
    if value not in (None, "on", "off"):
        yield Complaint("private-link", f"Invalid value for securityGroupsInboundRulesOnPrivateLink status: {value}")


def tags(clone: Clone) -> Iterator[Complaint]:
    """Within AWS's limits, and none that somebody else manages."""
    own = clone.pairs("additional-resource-tags")
    managed = {each.strip() for each in clone.lbc.flag("--external-managed-tags").split(",")}
    for key, value in own.items():
        if key in managed:
            yield Complaint("tags", f"external managed tag key {key} cannot be specified on Service")
        if key.startswith("aws:") or len(key) > _KEY_LIMIT or len(value) > _VALUE_LIMIT:
            yield Complaint("tags", f"the tag {key} is one that AWS does not take")
    if len(own) + _OWN_TAGS > _TAG_LIMIT:
        yield Complaint("tags", f"{len(own)} tags and LBC's {_OWN_TAGS} are more than {_TAG_LIMIT}")


def access_logs(clone: Clone) -> Iterator[Complaint]:
    """Logs need a bucket."""
    attributes = clone.pairs("attributes")
    if attributes.get("access_logs.s3.enabled") == "true" and not attributes.get("access_logs.s3.bucket"):
        yield Complaint("access-logs", "access_logs.s3.enabled without access_logs.s3.bucket")


RULES = (scheme, name, address_type, subnets, addresses, security_groups, source_ranges, private_link, tags, access_logs)
