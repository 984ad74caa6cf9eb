"""What planning reads of the cluster at large, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.errors import Rejected
from migrator.model.cluster import TYPE_ANNOTATION, light
from migrator.sandbox.world.estate import legacy_service
from tests.contract.ports.sides import Side


def balanced(name: str, namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    """A LoadBalancer Service that nobody reconciles."""
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    spec = {"type": "LoadBalancer", "loadBalancerClass": "acme.example/lb", "ports": [{"port": 80}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def ingress(backend: str, hosts: tuple[str, ...] = ("shop.example.com",)) -> dict[str, Any]:
    """An Ingress whose rules lead to a Service of its namespace."""
    service = {"service": {"name": backend, "port": {"number": 8080}}}
    path = {"path": "/", "pathType": "Prefix", "backend": service}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "front", "namespace": "shop", "annotations": {"a": "b"}},
        "spec": {"ingressClassName": "nginx", "rules": [{"host": host, "http": {"paths": [path]}} for host in hosts]},
    }


def config(namespace: str, name: str, text: str) -> dict[str, Any]:
    """A ConfigMap with one text."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"app.conf": text}}


def test_balanced_services_come_from_everywhere_or_one_namespace(side: Side) -> None:
    """`scan` shows each of them once, and nothing else."""
    side.world.kube.create(balanced("other", "kube-system", {"tier": "edge"}), manager="kubectl")

    found = [(each.namespace, each.name) for each in side.survey.services()]

    assert found == [("kube-system", "other"), ("shop", "web")]
    assert len(side.world.kube.list("Service")) > 2
    assert [each.name for each in side.survey.services("shop")] == ["web"]
    assert list(side.survey.services("nowhere")) == []
    assert [each.name for each in side.survey.services(selector="tier=edge")] == ["other"]
    assert list(side.survey.services("shop", "tier in (edge)")) == []


def test_a_listed_service_has_what_an_owner_is_told_by(side: Side) -> None:
    """And no more: there may be ten thousand of them."""
    whole = side.outside.cluster.service("shop", "web")
    (found,) = side.survey.services("shop")

    assert whole is not None
    assert found == light(whole)
    assert (found.uid, found.hostname, found.finalizers) == (whole.uid, whole.hostname, whole.finalizers)
    assert found.spec == {"type": "LoadBalancer"}
    assert found.annotations == {TYPE_ANNOTATION: "nlb"}


def test_a_server_without_the_selector_is_asked_for_all(wired: Side) -> None:
    """Before 1.31 Services could not be selected by type: the same answer, one call later."""
    usual = list(wired.survey.services())
    message = "field label not supported: spec.type"
    wired.fault("kube", "GET services", "error", code="400", message=message)
    _, before = wired.calls()

    assert list(wired.survey.services()) == usual
    assert wired.calls()[1] - before == 2


def test_any_other_refusal_passes(wired: Side) -> None:
    wired.fault("kube", "GET services", "error", code="400", message="unable to parse requirement")

    with pytest.raises(Rejected):
        list(wired.survey.services(selector="tier in ("))


def test_ingresses_tell_hosts_class_and_hostnames(side: Side) -> None:
    """A hostname in a status may be what external-dns publishes."""
    made = side.world.kube.create(ingress("web", ("b.example.com", "a.example.com", "b.example.com")), manager="kubectl")
    status = {"loadBalancer": {"ingress": [{"hostname": "front.elb.us-east-1.amazonaws.com"}, {"ip": "192.0.2.1"}]}}
    side.world.kube.replace({**made, "status": status}, subresource="status")

    (found,) = side.survey.ingresses()

    assert (found.namespace, found.name, found.class_name) == ("shop", "front", "nginx")
    assert found.hosts == ("b.example.com", "a.example.com")
    assert found.hostnames == ("front.elb.us-east-1.amazonaws.com",)
    assert found.annotations == {"a": "b"}


def test_workloads_tell_what_their_containers_were_told(side: Side) -> None:
    """Whoever writes DNS records is recognised by it."""
    found = {(each.kind, each.namespace, each.name): each for each in side.survey.workloads()}

    controller = found["Deployment", "kube-system", "aws-load-balancer-controller"]
    assert "--cluster-name=sandbox" in controller.args
    assert controller.ready > 0
    assert controller.images
    assert list(found) == sorted(found)


def test_readers_of_a_name_are_found_where_names_are_written(side: Side) -> None:
    """Each of these would break with the Service's name."""
    kube = side.world.kube
    kube.create(ingress("web"), manager="kubectl")
    kube.create(config("production", "far", "upstream http://web.shop.svc.cluster.local:8080;"), manager="kubectl")
    kube.create(config("shop", "near", "url: http://web:8080/"), manager="kubectl")
    spec = {"type": "ExternalName", "externalName": "web.shop.svc.cluster.local"}
    kube.create({**legacy_service("production", "alias", app="x"), "spec": spec}, manager="kubectl")

    found = {each.what.split()[0]: each.how for each in side.survey.readers("shop", "web")}

    assert set(found) == {"ConfigMap/production/far", "ConfigMap/shop/near", "Ingress/shop/front", "Service/production/alias"}
    assert found["Ingress/shop/front"] == "refers to shop/web"
    assert found["Service/production/alias"] == "names web.shop"


def test_readers_of_a_node_port_are_found(side: Side) -> None:
    """They would lose the port together with the type."""
    port = side.world.kube.get("Service", "shop", "web")["spec"]["ports"][0]["nodePort"]
    side.world.kube.create(config("production", "probe", f"node-1.internal:{port}"), manager="kubectl")

    (found,) = side.survey.readers("shop", "web")

    assert found.what == "ConfigMap/production/probe data.app.conf"
    assert found.how == f"uses nodePort {port}"


def test_who_only_looks_alike_is_no_reader(side: Side) -> None:
    """Longer names, other namespaces, words in prose."""
    kube = side.world.kube
    texts = ("web-admin.shop.svc", "http://web.production", "the web is wide", "my-web:8080", "http://webs:80")
    for number, text in enumerate(texts):
        kube.create(config("shop", f"c{number}", text), manager="kubectl")
    kube.create(config("production", "other", "http://web:8080"), manager="kubectl")

    assert side.survey.readers("shop", "web") == ()


def test_a_thousand_services_cost_three_pages(wired: Side) -> None:
    """500 a call."""
    kube = wired.world.kube
    have = len(kube.list("Service"))
    for number in range(1001 - have):
        kube.create(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": f"s{number}", "namespace": "shop"},
                "spec": {"clusterIP": "None", "ports": [{"port": 80}]},
            },
            manager="kubectl",
        )
    wired.fault("kube", "GET services", "error", code="400", message="field label not supported: spec.type")
    _, before = wired.calls()

    assert [each.name for each in wired.survey.services()] == ["web"]

    assert wired.calls()[1] - before == 1 + 3


def test_host_names_are_found_where_workloads_get_them_from(side: Side) -> None:
    """A pod that comes back to its own node through the load balancer may never be answered."""
    at = side.world.kube
    at.create(config("shop", "cart", "upstream https://Shop.example.com:443/api"), manager="kubectl")
    at.create(
        config("shop", "longer", "https://my-shop.example.com, shop.example.com.cn and shop.example.community"), manager="kubectl"
    )
    at.create(ingress("web"), manager="kubectl")

    found = side.survey.mentions(("shop.example.com.", "other.example.com"))

    assert [(each.what, each.how) for each in found] == [("ConfigMap/shop/cart data.app.conf", "names shop.example.com")]
    assert side.survey.mentions(()) == ()
