"""Classic Elastic Load Balancing: load balancers, their attributes, zones, security groups and tags."""

from __future__ import annotations

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_dict, tag_list
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import ClassicSide, HealthCheck, LoadBalancer, Policy
from migrator.sandbox.world.classic_listeners import MOST_LISTENERS, side_of
from migrator.sandbox.world.classic_policies import APP_COOKIE, LB_COOKIE
from migrator.sandbox.world.classic_rules import ListenerSpec, target_of
from migrator.sandbox.world.elb import MOST_TAGS
from migrator.sandbox.world.trouble import AwsError

PAGE = 400  # the most that DescribeLoadBalancers gives at once; it gives as many unless told otherwise

# Members of LoadBalancerAttributes, and the attribute that each field of theirs stands for.
_ATTRIBUTES: dict[str, dict[str, str]] = {
    "CrossZoneLoadBalancing": {"Enabled": "load_balancing.cross_zone.enabled"},
    "AccessLog": {
        "Enabled": "access_logs.s3.enabled",
        "S3BucketName": "access_logs.s3.bucket",
        "S3BucketPrefix": "access_logs.s3.prefix",
        "EmitInterval": "access_logs.emit_interval_min",
    },
    "ConnectionDraining": {"Enabled": "connection_draining.enabled", "Timeout": "connection_draining.timeout_seconds"},
    "ConnectionSettings": {"IdleTimeout": "idle_timeout.timeout_seconds"},
}
_DESYNC = "elb.http.desyncmitigationmode"


def specs_from(listeners: list[Told]) -> list[ListenerSpec]:
    """The listeners of a request."""
    return [
        ListenerSpec(
            each["Protocol"],
            each["LoadBalancerPort"],
            each.get("InstanceProtocol", ""),
            each["InstancePort"],
            each.get("SSLCertificateId", ""),
        )
        for each in listeners
    ]


def create_load_balancer(world: World, asked: Asked) -> Told:
    """In subnets only: the sandbox has no default VPC to find some for Availability Zones."""
    tags = tag_dict(asked.get("Tags", ()))
    if len(tags) < len(asked.get("Tags", ())):
        raise AwsError("DuplicateTagKeys", "A tag key was specified more than once")
    if not asked.get("Subnets"):
        raise AwsError("ValidationError", "Either AvailabilityZones or SubnetIds must be specified")
    lb = world.elb.classic.create(
        asked["LoadBalancerName"],
        specs_from(asked["Listeners"]),
        subnets=asked["Subnets"],
        scheme=asked.get("Scheme", "internet-facing"),
        security_groups=asked.get("SecurityGroups", ()),
        tags=tags,
    )
    return {"DNSName": lb.dns_name}


def describe_load_balancers(world: World, asked: Asked) -> Told:
    """By name, or a page of all. Deleted ones are found a little longer."""
    elb = world.elb
    both = (*elb.vanishing.values(), *elb.balancers.values())
    known = {each.name: each for each in both if each.kind == "classic"}
    if names := asked.get("LoadBalancerNames"):
        if missing := [each for each in names if each not in known]:
            raise AwsError("LoadBalancerNotFound", f"There is no ACTIVE Load Balancer named '{missing[0]}'")
        return {"LoadBalancerDescriptions": [_description(world, known[each]) for each in dict.fromkeys(names)]}
    found, marker = page(list(known.values()), lambda each: each.name, asked.get("PageSize", PAGE), asked.get("Marker"))
    return {"LoadBalancerDescriptions": [_description(world, each) for each in found], "NextMarker": marker}


def delete_load_balancer(world: World, asked: Asked) -> Told:
    """Deleting what is not there succeeds."""
    world.elb.classic.delete(asked["LoadBalancerName"])
    return {}


def describe_load_balancer_attributes(world: World, asked: Asked) -> Told:
    """All of them; of access logs that are off, only that."""
    return {"LoadBalancerAttributes": _attributes(world.elb.classic.named(asked["LoadBalancerName"]))}


def modify_load_balancer_attributes(world: World, asked: Asked) -> Told:
    """What is not stated stays."""
    name, stated = asked["LoadBalancerName"], asked["LoadBalancerAttributes"]
    wanted = {
        key: _text(stated[member][part])
        for member, parts in _ATTRIBUTES.items()
        for part, key in parts.items()
        if part in stated.get(member, {})
    }
    wanted |= {each["Key"]: each.get("Value", "") for each in stated.get("AdditionalAttributes", ())}
    world.elb.classic.set_attributes(name, wanted)
    return {"LoadBalancerName": name, "LoadBalancerAttributes": _attributes(world.elb.classic.named(name))}


def apply_security_groups(world: World, asked: Asked) -> Told:
    """They take the place of those before."""
    world.elb.classic.apply_security_groups(asked["LoadBalancerName"], asked["SecurityGroups"])
    return {"SecurityGroups": world.elb.classic.named(asked["LoadBalancerName"]).security_groups}


def attach_subnets(world: World, asked: Asked) -> Told:
    """One in each zone."""
    world.elb.classic.attach_subnets(asked["LoadBalancerName"], asked["Subnets"])
    return {"Subnets": _subnets(world.elb.classic.named(asked["LoadBalancerName"]))}


def detach_subnets(world: World, asked: Asked) -> Told:
    """All but one at most."""
    world.elb.classic.detach_subnets(asked["LoadBalancerName"], asked["Subnets"])
    return {"Subnets": _subnets(world.elb.classic.named(asked["LoadBalancerName"]))}


def describe_tags(world: World, asked: Asked) -> Told:
    """Of up to 20 load balancers."""
    found = [world.elb.classic.named(each) for each in asked["LoadBalancerNames"]]
    return {"TagDescriptions": [{"LoadBalancerName": each.name, "Tags": tag_list(each.tags)} for each in found]}


def add_tags(world: World, asked: Asked) -> Told:
    """The same tags on each; all must be there."""
    tags = tag_dict(asked["Tags"])
    if len(tags) < len(asked["Tags"]):
        raise AwsError("DuplicateTagKeys", "A tag key was specified more than once")
    found = [world.elb.classic.named(each) for each in asked["LoadBalancerNames"]]
    if any(len({**each.tags, **tags}) > MOST_TAGS for each in found):
        raise AwsError("TooManyTags", f"The maximum number of tags per resource is {MOST_TAGS}")
    for each in found:
        each.tags.update(tags)
    return {}


def remove_tags(world: World, asked: Asked) -> Told:
    """Keys that are not there do not matter."""
    for lb in [world.elb.classic.named(each) for each in asked["LoadBalancerNames"]]:
        for each in asked["Tags"]:
            lb.tags.pop(each.get("Key", ""), None)
    return {}


def describe_account_limits(world: World, asked: Asked) -> Told:
    """Three, by page."""
    limits = [
        {"Name": "classic-load-balancers", "Max": str(world.quotas.value("Classic Load Balancers per Region"))},
        {"Name": "classic-listeners", "Max": str(MOST_LISTENERS)},
        {"Name": "classic-registered-instances", "Max": "1000"},
    ]
    found, marker = page(limits, lambda each: each["Name"], asked.get("PageSize", PAGE), asked.get("Marker"))
    return {"Limits": list(found), "NextMarker": marker}


def health_check_told(check: HealthCheck) -> Told:
    """A health check as the API says it."""
    return {
        "Target": target_of(check),
        "Interval": check.interval_s,
        "Timeout": check.timeout_s,
        "UnhealthyThreshold": check.unhealthy,
        "HealthyThreshold": check.healthy,
    }


def _description(world: World, lb: LoadBalancer) -> Told:
    side = side_of(lb)
    group = world.ec2.groups.get(lb.security_groups[0]) if lb.security_groups else None
    return {
        "LoadBalancerName": lb.name,
        "DNSName": lb.dns_name,
        "CanonicalHostedZoneName": lb.dns_name if lb.scheme == "internet-facing" else None,
        "CanonicalHostedZoneNameID": lb.zone_id,
        "ListenerDescriptions": [
            {"Listener": _listener(each), "PolicyNames": list(side.listening.get(each.port, ()))}
            for each in world.elb.classic.specs(lb)
        ],
        "Policies": _policies(side),
        "BackendServerDescriptions": [
            {"InstancePort": port, "PolicyNames": list(names)} for port, names in sorted(side.backend.items())
        ],
        "AvailabilityZones": [each.zone for each in lb.zones],
        "Subnets": _subnets(lb),
        "VPCId": lb.vpc_id,
        "Instances": [{"InstanceId": each} for each in side.instances],
        "HealthCheck": health_check_told(side.health_check),
        "SourceSecurityGroup": {"OwnerAlias": world.account, "GroupName": group.name} if group else None,
        "SecurityGroups": lb.security_groups,
        "CreatedTime": lb.created,
        "Scheme": lb.scheme,
    }


def _listener(spec: ListenerSpec) -> Told:
    return {
        "Protocol": spec.protocol,
        "LoadBalancerPort": spec.port,
        "InstanceProtocol": spec.instance_protocol,
        "InstancePort": spec.instance_port,
        "SSLCertificateId": spec.certificate or None,
    }


def _policies(side: ClassicSide) -> Told:
    def of(*types: str) -> list[Policy]:
        return [each for each in side.policies.values() if each.type in types]

    named = {each.name for each in of(APP_COOKIE, LB_COOKIE)}
    return {
        "AppCookieStickinessPolicies": [
            {"PolicyName": each.name, "CookieName": each.attributes.get("CookieName")} for each in of(APP_COOKIE)
        ],
        "LBCookieStickinessPolicies": [
            {"PolicyName": each.name, "CookieExpirationPeriod": int(each.attributes.get("CookieExpirationPeriod", "0")) or None}
            for each in of(LB_COOKIE)
        ],
        "OtherPolicies": [each for each in side.policies if each not in named],
    }


def _attributes(lb: LoadBalancer) -> Told:
    have = lb.attributes
    told: Told = {
        member: {part: _value(have[key]) for part, key in parts.items() if key in have} for member, parts in _ATTRIBUTES.items()
    }
    return {**told, "AdditionalAttributes": [{"Key": _DESYNC, "Value": have[_DESYNC]}]}


def _subnets(lb: LoadBalancer) -> list[str]:
    return [each.subnet_id for each in lb.zones]


def _value(text: str) -> bool | int | str:
    """A value as its member's type wants it."""
    return text == "true" if text in ("true", "false") else int(text) if text.isdigit() else text


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


HANDLERS: dict[str, Handler] = {
    "CreateLoadBalancer": create_load_balancer,
    "DescribeLoadBalancers": describe_load_balancers,
    "DeleteLoadBalancer": delete_load_balancer,
    "DescribeLoadBalancerAttributes": describe_load_balancer_attributes,
    "ModifyLoadBalancerAttributes": modify_load_balancer_attributes,
    "ApplySecurityGroupsToLoadBalancer": apply_security_groups,
    "AttachLoadBalancerToSubnets": attach_subnets,
    "DetachLoadBalancerFromSubnets": detach_subnets,
    "DescribeTags": describe_tags,
    "AddTags": add_tags,
    "RemoveTags": remove_tags,
    "DescribeAccountLimits": describe_account_limits,
}
