"""Whoever keeps the legacy Service as it is, is named with what it would undo and the very command that makes it stop."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrator.model.migration import Finding
from migrator.planning.managers import argo_application, chart_name, managers

ARGO = "argocd.argoproj.io/"
FLUX = "kustomize.toolkit.fluxcd.io/"
HELM_RELEASE = {"meta.helm.sh/release-name": "edge", "meta.helm.sh/release-namespace": "ingress"}


def found(build: SimpleNamespace, **changes: Any) -> tuple[Finding, ...]:
    return managers(build.service(**changes))


def only(build: SimpleNamespace, **changes: Any) -> Finding:
    (finding,) = found(build, **changes)
    return finding


def test_a_service_that_nobody_keeps_has_no_manager(build: SimpleNamespace) -> None:
    """What every load balancer Service meets is not told."""
    assert found(build, managers=("aws-cloud-controller-manager", "kube-controller-manager", "kubectl-edit", "migrate")) == ()


@pytest.mark.parametrize(
    ("changes", "app"),
    [
        pytest.param({"labels": {ARGO + "instance": "edge"}}, "edge", id="label"),
        pytest.param({"annotations": {ARGO + "tracking-id": "edge:/Service:shop/web"}}, "edge", id="tracking-id"),
        pytest.param(
            {"labels": {"app.kubernetes.io/instance": "edge"}, "managers": ("argocd-controller",)}, "edge", id="instance-label"
        ),
    ],
)
def test_argo_cd_is_known_with_its_application(build: SimpleNamespace, changes: dict[str, Any], app: str) -> None:
    finding = only(build, **changes)

    assert (finding.id, finding.severity) == ("managed-by/argocd", "warning")
    assert f"application {app}" in finding.seen
    assert "not pruned" in finding.seen
    assert f"`argocd app set {app} --sync-policy none`" in finding.do
    assert "new.manifest" in finding.do


def test_an_application_that_is_not_named_is_said_so(build: SimpleNamespace) -> None:
    finding = only(build, managers=("argocd-controller",))

    assert "application not named" in finding.seen
    assert "argocd app set APP" in finding.do


def test_the_instance_label_alone_is_not_argo_cd_s(build: SimpleNamespace) -> None:
    """Helm charts write the same label."""
    assert argo_application(build.service(labels={"app.kubernetes.io/instance": "edge"})) is None


@pytest.mark.parametrize(
    ("prefix", "kind"), [(FLUX, "kustomization"), ("helm.toolkit.fluxcd.io/", "helmrelease")], ids=["kustomize", "helm"]
)
def test_flux_is_suspended_by_name(build: SimpleNamespace, prefix: str, kind: str) -> None:
    finding = only(build, labels={prefix + "name": "edge", prefix + "namespace": "flux-system"})

    assert (finding.id, finding.severity) == (f"managed-by/flux-{kind}", "warning")
    assert f"`flux suspend {kind} edge -n flux-system`" in finding.do
    assert f"`flux resume {kind} edge -n flux-system`" in finding.do


def test_helm_says_which_values(build: SimpleNamespace) -> None:
    labels = {"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "ingress-nginx-4.11.3"}

    finding = only(build, annotations=HELM_RELEASE, labels=labels)

    assert (finding.id, finding.severity) == ("managed-by/helm", "warning")
    assert "release edge in ingress, chart ingress-nginx" in finding.seen
    assert "controller.service.type" in finding.do
    assert "`helm get values edge -n ingress`" in finding.do


@pytest.mark.parametrize(
    "changes",
    [{"labels": {"app.kubernetes.io/managed-by": "Helm"}}, {"managers": ("helm",)}],
    ids=["label", "field-manager"],
)
def test_a_release_that_is_not_named_is_helm_s_all_the_same(build: SimpleNamespace, changes: dict[str, Any]) -> None:
    finding = only(build, **changes)

    assert finding.id == "managed-by/helm"
    assert "release not named in shop" in finding.seen
    assert "helm get values RELEASE -n shop" in finding.do
    assert "how it calls them" in finding.do


def test_what_argo_cd_renders_from_a_chart_is_no_release(build: SimpleNamespace) -> None:
    labels = {"app.kubernetes.io/managed-by": "Helm", ARGO + "instance": "edge"}

    assert [each.id for each in found(build, labels=labels)] == ["managed-by/argocd"]


def test_a_release_that_flux_makes_is_told_twice(build: SimpleNamespace) -> None:
    """Flux is what to suspend, the chart's values are what to change."""
    labels = {"helm.toolkit.fluxcd.io/name": "edge"}

    assert [each.id for each in found(build, annotations=HELM_RELEASE, labels=labels)] == [
        "managed-by/flux-helmrelease",
        "managed-by/helm",
    ]


@pytest.mark.parametrize(("chart", "name"), [("traefik-28.0.0", "traefik"), ("argo-cd", "argo-cd"), ("", "")])
def test_a_chart_is_called_without_its_version(chart: str, name: str) -> None:
    assert chart_name(chart) == name


def test_kapp_and_fleet_are_known_by_their_marks(build: SimpleNamespace) -> None:
    kapp = only(build, labels={"kapp.k14s.io/app": "1584469"})
    fleet = only(build, annotations={"objectset.rio.cattle.io/owner-name": "edge"})
    nameless = only(build, labels={"objectset.rio.cattle.io/hash": "0"})

    assert (kapp.id, "1584469" in kapp.seen, "kapp ls -A" in kapp.do) == ("managed-by/kapp", True, True)
    assert (fleet.id, "bundle edge" in fleet.seen) == ("managed-by/fleet", True)
    assert '-p \'{"spec":{"paused":true}}\'' in fleet.do
    assert "bundle not named" in nameless.seen


@pytest.mark.parametrize("manager", ["Terraform", "HashiCorp", "pulumi-kubernetes-1"])
def test_infrastructure_as_code_is_known_by_the_name_it_writes_under(build: SimpleNamespace, manager: str) -> None:
    finding = only(build, managers=(manager,))

    assert (finding.id, finding.severity) == ("managed-by/infrastructure-code", "warning")
    assert manager in finding.seen
    assert "terraform state rm" in finding.do


@pytest.mark.parametrize(
    ("controller", "field"),
    [
        ("kafka.kafka.strimzi.io/events", "spec.kafka.listeners[].configuration.class"),
        ("widget.example.com/w", "kubectl explain"),
    ],
    ids=["known", "unknown"],
)
def test_what_an_operator_keeps_is_not_cloned(build: SimpleNamespace, controller: str, field: str) -> None:
    """It may take away what it did not make, and then clients lose the new load balancer."""
    finding = only(build, owners=("Kafka/events",), controlled_by=controller, managers=("strimzi-cluster-operator",))

    assert (finding.id, finding.severity) == ("managed-by/operator", "blocked")
    assert controller in finding.seen
    assert field in finding.do
    assert f"kubectl edit {controller.replace('/', ' ')} -n shop" in finding.do


def test_an_operator_that_leaves_no_owner_is_known_by_its_name(build: SimpleNamespace) -> None:
    finding = only(build, managers=("envoy-gateway",))

    assert (finding.id, finding.severity) == ("managed-by/operator", "blocked")
    assert "Envoy Gateway" in finding.seen


def test_an_owner_that_is_no_controller_is_a_warning(build: SimpleNamespace) -> None:
    finding = only(build, owners=("Gateway/edge",))

    assert (finding.id, finding.severity) == ("managed-by/owner", "warning")
    assert "goes when Gateway/edge goes" in finding.seen
    assert "--show-managed-fields" in finding.do


@pytest.mark.parametrize(
    ("said", "told"), [("spinnaker", ["managed-by/label"]), ("flux", []), ("argocd", []), ("Helm", ["managed-by/helm"])]
)
def test_a_manager_that_only_a_label_tells(build: SimpleNamespace, said: str, told: list[str]) -> None:
    assert [each.id for each in found(build, labels={"app.kubernetes.io/managed-by": said})] == told


def test_what_was_applied_by_hand_is_a_note(build: SimpleNamespace) -> None:
    finding = only(build, annotations={"kubectl.kubernetes.io/last-applied-configuration": "{}"})

    assert (finding.id, finding.severity) == ("managed-by/kubectl", "note")


def test_whoever_else_wrote_is_named(build: SimpleNamespace) -> None:
    """It may be a controller that nothing here knows."""
    finding = only(build, managers=("acme-operator", "kubectl", "Mozilla", "manager"))

    assert (finding.id, finding.severity) == ("managed-by/others", "note")
    assert "by acme-operator, manager" in finding.seen
