"""EC2 through boto3: networks, interfaces, security groups, filters, pages, dry runs."""

from __future__ import annotations

import pytest

from migrator.sandbox.doors.aws import attach


def test_filters_know_tags_wildcards_and_fields(stage) -> None:
    ec2 = stage.client("ec2")
    lb = stage.balancer()
    id = lb["LoadBalancerArn"].rpartition("/")[2]

    def found(call, key, id_key, *filters):
        return [each[id_key] for each in call(Filters=[{"Name": name, "Values": values} for name, values in filters])[key]]

    by_tag = found(
        ec2.describe_security_groups, "SecurityGroups", "GroupId", ("tag:kubernetes.io/cluster/sandbox", ["owned", "shared"])
    )
    assert by_tag == [stage.nodes.id]
    assert found(ec2.describe_security_groups, "SecurityGroups", "GroupName", ("group-name", ["no*"])) == ["nodes"]
    interfaces = found(
        ec2.describe_network_interfaces, "NetworkInterfaces", "AvailabilityZone", ("description", ["ELB net/front/*"])
    )
    assert interfaces == ["us-east-1a", "us-east-1b", "us-east-1c"]
    one = found(
        ec2.describe_network_interfaces,
        "NetworkInterfaces",
        "SubnetId",
        ("description", [f"ELB net/front/{id}"]),
        ("subnet-id", [stage.subnets[1].id]),
    )
    assert one == [stage.subnets[1].id]
    assert found(ec2.describe_subnets, "Subnets", "SubnetId", ("vpc-id", ["vpc-other"])) == []


def test_an_unknown_filter_and_an_unknown_id_are_refused(stage, refused) -> None:
    ec2 = stage.client("ec2")

    assert refused(lambda: ec2.describe_vpcs(Filters=[{"Name": "colour", "Values": ["red"]}])) == "InvalidParameterValue"
    assert refused(lambda: ec2.describe_subnets(SubnetIds=["subnet-0"])) == "InvalidSubnetID.NotFound"
    assert refused(lambda: ec2.describe_instances(InstanceIds=["i-0"])) == "InvalidInstanceID.NotFound"
    assert refused(lambda: ec2.describe_security_groups(GroupIds=["sg-0"])) == "InvalidGroup.NotFound"


def test_pages_hold_everything_once(stage) -> None:
    ec2 = stage.client("ec2")
    permissions = [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]} for port in range(1, 13)
    ]
    ec2.authorize_security_group_ingress(GroupId=stage.nodes.id, IpPermissions=permissions)
    wanted = [{"Name": "group-id", "Values": [stage.nodes.id]}]

    pages = list(ec2.get_paginator("describe_security_group_rules").paginate(Filters=wanted, PaginationConfig={"PageSize": 5}))

    assert [len(each["SecurityGroupRules"]) for each in pages] == [5, 5, 3]
    rules = [each for page in pages for each in page["SecurityGroupRules"] if not each["IsEgress"]]
    assert [each["FromPort"] for each in rules] == list(range(1, 13))


def test_rules_keep_their_peer_and_description(stage, refused) -> None:
    ec2 = stage.client("ec2")
    frontend = ec2.create_security_group(GroupName="frontend", Description="d", VpcId=stage.vpc.id)["GroupId"]
    permissions = [
        {
            "IpProtocol": "tcp",
            "FromPort": 30080,
            "ToPort": 30080,
            "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "kubernetes.io/rule/nlb/client=a"}],
            "UserIdGroupPairs": [{"GroupId": frontend, "Description": "elbv2.k8s.aws/targetGroupBinding=shared"}],
        }
    ]

    added = ec2.authorize_security_group_ingress(GroupId=stage.nodes.id, IpPermissions=permissions)["SecurityGroupRules"]

    assert [each.get("CidrIpv4") for each in added] == ["0.0.0.0/0", None]
    assert added[1]["ReferencedGroupInfo"]["GroupId"] == frontend
    assert added[0]["Description"] == "kubernetes.io/rule/nlb/client=a"
    shown = ec2.describe_security_groups(GroupIds=[stage.nodes.id])["SecurityGroups"][0]["IpPermissions"]
    assert [(each["FromPort"], len(each["IpRanges"]), len(each["UserIdGroupPairs"])) for each in shown] == [(30080, 1, 1)]
    again = {"GroupId": stage.nodes.id, "IpPermissions": permissions}
    assert refused(lambda: ec2.authorize_security_group_ingress(**again)) == "InvalidPermission.Duplicate"
    assert refused(lambda: ec2.delete_security_group(GroupId=frontend)) == "DependencyViolation"
    ec2.revoke_security_group_ingress(GroupId=stage.nodes.id, SecurityGroupRuleIds=[added[0]["SecurityGroupRuleId"]])
    del permissions[0]["IpRanges"]
    gone = ec2.revoke_security_group_ingress(**again)["RevokedSecurityGroupRules"]
    assert gone[0]["ReferencedGroupId"] == frontend
    assert refused(lambda: ec2.revoke_security_group_ingress(**again)) == "InvalidPermission.NotFound"
    ec2.delete_security_group(GroupId=frontend)


def test_nodes_and_their_interfaces_are_described(stage) -> None:
    ec2 = stage.client("ec2")
    instances = [each for page in ec2.describe_instances()["Reservations"] for each in page["Instances"]]

    assert [each["Placement"]["AvailabilityZone"] for each in instances] == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert instances[0]["State"] == {"Code": 16, "Name": "running"}
    assert instances[0]["NetworkInterfaces"][0]["Groups"] == [{"GroupId": stage.nodes.id, "GroupName": "nodes"}]
    stage.world.ec2.terminate_instance(stage.instances[0].id)
    (gone,) = ec2.describe_instances(InstanceIds=[stage.instances[0].id])["Reservations"][0]["Instances"]
    assert gone["State"]["Name"] == "terminated"
    assert "SubnetId" not in gone


def test_free_addresses_shrink_by_what_a_load_balancer_takes(stage) -> None:
    ec2 = stage.client("ec2")
    before = ec2.describe_subnets()["Subnets"][0]["AvailableIpAddressCount"]

    stage.balancer()

    assert ec2.describe_subnets()["Subnets"][0]["AvailableIpAddressCount"] == before - 1


def test_tags_are_made_listed_and_deleted(stage) -> None:
    ec2 = stage.client("ec2")
    id = stage.subnets[0].id

    ec2.create_tags(Resources=[id], Tags=[{"Key": "kubernetes.io/role/elb", "Value": "1"}])
    assert ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [id]}])["Tags"] == [
        {"Key": "kubernetes.io/role/elb", "Value": "1", "ResourceId": id, "ResourceType": "subnet"}
    ]
    ec2.delete_tags(Resources=[id], Tags=[{"Key": "kubernetes.io/role/elb", "Value": "other"}])
    assert stage.subnets[0].tags
    ec2.delete_tags(Resources=[id], Tags=[{"Key": "kubernetes.io/role/elb"}])
    assert not stage.subnets[0].tags


def test_facts_about_the_account(stage) -> None:
    ec2 = stage.client("ec2")

    zones = [each["ZoneId"] for each in ec2.describe_availability_zones()["AvailabilityZones"]]
    attributes = {each["AttributeName"] for each in ec2.describe_account_attributes()["AccountAttributes"]}
    lb = stage.balancer()["LoadBalancerArn"]
    assert ec2.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"] == []
    stage.world.elb.attach_endpoint_service(lb)
    (service,) = ec2.describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]

    assert zones == ["use1-az1", "use1-az2", "use1-az3"]
    assert "vpc-max-security-groups-per-interface" in attributes
    assert service["NetworkLoadBalancerArns"] == [lb]
    assert ec2.describe_vpcs()["Vpcs"][0]["CidrBlock"] == "10.0.0.0/16"
    assert ec2.describe_addresses()["Addresses"] == []
    assert ec2.describe_regions()["Regions"][0]["RegionName"] == "us-east-1"


def test_a_dry_run_does_nothing(stage, refused) -> None:
    ec2 = stage.client("ec2")

    assert refused(lambda: ec2.delete_security_group(GroupId=stage.nodes.id, DryRun=True)) == "DryRunOperation"
    assert stage.nodes.id in stage.world.ec2.groups


@pytest.mark.parametrize("region", ["eu-west-1", "ap-southeast-2"])
def test_another_region_is_empty(stage, region) -> None:
    """A plan for one region that is applied in another must find nothing, not this world."""
    session = stage.session(region=region)
    attach(stage.door, session)
    stage.serving()

    assert session.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    zones = [each["ZoneName"] for each in session.client("ec2").describe_availability_zones()["AvailabilityZones"]]
    assert zones == [region + letter for letter in "abc"]
    assert session.client("sts").get_caller_identity()["Account"] == stage.world.account
