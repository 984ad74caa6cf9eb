"""The signs by which an owner is told: who reconciles a Service, and who made a load balancer, each a line to show."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import LEGACY_FINALIZER, TYPE_ANNOTATION, Service
from migrator.model.records import bare_name
from migrator.model.units import Unknown

Works = Literal["in-tree-nlb", "in-tree-clb", "lbc", "auto-mode", "other", "nobody"]
Maker = Literal["in-tree-nlb", "in-tree-clb", "lbc", "auto-mode", "another", "namesake", "both", "hand", "none"]

AUTO_MODE_CLASS = "eks.amazonaws.com/nlb"
CLUSTER_TAG = "kubernetes.io/cluster/"
SERVICE_TAG = "kubernetes.io/service-name"
TARGET_TYPE = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"
LBC_FINALIZER, AUTO_MODE_FINALIZER = "service.k8s.aws/resources", "service.eks.amazonaws.com/resources"
LBC_TAGS = ("elbv2.k8s.aws/cluster", "service.k8s.aws/stack")
AUTO_MODE_TAGS = ("eks:eks-cluster-name", "service.eks.amazonaws.com/stack")

_FINALIZERS = {LEGACY_FINALIZER: "weak: also put on what LBC took by annotation", LBC_FINALIZER: "LBC's"}
_FINALIZERS |= {AUTO_MODE_FINALIZER: "EKS Auto Mode's"}
_NETWORK = re.compile(r".+-[0-9a-f]+\.elb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_CLASSIC = re.compile(r".+-[0-9]+\.[a-z0-9-]+\.elb\.amazonaws\.com(\.cn)?")


class Signs(msgspec.Struct, frozen=True):
    """What was seen: `shown` is behind the status, `others` carry legacy's name for this Service and are not."""

    works: Works
    maker: Maker
    shown: LoadBalancer | None
    others: tuple[LoadBalancer, ...] = ()


def works(service: Service, lbc_class: str) -> Works:
    """Who reconciles a Service, by its class and annotations alone.

    Source: kubernetes-sigs/aws-load-balancer-controller: pkg/service/service_utils.go; kubernetes/cloud-provider-aws:
    pkg/providers/v1/aws_loadbalancer.go isNLB, isLBExternal; kubernetes/cloud-provider: wantsLoadBalancer.
    """
    if owner := service.spec.get("loadBalancerClass"):
        return "lbc" if owner == lbc_class else "auto-mode" if owner == AUTO_MODE_CLASS else "other"
    kind = service.annotations.get(TYPE_ANNOTATION)
    if kind == "nlb-ip":
        return "lbc"
    if kind == "external":
        return "lbc" if service.annotations.get(TARGET_TYPE) in ("ip", "instance") else "nobody"
    return "in-tree-nlb" if kind == "nlb" else "in-tree-clb"


def maker(service: Service, balancer: LoadBalancer | None) -> Maker:
    """Who made a load balancer, by its tags first and its name second.

    `another` is tagged for another Service; `namesake` was made by legacy for an earlier or another cluster's Service of
    this name; `both` carries the marks of legacy and of another controller; `hand` carries none.
    """
    if balancer is None:
        return "none"
    stacks = {balancer.tags[each] for each in (LBC_TAGS[1], AUTO_MODE_TAGS[1], SERVICE_TAG) if each in balancer.tags}
    if stacks - {full_name(service)}:
        return "another"
    foreign: Maker | None = next((who for who, tags in _MADE if any(each in balancer.tags for each in tags)), None)
    named = balancer.name == legacy_name(service.uid)
    if foreign is not None:
        return "both" if named or SERVICE_TAG in balancer.tags else foreign
    if named and balancer.kind in ("network", "classic"):
        return "in-tree-clb" if balancer.classic else "in-tree-nlb"
    return "namesake" if SERVICE_TAG in balancer.tags else "hand"


_MADE: tuple[tuple[Maker, tuple[str, str]], ...] = (("lbc", LBC_TAGS), ("auto-mode", AUTO_MODE_TAGS))


def evidence(service: Service, shown: LoadBalancer | Unknown | None) -> tuple[str, ...]:
    """Every sign as a line: finalizers, class, tags, load balancer's name, form of the hostname, annotations last."""
    return (*_on_service(service), *_on_balancer(service, shown), *_form(service), *_annotations(service))


def _on_service(service: Service) -> list[str]:
    lines = [f"finalizer {each} ({_FINALIZERS[each]})" for each in service.finalizers if each in _FINALIZERS]
    owner = service.spec.get("loadBalancerClass")
    return [*(lines or ["no finalizer of a load balancer controller"]), f"loadBalancerClass {owner or 'none'}"]


def _on_balancer(service: Service, shown: LoadBalancer | Unknown | None) -> list[str]:
    if isinstance(shown, Unknown):
        return [f"load balancer behind the status: unknown, {shown.why}"]
    if shown is None:
        return ["no load balancer behind the status" if service.hostname else "the status shows no load balancer"]
    lines = [f"load balancer tag {key} = {value}" for key, value in sorted(shown.tags.items()) if _tells(key)]
    own = shown.name == legacy_name(service.uid)
    name = "a and the Service's UID, as legacy names them" if own else f"legacy's would be {legacy_name(service.uid)}"
    return [*(lines or ["load balancer without a controller's tags"]), f"load balancer {shown.name} ({shown.kind}): {name}"]


def _form(service: Service) -> list[str]:
    family = hostname_family(service.hostname or "")
    return [f"status hostname has the form of a {family} load balancer"] if family else []


def _annotations(service: Service) -> list[str]:
    kind, target = service.annotations.get(TYPE_ANNOTATION), service.annotations.get(TARGET_TYPE)
    lines = ["no type annotation" if kind is None else f"type annotation {kind!r}"]
    return lines + ([f"target type annotation {target!r}"] if target is not None else [])


def hostname_family(hostname: str) -> str:
    """`network` or `classic` by the form of a DNS name, empty where it is neither's; China's `.cn` and upper case count.

    Source: kubernetes/cloud-provider-aws: pkg/providers/v1/aws_validations.go. It tells the family, never the owner.
    """
    name = bare_name(hostname)
    return "network" if _NETWORK.fullmatch(name) else "classic" if _CLASSIC.fullmatch(name) else ""


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
    return tag.startswith(CLUSTER_TAG) or tag in (SERVICE_TAG, "KubernetesCluster", *LBC_TAGS, *AUTO_MODE_TAGS)
