"""What goes wrong on demand, as each service says it and as botocore tells it to the tool."""

from __future__ import annotations

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from migrator.sandbox.doors.aws import attach
from migrator.sandbox.world.faults import Fault

ASK = {
    "elbv2": lambda client: client.describe_load_balancers(),
    "elb": lambda client: client.describe_load_balancers(),
    "ec2": lambda client: client.describe_vpcs(),
    "route53": lambda client: client.list_hosted_zones(),
    "cloudwatch": lambda client: client.list_metrics(),
    "sts": lambda client: client.get_caller_identity(),
    "resourcegroupstaggingapi": lambda client: client.get_resources(),
    "service-quotas": lambda client: client.list_services(),
    "eks": lambda client: client.list_clusters(),
}
THROTTLED = {
    "ec2": "RequestLimitExceeded",
    "resourcegroupstaggingapi": "ThrottledException",
    "service-quotas": "TooManyRequestsException",
    "eks": "ThrottlingException",
}


def arm(stage, operation, mode, **options) -> Fault:
    return stage.world.faults.arm(Fault(where="aws", operation=operation, mode=mode, **options))


@pytest.mark.parametrize("service", ASK)
def test_throttling_is_said_in_the_service_own_words(stage, refused, service) -> None:
    arm(stage, f"{service}:*", "throttle", times=2)

    for _ in range(2):
        assert refused(lambda: ASK[service](stage.client(service))) == THROTTLED.get(service, "Throttling")
    ASK[service](stage.client(service))


@pytest.mark.parametrize("service", ASK)
def test_a_denial_names_the_user_and_the_action(stage, service) -> None:
    arm(stage, f"{service}:*", "deny")

    with pytest.raises(ClientError) as caught:
        ASK[service](stage.client(service))

    error = caught.value.response["Error"]
    assert error["Code"] in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
    assert error["Message"].startswith("User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: ")


def credentials(stage, key, **options):
    session = stage.session(key)
    attach(stage.door, session)
    return lambda service: session.client(service, config=Config(retries={"total_max_attempts": 1}, **options))


def test_expired_credentials_are_told_from_denied_ones(stage, refused) -> None:
    expired, denied = credentials(stage, "EXPIRED"), credentials(stage, "DENIED")

    assert refused(lambda: ASK["elbv2"](expired("elbv2"))) == "ExpiredToken"
    assert refused(lambda: ASK["sts"](expired("sts"))) == "ExpiredToken"
    assert refused(lambda: ASK["ec2"](expired("ec2"))) == "RequestExpired"
    assert refused(lambda: ASK["cloudwatch"](expired("cloudwatch"))) == "ExpiredToken"
    assert refused(lambda: ASK["elbv2"](denied("elbv2"))) == "AccessDenied"
    assert refused(lambda: ASK["ec2"](denied("ec2"))) == "UnauthorizedOperation"
    assert denied("sts").get_caller_identity()["Account"]


@pytest.mark.parametrize("service", ["elbv2", "ec2", "route53", "service-quotas"])
def test_an_unsigned_request_misses_its_token(stage, refused, service) -> None:
    unsigned = credentials(stage, "x", signature_version=UNSIGNED)(service)

    assert refused(lambda: ASK[service](unsigned)).startswith("MissingAuthenticationToken")


def test_a_lost_reply_looks_like_a_time_out_but_the_work_is_done(stage) -> None:
    route53 = stage.client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    record = {"Name": "a.example.com.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "1.2.3.4"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    arm(stage, "route53:ChangeResourceRecordSets", "lose-reply", match="a.example.com")

    with pytest.raises(ReadTimeoutError):
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    assert record in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    with pytest.raises(route53.exceptions.InvalidChangeBatch, match="already exists"):
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def test_a_lost_request_is_not_done(stage) -> None:
    arm(stage, "elbv2:CreateLoadBalancer", "stop")

    with pytest.raises(ReadTimeoutError):
        stage.balancer()

    assert not stage.world.elb.balancers


def test_a_fault_strikes_only_its_subject(stage, refused) -> None:
    arm(stage, "elbv2:CreateTargetGroup", "error", match="bad", times=None, code="TooManyTargetGroups")

    assert refused(lambda: stage.group("bad-one")) == "TooManyTargetGroups"
    assert stage.group("good")
    assert refused(lambda: stage.group("bad-two")) == "TooManyTargetGroups"
    stage.world.faults.clear()
    assert stage.group("bad-one")


def test_botocore_itself_repeats_what_is_throttled(stage) -> None:
    """Which is why the tool switches its repeats off: a write would be sent up to four times."""
    session = stage.session()
    attach(stage.door, session)
    arm(stage, "sts:*", "throttle", times=1)

    said = session.client("sts", config=Config(retries={"mode": "standard", "max_attempts": 2})).get_caller_identity()

    assert said["ResponseMetadata"]["RetryAttempts"] == 1


def test_a_slow_answer_takes_its_time(stage) -> None:
    waited: list[float] = []
    session = stage.session()
    attach(stage.door, session, sleep=waited.append)
    sts = session.client("sts", config=Config(retries={"total_max_attempts": 1}))
    arm(stage, "sts:*", "slow", delay_s=3)
    arm(stage, "sts:*", "slow", delay_s=90)

    sts.get_caller_identity()
    with pytest.raises(ReadTimeoutError):
        sts.get_caller_identity()

    assert waited == [3, 60]  # botocore's own patience


def test_every_answer_carries_the_time_of_the_clock(stage) -> None:
    headers = stage.client("sts").get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]

    assert headers["date"] == "Tue, 14 Nov 2023 22:14:00 GMT"
