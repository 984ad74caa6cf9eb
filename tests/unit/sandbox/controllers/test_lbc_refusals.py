"""Services that the AWS Load Balancer Controller cannot build, deploys that fail half-way, and what it adopts."""

from __future__ import annotations

from typing import Any

import pytest

Stage = Any
KEY = "service.beta.kubernetes.io/aws-load-balancer-"


@pytest.mark.parametrize(
    ("marks", "spec", "message"),
    [
        pytest.param({"scheme": "public"}, {}, "unknown scheme: public", id="scheme"),
        pytest.param(
            {"internal": ""}, {}, f'failed to parse bool annotation, {KEY}internal: : strconv.ParseBool: parsing ""', id="flag"
        ),
        pytest.param(
            {"subnets": "subnet-0"}, {}, "EC2: DescribeSubnets, https response error StatusCode: 400", id="no-such-subnet"
        ),
        pytest.param({"subnets": "nowhere"}, {}, "couldn't find all subnets, nameOrIDs: [nowhere], found: []", id="no-such-name"),
        pytest.param({"attributes": "x"}, {}, f"failed to parse stringMap annotation, {KEY}attributes: x", id="attributes"),
        pytest.param({"name": "x" * 33}, {}, "load balancer name cannot be longer than 32 characters", id="name"),
        pytest.param({"ip-address-type": "ipv6"}, {}, "unknown IPAddressType: ipv6", id="address-type"),
        pytest.param({"ssl-ports": "*"}, {}, "Unused port in ssl-ports annotation [*]", id="ssl-ports"),
        pytest.param({"alpn-policy": "h2", "ssl-cert": "arn:1"}, {}, "invalid ALPN policy h2", id="alpn"),
        pytest.param({"proxy-protocol": "1"}, {}, "invalid value 1 for Load Balancer proxy protocol v2 annotation", id="proxy"),
        pytest.param({"healthcheck-protocol": "ssl"}, {}, "unsupported health check protocol ssl", id="check-protocol"),
        pytest.param(
            {"healthcheck-interval": "x"}, {}, f"failed to parse int32 annotation, {KEY}healthcheck-interval: x", id="number"
        ),
        pytest.param({"healthcheck-port": "admin"}, {}, "failed to resolve healthCheckPort", id="check-port"),
        pytest.param(
            {"eip-allocations": "eipalloc-1"},
            {},
            "EIP allocations can only be set for internet facing load balancers",
            id="eip-scheme",
        ),
        pytest.param(
            {"eip-allocations": "eipalloc-1", "scheme": "internet-facing"},
            {},
            "number of EIP allocations (1) and subnets (3) must match",
            id="eip-count",
        ),
        pytest.param({"security-groups": "sg-0"}, {}, "api error InvalidGroup.NotFound: ", id="security-group"),
        pytest.param(
            {"nlb-target-type": "instance"},
            {"allocateLoadBalancerNodePorts": False},
            "unable to support instance target type with an unallocated NodePort",
            id="node-port",
        ),
        pytest.param(
            {"target-group-attributes": "preserve_client_ip.enabled=maybe"}, {}, "failed to parse attribute", id="preserve"
        ),
    ],
)
def test_what_cannot_be_built_is_said_and_nothing_is_made(
    stage: Stage, marks: dict[str, str], spec: dict[str, Any], message: str
) -> None:
    service = stage.new(marks=marks, settle_s=60, **spec)

    assert stage.said("web-new", "FailedBuildModel").startswith("Failed build model due to ")
    assert message in stage.said("web-new", "FailedBuildModel")
    assert stage.world.elb.balancers == {}
    assert "finalizers" not in service["metadata"]


def test_two_subnets_of_one_zone_are_refused(stage: Stage) -> None:
    zone = stage.estate.public_subnets[0]
    second = stage.world.ec2.create_subnet(stage.estate.vpc.id, zone.zone, "127.10.16.0/24")

    stage.new(marks={"subnets": f"{zone.id},{second.id}"}, settle_s=60)

    assert f"multiple subnets in same Availability Zone {zone.zone}" in stage.said("web-new", "FailedBuildModel")


def test_subnets_of_another_cluster_and_full_ones_are_passed_over(stage: Stage) -> None:
    first, second, third = stage.estate.public_subnets
    first.tags.pop("kubernetes.io/cluster/sandbox")
    first.tags["kubernetes.io/cluster/other"] = "owned"
    second.free_addresses = third.free_addresses = 7

    stage.new(settle_s=60)

    said = "Evaluated 3 subnets: 1 are tagged for other clusters, and 2 have insufficient available IP addresses"
    assert said in stage.said("web-new", "FailedBuildModel")


def test_a_tag_that_others_manage_is_refused(staged: Any) -> None:
    stage = staged(lbc_args=("--external-managed-tags=owner",))

    stage.new(marks={"additional-resource-tags": "owner=me"}, settle_s=60)

    assert "external managed tag key owner cannot be specified on Service" in stage.said("web-new", "FailedBuildModel")


@pytest.mark.parametrize(
    "operation",
    ["create-security-group", "create-target-group", "create-load-balancer", "create-listener", "create-binding"],
)
def test_a_deploy_that_fails_half_way_is_finished_by_the_next_pass(stage: Stage, operation: str) -> None:
    stage.arm("lbc", operation, "deny")

    service = stage.new(settle_s=900)

    assert stage.events("web-new") == ["FailedDeployModel", "SuccessfullyReconciled"]
    assert stage.said("web-new", "FailedDeployModel").startswith("Failed deploy model due to ")
    assert stage.states() == ["healthy"] * 3
    assert len(stage.world.elb.balancers) == len(stage.groups()) == 1
    assert stage.shown(service)


def test_until_listener_attributes_are_allowed_there_is_no_hostname_and_no_binding(stage: Stage) -> None:
    stage.arm("lbc", "listener-attributes", "deny", times=None)

    service = stage.new(marks={"listener-attributes.TCP-80": "tcp.idle_timeout.seconds=60"})

    assert len(stage.world.elb.balancers) == 1
    assert service["status"]["loadBalancer"] == {}
    assert stage.world.kube.list("TargetGroupBinding") == []


def test_a_refused_status_is_told_and_written_later(stage: Stage) -> None:
    stage.arm("lbc", "update-status", "error")

    service = stage.new()

    assert stage.events("web-new") == ["FailedUpdateStatus", "SuccessfullyReconciled"]
    assert stage.shown(service)


def test_two_tagged_groups_on_a_node_keep_its_targets_out(stage: Stage) -> None:
    ec2, tags = stage.world.ec2, {"kubernetes.io/cluster/sandbox": "owned"}
    second = ec2.create_security_group("second", "second", stage.estate.vpc.id, tags=tags)
    next(iter(ec2.instances.values())).security_groups.append(second.id)

    stage.new()

    (group,) = stage.groups()
    assert "expected exactly one securityGroup tagged with kubernetes.io/cluster/sandbox" in stage.said(
        group.name, "FailedReconcile"
    )
    assert group.targets == {}


def test_a_load_balancer_with_the_stacks_tags_is_taken_over(stage: Stage) -> None:
    """Tags name the Service, not its UID: leftovers of an earlier one are adopted, scheme, subnets, missing group and all."""
    tags = {
        "elbv2.k8s.aws/cluster": "sandbox",
        "service.k8s.aws/stack": "shop/web-new",
        "service.k8s.aws/resource": "LoadBalancer",
    }
    subnets = [stage.estate.public_subnets[0].id]
    old = stage.world.elb.create_load_balancer("leftover", "internet-facing", subnets, tags=tags)

    service = stage.new(marks={"healthcheck-interval": "10"})

    assert stage.shown(service) is old
    assert (old.scheme, [each.subnet_id for each in old.zones], old.security_groups) == ("internet-facing", subnets, [])
    assert stage.rules()[0][3] == "0.0.0.0/0"


def test_a_load_balancer_of_the_stack_without_a_resource_tag_stops_it(stage: Stage) -> None:
    tags = {"elbv2.k8s.aws/cluster": "sandbox", "service.k8s.aws/stack": "shop/web-new"}
    lb = stage.world.elb.create_load_balancer("leftover", "internal", [stage.estate.private_subnets[0].id], tags=tags)

    stage.new(settle_s=60)

    assert f"unexpected loadBalancer with no resourceID: {lb.arn}" in stage.said("web-new", "FailedDeployModel")


def test_another_scheme_replaces_the_load_balancer(stage: Stage) -> None:
    before = stage.shown(stage.new())

    stage.annotate("web-new", scheme="internal")
    stage.run(400)

    after = stage.shown(stage.service("web-new"))
    assert (after.scheme, after.name != before.name) == ("internal", True)
    assert list(stage.world.elb.balancers) == [after.arn]
    assert stage.states() == ["healthy"] * 3


def test_a_security_group_cannot_be_taken_off_again(stage: Stage) -> None:
    stage.new()

    stage.annotate("web-new", disable_nlb_sg="true")
    stage.run(60)

    assert "conflicting security groups configuration" in stage.said("web-new", "FailedBuildModel")
