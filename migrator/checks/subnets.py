"""The clone's subnets are there, one in a zone, with addresses to spare.

Source: aws-load-balancer-controller: pkg/networking/subnet_resolver.go.
"""

from __future__ import annotations

from migrator.checks.opening import ANNOTATION
from migrator.checks.result import Result, Weight, failed, ok, warned
from migrator.model.account import Subnet
from migrator.model.migration import Migration
from migrator.ports.outside import Outside

NAME = "subnets"
HOLDS_UNTIL = "clone"
SEVERITY: Weight = "blocked"
UNSEEN: Weight = "blocked"
CODE = "subnets-unfit"
FEWEST = 8
CLUSTER_TAG = "kubernetes.io/cluster/"


def check(migration: Migration, outside: Outside) -> Result:
    """One call."""
    ids = wanted(migration)
    found = outside.account.subnets(ids)
    if missing := sorted(set(ids) - {each.id for each in found}):
        do = f"`migrate plan {migration.service}`: the plan names subnets that are gone"
        return failed(NAME, CODE, f"{len(missing)} of {len(ids)} subnets are not there: {', '.join(missing)}", do)
    zones = [each.zone for each in found]
    if crowded := sorted({each for each in zones if zones.count(each) > 1}):
        lines = tuple(f"{each.id} in {each.zone}" for each in found if each.zone in crowded)
        return failed(NAME, CODE, f"two subnets in zone {crowded[0]}", "name one subnet of each zone", *lines)
    if full := [each for each in found if each.free < FEWEST]:
        lines = tuple(f"{each.id} ({each.zone}, {each.cidr}): {each.free} free" for each in full)
        do = "free addresses there, or leave the zone out of the clone's subnets and of the workload"
        return failed(NAME, CODE, f"{len(full)} of {len(found)} subnets have fewer than {FEWEST} free addresses", do, *lines)
    if foreign := [each for each in found if elsewhere(each, migration.cluster.name)]:
        do = f"tag them {CLUSTER_TAG}{migration.cluster.name}=shared; named subnets are taken as they are, found ones are not"
        names = ", ".join(each.id for each in foreign)
        return warned(NAME, CODE, f"{len(foreign)} of {len(found)} subnets are tagged for another cluster only: {names}", do)
    least = min([each.free for each in found], default=0)
    return ok(NAME, f"{len(found)} subnets, one a zone, at least {least} addresses free in each")


def wanted(migration: Migration) -> tuple[str, ...]:
    """The subnets that the clone names by id, else those of legacy."""
    named = str((migration.manifest["metadata"].get("annotations") or {}).get(ANNOTATION + "subnets", ""))
    ids = tuple(each.strip() for each in named.split(",") if each.strip().startswith("subnet-"))
    return ids or tuple(each.subnet for each in migration.legacy.balancer.zones)


def elsewhere(subnet: Subnet, cluster: str) -> bool:
    """Whether it is tagged for clusters, and not for this one."""
    clusters = {each.removeprefix(CLUSTER_TAG) for each in subnet.tags if each.startswith(CLUSTER_TAG)}
    return bool(clusters) and cluster not in clusters
