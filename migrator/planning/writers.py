"""Whoever else writes the names that move: each is a reason to stop, with what it would take to go on.

Two writers of one record set undo each other's work, and external-dns deletes what its source no longer shows. So a
name that something in the cluster writes is never moved by us.
"""

from __future__ import annotations

from migrator.model.cluster import Ingress, Service, Workload
from migrator.model.migration import Decision, Finding
from migrator.model.records import same_name
from migrator.model.units import Unknown
from migrator.planning.external_dns import running
from migrator.planning.external_dns_names import annotated_names, claimed_names, made_names, shown_by, untold
from migrator.planning.found import Names, looked
from migrator.planning.ownership import full_name
from migrator.ports.survey import ClusterSurvey

_KOPS = ("dns.alpha.kubernetes.io/external", "dns.alpha.kubernetes.io/internal")


def writers(survey: ClusterSurvey, service: Service, hostname: str, names: Names) -> tuple[list[Finding], list[Decision]]:
    """Findings about who writes names, most of which block, and decisions where that could not be told."""
    decisions: list[Decision] = []
    workloads, ingresses = looked(survey.workloads), looked(survey.ingresses)
    if isinstance(workloads, Unknown):
        decisions.append(_unsearched("workloads", "Deployments, DaemonSets and StatefulSets", workloads.why))
        there, findings = None, []
    else:
        there = running(workloads)
        findings = [each for workload in workloads for each in _publishing(workload, service)] + made_names(there)
        decisions += untold(names, there)
    if isinstance(ingresses, Unknown):
        decisions.append(_unsearched("ingresses", "Ingresses", ingresses.why))
    else:
        findings += [shown_by(each, hostname, there) for each in ingresses if _shows(each, hostname)]
    return claimed_names(names, there) + annotated_names(service, there) + _kops(service) + findings, decisions


def _kops(service: Service) -> list[Finding]:
    found = []
    for key, value in sorted(service.annotations.items()):
        if key in _KOPS:
            do = f"have the name written by you, not by kops' dns-controller: remove {key}, then plan again"
            found.append(Finding(f"dns-controller/{key}", "blocked", f"annotation {key}: {value} on {full_name(service)}", do))
    return found


def _publishing(workload: Workload, service: Service) -> list[Finding]:
    """An ingress controller that copies the Service's hostname into the status of its Ingresses, where names follow it."""
    option = published(workload, service)
    if not option:
        return []
    where = f"{workload.kind} {workload.namespace}/{workload.name}"
    seen = f"{where} publishes the address of {full_name(service)} ({option}): every name of its Ingresses follows that Service"
    do = "let it publish the new load balancer, or a name that you write, once the clone is up; until then it cannot be planned"
    return [Finding(f"publish-service/{workload.namespace}/{workload.name}", "blocked", seen, do)]


def published(workload: Workload, service: Service) -> str:
    """The option by which a workload names the Service as the one to publish; empty where it does not.

    ingress-nginx and Kong `--publish-service`, Traefik `publishedservice`, Contour `--envoy-service-name`, NGINX Inc
    `-external-service`. Source: each controller's command line documentation.
    """
    for at, argument in enumerate(workload.args):
        option, equals, value = argument.partition("=")
        if not equals:
            value = workload.args[at + 1] if at + 1 < len(workload.args) else ""
        word = option.lower().lstrip("-")
        if "publish" in word and _expanded(value, workload) == full_name(service):
            return option
        if word in ("envoy-service-name", "external-service") and value == service.name and _beside(workload, service):
            return option
    return ""


def _expanded(value: str, workload: Workload) -> str:
    """`$(POD_NAMESPACE)/name` as the kubelet fills it in."""
    return value.replace("$(POD_NAMESPACE)", workload.namespace).strip("\"'")


def _beside(workload: Workload, service: Service) -> bool:
    return workload.namespace == service.namespace


def _shows(ingress: Ingress, hostname: str) -> bool:
    return any(same_name(each, hostname) for each in ingress.hostnames)


def _unsearched(id: str, what: str, why: str) -> Decision:
    question = f"{what} could not be read ({why}): does any of them write names that lead to the legacy load balancer?"
    return Decision(f"unread-{id}", question, ("none-does",))
