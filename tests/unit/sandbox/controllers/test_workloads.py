"""Deployments, pods, endpoints and nodes as the cluster itself runs them."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.sandbox.world.estate import App
from migrator.sandbox.world.workloads_pods import is_ready

Stage = Any
Object = dict[str, Any]


def endpoints(stage: Stage, service: str) -> list[Object]:
    slices = stage.world.kube.list("EndpointSlice", "shop")
    return [
        one for each in slices if each["metadata"]["labels"]["kubernetes.io/service-name"] == service for one in each["endpoints"]
    ]


def plain_service(stage: Stage, name: str = "web", **spec: Any) -> None:
    fields = {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}], **spec}
    stage.world.kube.create(
        {"kind": "Service", "apiVersion": "v1", "metadata": {"name": name, "namespace": "shop"}, "spec": fields}
    )
    stage.run(1)


def web(stage: Stage) -> list[Object]:
    return [each for each in stage.world.workloads.pods_of("shop", "web") if "deletionTimestamp" not in each["metadata"]]


def test_a_furnished_world_has_every_pod_ready_one_to_a_node(stage: Stage) -> None:
    pods = web(stage)

    assert all(map(is_ready, stage.world.kube.list("Pod")))
    assert sorted(each["spec"]["nodeName"] for each in pods) == sorted(stage.estate.nodes)
    assert stage.world.legacy.process.up
    assert stage.world.lbc.process.up


def test_a_deployment_reports_its_pods(stage: Stage) -> None:
    stage.world.workloads.scale("shop", "web", 5)
    stage.run(30)

    status = stage.world.kube.get("Deployment", "shop", "web")["status"]
    conditions = {each["type"]: each["status"] for each in status["conditions"]}
    assert (status["replicas"], status["readyReplicas"], status["updatedReplicas"]) == (5, 5, 5)
    assert status["observedGeneration"] == 2
    assert conditions == {"Available": "True", "Progressing": "True"}


def test_scaling_to_nothing_empties_the_endpoints(stage: Stage) -> None:
    plain_service(stage)

    stage.world.workloads.scale("shop", "web", 0)
    stage.run(60)

    assert web(stage) == []
    assert endpoints(stage, "web") == []
    assert "readyReplicas" not in stage.world.kube.get("Deployment", "shop", "web")["status"]


def test_endpoints_name_pod_node_zone_and_the_resolved_port(stage: Stage) -> None:
    plain_service(stage)

    (found,) = stage.world.kube.list("EndpointSlice", "shop")
    pod = min(web(stage), key=lambda each: str(each["metadata"]["name"]))
    node = stage.world.kube.get("Node", "", pod["spec"]["nodeName"])
    assert found["ports"] == [{"name": "http", "port": 8080, "protocol": "TCP"}]
    assert found["endpoints"][0] == {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {"ready": True, "serving": True, "terminating": False},
        "nodeName": pod["spec"]["nodeName"],
        "targetRef": {"kind": "Pod", "name": pod["metadata"]["name"], "namespace": "shop", "uid": pod["metadata"]["uid"]},
        "zone": node["metadata"]["labels"]["topology.kubernetes.io/zone"],
    }


def test_a_pod_that_ends_serves_on_as_terminating(stage: Stage) -> None:
    plain_service(stage)
    pod = web(stage)[0]

    stage.world.workloads.pods.end(pod)
    stage.run(0)

    ending = [each for each in endpoints(stage, "web") if each["targetRef"]["name"] == pod["metadata"]["name"]]
    assert [each["conditions"] for each in ending] == [{"ready": False, "serving": True, "terminating": True}]
    stage.run(60)
    assert len(endpoints(stage, "web")) == len(web(stage)) == 3


def test_a_failing_probe_takes_a_pod_out_until_it_recovers(stage: Stage) -> None:
    plain_service(stage)
    name = web(stage)[0]["metadata"]["name"]

    stage.world.workloads.fail_pod("shop", name, for_s=30)
    stage.run(1)

    assert [each["conditions"]["ready"] for each in endpoints(stage, "web")].count(False) == 1
    stage.run(30)
    assert all(each["conditions"]["ready"] for each in endpoints(stage, "web"))


def test_not_ready_addresses_are_published_on_request(stage: Stage) -> None:
    plain_service(stage, publishNotReadyAddresses=True)

    stage.world.workloads.fail_pod("shop", web(stage)[0]["metadata"]["name"])
    stage.run(1)

    assert all(each["conditions"]["ready"] for each in endpoints(stage, "web"))


def test_a_restart_keeps_three_pods_ready_all_the_time(stage: Stage) -> None:
    before = {each["metadata"]["name"] for each in web(stage)}
    fewest = 3

    stage.world.workloads.restart("shop", "web")
    for _ in range(120):
        stage.run(1)
        fewest = min(fewest, sum(map(is_ready, web(stage))))

    assert fewest == 3
    assert len(web(stage)) == 3
    assert not before & {each["metadata"]["name"] for each in web(stage)}
    assert len(stage.world.kube.list("ReplicaSet", "shop")) == 2


def test_recreate_ends_all_pods_before_new_ones_start(stage: Stage) -> None:
    stage.world.kube.patch("Deployment", "shop", "web", {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}})

    stage.world.workloads.restart("shop", "web")
    stage.run(0)

    assert web(stage) == []
    stage.run(60)
    assert len(web(stage)) == 3


def test_draining_a_node_moves_its_pods(stage: Stage) -> None:
    node = stage.estate.nodes[0]

    stage.world.workloads.drain(node)
    stage.run(60)

    assert stage.world.workloads.pods.on_node(node) == []
    assert len(web(stage)) == 3
    stage.world.workloads.uncordon(node)
    stage.world.workloads.scale("shop", "web", 4)
    stage.run(60)
    assert len(stage.world.workloads.pods.on_node(node)) == 1


def test_a_silent_node_loses_its_pods_after_five_minutes(stage: Stage) -> None:
    node = stage.estate.nodes[0]

    stage.world.workloads.fail_node(node)
    stage.run(200)
    waiting = [is_ready(each) for each in stage.world.workloads.pods.on_node(node)]
    stage.run(200)

    assert waiting and not any(waiting)
    assert stage.world.workloads.pods.on_node(node) == []
    assert len(web(stage)) == 3


def test_a_silent_node_that_speaks_in_time_keeps_its_pods(stage: Stage) -> None:
    node = stage.estate.nodes[0]
    before = [each["metadata"]["name"] for each in stage.world.workloads.pods.on_node(node)]

    stage.world.workloads.fail_node(node)
    stage.run(200)
    stage.world.workloads.recover_node(node)
    stage.run(400)

    pods = stage.world.workloads.pods.on_node(node)
    assert [each["metadata"]["name"] for each in pods] == before
    assert all(map(is_ready, pods))


def test_pods_wait_for_a_node_that_takes_them(stage: Stage) -> None:
    for node in stage.estate.nodes:
        stage.world.kube.patch("Node", "", node, {"spec": {"unschedulable": True}})

    stage.world.workloads.scale("shop", "web", 4)
    stage.run(30)
    pending = [each["metadata"]["name"] for each in web(stage) if each["status"]["phase"] == "Pending"]
    stage.world.workloads.uncordon(stage.estate.nodes[1])
    stage.run(30)

    assert len(pending) == 1
    assert stage.events(pending[0]) == ["FailedScheduling"]
    assert stage.world.kube.get("Pod", "shop", pending[0])["spec"]["nodeName"] == stage.estate.nodes[1]


def test_a_pod_that_is_made_to_fail_never_turns_ready(stage: Stage) -> None:
    stage.arm("pods", "start", "fail", match="shop/web")

    stage.world.workloads.scale("shop", "web", 4)
    stage.run(60)

    assert [is_ready(each) for each in web(stage)].count(False) == 1


def test_a_deleted_deployment_takes_its_pods_along(stage: Stage) -> None:
    stage.world.kube.delete("Deployment", "shop", "web")
    stage.run(60)

    assert web(stage) == []
    assert stage.world.kube.list("ReplicaSet", "shop") == []


def test_many_pods_need_several_slices(staged: Any) -> None:
    stage = staged(apps=(App("shop", "web", 130),))

    plain_service(stage)

    sizes = [len(each["endpoints"]) for each in stage.world.kube.list("EndpointSlice", "shop")]
    assert sorted(sizes) == [30, 100]


def test_a_service_without_selector_keeps_the_slices_it_was_given(stage: Stage) -> None:
    plain_service(stage, selector=None)

    assert endpoints(stage, "web") == []
    assert stage.world.kube.list("EndpointSlice", "shop") == []


@pytest.mark.parametrize(("zones", "nodes"), [(1, 1), (2, 5), (6, 6)])
def test_zones_and_nodes_come_in_any_number(staged: Any, zones: int, nodes: int) -> None:
    stage = staged(zones=zones, nodes=nodes)

    assert len(stage.estate.public_subnets) == len(stage.estate.private_subnets) == zones
    assert len(stage.world.kube.list("Node")) == nodes
    assert all(map(is_ready, stage.world.kube.list("Pod")))


def test_more_zones_than_there_are_addresses_for_are_refused(staged: Any) -> None:
    with pytest.raises(ValueError, match="7 zones asked for, 1 to 6 possible"):
        staged(zones=7)


def test_two_worlds_of_one_seed_are_the_same(staged: Any) -> None:
    def story() -> list[Any]:
        stage = staged()
        stage.legacy()
        stage.new()
        return [each["metadata"] for kind in ("Service", "Pod", "Event") for each in stage.world.kube.list(kind)]

    assert story() == story()
