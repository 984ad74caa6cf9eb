"""Who owns a Service and the load balancer behind it; whatever is not plainly legacy's is refused, with what it is.

The Service's own fields say who reconciles it, the load balancer's tags and name say who made it. Where the two do not
fit together somebody edited a live Service, and the way out is said instead of a plan.
"""

from __future__ import annotations

from typing import Literal, NoReturn

import msgspec

from migrator.errors import OperatorError
from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import Service
from migrator.model.migration import Finding
from migrator.model.units import Unknown
from migrator.planning.ownership_edits import half_done
from migrator.planning.ownership_signs import (
    Maker,
    Signs,
    Works,
    cluster_name,
    evidence,
    full_name,
    hostname_family,
    legacy_name,
    maker,
    works,
)

__all__ = [
    "LEGACY",
    "Owner",
    "Ownership",
    "cluster_name",
    "full_name",
    "hostname_family",
    "legacy_name",
    "not_applicable",
    "ownership",
    "refuse_foreign",
    "refuse_unready",
    "works",
]

Owner = Literal["in-tree-nlb", "in-tree-clb", "lbc", "auto-mode", "other", "ambiguous"]
LEGACY: tuple[Owner, ...] = ("in-tree-nlb", "in-tree-clb")


class Ownership(msgspec.Struct, frozen=True):
    """Whose it is and why, best evidence first; `trouble` is what stands in the way of any plan, whoever it is."""

    owner: Owner
    evidence: tuple[str, ...]
    trouble: Finding | None = None

    @property
    def legacy(self) -> bool:
        """Whether it is plainly legacy's and nothing stands in the way of a plan."""
        return self.owner in LEGACY and self.trouble is None


def ownership(
    service: Service, shown: LoadBalancer | Unknown | None, named: tuple[LoadBalancer, ...] | Unknown, lbc_class: str
) -> Ownership:
    """The owner of a Service of type LoadBalancer.

    `shown` is the load balancer behind its status, None where there is none; `named` are those of either family that
    carry legacy's name for its UID; `lbc_class` is the class that LBC answers to.
    """
    lines, who = evidence(service, shown), works(service, lbc_class)
    if isinstance(shown, Unknown):
        return _unseen(service, who, lines, shown)
    if isinstance(named, Unknown):
        return _unseen(service, who, lines, named)
    others = tuple(each for each in named if shown is None or each.arn != shown.arn)
    lines += tuple(f"load balancer {each.name} ({each.kind}) is there, too: {each.dns_name}" for each in others)
    signs = Signs(who, maker(service, shown), shown, others)
    if _unproven(signs):
        return Ownership("ambiguous", lines, _unclear(service, signs))
    if edit := half_done(service, signs):
        sure = signs.maker == who and ((who in LEGACY and others) or service.spec.get("loadBalancerClass"))
        return Ownership(_owner(who) if sure else "ambiguous", lines, edit)
    return Ownership(_owner(who), lines, _absent(service, signs) if who in LEGACY else None)


def refuse_unready(service: Service) -> None:
    """Refuse what has no load balancer to move. Raises OperatorError `being-deleted`, `not-a-load-balancer`."""
    if service.deleting:
        finalizers = ", ".join(service.finalizers) or "none"
        _refuse(service, "being-deleted", "it is being deleted", (f"finalizers {finalizers}",), "nothing: it is on its way out")
    if service.type != "LoadBalancer":
        do = "choose a Service of type LoadBalancer: `migrate scan` lists them"
        _refuse(service, "not-a-load-balancer", f"it is of type {service.type}", (), do)


def refuse_foreign(service: Service, owned: Ownership) -> None:
    """Refuse what is not plainly legacy's, with verdict, evidence and the way out.

    Raises OperatorError `edited-in-place`, `owner-unclear`, `no-balancer` (BLOCKED) and `not-legacy` (NOT_APPLICABLE).
    """
    if owned.trouble is not None:
        trouble = owned.trouble
        _refuse(service, trouble.id, f"BLOCKED, {trouble.seen}", (f"owner {owned.owner}", *owned.evidence), trouble.do)
    if owned.owner not in LEGACY:
        what, do = not_applicable(owned)
        _refuse(service, "not-legacy", f"NOT_APPLICABLE, {what}", owned.evidence, do)


def not_applicable(owned: Ownership) -> tuple[str, str]:
    """Why there is nothing to plan for an owner that is not legacy, and what to do about it."""
    return _NOT_APPLICABLE[owned.owner]


_NOT_APPLICABLE = {
    "lbc": ("it belongs to the AWS Load Balancer Controller already", "nothing: it is where it was to go"),
    "auto-mode": (
        "it belongs to EKS Auto Mode, which has a controller of its own",
        "nothing: AWS does not move load balancers into or out of Auto Mode, and legacy does not touch this one",
    ),
    "other": (
        "no controller of AWS load balancers that migrate knows works on it",
        "nothing where its class names another controller; where its type annotation is external, legacy has stepped aside and"
        " LBC was not told how: set service.beta.kubernetes.io/aws-load-balancer-nlb-target-type to instance or ip, and LBC"
        " takes it",
    ),
}


def _owner(who: Works) -> Owner:
    return "other" if who == "nobody" else who


_UNPROVEN: dict[Maker, str] = {
    "another": "is tagged for another Service",
    "namesake": "was made by legacy for a Service of this name with another UID, before it was made anew or in another cluster",
    "both": "carries the marks of legacy and of another controller",
    "hand": "carries no mark of any controller",
}


def _unproven(signs: Signs) -> bool:
    """Whether nothing says that who works on the Service, or worked on it, made what is behind its status."""
    if signs.works in LEGACY:
        return signs.maker in _UNPROVEN or signs.maker == "auto-mode"
    if signs.works == "lbc":
        return signs.maker in ("both", "auto-mode")
    return signs.maker == "lbc" or (signs.maker == "auto-mode" and signs.works != "auto-mode")


def _unseen(service: Service, who: Works, lines: tuple[str, ...], unread: Unknown) -> Ownership:
    """What AWS did not say is decisive, unless a class names the owner: it cannot be changed on a live Service."""
    if service.spec.get("loadBalancerClass"):
        return Ownership(_owner(who), lines)
    seen = f"its load balancers could not be looked at: {unread.why}"
    do = "let elasticloadbalancing:DescribeLoadBalancers and DescribeTags be allowed and answer, then ask again"
    return Ownership("ambiguous", lines, Finding("owner-unknown", "blocked", seen, do))


def _unclear(service: Service, signs: Signs) -> Finding:
    lb = signs.shown
    assert lb is not None
    what = _UNPROVEN.get(signs.maker) or f"was made by {_CALLED[signs.maker]}, which the Service does not name"
    seen = f"load balancer {lb.name} behind its status {what}"
    do = (
        "make sure that the status hostname is the Service's own: `kubectl get service"
        f" {service.name} -n {service.namespace} -o yaml`, and whose {lb.name} is: {_tags(lb)}. Legacy's own would be called"
        f" {legacy_name(service.uid)}; a load balancer that legacy did not make for this Service is not migrated"
    )
    return Finding("owner-unclear", "blocked", seen, do)


_CALLED: dict[Maker, str] = {"lbc": "the AWS Load Balancer Controller", "auto-mode": "EKS Auto Mode"}


def _tags(lb: LoadBalancer) -> str:
    if lb.classic:
        return f"`aws elb describe-tags --load-balancer-names {lb.name}`"
    return f"`aws elbv2 describe-tags --resource-arns {lb.arn}`"


def _absent(service: Service, signs: Signs) -> Finding | None:
    """Legacy works on it, and nothing is behind its status."""
    if signs.shown is not None:
        return None
    there = f"; {signs.others[0].dns_name} has legacy's name for it" if signs.others else ""
    look = f"`kubectl describe service {service.name} -n {service.namespace}`"
    touch = f"`kubectl annotate service {service.name} -n {service.namespace} --overwrite touched=now`"
    if not service.hostname:
        do = f"{look}, and look at its events"
        do += f"; {touch} makes legacy write the status anew" if signs.others else ""
        return Finding("no-balancer", "blocked", f"its status shows no load balancer{there}", do)
    seen = f"nothing is behind its status: there is no load balancer {service.hostname}{there}"
    do = (
        "check the AWS account and region. Where they are right, it was deleted behind legacy's back, and nothing serves: any"
        f" change of an annotation ({touch}) makes legacy run, which takes up the load balancer of its name or makes a new one,"
        " with a new DNS name, and writes it into the status; point the names there, then plan again"
    )
    return Finding("no-balancer", "blocked", seen, do)


def _refuse(service: Service, code: str, what: str, seen: tuple[str, ...], do: str) -> NoReturn:
    raise OperatorError(f"cannot plan {full_name(service)}: {what}", seen=seen, do=do, code=code)
