"""The two zones in which AWS itself publishes the names of a region's load balancers, one for each family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from migrator.sandbox.world.names_answer import MOST_KEPT, Answer, absent, found, no_such_name
from migrator.sandbox.world.network_routing import in_reach

if TYPE_CHECKING:
    from migrator.sandbox.world import World
    from migrator.sandbox.world.balancers import LoadBalancer, TargetGroup, ZoneMapping

SERVERS = ("ns-332.awsdns-41.com.", "ns-560.awsdns-06.net.", "ns-1119.awsdns-11.org.", "ns-1793.awsdns-32.co.uk.")
NS_TTL_S = 1800
MINIMUM_HEALTHY = "target_group_health.dns_failover.minimum_healthy_targets.count"


class BalancerZone:
    """elb.<region>.amazonaws.com, and <region>.elb.amazonaws.com for Classic Load Balancers.

    A load balancer's name leads to one address per zone that has a healthy target. It appears when the load balancer is
    made, before it is active, and is gone with it. `name` is the zone of Network Load Balancers, `names` has both.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.name = f"elb.{world.region}.amazonaws.com."
        self.names = (self.name, f"{world.region}.elb.amazonaws.com.")
        self._below = tuple(f".{each}" for each in self.names)
        self._known: dict[tuple[str, str], Answer] = {}  # what was answered in the network's state `_as_of`
        self._as_of = -1

    def soa(self, name: str) -> tuple[str, int]:
        """The zone that a name lies in, and for how long the absence of a name in it may be kept."""
        return self._zone_of(name) or self.name, self._world.pace.elb_negative_ttl_s

    @property
    def soa_text(self) -> str:
        """The SOA record's data."""
        return f"{SERVERS[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 {self._world.pace.elb_negative_ttl_s}"

    def holds(self, name: str) -> bool:
        """Whether a name lies in this zone."""
        return name.endswith(self._below) or name in self.names

    def name_server_index(self, name: str) -> int | None:
        """Which authority a name server's host name stands for; None when it is not one of this zone's."""
        return SERVERS.index(name) if name in SERVERS else None

    def answer(self, name: str, rtype: str) -> Answer:
        """What the zone's servers say about a name in it."""
        if self._as_of != self._world.network.state:
            self._as_of = self._world.network.state
            self._known.clear()
        known = self._known.get((name, rtype))
        if known is None:
            if len(self._known) > MOST_KEPT:
                self._known.clear()
            known = self._known[name, rtype] = self._looked_up(name, rtype)
        return known

    def _looked_up(self, name: str, rtype: str) -> Answer:
        if name in self.names:
            return self._apex(name, rtype)
        lb, zone = self._named(name)
        if lb is None:
            return no_such_name(self.soa(name))
        addresses = self.addresses(lb, zone) if rtype == "A" else ()
        ttl = self._world.pace.elb_address_ttl_s
        return found(tuple([(name, "A", ttl, each) for each in addresses])) if addresses else absent(self.soa(name))

    def addresses(self, lb: LoadBalancer, zone: str | None = None) -> tuple[str, ...]:
        """The addresses that a load balancer's name leads to, in zone order; those of one `zone` for its zonal name.

        Zones in which some target group has too few healthy targets are left out, unless that would leave none.
        Source: Network Load Balancers user guide, "Target group health", DNS failover; Classic Load Balancers do likewise.
        """
        if zone is not None:
            return tuple(each.address for each in lb.zones if each.zone == zone)
        groups = self._world.elb.groups_of(lb.arn)
        serving = lb.zones
        for group in groups:
            short = self._short(group, serving)
            serving = tuple([each for each in serving if each.zone not in short])
        return tuple([each.address for each in serving or lb.zones])

    def _short(self, group: TargetGroup, zones: Sequence[ZoneMapping]) -> set[str]:
        """The zones in which a group has too few healthy targets."""
        least = group.attributes.get(MINIMUM_HEALTHY, "1")
        if least == "off":
            return set()
        healthy = [each for each in group.targets.values() if each.state == "healthy"]
        crosses = self._world.elb.crosses_zones(group)
        return {each.zone for each in zones if len(in_reach(healthy, each.zone, crosses)) < int(least)}

    def serves(self, lb: LoadBalancer) -> bool:
        """Whether Route 53 takes the load balancer for healthy: each of its target groups has a healthy target.

        Source: Route 53 developer guide, EvaluateTargetHealth for "ELB load balancers".
        """
        groups = self._world.elb.groups_of(lb.arn)
        return bool(groups) and all(any(each.state == "healthy" for each in group.targets.values()) for group in groups)

    def _zone_of(self, name: str) -> str | None:
        return next((each for each in self.names if name == each or name.endswith(f".{each}")), None)

    def _apex(self, name: str, rtype: str) -> Answer:
        if rtype == "SOA":
            return found(((name, "SOA", self._world.pace.elb_negative_ttl_s, self.soa_text),))
        if rtype == "NS":
            return found(tuple((name, "NS", NS_TTL_S, each) for each in SERVERS))
        return absent(self.soa(name))

    def _named(self, name: str) -> tuple[LoadBalancer | None, str | None]:
        """The load balancer behind a name, and the zone when it is a zonal one such as us-east-1a.<name>.

        Classic Load Balancers have no zonal names.
        """
        lb = self._world.elb.by_dns(name)
        if lb is not None:
            return lb, None
        zone, _, rest = name.partition(".")
        lb = self._world.elb.by_dns(rest)
        return (lb, zone) if lb and lb.kind == "network" and any(each.zone == zone for each in lb.zones) else (None, None)
