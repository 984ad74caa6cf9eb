"""Whoever else writes the names that move: each is a reason to stop, with what it would take to go on.

Two writers of one record set undo each other's work, and external-dns deletes what its source no longer shows. So a
name that something in the cluster writes is never moved by us.
"""

from __future__ import annotations

from migrator.model.cluster import Ingress, Service, Workload
from migrator.model.migration import Decision, Finding
from migrator.model.records import same_name
from migrator.model.units import Unknown
from migrator.planning.found import Names, Placed, looked
from migrator.planning.ownership import full_name
from migrator.ports.survey import ClusterSurvey

_HOSTNAMES = ("/hostname", "/internal-hostname")
_KOPS = ("dns.alpha.kubernetes.io/external", "dns.alpha.kubernetes.io/internal")
_TAKE_OVER = "take the name from it first (remove its source, keep the record set, delete its TXT), then plan again"


def writers(survey: ClusterSurvey, service: Service, hostname: str, names: Names) -> tuple[list[Finding], list[Decision]]:
    """Findings that block, and a decision where the cluster could not be searched for writers."""
    findings = _claims(names) + _annotations(service)
    decisions: list[Decision] = []
    workloads = looked(survey.workloads)
    if isinstance(workloads, Unknown):
        decisions.append(_unsearched("workloads", "Deployments, DaemonSets and StatefulSets", workloads.why))
    else:
        findings += [each for workload in workloads for each in _publishing(workload, service)]
        findings += [each for workload in workloads for each in _templating(workload)]
    ingresses = looked(survey.ingresses)
    if isinstance(ingresses, Unknown):
        decisions.append(_unsearched("ingresses", "Ingresses", ingresses.why))
    else:
        findings += [_shown_by(each, hostname) for each in ingresses if _shows(each, hostname)]
    return findings, decisions


def _claims(names: Names) -> list[Finding]:
    moving = {(each.zone.id, each.record.name) for each in (*names.leading, *names.routed)}
    return [_claim(claim, name) for claim, name in names.claims if (claim.zone.id, name) in moving]


def _claim(claim: Placed, name: str) -> Finding:
    seen = f"external-dns writes {name}: TXT {claim.record.name} in zone {claim.zone.id} holds {claim.record.values[0]}"
    return Finding(f"external-dns/{claim.zone.id}/{name}/{claim.record.name}", "blocked", seen, _TAKE_OVER)


def _annotations(service: Service) -> list[Finding]:
    found = []
    for key, value in sorted(service.annotations.items()):
        prefix = key.partition("/")[0]
        if "external-dns" in prefix and key.endswith(_HOSTNAMES):
            do = f"have the name written by you, not by external-dns: remove {key} once it keeps its record, then plan again"
            found.append(Finding(f"external-dns/{key}", "blocked", f"annotation {key}: {value} on {full_name(service)}", do))
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


def _templating(workload: Workload) -> list[Finding]:
    """external-dns can make names of Services that carry no annotation at all."""
    if not any("external-dns" in image for image in workload.images):
        return []
    template = next((each for each in workload.args if each.startswith("--fqdn-template")), "")
    if not template:
        return []
    where = f"{workload.namespace}/{workload.name}"
    seen = f"external-dns {where} runs with {template}: it may write names for Services without annotation"
    do = "make sure that no name of this plan comes from the template"
    return [Finding(f"fqdn-template/{where}", "warning", seen, do)]


def _shows(ingress: Ingress, hostname: str) -> bool:
    return any(same_name(each, hostname) for each in ingress.hostnames)


def _shown_by(ingress: Ingress, hostname: str) -> Finding:
    where = f"{ingress.namespace}/{ingress.name}"
    hosts = ", ".join(ingress.hosts) or "no host"
    seen = f"the status of Ingress {where} ({hosts}) shows {hostname}: names made from it follow the legacy Service"
    do = "let its controller publish a name that you write, so that its status no longer shows this one, then plan again"
    return Finding(f"ingress-status/{where}", "blocked", seen, do)


def _unsearched(id: str, what: str, why: str) -> Decision:
    question = f"{what} could not be read ({why}): does any of them write names that lead to the legacy load balancer?"
    return Decision(f"unread-{id}", question, ("none-does",))
