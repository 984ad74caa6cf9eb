"""What people see: ages, states of pods, cells that have something to tell; and bodies in protobuf."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrator.sandbox.doors.kube import KubeDoor
from migrator.sandbox.doors.kube.elapsed import human
from migrator.sandbox.doors.kube.protobuf import object_of
from migrator.sandbox.doors.kube.tables import form
from migrator.sandbox.world import World
from migrator.sandbox.world.trouble import KubeError
from tests.contract.sandbox_kube.cluster import START, service

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "<invalid>"),
        (0.9, "0s"),
        (119, "119s"),
        (120, "2m"),
        (125, "2m5s"),
        (700, "11m"),
        (3 * 3600 + 300, "3h5m"),
        (10 * 3600, "10h"),
        (3 * 86400, "3d"),
        (3 * 86400 + 7200, "3d2h"),
        (30 * 86400, "30d"),
        (800 * 86400, "2y70d"),
        (9 * 365 * 86400, "9y"),
    ],
)
def test_durations_are_told_in_few_characters(seconds: float, told: str) -> None:
    assert human(seconds) == told


def cells(kind: str, obj: dict[str, Any], plural: str, home: str = "/api/v1") -> dict[str, Any]:
    """The cells of one object, by heading."""
    world = World(now=START, seed=7)
    door = KubeDoor(world, lambda: START + 1)
    world.kube.create({"kind": kind, **obj})
    shown = json.loads(door.handle("GET", f"{home}/{plural}", {"Accept": TABLE}, None)[2])
    row = next(each for each in shown["rows"] if each["object"]["metadata"]["name"] == obj["metadata"]["name"])
    return dict(zip((each["name"] for each in shown["columnDefinitions"]), row["cells"], strict=True))


def pod(**status: Any) -> dict[str, Any]:
    spec = {"nodeName": "n1", "containers": [{"name": "a"}], "readinessGates": [{"conditionType": "lb"}]}
    return {"metadata": {"name": "p"}, "spec": spec, "status": {"phase": "Running", **status}}


def test_a_pod_s_state_is_one_word() -> None:
    running = pod(
        containerStatuses=[{"ready": True, "restartCount": 2}], conditions=[{"type": "lb", "status": "True"}], podIP="10.0.0.1"
    )
    waiting = pod(containerStatuses=[{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}])

    shown = cells("Pod", running, "pods")
    assert (shown["Ready"], shown["Status"], shown["Restarts"], shown["Age"]) == ("1/1", "Running", "2", "1s")
    assert (shown["IP"], shown["Readiness Gates"]) == ("10.0.0.1", "1/1")
    assert cells("Pod", waiting, "pods")["Status"] == "CrashLoopBackOff"


def test_services_show_where_they_can_be_reached() -> None:
    made = service(externalIPs=["192.0.2.1"])
    balanced = {**made, "status": {"loadBalancer": {"ingress": [{"hostname": "lb.example.com"}]}}}

    assert cells("Service", balanced, "services")["External-IP"] == "lb.example.com,192.0.2.1"
    assert cells("Service", made, "services")["External-IP"] == "192.0.2.1"
    assert cells("Service", service(), "services")["External-IP"] == "<pending>"
    inner = service(type="ClusterIP")
    assert cells("Service", inner, "services")["External-IP"] == "<none>"
    assert cells("Service", inner, "services")["Selector"] == "app=web"


def test_what_has_many_shows_three() -> None:
    endpoints = [{"addresses": [f"10.0.0.{each}"]} for each in range(5)]
    shown = cells(
        "EndpointSlice",
        {"metadata": {"name": "s"}, "endpoints": endpoints, "ports": [{"port": 80}]},
        "endpointslices",
        "/apis/discovery.k8s.io/v1",
    )

    assert (shown["Ports"], shown["Endpoints"]) == ("80", "10.0.0.0,10.0.0.1,10.0.0.2 + 2 more...")


def test_nodes_show_whether_they_take_work() -> None:
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    labels = {"node-role.kubernetes.io/worker": ""}
    node = {"metadata": {"name": "n1", "labels": labels}, "spec": {"unschedulable": True}, "status": ready}

    shown = cells("Node", node, "nodes")

    assert (shown["Status"], shown["Roles"], shown["Version"]) == ("Ready,SchedulingDisabled", "worker", "<unknown>")


def test_an_ingress_shows_its_hosts_and_address() -> None:
    spec = {"rules": [{"host": "a.example.com"}, {}], "tls": [{}], "ingressClassName": "alb"}
    status = {"loadBalancer": {"ingress": [{"hostname": "lb"}]}}

    shown = cells(
        "Ingress", {"metadata": {"name": "i"}, "spec": spec, "status": status}, "ingresses", "/apis/networking.k8s.io/v1"
    )

    assert [shown[each] for each in ("Class", "Hosts", "Address", "Ports")] == ["alb", "a.example.com", "lb", "80, 443"]


def test_the_form_is_what_the_client_would_like_best() -> None:
    assert form(TABLE) == "Table"
    assert form("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io") == "PartialObjectMetadata"
    assert form("application/json") == ""


def test_metadata_alone_is_answered_when_asked_for() -> None:
    world = World(now=START, seed=7)
    door = KubeDoor(world, lambda: START)
    world.kube.create(service())
    accept = {"Accept": "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}

    one = json.loads(door.handle("GET", "/api/v1/namespaces/default/services/web", accept, None)[2])
    many = json.loads(door.handle("GET", "/api/v1/services", accept, None)[2])

    assert (one["kind"], "spec" in one) == ("PartialObjectMetadata", False)
    assert (many["kind"], many["items"][0]["metadata"]["name"]) == ("PartialObjectMetadataList", "web")


def wire(*fields: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([number << 3 | 2, len(value)]) + value for number, value in fields)


def enveloped(kind: bytes, body: bytes) -> bytes:
    return b"k8s\x00" + wire((1, wire((1, b"v1"), (2, kind))), (2, body))


def test_protobuf_is_read_where_it_is_known() -> None:
    body = wire((1, wire((1, b"settings"), (11, wire((1, b"app"), (2, b"web"))))), (2, wire((1, b"a"), (2, b"b"))))

    assert object_of(enveloped(b"ConfigMap", body)) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings", "labels": {"app": "web"}},
        "data": {"a": "b"},
    }


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(enveloped(b"ConfigMap", wire((15, b"x"))), id="unknown-member"),
        pytest.param(enveloped(b"Widget", b""), id="unknown-kind"),
        pytest.param(b"k8s\x00\x0a", id="cut-short"),
        pytest.param(b"", id="empty"),
    ],
)
def test_protobuf_that_is_not_understood_is_refused_not_lost(body: bytes) -> None:
    with pytest.raises(KubeError, match="is not understood") as refused:
        object_of(body)

    assert refused.value.status == 415
