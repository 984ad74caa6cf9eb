"""Who owns a Service and the load balancer behind it; whatever is not plainly legacy's is refused.

The Service's own fields say who reconciles it, the load balancer's tags say who made it; names, finalizers and events
are weaker evidence, and the shape of a hostname tells the family only.
"""

from __future__ import annotations

from typing import NoReturn

from migrator.errors import OperatorError
from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import LEGACY_FINALIZER, TYPE_ANNOTATION, Service

AUTO_MODE_CLASS = "eks.amazonaws.com/nlb"
CLUSTER_TAG = "kubernetes.io/cluster/"
SERVICE_TAG = "kubernetes.io/service-name"
_TARGET_TYPE = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"
_LBC_TAGS = ("elbv2.k8s.aws/cluster", "service.k8s.aws/stack")


def refuse_foreign(service: Service, lbc_class: str) -> None:
    """Refuse a Service that legacy does not reconcile as a network load balancer.

    Raises OperatorError: `being-deleted`, `not-a-load-balancer`, `not-legacy`, `classic-balancer`.
    Source: the ownership rules of the in-tree provider, the shared service controller and LBC.
    """
    if service.deleting:
        finalizers = ", ".join(service.finalizers) or "none"
        _refuse(service, "being-deleted", "it is being deleted", f"finalizers {finalizers}", do="nothing: it is on its way out")
    if service.type != "LoadBalancer":
        do = "choose a Service of type LoadBalancer: `migrate scan` lists them"
        _refuse(service, "not-a-load-balancer", f"it is of type {service.type}", do=do)
    if owner := service.spec.get("loadBalancerClass"):
        _refuse_class(service, owner, lbc_class)
    kind = service.annotations.get(TYPE_ANNOTATION)
    if kind in ("external", "nlb-ip"):
        _refuse_external(service, kind)
    if kind != "nlb":
        _refuse_classic(service, kind)


def refuse_unowned(service: Service, balancer: LoadBalancer) -> None:
    """Refuse a load balancer that legacy did not make for this Service.

    Raises OperatorError: `classic-balancer`, `not-legacy`.
    """
    name = balancer.name
    if balancer.kind != "network":
        _refuse(service, "classic-balancer", f"load balancer {name} is of kind {balancer.kind}, not network", do=_CLASSIC)
    made = [f"tag {key} = {balancer.tags[key]}" for key in _LBC_TAGS if key in balancer.tags]
    if made:
        do = "nothing: it is migrated already"
        _refuse(service, "not-legacy", f"load balancer {name} was made by the AWS Load Balancer Controller", *made, do=do)
    tagged = balancer.tags.get(SERVICE_TAG)
    if tagged not in (None, full_name(service)):
        do = "look at both Services: one status shows the other's load balancer"
        _refuse(service, "not-legacy", f"load balancer {name} is tagged for {tagged}", do=do)
    if tagged is None and name != legacy_name(service.uid):
        seen = (f"no tag {SERVICE_TAG}", f"its name would be {legacy_name(service.uid)}")
        do = "make sure that the status hostname is the Service's own"
        _refuse(service, "not-legacy", f"nothing says that legacy made load balancer {name}", *seen, do=do)


def evidence(service: Service, balancer: LoadBalancer) -> tuple[str, ...]:
    """Why the load balancer is legacy's: one line each, best first."""
    lines = [f"load balancer tag {key} = {value}" for key, value in sorted(balancer.tags.items()) if _tells(key)]
    if balancer.name == legacy_name(service.uid):
        lines.append(f"load balancer name {balancer.name} is a and the Service's UID, as legacy names them")
    if LEGACY_FINALIZER in service.finalizers:
        lines.append(f"service finalizer {LEGACY_FINALIZER}")
    lines.append("no loadBalancerClass, type annotation nlb")
    return tuple(lines)


def cluster_name(balancer: LoadBalancer) -> str:
    """The EKS cluster's name by the legacy tag on the load balancer; empty where there is none."""
    names = sorted(key.removeprefix(CLUSTER_TAG) for key in balancer.tags if key.startswith(CLUSTER_TAG))
    return names[0] if names else balancer.tags.get("KubernetesCluster", "")


def legacy_name(uid: str) -> str:
    """What legacy calls the load balancer of a Service: `a`, then the UID without dashes, cut to 32."""
    return ("a" + uid.replace("-", ""))[:32]


def full_name(service: Service) -> str:
    """namespace/name."""
    return f"{service.namespace}/{service.name}"


def _tells(tag: str) -> bool:
    return tag.startswith(CLUSTER_TAG) or tag in (SERVICE_TAG, "KubernetesCluster")


_CLASSIC = "wait for a migrate that moves Classic load balancers; until then leave the Service as it is"


def _refuse_class(service: Service, owner: str, lbc_class: str) -> NoReturn:
    if owner == lbc_class:
        what = "it belongs to the AWS Load Balancer Controller already"
    elif owner == AUTO_MODE_CLASS:
        what = "it belongs to EKS Auto Mode, which has a controller of its own"
    else:
        what = "it belongs to another controller"
    _refuse(service, "not-legacy", what, f"spec.loadBalancerClass {owner}", do="nothing: legacy does not touch it")


def _refuse_external(service: Service, kind: str) -> NoReturn:
    target = service.annotations.get(_TARGET_TYPE)
    seen = [f"{TYPE_ANNOTATION}: {kind}"] + ([f"{_TARGET_TYPE}: {target}"] if target is not None else [])
    if kind == "external" and target not in ("ip", "instance"):
        do = f"set {_TARGET_TYPE} to instance or ip, and the AWS Load Balancer Controller takes it"
        _refuse(service, "not-legacy", "no controller reconciles it: legacy stepped aside, LBC was not told how", *seen, do=do)
    what = "it belongs to the AWS Load Balancer Controller already"
    do = "nothing to migrate; `migrate orphans` shows what legacy may have left behind"
    _refuse(service, "not-legacy", what, *seen, do=do)


def _refuse_classic(service: Service, kind: str | None) -> NoReturn:
    seen = f"{TYPE_ANNOTATION}: {kind!r}" if kind is not None else f"no annotation {TYPE_ANNOTATION}"
    what = "legacy gives it a Classic load balancer, which migrate does not move yet"
    _refuse(service, "classic-balancer", what, seen, f"status hostname {service.hostname}", do=_CLASSIC)


def _refuse(service: Service, code: str, what: str, *seen: str, do: str) -> NoReturn:
    raise OperatorError(f"cannot plan {full_name(service)}: {what}", seen=seen, do=do, code=code)
