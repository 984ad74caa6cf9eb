"""What Elastic Load Balancing has at this instant, and the questions about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from migrator.sandbox.world.balancers import Listener, LoadBalancer, Target, TargetGroup, is_classic
from migrator.sandbox.world.elb_targets import TargetHealth
from migrator.sandbox.world.trouble import AwsError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

Watcher = Callable[[str, str, Target | None], None]


class Store:
    """Load balancers, listeners and target groups of both families by ARN, in the order in which they were made.

    What asks for one thing by ARN, `balancer`, `listener` and `group`, is ELBv2's question and finds nothing classic.
    `vanishing` holds deleted load balancers for as long as describe calls still find them; nothing else does.
    `endpoint_services` maps the id of a VPC endpoint service to the load balancer it is attached to.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.balancers: dict[str, LoadBalancer] = {}
        self.vanishing: dict[str, LoadBalancer] = {}
        self.listeners: dict[str, Listener] = {}
        self.groups: dict[str, TargetGroup] = {}
        self.endpoint_services: dict[str, str] = {}
        self._by_dns: dict[str, LoadBalancer] = {}
        self._by_address: dict[str, LoadBalancer] = {}
        self._by_name: dict[tuple[str, str], str] = {}  # each family has its own names
        self._listeners_of: dict[str, dict[str, Listener]] = {}  # load balancer -> its listeners
        self._sorted: dict[str, tuple[list[Listener], list[TargetGroup]]] = {}  # what `_hanging_on` keeps
        self._forwarding: dict[str, dict[str, Listener]] = {}  # target group -> listeners that forward to it
        self._watchers: list[Watcher] = []
        self.health = TargetHealth(world, self)

    # One thing

    def balancer(self, arn: str) -> LoadBalancer:
        """The Network Load Balancer with this ARN; LoadBalancerNotFound."""
        if arn not in self.balancers or is_classic(arn):
            raise AwsError("LoadBalancerNotFound", f"Load balancer '{arn}' not found")
        return self.balancers[arn]

    def listener(self, arn: str) -> Listener:
        """The listener with this ARN; ListenerNotFound."""
        if arn not in self.listeners or is_classic(arn):
            raise AwsError("ListenerNotFound", f"One or more listeners not found: '{arn}'")
        return self.listeners[arn]

    def group(self, arn: str) -> TargetGroup:
        """The target group with this ARN; TargetGroupNotFound."""
        if arn not in self.groups or is_classic(arn):
            raise AwsError("TargetGroupNotFound", f"One or more target groups not found: '{arn}'")
        return self.groups[arn]

    def by_name(self, name: str, kind: str = "network") -> LoadBalancer | None:
        """The load balancer of a family ("network", "classic") with this name, or None."""
        return self.balancers.get(self._by_name.get((kind, name), ""))

    def count(self, kind: str) -> int:
        """How many load balancers of a family there are."""
        return sum(each.kind == kind for each in self.balancers.values())

    def by_address(self, address: str) -> LoadBalancer | None:
        """The load balancer that clients reach at an address, whatever its state, or None."""
        return self._by_address.get(address)

    def by_dns(self, name: str) -> LoadBalancer | None:
        """The load balancer with this DNS name: any case, with or without trailing dot or `dualstack.`; or None."""
        return self._by_dns.get(_plain(name))

    # How things hang together

    def listeners_of(self, lb_arn: str) -> list[Listener]:
        """The listeners of a load balancer, sorted by port; empty for an unknown one. To be read only."""
        return (self._sorted[lb_arn] if lb_arn in self._sorted else self._hanging_on(lb_arn))[0]

    def groups_of(self, lb_arn: str) -> list[TargetGroup]:
        """The target groups that a load balancer's listeners forward to, each once, by port of the listener. To be read only."""
        return (self._sorted[lb_arn] if lb_arn in self._sorted else self._hanging_on(lb_arn))[1]

    def _hanging_on(self, lb_arn: str) -> tuple[list[Listener], list[TargetGroup]]:
        """Both, kept until a listener comes or goes: whoever changes `_listeners_of` drops them.

        A listener's ports and groups never change, and a group stays for as long as a listener forwards to it.
        """
        listeners = sorted(self._listeners_of.get(lb_arn, {}).values(), key=lambda each: (each.port, each.protocol))
        arns = dict.fromkeys(arn for each in listeners for arn, _ in each.forwards)
        both = self._sorted[lb_arn] = listeners, [self.groups[each] for each in arns]
        return both

    def balancer_of(self, group_arn: str) -> LoadBalancer | None:
        """The load balancer that forwards to a target group (there is at most one), or None."""
        if group_arn in self._forwarding:
            for listener in self._forwarding[group_arn].values():
                return self.balancers[listener.lb_arn]
        return None

    def forwarding_to(self, group_arn: str) -> list[Listener]:
        """The listeners that forward to a target group."""
        return list(self._forwarding.get(group_arn, {}).values())

    def crosses_zones(self, group: TargetGroup) -> bool:
        """Whether a group's targets get traffic from every zone: its own attribute, else its load balancer's."""
        key = "load_balancing.cross_zone.enabled"
        own = group.attributes.get(key)
        if own == "true" or own == "false":
            return own == "true"
        lb = self.balancer_of(group.arn)
        return lb is not None and lb.attributes.get(key) == "true"

    # Who wants to know

    def subscribe(self, watcher: Watcher) -> None:
        """Call `watcher(event, arn, target)` right after each change, in the order of subscription.

        event    "created", "active", "failed", "changed", "deleted" (arn: load balancer; "changed" also after its
                 listeners or attributes changed), "target" (a target's state or reason changed), "target-gone"
        arn      of the load balancer; of the target group for the two about targets
        target   for the two about targets
        """
        self._watchers.append(watcher)

    def tell(self, event: str, arn: str, target: Target | None = None) -> None:
        """Pass an event on to everyone who subscribed."""
        for each in self._watchers:
            each(event, arn, target)


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """A DNS name as load balancers are known by it."""
    return name.lower().rstrip(".").removeprefix("dualstack.")
