"""Load balancers as lists, of the world's own values."""

from __future__ import annotations

from migrator.model.balancers import LoadBalancer, Zone, is_classic
from migrator.sandbox.world import World, balancers
from migrator.simulation.doors.gate import Gate

V2, CLASSIC = "elbv2:DescribeLoadBalancers", "elb:DescribeLoadBalancers"
V2_TAGS, CLASSIC_TAGS = "elbv2:DescribeTags", "elb:DescribeTags"


class InventoryDoor:
    """Implements InventoryLook. A deleted load balancer is seen for as long as the describe calls still find it."""

    def __init__(self, world: World) -> None:
        self._elb = world.elb
        self._gate = Gate(world, "aws")

    def namesakes(self, name: str) -> tuple[LoadBalancer, ...]:
        """The load balancers of this name, classic first."""
        self._gate.look(name, CLASSIC, V2)
        found = sorted((each for each in self._all() if each.name == name), key=lambda each: not is_classic(each.arn))
        return tuple(self._seen(each) for each in found)

    def balancers_listed(self) -> tuple[LoadBalancer, ...]:
        """Every load balancer, by ARN."""
        self._gate.look("/", CLASSIC, V2)
        return tuple(self._seen(each) for each in sorted(self._all(), key=lambda each: each.arn))

    def tags_of(self, arns: tuple[str, ...]) -> dict[str, dict[str, str]]:
        """Tags by ARN; what is gone is left out."""
        asked = {CLASSIC_TAGS for each in arns if is_classic(each)} | {V2_TAGS for each in arns if not is_classic(each)}
        self._gate.look(" ".join(arns), *sorted(asked))
        return {arn: dict(self._elb.balancers[arn].tags) for arn in dict.fromkeys(arns) if arn in self._elb.balancers}

    def _all(self) -> list[balancers.LoadBalancer]:
        return [*self._elb.balancers.values(), *self._elb.vanishing.values()]

    def _seen(self, lb: balancers.LoadBalancer) -> LoadBalancer:
        zones = sorted(lb.zones, key=lambda each: each.zone)
        return LoadBalancer(
            arn=lb.arn,
            name=lb.name,
            dns_name=lb.dns_name,
            zone_id=lb.zone_id,
            scheme=lb.scheme,
            vpc=lb.vpc_id,
            state=self._elb.state(lb),
            kind="classic" if is_classic(lb.arn) else "network",
            zones=tuple(Zone(each.zone, each.subnet_id, (), each.allocation_id) for each in zones),
            security_groups=tuple(lb.security_groups),
            address_type=lb.address_type,
        )
