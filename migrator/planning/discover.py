"""From a Service's name to everything that its migration is about, as it is now.

Questions that must have an answer come first and refuse with a code; what merely could not be seen becomes a decision.
"""

from __future__ import annotations

from migrator.checks.controller import flag
from migrator.errors import OperatorError
from migrator.model.balancers import LoadBalancer
from migrator.model.cluster import Controller, Service
from migrator.model.migration import Account, Cluster, Finding
from migrator.planning.found import Found, Live, looked
from migrator.planning.lbc import running
from migrator.planning.node_rules import node_rules
from migrator.planning.ownership import cluster_name, evidence, full_name, refuse_foreign, refuse_unowned
from migrator.planning.writers import writers
from migrator.planning.zones import survey as survey_zones
from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey


def discover(namespace: str, name: str, outside: Outside, survey: ClusterSurvey, *, context: str = "") -> Found:
    """The live facts. `context` is the kubeconfig's name for the cluster, a hint for people.

    Cost: a dozen calls, and every record set of every zone. Raises OperatorError `service-not-found`, `no-balancer` and
    those of `ownership`; OutsideErrors pass where there is no plan without the answer.
    """
    controller = outside.cluster.controller()
    service = _service(outside, namespace, name, controller)
    balancer = _balancer(outside, service)
    caller = outside.network.caller()
    live = _live(outside, service, balancer)
    names = survey_zones(outside.records, balancer.dns_name)
    rules, shared = node_rules(outside.network, service, balancer)
    findings, decisions = writers(survey, service, balancer.dns_name, names)
    return Found(
        cluster=_cluster(outside, balancer, controller, context),
        account=Account(caller.account, caller.region, balancer.vpc),
        controller=controller,
        live=live,
        evidence=evidence(service, balancer),
        rules=rules,
        shared_rules=shared,
        names=names,
        resolvers=outside.names.resolvers(),
        readers=looked(lambda: survey.readers(namespace, name)),
        findings=(*findings, *_remade(service)),
        decisions=tuple(decisions),
    )


def _service(outside: Outside, namespace: str, name: str, controller: Controller | None) -> Service:
    service = outside.cluster.service(namespace, name)
    if service is None:
        do = f"kubectl get service -n {namespace}, or `migrate scan`"
        seen = f"the API server has no Service {name} in namespace {namespace}"
        raise OperatorError(f"cannot plan {namespace}/{name}: not found", seen=(seen,), do=do, code="service-not-found")
    refuse_foreign(service, running(controller).balancer_class)
    return service


def _balancer(outside: Outside, service: Service) -> LoadBalancer:
    cannot = f"cannot plan {full_name(service)}"
    if not service.hostname:
        do = f"kubectl describe service {service.name} -n {service.namespace}, and look at its events"
        raise OperatorError(f"{cannot}: its status shows no load balancer", do=do, code="no-balancer")
    balancer = outside.balancers.named(service.hostname)
    if balancer is None:
        caller = outside.network.caller()
        seen = f"no load balancer {service.hostname} in account {caller.account}, region {caller.region}"
        do = "check the AWS account and region; where they are right, its load balancer was deleted behind legacy's back"
        raise OperatorError(f"{cannot}: nothing is behind its status", seen=(seen,), do=do, code="no-balancer")
    refuse_unowned(service, balancer)
    return balancer


def _live(outside: Outside, service: Service, balancer: LoadBalancer) -> Live:
    looks = outside.balancers
    arn = balancer.arn
    return Live(service, balancer, looks.attributes(arn), looks.listeners(arn), looks.groups(arn))


def _cluster(outside: Outside, balancer: LoadBalancer, controller: Controller | None, context: str) -> Cluster:
    """Named by legacy's tag on the load balancer, else by what LBC was told."""
    told = flag(controller.args, "--cluster-name") if controller else ""
    return Cluster(context, outside.cluster.identity().uid, cluster_name(balancer) or told)


_TOOLS = (
    "app.kubernetes.io/managed-by",
    "meta.helm.sh/release-name",
    "argocd.argoproj.io/instance",
    "argocd.argoproj.io/tracking-id",
    "kustomize.toolkit.fluxcd.io/name",
    "helm.toolkit.fluxcd.io/name",
)


def _remade(service: Service) -> tuple[Finding, ...]:
    """Who would make the legacy Service again once it is retired."""
    marks = service.labels | service.annotations
    makers = [f"owner {each}" for each in service.owners] + [f"{key}: {marks[key]}" for key in _TOOLS if key in marks]
    if not makers:
        return ()
    seen = f"{full_name(service)} is written by somebody who would make it again after `retire` ({', '.join(makers)})"
    do = "take the Service out of there, or make it ClusterIP there, before `retire`: `migrate apply --hold-before retire`"
    return (Finding("remade", "warning", seen, do),)
