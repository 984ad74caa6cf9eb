"""What a journey leaves in the world, ids and times aside, so that two journeys of one plan can be held against each other.

Identifiers, addresses and node ports are drawn anew by every world that took another turn; here each is said as what it
belongs to: `<new>`, `<group legacy 8080>`. What is left is compared field by field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from migrator.model.cluster import MARK
from migrator.model.migration import Migration
from migrator.sandbox.world import World
from migrator.sandbox.world.balancers import LoadBalancer
from migrator.sandbox.world.leftovers import leftovers

Said = Callable[[str], str]
OURS = "migrate-"  # how the names of our Leases begin
# Of a Lease: how often and by whom it was moved on is the course of the journey, not its end.
PASSING = ("epoch", "sequence", "checksum", "host", "journal")


def left(world: World, migration: Migration) -> dict[str, Any]:
    """Every part of the world that a journey may touch; equal for two worlds that only differ in ids and times.

    services         by name, of legacy's namespace: type, whether it carries our mark, where its hostname leads
    service fields   of the same: annotations, labels, finalizers, spec, whether it is being deleted
    records          every record set by name and type: where it leads, and its TTL
    record fields    the same in every field, by zone
    balancers        whose they are; `balancer fields` with zones, security groups, attributes, tags and listeners
    groups           how many target groups there are; `group fields` with health check, attributes, tags and targets
    bindings         TargetGroupBindings: what they bind, and how
    security groups  by name; `security group fields` with description and tags
    rules            description, and whether a group that they let in is there; `rule fields` with all else
    interfaces       how many; legacy: how much the legacy controller left; leases: our marks that are there
    """
    led = _led(world, migration)
    said = _sayer(world, migration, led)
    return {
        **_services(world, migration, led, said),
        **_records(world, led, said),
        **_balancers(world, led, said),
        **_security(world, said),
        "interfaces": len(world.ec2.interfaces),
        "legacy": len(leftovers(world, migration.service, migration.legacy.service.uid)),
        **_leases(world, said),
    }


def _led(world: World, migration: Migration) -> dict[str, str]:
    """Whose a hostname is: "legacy" or "new"."""
    led = {migration.legacy.balancer.dns_name.lower(): "legacy"}
    clone = world.kube.find("Service", migration.new.namespace, migration.new.name)
    if clone is not None and (hostname := _hostname(clone)):
        led[hostname] = "new"
    return led


def _hostname(service: dict[str, Any]) -> str:
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
    return str(ingress[0].get("hostname", "")).lower()


def _sayer(world: World, migration: Migration, led: dict[str, str]) -> Said:
    """What replaces every id of the world in a text by what it belongs to."""
    words: dict[str, str] = {}
    for lb in world.elb.balancers.values():
        whose = led.get(lb.dns_name.lower(), "other")
        words |= {lb.arn: f"<{whose}>", lb.dns_name: f"<{whose}>", lb.dns_name.lower(): f"<{whose}>", lb.name: f"<{whose}>"}
        for listener in world.elb.listeners_of(lb.arn):
            words[listener.arn] = f"<{whose} {listener.port}>"
            for arn, _ in listener.forwards:
                group = world.elb.groups[arn]
                words |= {arn: f"<group {whose} {listener.port}>", group.name: f"<group {whose} {listener.port}>"}
    words |= {group.id: f"<{_stem(group.name)}>" for group in world.ec2.groups.values()}
    words |= {each["metadata"]["uid"]: f"<uid {each['metadata']['name']}>" for each in world.kube.list("Service")}
    gone = migration.legacy.balancer
    words |= {gone.dns_name: "<legacy>", gone.dns_name.lower(): "<legacy>", gone.name: "<legacy>", gone.arn: "<legacy>"}
    words |= {migration.legacy.service.uid: "<uid legacy>"}
    every = re.compile("|".join(re.escape(each) for each in sorted(words, key=len, reverse=True)))
    return lambda text: every.sub(lambda match: words[match.group()], text)


def _stem(name: str) -> str:
    """A name without the digest at its end."""
    return name.rpartition("-")[0] or name


def _plain(value: Any, said: Said) -> Any:
    """A value of JSON with every id said as what it belongs to."""
    if isinstance(value, str):
        return said(value)
    if isinstance(value, dict):
        return {said(str(key)): _plain(each, said) for key, each in sorted(value.items())}
    return [_plain(each, said) for each in value] if isinstance(value, list | tuple) else value


def _services(world: World, migration: Migration, led: dict[str, str], said: Said) -> dict[str, Any]:
    namespace, short, fields = migration.legacy.service.namespace, {}, {}
    for each in world.kube.list("Service", namespace):
        meta, hostname = each["metadata"], _hostname(each)
        annotations = meta.get("annotations") or {}
        short[meta["name"]] = (each["spec"]["type"], MARK in annotations, led.get(hostname, "other" if hostname else "none"))
        fields[meta["name"]] = {
            **{key: _plain(meta.get(key) or {}, said) for key in ("annotations", "labels")},
            "finalizers": meta.get("finalizers") or [],
            "deleting": "deletionTimestamp" in meta,
            "spec": _without_addresses(each["spec"]),
        }
    return {"services": short, "service fields": fields}


def _without_addresses(spec: dict[str, Any]) -> dict[str, Any]:
    """A spec without what the API server draws: cluster addresses and node ports."""
    drawn = ("clusterIP", "clusterIPs", "healthCheckNodePort")
    ports = [{key: value for key, value in each.items() if key != "nodePort"} for each in spec.get("ports") or []]
    return {**{key: value for key, value in spec.items() if key not in drawn}, "ports": ports}


def _records(world: World, led: dict[str, str], said: Said) -> dict[str, Any]:
    short: dict[Any, Any] = {}
    fields: dict[Any, Any] = {}
    for zone in world.route53.zones.values():
        for each in world.route53.record_sets(zone.id):
            name = each.alias.dns_name if each.alias is not None else next(iter(each.values), "")
            bare = str(name).lower().rstrip(".").removeprefix("dualstack.")
            short[each.name, each.type] = (led.get(bare, "elsewhere"), each.ttl)
            fields[zone.name, each.name, each.type, str(each.set_identifier)] = said(repr(each))
    return {"records": short, "record fields": fields}


def _balancers(world: World, led: dict[str, str], said: Said) -> dict[str, Any]:
    every = list(world.elb.balancers.values())
    return {
        "balancers": sorted(led.get(each.dns_name.lower(), "other") for each in every),
        "balancer fields": _sorted(_balancer(world, each, said) for each in every),
        "groups": len(world.elb.groups),
        "group fields": _sorted(_group(world, arn, said) for arn in world.elb.groups),
        "bindings": _sorted(_binding(each, said) for each in world.kube.list("TargetGroupBinding")),
    }


def _sorted(fields: Any) -> list[dict[str, Any]]:
    return sorted(fields, key=repr)


def _balancer(world: World, lb: LoadBalancer, said: Said) -> dict[str, Any]:
    listeners = [
        {
            "port": each.port,
            "protocol": each.protocol,
            "forwards": [(said(arn), weight) for arn, weight in each.forwards],
            "certificates": each.certificates,
            "policy": (each.ssl_policy, each.alpn),
            "attributes": dict(each.attributes),
            "tags": _plain(each.tags, said),
        }
        for each in world.elb.listeners_of(lb.arn)
    ]
    return {
        "of": said(lb.arn),
        "kind": (lb.kind, lb.scheme, lb.address_type, world.elb.state(lb)),
        "zones": sorted((each.zone, each.subnet_id, each.allocation_id) for each in lb.zones),
        "security groups": sorted(said(each) for each in lb.security_groups),
        "attributes": dict(lb.attributes),
        "tags": _plain(lb.tags, said),
        "listeners": listeners,
    }


def _group(world: World, arn: str, said: Said) -> dict[str, Any]:
    """A target group; which port of the node its targets listen on is drawn with the Service's node port."""
    group = world.elb.groups[arn]
    return {
        "of": said(arn),
        "kind": (group.protocol, group.target_type, group.vpc_id),
        "health check": repr(group.health_check).replace(f"'{group.port}'", "<node port>"),
        "attributes": dict(group.attributes),
        "tags": _plain(group.tags, said),
        "targets": sorted((each.id, each.zone, each.state) for each in group.targets.values()),
    }


def _binding(raw: dict[str, Any], said: Said) -> dict[str, Any]:
    spec = {key: _plain(value, said) for key, value in raw["spec"].items() if key != "networking"}
    return {"name": _stem(raw["metadata"]["name"]), "labels": raw["metadata"].get("labels"), "spec": spec}


def _security(world: World, said: Said) -> dict[str, Any]:
    ec2 = world.ec2
    ports = _node_ports(world)
    rules = list(ec2.rules.values())
    return {
        "security groups": sorted(each.name.rpartition("-")[0] for each in ec2.groups.values()),
        "security group fields": _sorted(
            {"name": _stem(each.name), "description": said(each.description), "tags": _plain(each.tags, said)}
            for each in ec2.groups.values()
        ),
        "rules": sorted((said(each.description), each.source_group in ec2.groups) for each in rules),
        "rule fields": _sorted(
            {
                "group": said(each.group_id),
                "egress": each.egress,
                "ports": (each.protocol, *sorted(str(ports.get(end, end)) for end in (each.from_port, each.to_port))),
                "peer": said(str(each.cidr or each.cidr6 or each.prefix_list or each.source_group)),
                "description": said(each.description),
                "tags": _plain(each.tags, said),
            }
            for each in rules
        ),
    }


def _node_ports(world: World) -> dict[int, str]:
    """Whose each node port is."""
    return {
        port["nodePort"]: f"<node port of {each['metadata']['name']} {port['port']}>"
        for each in world.kube.list("Service")
        for port in each["spec"].get("ports") or []
        if "nodePort" in port
    }


def _leases(world: World, said: Said) -> dict[str, Any]:
    ours = [each for each in world.kube.list("Lease") if each["metadata"]["name"].startswith(OURS)]
    marks = [
        {
            "name": said(each["metadata"]["name"]),
            "marks": {
                key: said(value)
                for key, value in sorted((each["metadata"].get("annotations") or {}).items())
                if key.rpartition("/")[2] not in PASSING
            },
        }
        for each in ours
    ]
    return {"leases": [each["metadata"]["name"] for each in ours], "lease fields": marks}
