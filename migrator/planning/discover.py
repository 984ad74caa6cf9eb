"""From a Service's name to everything that its migration is about, as it is now.

Questions that must have an answer come first and refuse with a code; what merely could not be seen becomes a decision.
"""

from __future__ import annotations

from msgspec.structs import replace

from migrator.checks.controller import flag
from migrator.errors import OperatorError
from migrator.model.balancers import LoadBalancer, SecurityGroup
from migrator.model.cluster import Controller, Service
from migrator.model.migration import Account, Cluster
from migrator.planning.exposure_look import rules_of_nodes
from migrator.planning.found import Found, Live, looked
from migrator.planning.guards import hosts
from migrator.planning.lbc import running
from migrator.planning.node_rules import node_rules
from migrator.planning.ownership import Ownership, cluster_name, legacy_name, ownership, refuse_foreign, refuse_unready
from migrator.planning.surroundings import surroundings
from migrator.planning.zones import addresses_of
from migrator.planning.zones import survey as survey_zones
from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey


def discover(namespace: str, name: str, outside: Outside, survey: ClusterSurvey, *, context: str = "") -> Found:
    """The live facts. `context` is the kubeconfig's name for the cluster, a hint for people.

    Cost: a dozen calls, some ten lists of the account, a list of each kind of the cluster and every record set of every zone.
    Raises OperatorError `service-not-found` and those of `ownership`; OutsideErrors pass where there is no plan without the
    answer.
    """
    controller = outside.cluster.controller()
    service = _service(outside, namespace, name)
    owned, balancer = _owned(outside, service, running(controller).balancer_class)
    caller = outside.network.caller()
    groups = outside.account.security_groups(balancer.security_groups) if balancer.security_groups else ()
    rules, shared = node_rules(outside.network, service, balancer, groups)
    live = _live(outside, service, balancer, groups)
    names = survey_zones(outside.records, balancer.dns_name, addresses_of(balancer))
    around = surroundings(outside, survey, live, names)
    return Found(
        cluster=_cluster(outside, balancer, controller, context),
        account=Account(caller.account, caller.region, balancer.vpc),
        controller=controller,
        live=replace(live, node_rules=rules_of_nodes(outside, live.groups, rules)),
        owner=owned.owner,
        evidence=owned.evidence,
        rules=rules,
        shared_rules=shared,
        names=names,
        resolvers=outside.names.resolvers(),
        readers=looked(lambda: survey.readers(namespace, name)),
        users=looked(lambda: survey.mentions(hosts(balancer, names))),
        attachments=around.attachments,
        owned=around.owned,
        busiest_per_min=around.busiest_per_min,
        findings=around.findings,
        decisions=around.decisions,
    )


def _service(outside: Outside, namespace: str, name: str) -> Service:
    service = outside.cluster.service(namespace, name)
    if service is None:
        do = f"kubectl get service -n {namespace}, or `migrate scan`"
        seen = f"the API server has no Service {name} in namespace {namespace}"
        raise OperatorError(f"cannot plan {namespace}/{name}: not found", seen=(seen,), do=do, code="service-not-found")
    refuse_unready(service)
    return service


def _owned(outside: Outside, service: Service, lbc_class: str) -> tuple[Ownership, LoadBalancer]:
    """Whose it is, and the load balancer behind its status; a class settles it even where AWS cannot be asked."""

    def shown() -> LoadBalancer | None:
        return outside.balancers.named(service.hostname) if service.hostname else None

    def named() -> tuple[LoadBalancer, ...]:
        return outside.inventory.namesakes(legacy_name(service.uid))

    if service.spec.get("loadBalancerClass"):
        refuse_foreign(service, ownership(service, looked(shown), looked(named), lbc_class))
    balancer = shown()
    owned = ownership(service, balancer, named(), lbc_class)
    if balancer is None and service.hostname:
        caller = outside.network.caller()
        owned = replace(owned, evidence=(f"asked in account {caller.account}, region {caller.region}", *owned.evidence))
    refuse_foreign(service, owned)
    assert balancer is not None  # without one there is trouble
    return owned, balancer


def _live(outside: Outside, service: Service, balancer: LoadBalancer, groups: tuple[SecurityGroup, ...]) -> Live:
    looks, arn = outside.balancers, balancer.arn
    return Live(service, balancer, looks.attributes(arn), looks.listeners(arn, whole=True), looks.groups(arn), groups)


def _cluster(outside: Outside, balancer: LoadBalancer, controller: Controller | None, context: str) -> Cluster:
    """Named by legacy's tag on the load balancer, else by what LBC was told."""
    told = flag(controller.args, "--cluster-name") if controller else ""
    return Cluster(context, outside.cluster.identity().uid, cluster_name(balancer) or told)
