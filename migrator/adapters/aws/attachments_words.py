"""How other services name a load balancer, and how what they bind to it is told; values only, no SDK."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from migrator.model.balancers import LoadBalancer, TargetGroup
from migrator.model.migration import Attachment


class Marks(msgspec.Struct, frozen=True):
    """What tells a load balancer in other services' words.

    `dimensions` are CloudWatch's, as name and value; `words` are the texts in a query or a dashboard that mean it.
    """

    arn: str
    dns_name: str
    listeners: str  # what its listeners' ARNs begin with; empty for a Classic one, whose listeners have none
    dimensions: frozenset[tuple[str, str]]
    words: re.Pattern[str]

    def in_text(self, text: str) -> bool:
        """Whether a text names it; slashes may be escaped as JSON allows."""
        return self.words.search(text.replace("\\/", "/").lower()) is not None

    def is_target(self, target: str) -> bool:
        """Whether an ARN is its own or one of its listeners'."""
        return target == self.arn or bool(self.listeners and target.startswith(self.listeners))


def marks(balancer: LoadBalancer, groups: tuple[TargetGroup, ...] = ()) -> Marks:
    """What tells this load balancer, and these target groups of its."""
    tail = balancer.arn.partition(":loadbalancer/")[2]
    dimensions = {("LoadBalancerName", balancer.name)} if balancer.classic else {("LoadBalancer", tail)}
    dimensions |= {("TargetGroup", each.arn.rpartition(":")[2]) for each in groups if not balancer.classic}
    named = sorted({balancer.arn, balancer.dns_name, *(value for _, value in dimensions)})
    pattern = "|".join(re.escape(each.lower()) for each in named)
    listeners = "" if balancer.classic else balancer.arn.replace(":loadbalancer/", ":listener/") + "/"
    words = re.compile(rf"(?<![\w.-])({pattern})(?![\w-])")
    return Marks(balancer.arn, balancer.dns_name, listeners, frozenset(dimensions), words)


def endpoint_service(id: str, name: str, connections: Iterable[tuple[str, str]], others: int) -> Attachment:
    """`connections` are owner and state of each endpoint; `others` are load balancers beside this one."""
    states = Counter(state for _, state in connections)
    owners = sorted({owner for owner, _ in connections})
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "nobody connected"
    of = f" of {_listed(owners)}" if owners else ""
    beside = f", {others} other load balancers behind it" if others else ", no other load balancer behind it"
    return Attachment("endpoint-service", id, f"{name}: {told}{of}{beside}")


def rest_link(id: str, name: str) -> Attachment:
    """A VPC link of REST APIs."""
    return Attachment("vpc-link", id, f"VPC link {name} of REST APIs")


def api_link(kind: str, link: str, api: str, name: str, integrations: Iterable[str]) -> Attachment:
    """An API whose integrations reach it through a link; `kind` is REST or HTTP."""
    return Attachment("vpc-link", f"{link}/{api}", f"{kind} API {name} ({api}): {_listed(sorted(integrations))}")


def accelerator_endpoint(group: str, name: str, region: str, weight: int, others: int) -> Attachment:
    """An endpoint group that has it as an endpoint."""
    return Attachment("accelerator", group, f"accelerator {name}, {region}: weight {weight}, {others} other endpoints")


def shared_endpoint(arn: str, name: str, principals: Iterable[str]) -> Attachment:
    """A cross-account attachment: whether an accelerator over there uses it cannot be seen from here."""
    who = _listed(sorted(principals)) or "nobody"
    return Attachment("accelerator", arn, f"shared as {name} with accelerators of {who}")


def scaling_group(arn: str, name: str, registered: Iterable[str]) -> Attachment:
    """An Auto Scaling group, with the names of what it registers instances with."""
    return Attachment(
        "scaling-group", arn, f"Auto Scaling group {name} registers its instances with {_listed(sorted(registered))}"
    )


def alarm(arn: str, name: str, watched: Iterable[str]) -> Attachment:
    """An alarm, with what of the load balancer it watches."""
    return Attachment("alarm", arn, f"alarm {name} watches {_listed(sorted(set(watched)))}")


def dashboard(name: str) -> Attachment:
    """A dashboard whose body names it."""
    return Attachment("dashboard", name, f"dashboard {name} names it")


def health_check(id: str, asks: str) -> Attachment:
    """A Route 53 health check and what it asks."""
    return Attachment("health-check", id, f"health check asks {asks}")


def distribution(id: str, domain: str, origins: Iterable[str]) -> Attachment:
    """A distribution with it as an origin."""
    return Attachment("distribution", id, f"distribution {domain} has it as origin {_listed(sorted(origins))}")


def vpc_origin(id: str, name: str) -> Attachment:
    """A VPC origin of CloudFront."""
    return Attachment("distribution", id, f"VPC origin {name} of CloudFront is it")


def watched(dimensions: Mapping[str, str], known: Marks) -> list[str]:
    """What of an alarm's dimensions is this load balancer's."""
    return [value for name, value in dimensions.items() if (name, value) in known.dimensions]


def in_order(found: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """By id."""
    return tuple(sorted(found, key=lambda each: each.id))


def _listed(words: Iterable[str], most: int = 5) -> str:
    """The first of them by name, the rest counted."""
    given = list(words)
    return ", ".join(given[:most]) + (f" and {len(given) - most} more" if len(given) > most else "")
