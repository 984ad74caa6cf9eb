"""Half-done edits of a live Service, each with what it means for the load balancers that serve, and the way out.

Putting an annotation back is no neutral act: each controller answers to it on live load balancers. LBC deletes what is
no longer its own at once, without draining, and empties the status (kubernetes-sigs/aws-load-balancer-controller:
controllers/service/service_controller.go, cleanupLoadBalancerResources), which legacy fills again only when the Service
changes next; legacy takes up the load balancer of the family that the annotation names, and forgets the other
(kubernetes/cloud-provider-aws: pkg/providers/v1/aws.go). So what it does is said before it is said how.
"""

from __future__ import annotations

from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import TYPE_ANNOTATION, Service
from migrator.model.migration import Finding
from migrator.planning.ownership_signs import AUTO_MODE_FINALIZER, LBC_FINALIZER, TARGET_TYPE, Signs, full_name

ID = "edited-in-place"
FAMILIES = {"in-tree-nlb": "network", "in-tree-clb": "classic"}


def half_done(service: Service, signs: Signs) -> Finding | None:
    """The half-done edit that these signs show; None where they fit together. Worst first."""
    if signs.works in FAMILIES:
        return _while_legacy_works(service, signs)
    if signs.shown is not None and signs.maker in FAMILIES:
        return _stepped_aside(service, signs.shown)
    return _two_controllers(service, signs, signs.others[0]) if signs.others else None


def _while_legacy_works(service: Service, signs: Signs) -> Finding | None:
    if signs.shown is not None:
        if signs.maker == "lbc":
            return _taken_from_lbc(service, signs, signs.shown)
        if signs.maker != signs.works:
            return _other_family(service, signs, signs.shown)
        if signs.others:
            return _left_behind(service, signs.shown, signs.others[0])
    found = next((each for each in (LBC_FINALIZER, AUTO_MODE_FINALIZER) if each in service.finalizers), None)
    return _both_finalizers(service, found) if found else None


def _stepped_aside(service: Service, lb: LoadBalancer) -> Finding:
    """The annotation or class names another controller, the status still shows legacy's load balancer."""
    seen = (
        f"{_told(service)}, but {lb.name} behind its status is legacy's {_family(lb)} load balancer: legacy has stepped aside"
        " and registers no new node with it"
    )
    if service.spec.get("loadBalancerClass"):
        do = (
            "a class cannot be taken back. Wait until the status shows the other controller's load balancer, point every name"
            f" that leads to {lb.dns_name} there, wait their TTL and 60 s, then delete legacy's: {_deletion(lb)}"
        )
        return Finding(ID, "blocked", seen, do)
    do = (
        f"putting the annotation back lets legacy register nodes with {lb.name} again and changes nothing else of it, but LBC"
        f" then deletes, at once and without draining, whatever it has made for {full_name(service)}, and empties the status."
        f" So see first that no name leads to such a one ({_stack(service)}), then: {_back(service, lb)};"
        f" {_refilled(service)}; then `migrate plan {full_name(service)}`"
    )
    return Finding(ID, "blocked", seen, do)


def _two_controllers(service: Service, signs: Signs, left: LoadBalancer) -> Finding:
    """LBC (or whoever the Service names) has a load balancer of its own, and legacy's is still there."""
    now = f"its status shows {signs.shown.dns_name}" if signs.shown else "its status shows no load balancer that is there"
    seen = (
        f"{_told(service)} and {now}, while legacy's {_family(left)} load balancer {left.name} is still there: it gets no new"
        f" nodes, so names that lead to {left.dns_name} reach fewer with each that goes"
    )
    back = "" if service.spec.get("loadBalancerClass") else _not_back(service, signs, left)
    do = (
        f"{back}see which of the two each name leads to, and point those that lead to {left.dns_name} to the one in the status"
        f" once that has healthy targets, wait their TTL and 60 s, then delete legacy's, which nothing uses any more:"
        f" {_deletion(left)}"
    )
    return Finding(ID, "blocked", seen, do)


def _taken_from_lbc(service: Service, signs: Signs, lb: LoadBalancer) -> Finding:
    """The type annotation was changed away from LBC's, and the status shows what LBC made."""
    seen = (
        f"{_told(service)}, so legacy works on it, but {lb.name} behind its status was made by the AWS Load Balancer"
        " Controller, which deletes it at once and without draining as soon as it sees the change"
    )
    left = f"; legacy's {signs.others[0].name} is then left without new nodes" if signs.others else ""
    do = (
        "do not start LBC or take its finalizer off before this is decided. To keep what serves, make the Service LBC's again:"
        f" `{_annotate(service)} {TYPE_ANNOTATION}=external {TARGET_TYPE}=TYPE` with the target type that it had (`aws elbv2"
        f" describe-target-groups --load-balancer-arn {lb.arn}`): LBC keeps {lb.name}, legacy steps aside{left}. To give it up,"
        f" point every name that leads to {lb.dns_name} to legacy's load balancer first, and wait their TTL and 60 s"
    )
    return Finding(ID, "blocked", seen, do)


def _other_family(service: Service, signs: Signs, lb: LoadBalancer) -> Finding:
    """`nlb` was added or removed: legacy makes a load balancer of the other family under the same name."""
    wanted = FAMILIES[signs.works]
    seen = (
        f"{_told(service)}, so legacy wants a {wanted} load balancer, but {lb.name} behind its status is its {_family(lb)} one:"
        " the type annotation was changed on the live Service, and this one gets no new nodes"
    )
    there = signs.others[0] if signs.others else None
    then = f"; the {wanted} one ({there.dns_name}) then gets none, so see first that no name leads there" if there else ""
    refuses = "cloud-provider-aws 1.36 and later refuse the change"
    do = (
        f"putting the annotation back lets legacy register nodes with {lb.name} again and deletes nothing{then} ({refuses}):"
        f" {_back(service, lb)}, and `migrate plan {full_name(service)}`"
    )
    return Finding(ID, "blocked", seen, do)


def _left_behind(service: Service, lb: LoadBalancer, left: LoadBalancer) -> Finding:
    """The change of family is done; the load balancer from before was left."""
    seen = (
        f"legacy has two load balancers called {lb.name}: the {_family(lb)} one in the status, and a {_family(left)} one from"
        f" before the type annotation was changed ({left.dns_name}), which gets no new nodes"
    )
    do = (
        f"leave the annotation: changing it again makes legacy forget {lb.dns_name} instead. Point names that lead to"
        f" {left.dns_name} to {lb.dns_name}, wait their TTL and 60 s, then delete what was left: {_deletion(left)};"
        f" then `migrate plan {full_name(service)}`"
    )
    return Finding(ID, "blocked", seen, do)


def _both_finalizers(service: Service, foreign: str) -> Finding:
    """Legacy works on it, and another controller has not let go."""
    whose = "LBC" if foreign == LBC_FINALIZER else "EKS Auto Mode"
    seen = f"{_told(service)}, so legacy works on it, but it still has the finalizer {foreign} of {whose}, which had it before"
    do = (
        f"leave the finalizer to {whose}: it deletes what it made for {full_name(service)}, at once and without draining, empties"
        " the status, and takes the finalizer off; taken off by hand, what it made would be left. So see that no"
        f" name leads to such a load balancer ({_stack(service)}), see that {whose} runs (`kubectl describe service"
        f" {service.name} -n {service.namespace}`), and when the finalizer is gone: {_refilled(service)}; then"
        f" `migrate plan {full_name(service)}`"
    )
    return Finding(ID, "blocked", seen, do)


def _told(service: Service) -> str:
    if owner := service.spec.get("loadBalancerClass"):
        return f"loadBalancerClass is {owner}"
    kind = service.annotations.get(TYPE_ANNOTATION)
    return "there is no type annotation" if kind is None else f"the type annotation is {kind!r}"


def _family(lb: LoadBalancer) -> str:
    return "classic" if lb.classic else "network"


def _not_back(service: Service, signs: Signs, left: LoadBalancer) -> str:
    there = f" {signs.shown.name}" if signs.shown else " what it has made"
    return (
        f"do not put the annotation back first: LBC would delete{there} at once, without draining, and empty the status. Only"
        f" where no name leads to that one is it the shorter way: {_back(service, left)}; {_refilled(service)}; then"
        " plan again. Else "
    )


def _refilled(service: Service) -> str:
    """What makes legacy write the status again that LBC has emptied: external-dns takes an empty one for no address at all."""
    return (
        f"if the status is empty then, `{_annotate(service)} touched=now` makes legacy write it, before external-dns acts on it"
    )


def _annotate(service: Service) -> str:
    return f"kubectl annotate service {service.name} -n {service.namespace} --overwrite"


def _back(service: Service, lb: LoadBalancer) -> str:
    """The command that makes legacy take up this load balancer; for a classic one the annotation is absent."""
    return f"`{_annotate(service)} {TYPE_ANNOTATION}{'-' if lb.classic else '=nlb'}`"


def _stack(service: Service) -> str:
    tag = f"Key=service.k8s.aws/stack,Values={full_name(service)}"
    return f"`aws resourcegroupstaggingapi get-resources --tag-filters {tag}` lists them"


def _deletion(lb: LoadBalancer) -> str:
    """What deletes a load balancer that legacy left, by id, with what legacy would have deleted beside it."""
    if lb.classic:
        return (
            f"`aws elb delete-load-balancer --load-balancer-name {lb.name}`, the node rule from its security group, and then that"
            f" group, k8s-elb-{lb.name}"
        )
    return (
        f"`aws elbv2 describe-target-groups --load-balancer-arn {lb.arn}` for their ARNs, `aws elbv2 delete-load-balancer"
        f" --load-balancer-arn {lb.arn}`, `aws elbv2 delete-target-group` for each, and the node rules that are described"
        f" kubernetes.io/rule/nlb/client={lb.name} and kubernetes.io/rule/nlb/health={lb.name}"
    )
