"""What people changed behind Kubernetes' back is changed in the replica, too; what still differs is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from migrator.model.balancers import HealthCheck, Rule, TargetGroup
from migrator.model.migration import Legacy
from migrator.sandbox.world import World
from migrator.sandbox.world.elb_attributes import LISTENER, LOAD_BALANCER, TARGET_GROUP
from migrator.sandbox.world.trouble import AwsError

# Of no consequence for a journey: how the owner was found out, what AWS draws, and rules of Services that are not there.
ASIDE = frozenset({"evidence", "addresses", "resource_version", "shared_rules", "arn", "state", "clusterIP", "clusterIPs"})
OURS = ("kubernetes.io/", "elbv2.k8s.aws/", "service.k8s.aws/", "aws:")
HEALTH_RULE = "kubernetes.io/rule/nlb/health="
SHOWN = 60  # characters of one value
MOST, FEW = 12, 3  # differences that are told one by one; values that the plan does not say
NOTHING: tuple[Any, ...] = (None, "", [], {})


PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"
# What the sandbox's AWS Load Balancer Controller reads behind PREFIX; after the last two, a port.
_READ = (
    "access-log-enabled access-log-s3-bucket-name access-log-s3-bucket-prefix additional-resource-tags alpn-policy attributes "
    "backend-protocol cross-zone-load-balancing-enabled disable-nlb-sg eip-allocations enable-icmp-for-path-mtu-discovery "
    "healthcheck-healthy-threshold healthcheck-interval healthcheck-path healthcheck-port healthcheck-protocol "
    "healthcheck-success-codes healthcheck-timeout healthcheck-unhealthy-threshold internal ip-address-type "
    "manage-backend-security-group-rules name nlb-target-type private-ipv4-addresses proxy-protocol "
    "proxy-protocol-per-target-group scheme security-group-prefix-lists security-groups ssl-cert ssl-negotiation-policy "
    "ssl-ports subnets target-group-attributes target-node-labels type target-group-attributes. listener-attributes."
)
READ_BY_LBC = tuple(_READ.split())


def unread(manifest: dict[str, Any]) -> tuple[str, ...]:
    """The annotations of the new Service that nothing in the sandbox acts on, by key."""
    annotations = manifest["metadata"].get("annotations", {})
    ported = tuple(f"{PREFIX}{each}" for each in READ_BY_LBC if each.endswith("."))
    known = {f"{PREFIX}{each}" for each in READ_BY_LBC}
    return tuple(key for key in sorted(annotations) if key.startswith(PREFIX) and key not in known and not key.startswith(ported))


def likened(world: World, wanted: Legacy, arn: str) -> None:
    """Give the replica's load balancer, its listeners and target groups what the plan's have; what AWS refuses stays."""
    lb = world.elb.balancers[arn]
    _tried(lambda: world.elb.tag(arn, {key: value for key, value in wanted.balancer.tags.items() if not key.startswith(OURS)}))
    if wanted.balancer.classic:
        known = {key: value for key, value in wanted.attributes.items() if lb.attributes.get(key, value) != value}
        _tried(lambda: world.elb.classic.set_attributes(lb.name, known))
        return
    attributes = _changed(wanted.attributes, lb.attributes, LOAD_BALANCER)
    _tried(lambda: world.elb.set_load_balancer_attributes(arn, attributes))
    groups = {each.arn: each for each in wanted.groups}
    listeners = {each.port: each for each in wanted.listeners}
    for there in world.elb.listeners_of(arn):
        listener = listeners.get(there.port)
        if listener is None:
            continue
        more = _changed(listener.attributes, there.attributes, LISTENER)
        _tried(partial(world.elb.set_listener_attributes, there.arn, more))
        if listener.groups and (group := groups.get(listener.groups[0])) is not None:
            _like_group(world, there.forwards[0][0], group)


def _like_group(world: World, arn: str, wanted: TargetGroup) -> None:
    there = world.elb.groups[arn]
    attributes = _changed(wanted.attributes, there.attributes, TARGET_GROUP)
    _tried(lambda: world.elb.set_target_group_attributes(arn, attributes))
    check = wanted.health_check
    fields = {each: getattr(check, each) for each in HealthCheck.__struct_fields__}
    if any(getattr(there.health_check, key) != value for key, value in fields.items()):
        _tried(lambda: world.elb.modify_target_group(arn, replace(there.health_check, **fields)))


def _changed(wanted: dict[str, str], there: dict[str, str], known: dict[str, Any]) -> dict[str, str]:
    """The attributes that the plan has otherwise, of those that the sandbox knows."""
    return {key: value for key, value in wanted.items() if key in known and there.get(key) != value}


def _tried(act: Callable[[], object]) -> None:
    try:
        act()
    except AwsError:
        return  # the comparison afterwards tells it


def differences(wanted: Legacy, there: Legacy) -> tuple[str, ...]:
    """What the plan says of legacy and is otherwise in the replica, a line each, and on what it says nothing."""
    found = list(_differing(_compared(wanted), _compared(there), "legacy"))
    told = [_told(where, plan, replica) for where, plan, replica in found if plan not in NOTHING]
    unsaid = [where for where, plan, _ in found if plan in NOTHING]
    lines = told[:MOST]
    if len(told) > MOST:
        lines.append(f"{len(told) - MOST} more values of legacy differ like that")
    if unsaid:
        more = f" and {len(unsaid) - FEW} more" if len(unsaid) > FEW else ""
        lines.append(f"the plan does not say, and the replica has what is usual: {', '.join(unsaid[:FEW])}{more}")
    return tuple(lines)


def _compared(legacy: Legacy) -> dict[str, Any]:
    """What is compared: rules by what they let in, as their ids and their order mean nothing, and groups by name."""
    plain: dict[str, Any] = msgspec.to_builtins(legacy)
    groups = {each.name: {"tags": each.tags, "rules": _rules(each.rules)} for each in legacy.security_groups}
    return plain | {"rules": _rules(legacy.rules), "security_groups": groups}


def _rules(rules: Iterable[Rule]) -> dict[str, str]:
    return {_admits(each): "there" for each in rules}


def _admits(rule: Rule) -> str:
    """What a rule lets in; the networks of subnets and the ids of groups are each account's own."""
    ports = f"{rule.from_port}-{rule.to_port}"
    if HEALTH_RULE in rule.description:
        return f"{rule.protocol} {ports} from the load balancer's subnets"
    return f"{rule.protocol} {ports} from {'a security group' if rule.source.startswith('sg-') else rule.source}"


def _differing(one: Any, other: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            if key not in ASIDE:
                yield from _differing(one.get(key), other.get(key), f"{where}.{key}")
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for count, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from _differing(mine, theirs, f"{where}[{count}]")
    elif one != other and (one or other):
        yield where, one, other


def _told(where: str, plan: Any, replica: Any) -> str:
    return f"{where} is {_shown(replica)} in the replica, {_shown(plan)} in the plan"


def _shown(value: Any) -> str:
    if value in NOTHING:
        return "absent"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
