"""What the legacy controller does to a live load balancer."""

from __future__ import annotations

from typing import Any

Stage = Any


def test_any_annotation_makes_it_run_and_put_its_own_attributes_back(stage: Stage) -> None:
    lb = stage.shown(stage.legacy())
    stage.world.elb.set_load_balancer_attributes(lb.arn, {"load_balancing.cross_zone.enabled": "true"})

    stage.world.kube.patch("Service", "shop", "web", {"metadata": {"annotations": {"example.com/note": "x"}}})
    stage.run(30)

    assert lb.attributes["load_balancing.cross_zone.enabled"] == "false"


def test_a_label_does_not_make_it_run(stage: Stage) -> None:
    lb = stage.shown(stage.legacy())
    stage.world.elb.set_load_balancer_attributes(lb.arn, {"load_balancing.cross_zone.enabled": "true"})

    stage.world.kube.patch("Service", "shop", "web", {"metadata": {"labels": {"note": "x"}}})
    stage.run(30)

    assert lb.attributes["load_balancing.cross_zone.enabled"] == "true"


def test_scheme_of_a_live_load_balancer_is_never_changed(stage: Stage) -> None:
    service = stage.legacy()

    stage.annotate("web", internal="true")
    stage.run(30)

    assert stage.balancer(service).scheme == "internet-facing"


def test_ports_come_and_go_with_their_groups(stage: Stage) -> None:
    service = stage.legacy()
    node_port = service["spec"]["ports"][0]["nodePort"]
    ports = [
        {"name": "http", "port": 80, "targetPort": 8080, "nodePort": node_port},
        {"name": "alt", "port": 81, "targetPort": 8080},
    ]

    stage.world.kube.patch("Service", "shop", "web", {"spec": {"ports": ports}})
    stage.run(200)
    both = [each.port for each in stage.world.elb.listeners_of(stage.balancer(service).arn)]
    stage.world.kube.patch("Service", "shop", "web", {"spec": {"ports": ports[:1]}})
    stage.run(30)

    assert both == [80, 81]
    assert [each.port for each in stage.world.elb.listeners_of(stage.balancer(service).arn)] == [80]
    assert [each.port for each in stage.groups()] == [node_port]
    assert [each[1] for each in stage.rules() if each[0] == "tcp"] == [node_port]


def test_another_check_interval_means_another_target_group(stage: Stage) -> None:
    stage.legacy()
    (before,) = stage.groups()

    stage.annotate("web", healthcheck_interval="10")
    stage.run(400)

    (after,) = stage.groups()
    assert (before.name, after.health_check.interval_s) != (after.name, 30)
    assert stage.states() == ["healthy"] * 3


def test_other_thresholds_change_the_group_in_place(stage: Stage) -> None:
    stage.legacy()
    (before,) = stage.groups()

    stage.annotate("web", healthcheck_healthy_threshold="5", healthcheck_unhealthy_threshold="4")
    stage.run(30)

    (after,) = stage.groups()
    assert (after.arn, after.health_check.healthy, after.health_check.unhealthy) == (before.arn, 5, 4)


def test_narrower_ranges_replace_the_rules(stage: Stage) -> None:
    stage.legacy()

    stage.world.kube.patch("Service", "shop", "web", {"spec": {"loadBalancerSourceRanges": ["10.1.0.0/16"]}})
    stage.run(30)

    assert {each[3] for each in stage.rules()} == {"10.1.0.0/16", *(each.cidr for each in stage.estate.public_subnets)}
    assert stage.said("web", "LoadBalancerSourceRanges") == "[] -> [10.1.0.0/16]"


def test_a_node_that_joins_is_registered_and_one_that_goes_is_not_any_more(stage: Stage) -> None:
    stage.legacy()
    first = stage.estate.nodes[0]

    stage.estate.add_node(1)
    stage.run(400)
    joined = stage.states()
    stage.world.workloads.remove_node(first)
    stage.run(400)

    assert joined == ["healthy"] * 4
    assert len(stage.states()) == 3
    assert "UpdatedLoadBalancer" in stage.events("web")


def test_a_node_that_is_not_ready_stays_registered_and_turns_unhealthy(stage: Stage) -> None:
    stage.legacy()

    stage.world.workloads.fail_node(stage.estate.nodes[0])
    stage.run(200)

    assert sorted(stage.states()) == ["healthy", "healthy", "unhealthy"]


def test_a_restarted_controller_looks_at_every_service(stage: Stage) -> None:
    lb = stage.shown(stage.legacy())
    stage.world.elb.set_load_balancer_attributes(lb.arn, {"load_balancing.cross_zone.enabled": "true"})

    stage.world.workloads.restart("kube-system", "cloud-controller-manager")
    stage.run(60)

    assert lb.attributes["load_balancing.cross_zone.enabled"] == "false"


def test_a_lost_reply_makes_no_second_load_balancer(stage: Stage) -> None:
    stage.arm("legacy", "create-load-balancer", "lose-reply")

    service = stage.legacy()

    assert list(stage.world.elb.balancers) == [stage.shown(service).arn]
    assert stage.states() == ["healthy"] * 3


def test_nodes_that_could_not_be_registered_are_tried_again(stage: Stage) -> None:
    stage.legacy()
    stage.arm("legacy", "register-targets")

    stage.estate.add_node()
    stage.run(400)

    assert "UpdateLoadBalancerFailed" in stage.events("web")
    assert stage.states() == ["healthy"] * 4


def test_without_nodes_it_warns(stage: Stage) -> None:
    stage.legacy()

    for node in stage.estate.nodes:
        labels = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}
        stage.world.kube.patch("Node", "", node, {"metadata": {"labels": labels}})
    stage.run(30)

    assert stage.said("web", "UnAvailableLoadBalancer") == "There are no available nodes for LoadBalancer"
    assert set(stage.states()) == {"draining"}


def test_node_labels_pick_the_targets(stage: Stage) -> None:
    stage.world.kube.patch("Node", "", stage.estate.nodes[1], {"metadata": {"labels": {"edge": "yes"}}})

    stage.legacy(marks={"target-node-labels": "edge="})

    assert len(stage.states()) == 1


def test_named_subnets_are_used_at_creation_only(stage: Stage) -> None:
    first, second, _ = stage.estate.public_subnets
    service = stage.legacy(marks={"subnets": f"{first.id}, {second.tags['Name']}"})

    stage.annotate("web", subnets=first.id)
    stage.run(60)

    assert [each.subnet_id for each in stage.shown(service).zones] == [first.id, second.id]


def test_field_changes_are_told(stage: Stage) -> None:
    stage.legacy()

    for spec in ({"externalIPs": ["192.0.2.1"]}, {"externalIPs": ["192.0.2.2"]}, {"externalTrafficPolicy": "Local"}):
        stage.world.kube.patch("Service", "shop", "web", {"spec": spec})
    stage.run(30)

    assert stage.said("web", "ExternalIP") == "Added: 192.0.2.2"
    assert stage.said("web", "ExternalTrafficPolicy") == "Cluster -> Local"


def test_access_logs_and_cross_zone_follow_their_annotations(stage: Stage) -> None:
    marks = {"cross-zone-load-balancing-enabled": "true", "access-log-enabled": "true", "access-log-s3-bucket-name": "logs"}

    lb = stage.shown(stage.legacy(marks=marks))

    assert lb.attributes["load_balancing.cross_zone.enabled"] == lb.attributes["access_logs.s3.enabled"] == "true"
    assert lb.attributes["access_logs.s3.bucket"] == "logs"


def test_elastic_addresses_are_put_on_its_zones(stage: Stage) -> None:
    ids = [stage.world.ec2.allocate_address().allocation_id for _ in range(3)]

    lb = stage.shown(stage.legacy(marks={"eip-allocations": ",".join(ids)}))

    assert [each.allocation_id for each in lb.zones] == ids
