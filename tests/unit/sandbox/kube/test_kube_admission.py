"""Kinds beside Services: what they get without saying so, and what they may not be."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.kube import Kube
from migrator.sandbox.world.kube_names import label, label_value, port_name, qualified, subdomain
from migrator.sandbox.world.trouble import KubeError

TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}
SELECTOR = {"matchLabels": {"app": "web"}}


def deployment(**spec: Any) -> dict[str, Any]:
    given = {"selector": SELECTOR, "template": TEMPLATE, **spec}
    return {"kind": "Deployment", "metadata": {"name": "web"}, "spec": given}


def test_defaults_are_filled_in(kube: Kube) -> None:
    assert kube.create(deployment())["spec"]["replicas"] == 1
    assert kube.create({"kind": "Pod", "metadata": {"name": "p"}, "spec": TEMPLATE["spec"]})["status"] == {"phase": "Pending"}
    assert kube.create({"kind": "Secret", "metadata": {"name": "s"}})["type"] == "Opaque"
    shop = kube.create({"kind": "Namespace", "metadata": {"name": "shop"}})
    assert shop["metadata"]["labels"] == {"kubernetes.io/metadata.name": "shop"}
    assert shop["status"] == {"phase": "Active"}
    local = kube.create({"kind": "APIService", "metadata": {"name": "v1.apps"}, "spec": {"group": "apps", "version": "v1"}})
    assert local["status"]["conditions"][0]["status"] == "True"


@pytest.mark.parametrize(
    ("obj", "status", "message"),
    [
        pytest.param(deployment(selector=None), 422, "spec.selector: Required value", id="no-selector"),
        pytest.param(
            deployment(selector={"matchLabels": {"a": "b"}}), 422, "does not match template `labels`", id="other-labels"
        ),
        pytest.param(deployment(replicas=-1), 422, "must be greater than or equal to 0", id="fewer-than-none"),
        pytest.param(deployment(replicas="two"), 400, "spec.replicas: Expected int, got str", id="replicas-in-words"),
        pytest.param(
            deployment(template={"metadata": TEMPLATE["metadata"]}), 422, "containers: Required value", id="no-containers"
        ),
        pytest.param({"kind": "Pod", "metadata": {"name": "p"}}, 422, "spec.containers: Required value", id="empty-pod"),
        pytest.param(
            {"kind": "Lease", "metadata": {"name": "l"}, "spec": {"leaseDurationSeconds": 0}},
            422,
            "must be greater than 0",
            id="lease",
        ),
        pytest.param(
            {"kind": "TargetGroupBinding", "metadata": {"name": "b"}, "spec": {}},
            422,
            "spec.serviceRef.name: Required",
            id="binding",
        ),
        pytest.param(
            {
                "kind": "CustomResourceDefinition",
                "metadata": {"name": "x"},
                "spec": {"group": "g", "names": {"kind": "K", "plural": "ks"}, "versions": [{"name": "v1", "storage": True}]},
            },
            422,
            "must be spec.names.plural",
            id="definition",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused(kube: Kube, obj: dict[str, Any], status: int, message: str) -> None:
    with pytest.raises(KubeError) as refused:
        kube.create(obj)

    assert refused.value.status == status
    assert message in str(refused.value)


def test_a_selector_is_for_ever(kube: Kube) -> None:
    kube.create(deployment())

    with pytest.raises(KubeError, match=r"spec\.selector: Invalid value: .*: field is immutable"):
        kube.patch("Deployment", "default", "web", {"spec": {"selector": {"matchExpressions": []}}})


@pytest.mark.parametrize(
    ("why", "says"),
    [
        pytest.param(subdomain("a" * 254), "no more than 253", id="long-name"),
        pytest.param(label("a" * 64), "no more than 63", id="long-label"),
        pytest.param(label("A"), "lowercase RFC 1123 label", id="capital"),
        pytest.param(qualified("/a"), "prefix part must be non-empty", id="empty-prefix"),
        pytest.param(qualified("A.b/c"), "prefix part a lowercase RFC 1123 subdomain", id="capital-prefix"),
        pytest.param(qualified("a/"), "name part must be non-empty", id="empty-name"),
        pytest.param(qualified("a" * 64), "name part must be no more than 63", id="long-key"),
        pytest.param(label_value("a" * 64), "no more than 63", id="long-value"),
        pytest.param(port_name("a" * 16), "no more than 15", id="long-port-name"),
        pytest.param(port_name("80"), "at least one letter", id="port-name-of-digits"),
    ],
)
def test_names_have_rules(why: str | None, says: str) -> None:
    assert why is not None
    assert says in why


def test_good_names_pass() -> None:
    assert not any((subdomain("a-1.b"), label("a-1"), qualified("service.k8s.aws/nlb"), label_value(""), port_name("http-2")))
