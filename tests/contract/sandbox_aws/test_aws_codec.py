"""The wire itself: what no well-behaved client sends, protocols that boto3 does not choose today, and the table of handlers."""

from __future__ import annotations

import json

import pytest

from migrator.sandbox.doors.aws.codec import cbor, models
from migrator.sandbox.doors.aws.services import HANDLERS

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


def signed(service: str, region: str = "us-east-1") -> dict[str, str]:
    credential = f"AWS4-HMAC-SHA256 Credential=test/20231114/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    return {"Authorization": credential}


def form(stage, service: str, body: str) -> tuple[int, str]:
    status, _, answer = stage.door.handle("POST", "/", {**FORM, **signed(service)}, body.encode())
    return status, answer.decode()


def test_every_handler_is_an_operation_of_its_service() -> None:
    for name, handlers in HANDLERS.items():
        known = models.service(name).model.operation_names
        assert not set(handlers) - set(known)


def test_every_service_can_be_called_by_its_signing_name() -> None:
    assert {each for names in models.SIGNING_NAMES.values() for each in names} == set(HANDLERS)
    for signing_name, names in models.SIGNING_NAMES.items():
        assert {models.service(each).model.signing_name for each in names} == {signing_name}


@pytest.mark.parametrize(
    ("service", "body", "code"),
    [
        ("ec2", "Action=DescribeVpcs&Version=2016-11-15&Colour=red", "UnknownParameter"),
        ("ec2", "Action=DeleteSecurityGroup&Version=2016-11-15&GroupId.1=x", "UnknownParameter"),
        ("ec2", "Action=DescribeVpcs&Version=2016-11-15&MaxResults=many", "InvalidParameterValue"),
        ("ec2", "Action=DescribeVpcs&Version=2016-11-15&MaxResults=3", "InvalidParameterValue"),
        ("ec2", "Action=CreateTags&Version=2016-11-15", "MissingParameter"),
        ("ec2", "Action=DescribeVpcs&Version=2016-11-15&DryRun=perhaps", "InvalidParameterValue"),
        ("ec2", "Action=Nonsense&Version=2016-11-15", "InvalidAction"),
        ("ec2", "Action=CreateVpc&Version=2016-11-15", "NotImplemented"),
        ("elasticloadbalancing", "Action=DescribeTargetHealth&Version=2015-12-01", "ValidationError"),
        ("elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2015-12-01&PageSize=401", "ValidationError"),
        ("elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2015-12-01&Marker=x", "ValidationError"),
        ("elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2015-12-01&Size=1", "MalformedQueryString"),
    ],
)
def test_requests_that_do_not_fit_the_model_are_refused(stage, service, body, code) -> None:
    status, answer = form(stage, service, body)

    assert status in (400, 501)
    assert f"<Code>{code}</Code>" in answer


def test_every_violation_is_counted_in_one_message(stage) -> None:
    _, answer = form(stage, "elasticloadbalancing", "Action=CreateTargetGroup&Version=2015-12-01&Port=0&Protocol=FTP")

    assert "3 validation errors detected" in answer
    assert "Value null at 'name' failed to satisfy constraint: Member must not be null" in answer
    assert "Value '0' at 'port' failed to satisfy constraint: Member must have value greater than or equal to 1" in answer


@pytest.mark.parametrize(
    "body", [b"<not-xml", b"<ChangeResourceRecordSetsRequest><Oops/></ChangeResourceRecordSetsRequest>", b""]
)
def test_a_batch_that_is_no_batch_is_invalid_input(stage, body) -> None:
    zone = stage.world.route53.create_zone("example.com")

    status, _, answer = stage.door.handle("POST", f"/2013-04-01/hostedzone/{zone.id}/rrset/", signed("route53"), body)

    assert status == 400
    assert b"<Code>InvalidInput</Code>" in answer


def test_a_path_that_no_operation_has_and_a_service_that_is_not_there(stage) -> None:
    status, _, answer = stage.door.handle("GET", "/2013-04-01/nonsense", signed("route53"), b"")
    assert (status, b"InvalidAction" in answer) == (400, True)

    status, _, answer = stage.door.handle("GET", "/", signed("s3"), b"")
    assert (status, answer) == (404, b"the sandbox serves no GET /\n")


def test_query_speakers_of_cloudwatch_are_understood(stage) -> None:
    """Older clients send forms where newer ones send JSON."""
    status, answer = form(stage, "monitoring", "Action=ListMetrics&Version=2010-08-01&Namespace=AWS%2FNetworkELB")

    assert status == 200
    assert "<ListMetricsResult><Metrics></Metrics></ListMetricsResult>" in answer


def test_cbor_speakers_of_cloudwatch_are_understood(stage) -> None:
    """The model lists CBOR first: a botocore that prefers it must find the same answers."""
    lb, _ = stage.serving()
    path = "/service/GraniteServiceVersion20100801/operation/GetMetricData"
    headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", **signed("monitoring")}
    where = [{"Name": "LoadBalancer", "Value": lb["LoadBalancerArn"].partition("loadbalancer/")[2]}]
    metric = {"Namespace": "AWS/NetworkELB", "MetricName": "ActiveFlowCount", "Dimensions": where}
    query = {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    start = int(stage.time[0])
    stage.later(600)
    body = {"MetricDataQueries": [query], "StartTime": cbor.Instant(start), "EndTime": cbor.Instant(start + 600.0)}

    status, answered, answer = stage.door.handle("POST", path, headers, cbor.written(body))

    assert (status, answered["smithy-protocol"]) == (200, "rpc-v2-cbor")
    (result,) = cbor.read(answer)["MetricDataResults"]
    assert result["Values"] == [0.0] * 7
    status, answered, answer = stage.door.handle("POST", path, headers, cbor.written({}))
    assert (status, answered["x-amzn-query-error"]) == (400, "ValidationError;Sender")
    assert cbor.read(answer)["message"].startswith("3 validation errors detected")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        23,
        24,
        255,
        256,
        65536,
        2**40,
        -1,
        -500,
        1.5,
        "",
        "é" * 300,
        b"\x00\xff",
        [],
        [1, [2]],
        {},
        {"a": {"b": [1.0]}},
    ],
    ids=repr,
)
def test_cbor_reads_what_it_writes(value) -> None:
    assert cbor.read(cbor.written(value)) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\x9f\x01\x02\xff", [1, 2]),
        (b"\xbf\x61a\x01\xff", {"a": 1}),
        (b"\x7f\x61a\x61b\xff", "ab"),
        (b"\x5f\x41a\x41b\xff", b"ab"),
        (b"\xc1\xfb?\xf8\x00\x00\x00\x00\x00\x00", 1.5),
        (b"\xf9\x3e\x00", 1.5),
    ],
)
def test_cbor_reads_other_people_forms(data, value) -> None:
    assert cbor.read(data) == value


@pytest.mark.parametrize("data", [b"", b"\x19\x01", b"\x62a", b"\x01\x01", b"\xf8\x01", b"\x61\xff"])
def test_what_is_not_cbor_is_an_error(data) -> None:
    with pytest.raises(ValueError):
        cbor.read(data)


def test_json_of_the_wrong_shape_is_refused(stage) -> None:
    headers = {"X-Amz-Target": "ServiceQuotasV20190624.ListServiceQuotas", **signed("servicequotas")}

    for body in (b"{", b"[]", json.dumps({"ServiceCode": 7}).encode(), b"{}"):
        status, _, answer = stage.door.handle("POST", "/", headers, body)
        assert status == 400
        assert json.loads(answer)["__type"] == "IllegalArgumentException"
