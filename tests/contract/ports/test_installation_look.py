"""What preflight asks of the cluster around a Service, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.errors import Denied
from migrator.model.installation import Access, NamespaceQuota
from tests.contract.ports.sides import Side

SERVICE = "aws-load-balancer-webhook-service"


def test_webhooks_are_told_with_what_passes_them(side: Side) -> None:
    hooks = {(each.name, each.mutating): each for each in side.outside.installation.webhooks()}

    binding = hooks["vtargetgroupbinding.elbv2.k8s.aws", False]
    assert (binding.configuration, binding.service) == ("aws-load-balancer-webhook", f"kube-system/{SERVICE}")
    assert (binding.signed, binding.fatal, binding.everywhere) == (True, True, True)
    assert binding.concerns("targetgroupbindings")
    assert not binding.concerns("services")
    assert not hooks["mpod.elbv2.k8s.aws", True].fatal
    assert [each.mutating for each in side.outside.installation.webhooks()] == sorted(
        (each.mutating for each in hooks.values()), reverse=True
    )


def test_a_webhook_of_another_make_is_told_too(side: Side) -> None:
    """Policy engines are what changes clones."""
    hook = {
        "name": "mutate.policy.example",
        "clientConfig": {"url": "https://policy.example/mutate"},
        "rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}],
        "namespaceSelector": {"matchLabels": {"policy": "on"}},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    made: dict[str, Any] = {"kind": "MutatingWebhookConfiguration", "metadata": {"name": "a-policy"}, "webhooks": [hook]}
    side.world.kube.create(made)

    told = side.outside.installation.webhooks()[0]

    assert (told.name, told.service, told.signed, told.fatal, told.everywhere) == (
        "mutate.policy.example",
        "",
        False,
        True,
        False,
    )
    assert told.concerns("services")


def test_ready_addresses_are_counted(side: Side) -> None:
    assert side.outside.installation.endpoints("kube-system", SERVICE) == 2
    assert side.outside.installation.endpoints("kube-system", "none") == 0

    side.world.kube.patch("Deployment", "kube-system", "aws-load-balancer-controller", {"spec": {"replicas": 0}})
    side.stage.run(60)

    assert side.outside.installation.endpoints("kube-system", SERVICE) == 0


def test_kinds_are_those_of_the_controller_s_group(side: Side) -> None:
    assert side.outside.installation.kinds() == ("ingressclassparams", "targetgroupbindings")

    for each in ("ingressclassparams", "targetgroupbindings"):
        side.world.kube.delete("CustomResourceDefinition", "", f"{each}.elbv2.k8s.aws")

    assert side.outside.installation.kinds() == ()


def test_a_service_account_s_marks_name_its_role(side: Side) -> None:
    marks = side.outside.installation.account_marks("kube-system", "aws-load-balancer-controller")

    assert marks is not None
    assert marks["eks.amazonaws.com/role-arn"].endswith(":role/sandbox-load-balancer-controller")
    assert side.outside.installation.account_marks("kube-system", "none") is None


def test_nodes_name_their_instances_and_zones(side: Side) -> None:
    told = side.outside.installation.nodes()

    assert [each.name for each in told] == sorted(side.stage.estate.nodes)
    assert {each.instance for each in told} == set(side.world.ec2.instances)
    assert {each.zone for each in told} == set(side.world.ec2.zones())


def test_a_node_without_a_machine_names_none(side: Side) -> None:
    """Fargate's and hybrid nodes' provider ids end in no instance."""
    node = {"kind": "Node", "metadata": {"name": "a-fargate"}, "spec": {"providerID": "aws:///us-east-1a/1234/fargate-ip-10"}}
    side.world.kube.create(node)

    assert side.outside.installation.nodes()[0].instance == ""


def test_quotas_of_a_namespace_count_objects(side: Side) -> None:
    hard = {"services.loadbalancers": "2", "services": "10"}
    side.world.kube.create({"kind": "ResourceQuota", "metadata": {"name": "few", "namespace": "shop"}, "spec": {"hard": hard}})
    side.world.kube.create({"kind": "ConfigMap", "metadata": {"name": "any", "namespace": "shop"}})

    told = side.outside.installation.namespace_quotas("shop")

    assert [(each.name, each.hard) for each in told] == [("few", {"services.loadbalancers": 2, "services": 10})]
    assert side.outside.installation.namespace_quotas("kube-system") == ()
    assert isinstance(told[0], NamespaceQuota)


def test_labels_of_a_namespace(side: Side) -> None:
    side.world.kube.patch("Namespace", "", "shop", {"metadata": {"labels": {"team": "shop"}}})

    labels = side.outside.installation.namespace_labels("shop")

    assert labels is not None
    assert labels["team"] == "shop"
    assert side.outside.installation.namespace_labels("none") is None


@pytest.mark.parametrize("question", ["webhooks", "nodes"])
def test_what_may_not_be_asked_is_an_error(side: Side, question: str) -> None:
    side.fault("kube", "GET *", "deny")

    with pytest.raises(Denied):
        getattr(side.outside.installation, question)()


def test_whether_something_is_allowed_is_told_without_doing_it(side: Side) -> None:
    """`apply` must not find out at its tenth step that it may not delete."""
    side.fault("kube", "DELETE services", "deny", times=None)

    def told(verb: str, resource: str) -> bool:
        return side.outside.installation.allowed(Access(verb, resource, "shop"))

    assert told("create", "leases.coordination.k8s.io")
    assert told("patch", "services")
    assert not told("delete", "services")
    assert side.world.kube.find("Service", "shop", "web") is not None
