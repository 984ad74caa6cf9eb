"""Services: what the server fills in, hands out, takes back, keeps and refuses."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

import pytest

from migrator.sandbox.world.kube import Kube
from migrator.sandbox.world.trouble import KubeError

Manifest = Callable[..., dict[str, Any]]

RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
LBC_CLASS = "service.k8s.aws/nlb"


def changed(kube: Kube, spec: dict[str, Any], **meta: Any) -> dict[str, Any]:
    return kube.patch("Service", "default", "web", {"metadata": meta, "spec": spec})


def test_a_load_balancer_service_gets_address_port_and_defaults(kube: Kube, service: Manifest) -> None:
    spec = kube.create(service())["spec"]

    assert ipaddress.ip_address(spec["clusterIP"]) in ipaddress.ip_network("10.100.0.0/16")
    assert spec["clusterIPs"] == [spec["clusterIP"]]
    assert 30000 <= spec["ports"][0]["nodePort"] <= 32767
    assert spec["ports"][0]["protocol"] == "TCP"
    assert {
        key: spec[key] for key in ("sessionAffinity", "externalTrafficPolicy", "internalTrafficPolicy", "ipFamilyPolicy")
    } == {
        "sessionAffinity": "None",
        "externalTrafficPolicy": "Cluster",
        "internalTrafficPolicy": "Cluster",
        "ipFamilyPolicy": "SingleStack",
    }
    assert spec["allocateLoadBalancerNodePorts"] is True
    assert "healthCheckNodePort" not in spec


def test_local_traffic_gets_a_check_port_of_its_own(kube: Kube, service: Manifest) -> None:
    spec = kube.create(service(externalTrafficPolicy="Local"))["spec"]

    assert spec["healthCheckNodePort"] != spec["ports"][0]["nodePort"]
    assert 30000 <= spec["healthCheckNodePort"] <= 32767


def test_one_node_port_may_serve_both_protocols(kube: Kube, service: Manifest) -> None:
    ports = [{"name": each, "port": 53, "protocol": each.upper(), "nodePort": 30053} for each in ("tcp", "udp")]

    spec = kube.create(service(ports=ports))["spec"]

    assert [each["nodePort"] for each in spec["ports"]] == [30053, 30053]


def test_what_a_deleted_service_held_can_be_had_again(kube: Kube, service: Manifest) -> None:
    held = kube.create(service())["spec"]
    with pytest.raises(KubeError, match="provided port is already allocated"):
        kube.create(service("other", ports=[{"port": 80, "nodePort": held["ports"][0]["nodePort"]}]))
    with pytest.raises(KubeError, match="provided IP is already allocated"):
        kube.create(service("other", clusterIP=held["clusterIP"]))

    kube.delete("Service", "default", "web")

    again = kube.create(
        service("other", clusterIP=held["clusterIP"], ports=[{"port": 80, "nodePort": held["ports"][0]["nodePort"]}])
    )
    assert again["spec"]["clusterIP"] == held["clusterIP"]


def test_a_refused_or_dry_write_holds_nothing(kube: Kube, service: Manifest) -> None:
    """Otherwise a plan's dry run would eat the cluster's node ports."""
    dry = kube.create(service(), dry_run=True)["spec"]
    taken = {"port": 80, "nodePort": 30500}
    with pytest.raises(KubeError):
        kube.create(service(ports=[{**taken, "name": "a"}, {"name": "b", "port": 81, "nodePort": 80}]))

    made = kube.create(service(clusterIP=dry["clusterIP"], ports=[taken]))

    assert made["spec"]["clusterIP"] == dry["clusterIP"]


def test_the_last_port_can_be_had_and_then_the_range_is_full(kube: Kube, service: Manifest) -> None:
    for number in range(2768):
        kube.create(service(f"s{number}"))

    with pytest.raises(KubeError, match="failed to allocate a nodePort: range is full") as refused:
        kube.create(service("late"))

    assert refused.value.status == 500
    assert kube.create(service("bare", allocateLoadBalancerNodePorts=False))["spec"]["ports"] == [
        {"port": 80, "targetPort": 8080, "protocol": "TCP"}
    ]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param({"type": "Balancer"}, 'spec.type: Unsupported value: "Balancer": supported values: "ClusterIP"', id="type"),
        pytest.param({"ports": []}, "spec.ports: Required value", id="no-ports"),
        pytest.param({"ports": [{"port": 0}]}, "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535", id="port-0"),
        pytest.param({"ports": [{"port": 80, "protocol": "HTTP"}]}, 'Unsupported value: "HTTP": supported', id="protocol"),
        pytest.param(
            {"ports": [{"port": 80, "targetPort": "Web"}]}, 'spec.ports[0].targetPort: Invalid value: "Web"', id="port-name"
        ),
        pytest.param({"ports": [{"port": 1}, {"port": 2}]}, "spec.ports[0].name: Required value", id="names-of-several"),
        pytest.param(
            {"ports": [{"name": "a", "port": 1}, {"name": "a", "port": 2}]},
            'spec.ports[1].name: Duplicate value: "a"',
            id="same-name",
        ),
        pytest.param(
            {"ports": [{"name": "a", "port": 1}, {"name": "b", "port": 1}]}, "spec.ports[1]: Duplicate value", id="same-port"
        ),
        pytest.param({"ports": [{"port": 80, "nodePort": 80}]}, "The range of valid ports is 30000-32767", id="node-port-range"),
        pytest.param({"ports": [{"port": 10250}]}, "may not expose port 10250 externally", id="kubelet-port"),
        pytest.param(
            {"type": "ClusterIP", "ports": [{"port": 80, "nodePort": 30080}]},
            "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
            id="node-port-inside",
        ),
        pytest.param({"clusterIP": "None"}, "may not be set to 'None' for LoadBalancer services", id="headless"),
        pytest.param({"clusterIP": "10.1.1.1"}, "The range of valid IPs is 10.100.0.0/16", id="address-range"),
        pytest.param({"clusterIP": "x"}, "must be a valid IP address", id="no-address"),
        pytest.param({"sessionAffinity": "Cookie"}, 'Unsupported value: "Cookie"', id="affinity"),
        pytest.param({"loadBalancerClass": "a b"}, "spec.loadBalancerClass: Invalid value", id="class-with-a-space"),
        pytest.param(
            {"type": "ClusterIP", "loadBalancerClass": LBC_CLASS},
            "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
            id="class-inside",
        ),
        pytest.param({"loadBalancerSourceRanges": ["10.0.0.1"]}, "must be a list of IP ranges", id="source-range"),
        pytest.param(
            {"type": "ClusterIP", "loadBalancerSourceRanges": ["10.0.0.0/8"]},
            "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
            id="source-range-inside",
        ),
        pytest.param(
            {"type": "ClusterIP", "externalTrafficPolicy": "Local"}, "externally-accessible services", id="policy-inside"
        ),
        pytest.param({"healthCheckNodePort": 30001}, "spec.healthCheckNodePort: Invalid value: 30001: may only", id="check-port"),
        pytest.param({"ipFamilyPolicy": "RequireDualStack"}, "not configured for dual-stack", id="dual-stack"),
        pytest.param({"ipFamilies": ["IPv6"]}, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured', id="ipv6"),
        pytest.param({"type": "ExternalName", "ports": []}, "spec.externalName: Required value", id="external-name"),
        pytest.param({"selector": {"a b": "c"}}, "spec.selector: Invalid value", id="selector"),
        pytest.param({"ports": [{"name": "A", "port": 80}]}, 'spec.ports[0].name: Invalid value: "A"', id="name-of-a-port"),
        pytest.param(
            {"ports": [{"port": 80, "appProtocol": "a b"}]}, "spec.ports[0].appProtocol: Invalid value", id="app-protocol"
        ),
        pytest.param(
            {"ports": [{"name": each, "port": int(each), "nodePort": 30001} for each in ("1", "2")]},
            "spec.ports[1].nodePort: Duplicate value: 30001",
            id="same-node-port",
        ),
        pytest.param({"externalIPs": ["x"]}, "spec.externalIPs[0]: Invalid value", id="external-address"),
        pytest.param({"type": "ExternalName", "externalName": "a b"}, "spec.externalName: Invalid value", id="no-domain"),
        pytest.param(
            {"type": "ExternalName", "externalName": "a.b", "clusterIP": "10.100.1.1"},
            "spec.clusterIPs: Forbidden: may not be set when `type` is 'ExternalName'",
            id="external-name-with-an-address",
        ),
        pytest.param(
            {"clusterIP": "10.100.1.1", "clusterIPs": ["10.100.1.2"]}, "first value in `clusterIPs` must match", id="two-minds"
        ),
        pytest.param({"clusterIPs": ["10.100.1.1", "10.100.1.2"]}, "may only hold up to 1 value", id="two-addresses"),
        pytest.param({"ipFamilyPolicy": "Both"}, 'spec.ipFamilyPolicy: Unsupported value: "Both"', id="family-policy"),
        pytest.param({"ipFamilies": ["IPX"]}, 'spec.ipFamilies[0]: Unsupported value: "IPX"', id="family"),
        pytest.param(
            {"externalTrafficPolicy": "Near"}, 'spec.externalTrafficPolicy: Unsupported value: "Near"', id="outer-policy"
        ),
        pytest.param(
            {"internalTrafficPolicy": "Near"}, 'spec.internalTrafficPolicy: Unsupported value: "Near"', id="inner-policy"
        ),
        pytest.param(
            {"type": "ClusterIP", "allocateLoadBalancerNodePorts": True},
            "spec.allocateLoadBalancerNodePorts: Forbidden",
            id="allocation-inside",
        ),
    ],
)
def test_a_service_that_breaks_a_rule_is_refused(kube: Kube, service: Manifest, spec: dict[str, Any], message: str) -> None:
    with pytest.raises(KubeError) as refused:
        kube.create(service(**spec))

    assert (refused.value.status, refused.value.reason) == (422, "Invalid")
    assert message in str(refused.value)
    assert str(refused.value).startswith('Service "web" is invalid: ')


def test_names_of_services_begin_with_a_letter(kube: Kube, service: Manifest) -> None:
    with pytest.raises(KubeError, match="a DNS-1035 label must consist of"):
        kube.create(service("1web"))
    with pytest.raises(KubeError, match="must be no more than 63 characters"):
        kube.create(service("w" * 64))


def test_members_of_the_wrong_type_are_refused_and_unknown_ones_dropped(kube: Kube, service: Manifest) -> None:
    with pytest.raises(KubeError, match=r"spec.ports\[0\].port: Expected int, got str") as refused:
        kube.create(service(ports=[{"port": "80"}]))
    with pytest.raises(KubeError, match=r'strict decoding error: unknown field "spec.colour"') as strict:
        kube.create(service(colour="red"), strict=True)

    made = kube.create(service(colour="red", ports=[{"port": 80, "size": 3}]))

    assert (refused.value.status, strict.value.status) == (400, 400)
    assert "colour" not in made["spec"]
    assert "size" not in made["spec"]["ports"][0]


def test_a_class_is_chosen_once_and_for_all(kube: Kube, service: Manifest) -> None:
    """Why a legacy Service cannot simply be handed over."""
    kube.create(service())

    with pytest.raises(KubeError, match=r"spec.loadBalancerClass: Invalid value: .* may not change once set"):
        changed(kube, {"loadBalancerClass": LBC_CLASS})
    changed(kube, {"type": "ClusterIP"})
    assert changed(kube, {"type": "LoadBalancer", "loadBalancerClass": LBC_CLASS})["spec"]["loadBalancerClass"] == LBC_CLASS
    with pytest.raises(KubeError, match="may not change once set"):
        changed(kube, {"loadBalancerClass": None})


def test_demoting_keeps_the_address_and_drops_what_only_a_balancer_has(kube: Kube, service: Manifest) -> None:
    before = kube.create(service(externalTrafficPolicy="Local", loadBalancerClass="a.example/b"))["spec"]
    status = {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}]}}
    kube.patch("Service", "default", "web", {"status": status}, subresource="status")

    after = changed(kube, {"type": "ClusterIP"})

    gone = {"allocateLoadBalancerNodePorts", "externalTrafficPolicy", "healthCheckNodePort", "loadBalancerClass"}
    assert set(before) - set(after["spec"]) == gone
    assert after["spec"]["clusterIP"] == before["clusterIP"]
    assert "nodePort" not in after["spec"]["ports"][0]
    assert after["status"] == {"loadBalancer": {}}
    taken = [before["ports"][0]["nodePort"], before["healthCheckNodePort"]]
    kube.create(service("next", ports=[{"name": f"p{each}", "port": each, "nodePort": each} for each in taken]))


def test_source_ranges_do_not_fall_away_by_themselves(kube: Kube, service: Manifest) -> None:
    """Demoting has to clear both spellings in the same write."""
    kube.create(service(meta={"annotations": {RANGES: "10.0.0.0/8"}}, loadBalancerSourceRanges=["10.0.0.0/8"]))

    with pytest.raises(KubeError, match=r"spec.LoadBalancerSourceRanges: Forbidden"):
        changed(kube, {"type": "ClusterIP"})
    with pytest.raises(
        KubeError, match=r"metadata.annotations\[service.beta.kubernetes.io/load-balancer-source-ranges\]: Forbidden"
    ):
        changed(kube, {"type": "ClusterIP", "loadBalancerSourceRanges": None})
    assert (
        changed(kube, {"type": "ClusterIP", "loadBalancerSourceRanges": None}, annotations={RANGES: None})["spec"]["type"]
        == "ClusterIP"
    )
    with pytest.raises(KubeError, match="Forbidden"):
        changed(kube, {}, annotations={RANGES: "10.0.0.0/8"})


def test_clients_that_leave_out_what_was_allocated_change_nothing(kube: Kube, service: Manifest) -> None:
    """`kubectl replace` and client-side apply send manifests without addresses and node ports."""
    made = kube.create(service(externalTrafficPolicy="Local"))

    again = kube.replace(service(externalTrafficPolicy="Local"))

    assert again["spec"] == made["spec"]


def test_a_new_port_gets_its_own_and_leaves_the_others_alone(kube: Kube, service: Manifest) -> None:
    made = kube.create(service(ports=[{"name": "http", "port": 80}]))
    node_port = made["spec"]["ports"][0]["nodePort"]

    after = changed(kube, {"ports": [{"name": "https", "port": 443}, {"name": "http", "port": 81}]})["spec"]["ports"]

    assert after[1]["nodePort"] == node_port
    assert after[0]["nodePort"] not in (None, node_port)


def test_the_address_cannot_be_changed(kube: Kube, service: Manifest) -> None:
    kube.create(service())

    with pytest.raises(
        KubeError, match=r"spec.clusterIPs\[0\]: Invalid value: \[\]string\{\"10.100.9.9\"\}: may not change once set"
    ):
        changed(kube, {"clusterIP": "10.100.9.9"})


def test_the_check_port_cannot_be_changed(kube: Kube, service: Manifest) -> None:
    kube.create(service(externalTrafficPolicy="Local", healthCheckNodePort=30100))

    with pytest.raises(KubeError, match=r"spec\.healthCheckNodePort: Forbidden: field is immutable"):
        changed(kube, {"healthCheckNodePort": 30101})


def test_affinity_gets_its_time_and_loses_it(kube: Kube, service: Manifest) -> None:
    kube.create(service(sessionAffinity="ClientIP"))

    assert kube.get("Service", "default", "web")["spec"]["sessionAffinityConfig"] == {"clientIP": {"timeoutSeconds": 10800}}
    assert "sessionAffinityConfig" not in changed(kube, {"sessionAffinity": "None"})["spec"]


def test_an_external_name_gives_the_address_back(kube: Kube, service: Manifest) -> None:
    address = kube.create(service(type="ClusterIP"))["spec"]["clusterIP"]

    after = changed(kube, {"type": "ExternalName", "externalName": "elsewhere.example.com"})["spec"]

    assert "clusterIP" not in after
    assert kube.create(service("next", clusterIP=address))["spec"]["clusterIP"] == address


def test_a_status_that_is_not_a_service_s_is_refused(kube: Kube, service: Manifest) -> None:
    kube.create(service())

    with pytest.raises(KubeError, match=r"status\.loadBalancer\.ingress") as refused:
        kube.patch("Service", "default", "web", {"status": {"loadBalancer": {"ingress": "lb"}}}, subresource="status")

    assert refused.value.status == 400
