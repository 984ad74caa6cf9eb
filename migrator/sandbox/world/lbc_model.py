"""From a Service to the stack that should exist for it, or to the words of a FailedBuildModel event.

Source: kubernetes-sigs/aws-load-balancer-controller pkg/service, model_builder.go, model_build_load_balancer.go and
model_build_managed_sg.go, as of v2.14.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Generator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from migrator.sandbox.world import lbc_annotations as read
from migrator.sandbox.world.controllers import Failure, annotations_of, from_addresses, key_of
from migrator.sandbox.world.ec2_rules import RuleSpec
from migrator.sandbox.world.lbc_calls import call
from migrator.sandbox.world.lbc_model_listeners import add_listeners
from migrator.sandbox.world.lbc_stack import MANAGED, BalancerSpec, FrontendGroup, Service, Stack, existing_balancer, named
from migrator.sandbox.world.lbc_subnets import discovered_subnets, named_subnets

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer
    from migrator.sandbox.world.ec2_nouns import Subnet
    from migrator.sandbox.world.lbc_backend_group import BackendGroup
    from migrator.sandbox.world.lbc_settings import Settings

FINALIZER = "service.k8s.aws/resources"
_PROTECTION = "deletion_protection.enabled"


@dataclass(slots=True)
class Draft:
    """One Service on its way to a stack: what was read and decided so far."""

    world: World
    settings: Settings
    vpc_id: str
    service: Service
    stack: Stack
    existing: LoadBalancer | None
    annotations: dict[str, str]
    scheme: str = ""
    address_type: str = "ipv4"
    subnets: list[Subnet] = field(default_factory=list)
    security_groups: list[str] = field(default_factory=list)
    backend_group: str | None = None  # an id, or MANAGED; None when nobody manages the nodes' rules


def is_supported(service: Service, settings: Settings) -> bool:
    """Whether the Service is this controller's: by class, or without one by the annotations for type and target type.

    The Service's own type only counts behind a feature gate. Source: pkg/service/service_utils.go.
    """
    spec, annotations = service["spec"], annotations_of(service)
    if "deletionTimestamp" in service["metadata"]:
        return False
    if settings.gate("ServiceTypeLoadBalancerOnly") and spec.get("type") != "LoadBalancer":
        return False
    if spec.get("loadBalancerClass") is not None:
        return bool(spec["loadBalancerClass"] == settings.load_balancer_class)
    kind = read.text(annotations, "type")
    return kind == "nlb-ip" or (kind == "external" and read.text(annotations, "nlb-target-type") in ("ip", "instance"))


def build(
    world: World, settings: Settings, vpc_id: str, backend: BackendGroup, service: Service
) -> Generator[float, None, Stack]:
    """The stack of a Service, empty when it is not this controller's. Raises Failure for what cannot be built.

    May make the backend security group, as the real controller does while it builds.
    """
    meta, annotations = service["metadata"], annotations_of(service)
    stack = Stack(meta["namespace"], meta["name"], settings.cluster_name)
    if not is_supported(service, settings):
        if FINALIZER in (meta.get("finalizers") or ()) and _is_protected(annotations):
            raise Failure(f"deletion_protection is enabled, cannot delete the service: {meta['name']}")
        return stack
    existing = existing_balancer(world.elb.balancers, stack)
    draft = Draft(world, settings, vpc_id, service, stack, existing, annotations)
    draft.scheme = _scheme(draft)
    draft.subnets = yield from call(world, "describe-subnets", key_of(service), lambda: _subnets(draft))
    draft.address_type = _address_type(annotations)
    attributes = _attributes(annotations)
    yield from _add_security_groups(draft, backend)
    stack.tags = _tags(draft)
    stack.balancer = BalancerSpec(
        allocations=_allocations(draft),
        name=_name(draft),
        scheme=draft.scheme,
        subnets=tuple(each.id for each in draft.subnets),
        security_groups=tuple(draft.security_groups),
        attributes=attributes,
        address_type=draft.address_type,
    )
    add_listeners(draft)
    return stack


def _is_protected(annotations: dict[str, str]) -> bool:
    value = read.pairs(annotations, "attributes").get(_PROTECTION)
    return value is not None and read.parsed_flag(value, f"failed to parse attribute {_PROTECTION}={value}")


def _scheme(draft: Draft) -> str:
    """As annotated, else that of the load balancer found by its tags, else the default: internal."""
    scheme = read.text(draft.annotations, "scheme")
    if scheme is not None:
        if scheme not in ("internal", "internet-facing"):
            raise Failure(f"unknown scheme: {scheme}")
        return scheme
    internal = read.flag(draft.annotations, "internal")
    if internal is not None:
        return "internal" if internal else "internet-facing"
    return draft.existing.scheme if draft.existing else draft.settings.default_load_balancer_scheme


def _subnets(draft: Draft) -> list[Subnet]:
    ec2, settings = draft.world.ec2, draft.settings
    names = read.items(draft.annotations, "subnets")
    if names is not None:
        return named_subnets(ec2, draft.vpc_id, names)
    if draft.existing is not None and draft.existing.scheme == draft.scheme:
        return named_subnets(ec2, draft.vpc_id, [each.subnet_id for each in draft.existing.zones])
    fixed = draft.scheme == "internal" and read.items(draft.annotations, "private-ipv4-addresses") is not None
    check = settings.gate("SubnetsClusterTagCheck")
    return discovered_subnets(ec2, draft.vpc_id, settings.cluster_name, draft.scheme, check_cluster=check, check_free=not fixed)


def _address_type(annotations: dict[str, str]) -> str:
    wanted = read.text(annotations, "ip-address-type")
    if wanted not in (None, "ipv4", "dualstack"):
        raise Failure(f"unknown IPAddressType: {wanted}")
    return wanted or "ipv4"


def _attributes(annotations: dict[str, str]) -> dict[str, str]:
    """`attributes` under the two older annotations, which win."""
    attributes = read.pairs(annotations, "attributes")
    if read.flag(annotations, "access-log-enabled"):
        attributes["access_logs.s3.enabled"] = "true"
        for suffix, key in (("bucket-name", "bucket"), ("bucket-prefix", "prefix")):
            if (value := read.text(annotations, f"access-log-s3-{suffix}")) is not None:
                attributes[f"access_logs.s3.{key}"] = value
    cross_zone = read.flag(annotations, "cross-zone-load-balancing-enabled")
    if cross_zone is not None:
        attributes["load_balancing.cross_zone.enabled"] = str(cross_zone).lower()
    return attributes


def _add_security_groups(draft: Draft, backend: BackendGroup) -> Generator[float, None, None]:
    """Which groups the load balancer wears, and which one the nodes will admit."""
    annotations, settings, existing = draft.annotations, draft.settings, draft.existing
    if existing is not None and not existing.security_groups:
        return  # a Network Load Balancer made without security groups never gets any
    if read.flag(annotations, "disable-nlb-sg") or not settings.gate("NLBSecurityGroup"):
        if existing is not None:
            raise Failure("conflicting security groups configuration")
        return
    names = read.items(annotations, "security-groups")
    if names:
        manage = read.flag(annotations, "manage-backend-security-group-rules")
        manage = settings.enable_manage_backend_security_group_rules if manage is None else manage
        found = yield from call(
            draft.world, "describe-security-groups", key_of(draft.service), lambda: _named_groups(draft, names)
        )
        draft.security_groups += found
        if not manage:
            return
        if not settings.enable_backend_security_group:
            raise Failure("backendSG feature is required to manage worker node SG rules when frontendSG manually specified")
    else:
        draft.stack.frontend = _frontend(draft)
        draft.security_groups.append(MANAGED)
        if not settings.enable_backend_security_group:
            draft.backend_group = MANAGED
            return
    draft.backend_group = yield from backend.get(settings, draft.vpc_id, key_of(draft.service))
    draft.stack.uses_backend_group = True
    draft.security_groups.append(draft.backend_group)


def _named_groups(draft: Draft, names: list[str]) -> list[str]:
    """Ids of security groups by id or Name tag."""
    ids = [draft.world.ec2.group(each).id for each in names if each.startswith("sg-")]
    wanted = [each for each in names if not each.startswith("sg-")]
    ids += [
        each.id for each in draft.world.ec2.groups.values() if each.vpc_id == draft.vpc_id and each.tags.get("Name") in wanted
    ]
    if len(ids) != len(names):
        raise Failure(f"couldn't find all security groups: requested ids [{', '.join(names)}] but found [{', '.join(ids)}]")
    return ids


def _frontend(draft: Draft) -> FrontendGroup:
    """The managed group: every listener's port from the source ranges, and from everywhere when there are none."""
    meta, spec = draft.service["metadata"], draft.service["spec"]
    dual = draft.address_type == "dualstack"
    lists = read.items(draft.annotations, "security-group-prefix-lists")
    cidrs = list(dict.fromkeys(map(_cidr, read.source_ranges(draft.annotations, spec))))
    for each in cidrs:
        if ":" in each and not dual:
            raise Failure(f"unsupported v6 cidr {each} when lb is not dualstack")
    if not cidrs and lists is None:
        cidrs = ["0.0.0.0/0", *(["::/0"] if dual else [])]
    rules = []
    for port in spec["ports"]:
        protocol, number = port.get("protocol", "TCP").lower(), port["port"]
        rules += [from_addresses(protocol, number, number, each) for each in cidrs]
        rules += [RuleSpec(protocol=protocol, from_port=number, to_port=number, prefix_list=each) for each in lists or ()]
    if read.text(draft.annotations, "enable-icmp-for-path-mtu-discovery") == "on":
        rules += [from_addresses("icmp", 3, 4, each) for each in cidrs if ":" not in each]
    name = named(draft.service, draft.settings.cluster_name, meta["name"], meta["namespace"], meta["uid"])
    return FrontendGroup(name, tuple(rules))


@lru_cache(maxsize=1024)
def _cidr(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise Failure(f"invalid CIDR address: {text}") from error


def _tags(draft: Draft) -> dict[str, str]:
    own = read.pairs(draft.annotations, "additional-resource-tags")
    for key in own:
        if key in draft.settings.external_managed_tags:
            raise Failure(f"external managed tag key {key} cannot be specified on Service")
    return {**own, **draft.settings.default_tags}


def _allocations(draft: Draft) -> dict[str, str]:
    elastic = read.items(draft.annotations, "eip-allocations")
    private = read.items(draft.annotations, "private-ipv4-addresses")
    count = len(draft.subnets)
    if elastic is not None and private is not None:
        raise Failure("only one of EIP allocations or PrivateIpv4Addresses can be set")
    if private is not None:
        if draft.scheme == "internet-facing":
            raise Failure("PrivateIpv4Addresses can only be set for internal balancers")
        if len(private) != count:
            raise Failure(f"number of PrivateIpv4Addresses ({len(private)}) and subnets ({count}) must match")
    if elastic is None:
        return {}
    if draft.scheme == "internal":
        raise Failure("EIP allocations can only be set for internet facing load balancers")
    if len(elastic) != count:
        raise Failure(f"number of EIP allocations ({len(elastic)}) and subnets ({count}) must match")
    return {subnet.id: each for subnet, each in zip(draft.subnets, elastic, strict=True)}


def _name(draft: Draft) -> str:
    name = read.text(draft.annotations, "name")
    if name is None:
        return named(draft.service, draft.settings.cluster_name, draft.service["metadata"]["uid"], draft.scheme)
    if len(name) > 32:
        raise Failure("load balancer name cannot be longer than 32 characters")
    return name
