"""What the AWS Load Balancer Controller changes on what it made."""

from __future__ import annotations

from typing import Any

Stage = Any


def ports(*numbers: int) -> list[dict[str, Any]]:
    return [{"name": f"p{each}", "port": each, "targetPort": 8080} for each in numbers]


def test_ports_come_and_go_with_groups_bindings_and_rules(stage: Stage) -> None:
    service = stage.new(ports=ports(80, 81))
    lb = stage.shown(service)
    spread = stage.rules()

    stage.world.kube.patch("Service", "shop", "web-new", {"spec": {"ports": service["spec"]["ports"][:1]}})
    stage.run(120)

    node_ports = sorted(each["nodePort"] for each in service["spec"]["ports"])
    kept = service["spec"]["ports"][0]["nodePort"]
    assert [each[1:3] for each in spread] == [(node_ports[0], node_ports[1])]
    assert [each[1:3] for each in stage.rules()] == [(kept, kept)]
    assert [each.port for each in stage.world.elb.listeners_of(lb.arn)] == [80]
    assert len(stage.groups()) == len(stage.world.kube.list("TargetGroupBinding")) == 1
    assert stage.states() == ["healthy"] * 3


def test_another_node_port_replaces_the_group_behind_the_listener(stage: Stage) -> None:
    service = stage.new()
    (before,) = stage.groups()

    stage.world.kube.patch(
        "Service", "shop", "web-new", {"spec": {"ports": [{**service["spec"]["ports"][0], "nodePort": 31999}]}}
    )
    stage.run(400)

    (after,) = stage.groups()
    (listener,) = stage.world.elb.listeners_of(stage.shown(service).arn)
    assert (after.port, after.arn != before.arn) == (31999, True)
    assert listener.forwards == ((after.arn, 1),)
    assert [each["metadata"]["name"] for each in stage.world.kube.list("TargetGroupBinding")] == [after.name]
    assert stage.states() == ["healthy"] * 3


def test_checks_attributes_tags_and_ranges_change_in_place(stage: Stage) -> None:
    service = stage.new()
    (before,) = stage.groups()

    stage.annotate(
        "web-new",
        healthcheck_protocol="http",
        target_group_attributes="deregistration_delay.timeout_seconds=5",
        attributes="load_balancing.cross_zone.enabled=true",
        additional_resource_tags="team=shop",
    )
    stage.world.kube.patch("Service", "shop", "web-new", {"spec": {"loadBalancerSourceRanges": ["10.1.0.0/16"]}})
    stage.run(60)

    (group,) = stage.groups()
    lb = stage.shown(service)
    front = next(each for each in stage.world.ec2.groups.values() if each.id == lb.security_groups[0])
    assert (group.arn, group.health_check.protocol, group.health_check.path) == (before.arn, "HTTP", "/")
    assert group.attributes["deregistration_delay.timeout_seconds"] == "5"
    assert lb.attributes["load_balancing.cross_zone.enabled"] == "true"
    assert lb.tags["team"] == group.tags["team"] == "shop"
    assert [each.cidr for each in stage.world.ec2.rules_of(front.id)] == ["10.1.0.0/16"]


def test_attributes_nobody_asked_for_are_left_alone(stage: Stage) -> None:
    lb = stage.shown(stage.new())
    stage.world.elb.set_load_balancer_attributes(lb.arn, {"load_balancing.cross_zone.enabled": "true"})

    stage.annotate("web-new", healthcheck_interval="15")
    stage.run(60)

    assert lb.attributes["load_balancing.cross_zone.enabled"] == "true"


def test_subnets_can_be_taken_away(stage: Stage) -> None:
    lb = stage.shown(stage.new())
    first, second, _ = stage.estate.public_subnets

    stage.annotate("web-new", subnets=f"{first.id}, {second.tags['Name']}")
    stage.run(60)

    assert [each.subnet_id for each in lb.zones] == [first.id, second.id]


def test_a_certificate_turns_the_listener_to_tls(stage: Stage) -> None:
    lb = stage.shown(stage.new())

    stage.annotate(
        "web-new",
        ssl_cert="arn:aws:acm:us-east-1:123456789012:certificate/1",
        ssl_negotiation_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    )
    stage.run(60)

    (listener,) = stage.world.elb.listeners_of(lb.arn)
    assert (listener.protocol, listener.ssl_policy) == ("TLS", "ELBSecurityPolicy-TLS13-1-2-2021-06")


def test_closing_the_pods_network_fails_softly_and_is_tried_again(stage: Stage) -> None:
    stage.arm("lbc", "node-rules", "throttle")

    stage.new(marks={"scheme": "internet-facing", "nlb-target-type": "ip"})

    (group,) = stage.groups()
    assert stage.events(group.name) == ["FailedNetworkReconcile", "SuccessfullyReconciled"]
    assert stage.states() == ["healthy"] * 3


def test_a_lost_reply_makes_no_second_load_balancer(stage: Stage) -> None:
    stage.arm("lbc", "create-load-balancer", "lose-reply")

    stage.new()

    assert stage.events("web-new") == ["FailedDeployModel", "SuccessfullyReconciled"]
    assert len(stage.world.elb.balancers) == 1


def test_a_change_while_it_works_is_worked_on_next(stage: Stage) -> None:
    stage.arm("lbc", "create-load-balancer", "slow", delay_s=60)
    stage.new(settle_s=30)

    stage.annotate("web-new", attributes="load_balancing.cross_zone.enabled=true")
    stage.run(120)

    assert stage.shown(stage.service("web-new")).attributes["load_balancing.cross_zone.enabled"] == "true"


def test_a_restarted_controller_forgets_nothing(stage: Stage, clean: Any) -> None:
    stage.new("one")
    stage.new("two")

    stage.world.workloads.restart("kube-system", "aws-load-balancer-controller")
    stage.run(120)

    assert stage.states() == ["healthy"] * 6
    for name in ("one", "two"):
        stage.world.kube.delete("Service", "shop", name)
    stage.run(400)
    assert stage.leftovers() == clean
