"""Who uses the legacy Service inside the cluster, by whichever way, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.adapters.kube.monitors import selects
from migrator.adapters.kube.readers import Needle
from migrator.model.cluster import Service
from tests.contract.ports.sides import Side
from tests.contract.ports.test_cluster_survey import config

GROUPS = {
    "HTTPProxy": ("projectcontour.io", "v1", "httpproxies"),
    "IngressRoute": ("traefik.io", "v1alpha1", "ingressroutes"),
    "Mapping": ("getambassador.io", "v3alpha1", "mappings"),
    "NetworkPolicy": ("networking.k8s.io", "v1", "networkpolicies"),
    "Rollout": ("argoproj.io", "v1alpha1", "rollouts"),
    "ServiceMonitor": ("monitoring.coreos.com", "v1", "servicemonitors"),
    "VirtualService": ("networking.istio.io", "v1beta1", "virtualservices"),
}
USES: dict[str, tuple[dict[str, Any], str, str]] = {
    "HTTPProxy": ({"routes": [{"services": [{"name": "web", "port": 80}]}]}, "spec.routes[0].services[0]", "refers to shop/web"),
    "IngressRoute": (
        {"routes": [{"services": [{"kind": "Service", "name": "web"}]}]},
        "spec.routes[0].services[0]",
        "refers to shop/web",
    ),
    "Mapping": ({"prefix": "/", "service": "web.shop:8080"}, "spec.service", "names web.shop"),
    "Rollout": ({"strategy": {"canary": {"stableService": "web"}}}, "spec.strategy.canary.stableService", "names web"),
    "VirtualService": (
        {"http": [{"route": [{"destination": {"host": "web"}}]}]},
        "spec.http[0].route[0].destination.host",
        "names web",
    ),
}


def define(side: Side, kind: str) -> None:
    """A kind that the world does not know by itself."""
    group, version, plural = GROUPS[kind]
    served = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
    spec = {"group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural}, "versions": [served]}
    metadata = {"name": f"{plural}.{group}"}
    made = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": metadata, "spec": spec}
    side.world.kube.create(made, manager="kubectl")


def make(side: Side, kind: str, spec: dict[str, Any], namespace: str = "shop", name: str = "user") -> None:
    group, version, _ = GROUPS[kind]
    metadata = {"name": name, "namespace": namespace}
    side.world.kube.create(
        {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": metadata, "spec": spec}, manager="kubectl"
    )


def readers(side: Side) -> dict[str, str]:
    return {each.what: each.how for each in side.survey.readers("shop", "web")}


@pytest.mark.parametrize("kind", USES)
def test_meshes_and_ingress_controllers_have_ways_of_their_own(side: Side, kind: str) -> None:
    spec, field, how = USES[kind]
    define(side, kind)
    make(side, kind, spec)
    make(side, kind, spec, namespace="production", name="elsewhere")

    found = readers(side)

    assert found[f"{kind}/shop/user {field}"] == how
    assert len(found) == (2 if kind == "Mapping" else 1)  # a name without namespace means the object's own


def test_a_monitor_that_selects_it_by_label_is_a_reader(side: Side) -> None:
    """What it scrapes is named after the Service, and the clone may lack a label."""
    define(side, "ServiceMonitor")
    side.world.kube.patch("Service", "shop", "web", {"metadata": {"labels": {"team": "shop"}}})
    wanted = {"matchLabels": {"team": "shop"}}
    make(side, "ServiceMonitor", {"selector": wanted})
    make(side, "ServiceMonitor", {"selector": {"matchLabels": {"team": "other"}}}, name="other")
    make(side, "ServiceMonitor", {"selector": wanted}, namespace="production", name="own-namespace")
    make(side, "ServiceMonitor", {"selector": wanted, "namespaceSelector": {"any": True}}, namespace="production", name="any")
    make(side, "ServiceMonitor", {"selector": wanted, "namespaceSelector": {"matchNames": ["shop"]}}, "production", "named")
    make(side, "ServiceMonitor", {"selector": wanted, "namespaceSelector": {"matchNames": ["x"]}}, "shop", "away")

    assert readers(side) == {
        "ServiceMonitor/production/any spec.selector": "selects it by its labels (team=shop)",
        "ServiceMonitor/production/named spec.selector": "selects it by its labels (team=shop)",
        "ServiceMonitor/shop/user spec.selector": "selects it by its labels (team=shop)",
    }


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ({"key": "team", "operator": "In", "values": ["shop"]}, True),
        ({"key": "team", "operator": "In", "values": ["x"]}, False),
        ({"key": "team", "operator": "NotIn", "values": ["shop"]}, False),
        ({"key": "team", "operator": "Exists"}, True),
        ({"key": "none", "operator": "Exists"}, False),
        ({"key": "none", "operator": "DoesNotExist"}, True),
        ({"key": "team", "operator": "SomethingNew"}, True),
    ],
    ids=str,
)
def test_expressions_of_a_selector_are_understood(expression: dict[str, Any], taken: bool) -> None:
    """A doubtful one selects."""
    assert selects({"matchExpressions": [expression]}, {"team": "shop"}) is taken
    assert selects({}, {})


def test_addresses_and_ports_written_as_numbers_are_found(side: Side) -> None:
    """A configuration need not write `host:port`."""
    service = side.world.kube.get("Service", "shop", "web")
    port, address = service["spec"]["ports"][0]["nodePort"], service["spec"]["clusterIP"]
    define(side, "NetworkPolicy")
    make(side, "NetworkPolicy", {"egress": [{"to": [{"ipBlock": {"cidr": f"{address}/32"}}]}]}, "production", "egress")
    side.world.kube.create(config("production", "node-port", f'{{"nodePort": {port}}}'), manager="kubectl")
    side.world.kube.create(config("production", "address", f"upstream={address}"), manager="kubectl")
    side.world.kube.create(config("production", "longer", f"{address}9 and port: {port}9"), manager="kubectl")

    assert readers(side) == {
        "ConfigMap/production/address data.app.conf": f"uses its address {address}",
        "ConfigMap/production/node-port data.app.conf": f"uses nodePort {port}",
        "NetworkPolicy/production/egress spec.egress[0].to[0].ipBlock.cidr": f"uses its address {address}",
    }


def test_a_headless_service_has_no_address_to_look_for() -> None:
    needle = Needle(Service("shop", "web", "", "", {"clusterIPs": ["None"]}))

    assert needle.in_text("None", "shop") is None


def test_readers_of_a_service_that_is_gone_are_found_by_its_name(side: Side) -> None:
    side.world.kube.create(config("shop", "left", "http://gone:80"), manager="kubectl")

    assert [each.what for each in side.survey.readers("shop", "gone")] == ["ConfigMap/shop/left data.app.conf"]
