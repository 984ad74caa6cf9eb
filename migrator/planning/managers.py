"""Who keeps the legacy Service as it is, and would undo what the journey does to it; each with the way to make it stop.

Nothing writes to the legacy Service before `retire`, and the clone carries no tool's mark, so most managers undo one thing
only: they make the Service again after it was deleted, or a load balancer again after it was demoted. An operator may also
take away what it did not make, so what an operator owns is not planned.
"""

from __future__ import annotations

from migrator.model.cluster import Service
from migrator.model.migration import Finding
from migrator.planning.managers_known import ANY_CHART, ANY_OWNER, CHARTS, OPERATORS, OWNERS, PASSING
from migrator.planning.ownership import full_name

_TRUE_AGAIN = "put the clone's manifest (`new.manifest` of the plan) there and take the legacy Service out, or make it ClusterIP"
_BEFORE = "stop before with `migrate apply PLAN --hold-before retire`"
_FLUX = (
    ("kustomize.toolkit.fluxcd.io/", "kustomization", "every interval"),
    ("helm.toolkit.fluxcd.io/", "helmrelease", "with its next upgrade, or at once where drift detection is on"),
)


def managers(service: Service) -> tuple[Finding, ...]:
    """A finding for each manager that is known by its marks, in a fixed order."""
    found = (
        _owned_by_controller(service) or _operator(service),
        _owned_by_others(service),
        _argo_cd(service),
        *(_flux(service, *each) for each in _FLUX),
        _fleet(service),
        _helm(service),
        _kapp(service),
        _infrastructure(service),
        _said(service),
        _kubectl(service),
        _strangers(service),
    )
    return tuple(each for each in found if each is not None)


def _owned_by_controller(service: Service) -> Finding | None:
    if not service.controlled_by:
        return None
    kind, _, name = service.controlled_by.partition("/")
    field = OWNERS.get(kind, ANY_OWNER)
    keeper = f"the controller of {service.controlled_by}"
    seen = f"{full_name(service)} is kept by {keeper}, which makes it again and may take a copy away"
    do = (
        f"let the owner make the new load balancer itself: `kubectl edit {kind} {name} -n {service.namespace}`, {field}; "
        "beside this one if it can have two, and move the names by hand"
    )
    return Finding("managed-by/operator", "blocked", seen, do)


def _operator(service: Service) -> Finding | None:
    """One that leaves no ownerReference, known by the name under which it writes."""
    known = [each for each in service.managers if each in OPERATORS]
    if not known:
        return None
    seen = f"{full_name(service)} is written by {OPERATORS[known[0]]} ({known[0]}), which makes it again and may take a copy away"
    do = "let the operator make the new load balancer itself, through the custom resource that it makes this Service from"
    return Finding("managed-by/operator", "blocked", seen, do)


def _owned_by_others(service: Service) -> Finding | None:
    if not service.owners or service.controlled_by:
        return None
    owners = ", ".join(service.owners)
    seen = f"{full_name(service)} goes when {owners} goes, and whoever made it for {owners} may make it again after `retire`"
    look = f"kubectl get service {service.name} -n {service.namespace} -o yaml --show-managed-fields"
    do = f"see who made it: `{look}`; {_BEFORE}"
    return Finding("managed-by/owner", "warning", seen, do)


def _argo_cd(service: Service) -> Finding | None:
    app = argo_application(service)
    if app is None:
        return None
    seen = (
        f"Argo CD deploys {full_name(service)} ({_named('application', app)}): with automated sync it makes it again after "
        "`retire`, with self-heal at once; the clone carries no tracking mark and is not pruned"
    )
    do = (
        f"before `retire`: `argocd app set {app or 'APP'} --sync-policy none` (an ApplicationSet or app of apps may undo that); "
        f"then in Git {_TRUE_AGAIN}; then set the policy back; {_BEFORE}"
    )
    return Finding("managed-by/argocd", "warning", seen, do)


def argo_application(service: Service) -> str | None:
    """The application that tracks a Service; empty where one does that is not named, None where none does.

    Source: argo-cd docs/user-guide/resource_tracking.md: an annotation, or a label that may be that of the app itself.
    """
    tracked = service.annotations.get("argocd.argoproj.io/tracking-id", "").partition(":")[0]
    labelled = service.labels.get("argocd.argoproj.io/instance", "")
    if tracked or labelled:
        return tracked or labelled
    if any(each.startswith("argocd-") for each in service.managers):
        return service.labels.get("app.kubernetes.io/instance", "")
    return None


def _flux(service: Service, prefix: str, kind: str, when: str) -> Finding | None:
    name, namespace = service.labels.get(prefix + "name"), service.labels.get(prefix + "namespace", service.namespace)
    if name is None:
        return None
    seen = f"Flux deploys {full_name(service)} ({kind} {namespace}/{name}) and makes it again after `retire`, {when}"
    do = (
        f"before `retire`: `flux suspend {kind} {name} -n {namespace}`; then in Git {_TRUE_AGAIN}; "
        f"then `flux resume {kind} {name} -n {namespace}`; {_BEFORE}"
    )
    return Finding(f"managed-by/flux-{kind}", "warning", seen, do)


def _fleet(service: Service) -> Finding | None:
    """Rancher Fleet, k3s and others of one family mark what they apply with the object that it came from."""
    marks = service.annotations | service.labels
    if not any(key.startswith("objectset.rio.cattle.io/") for key in marks):
        return None
    name = marks.get("objectset.rio.cattle.io/owner-name", "") or marks.get("objectset.rio.cattle.io/id", "")
    seen = f"Rancher deploys {full_name(service)} ({_named('bundle', name)}) and makes it again after `retire`"
    do = (
        "before `retire`, in the cluster that Fleet runs in: `kubectl patch gitrepo -n fleet-default GITREPO --type merge "
        f'-p \'{{"spec":{{"paused":true}}}}\'`; then in Git {_TRUE_AGAIN}; {_BEFORE}'
    )
    return Finding("managed-by/fleet", "warning", seen, do)


def _helm(service: Service) -> Finding | None:
    """A release of Helm's own; what Argo CD renders from a chart has Helm's label, but is Argo CD's."""
    release = service.annotations.get("meta.helm.sh/release-name", "")
    labelled = service.labels.get("app.kubernetes.io/managed-by") == "Helm" or "helm" in service.managers
    if not release and (not labelled or argo_application(service) is not None):
        return None
    namespace = service.annotations.get("meta.helm.sh/release-namespace", service.namespace)
    chart = chart_name(service.labels.get("helm.sh/chart", ""))
    of = f", chart {chart}" if chart else ""
    seen = (
        f"Helm deployed {full_name(service)} ({_named('release', release)} in {namespace}{of}): the next upgrade makes it again"
    )
    do = (
        f"before `retire`: no `helm upgrade` of {release or 'it'}; then set its values ({CHARTS.get(chart, ANY_CHART)}; "
        f"`helm get values {release or 'RELEASE'} -n {namespace}`) to what the plan's clone is, or to ClusterIP; {_BEFORE}"
    )
    return Finding("managed-by/helm", "warning", seen, do)


def chart_name(chart: str) -> str:
    """`ingress-nginx` of `ingress-nginx-4.11.3`; empty where nothing is said."""
    name, dash, version = chart.rpartition("-")
    return name if dash and version[:1].isdigit() else chart


def _kapp(service: Service) -> Finding | None:
    app = service.labels.get("kapp.k14s.io/app")
    if app is None:
        return None
    seen = f"kapp deploys {full_name(service)} (label kapp.k14s.io/app: {app}): the next deploy makes it again after `retire`"
    do = f"before `retire`: no `kapp deploy` of that app (`kapp ls -A` names it); then in its files {_TRUE_AGAIN}; {_BEFORE}"
    return Finding("managed-by/kapp", "warning", seen, do)


def _infrastructure(service: Service) -> Finding | None:
    """Terraform, OpenTofu and Pulumi write under their own names."""
    tools = [each for each in service.managers if each.lower().startswith(("terraform", "hashicorp", "opentofu", "pulumi"))]
    if not tools:
        return None
    seen = f"{full_name(service)} is written by {', '.join(tools)}: its next run makes it again after `retire`"
    forget = "let it forget the Service (`terraform state rm`, `pulumi state delete`)"
    do = f"before `retire`: {forget}; then in its code {_TRUE_AGAIN}; {_BEFORE}"
    return Finding("managed-by/infrastructure-code", "warning", seen, do)


def _said(service: Service) -> Finding | None:
    """A manager that only its label tells."""
    said = service.labels.get("app.kubernetes.io/managed-by", "")
    if said in ("", "Helm") or "flux" in said.lower() or "argo" in said.lower():
        return None
    seen = f"label app.kubernetes.io/managed-by of {full_name(service)} is {said}: it may make it again after `retire`"
    return Finding("managed-by/label", "warning", seen, f"find out what {said} does with it; {_BEFORE}")


def _kubectl(service: Service) -> Finding | None:
    if "kubectl.kubernetes.io/last-applied-configuration" not in service.annotations:
        return None
    seen = f"{full_name(service)} was made with `kubectl apply`: whoever applies its file again makes it again after `retire`"
    return Finding("managed-by/kubectl", "note", seen, f"where its file is kept, {_TRUE_AGAIN}")


def _strangers(service: Service) -> Finding | None:
    """Who else wrote to it; one of them may be a controller that nothing here knows."""
    known = ("argocd-", "fleet", "flux", "helm", "kapp", "kustomize-controller", "terraform", "hashicorp", "opentofu", "pulumi")
    strange = [
        each
        for each in service.managers
        if each not in OPERATORS and not each.startswith(PASSING) and not each.lower().startswith(known)
    ]
    if not strange:
        return None
    seen = f"fields of {full_name(service)} were also written by {', '.join(strange)}"
    return Finding("managed-by/others", "note", seen, "if one of them is a controller, stop it before `retire`")


def _named(what: str, name: str) -> str:
    return f"{what} {name}" if name else f"{what} not named"
