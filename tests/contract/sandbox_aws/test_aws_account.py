"""What preflight asks of the account, at the door: certificates, TLS policies, rights, protections."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_certificate_has_its_status_and_names(stage: Any, refused: Any) -> None:
    made = stage.world.certificates.issue("a.example.com", "b.example.com")
    pending = stage.world.certificates.issue(state="PENDING_VALIDATION")

    told = stage.client("acm").describe_certificate(CertificateArn=made.arn)["Certificate"]

    assert (told["Status"], told["DomainName"]) == ("ISSUED", "a.example.com")
    assert told["SubjectAlternativeNames"] == ["a.example.com", "b.example.com"]
    assert told["NotAfter"].timestamp() > stage.world.now
    assert "NotAfter" not in stage.client("acm").describe_certificate(CertificateArn=pending.arn)["Certificate"]
    gone = made.arn[:-4] + "0000"
    assert refused(lambda: stage.client("acm").describe_certificate(CertificateArn=gone)) == "ResourceNotFoundException"
    listed = stage.client("acm").list_certificates(CertificateStatuses=["ISSUED"])["CertificateSummaryList"]
    assert [each["CertificateArn"] for each in listed] == [made.arn]


def test_a_certificate_that_a_listener_presents_is_there(stage: Any) -> None:
    """AWS makes no listener without its certificate."""
    arn = f"arn:aws:acm:us-east-1:{stage.world.account}:certificate/of-a-listener"
    lb, group = stage.balancer(), stage.group()
    stage.client("elbv2").create_listener(
        LoadBalancerArn=lb["LoadBalancerArn"],
        Protocol="TLS",
        Port=443,
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )

    assert stage.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"


def test_an_uploaded_certificate_says_when_it_ends(stage: Any, refused: Any) -> None:
    made = stage.world.certificates.upload("old", lasts_s=-60)

    told = stage.client("iam").get_server_certificate(ServerCertificateName="old")["ServerCertificate"]

    metadata = told["ServerCertificateMetadata"]
    assert (metadata["Arn"], metadata["Expiration"].timestamp() < stage.world.now) == (made.arn, True)
    assert refused(lambda: stage.client("iam").get_server_certificate(ServerCertificateName="none")) == "NoSuchEntity"


def test_policies_of_a_kind_of_load_balancer(stage: Any, refused: Any) -> None:
    elbv2 = stage.client("elbv2")

    network = {each["Name"] for each in elbv2.describe_ssl_policies(LoadBalancerType="network")["SslPolicies"]}
    everything = {
        each["Name"] for page in elbv2.get_paginator("describe_ssl_policies").paginate(PageSize=5) for each in page["SslPolicies"]
    }
    named = elbv2.describe_ssl_policies(Names=["ELBSecurityPolicy-2016-08"])["SslPolicies"]

    assert everything - network == {"ELBSecurityPolicy-TLS-1-0-2015-04"}
    assert named[0]["SslProtocols"] == ["TLSv1", "TLSv1.1", "TLSv1.2"]
    assert refused(lambda: elbv2.describe_ssl_policies(Names=["nonsense"])) == "SSLPolicyNotFound"


def test_the_simulator_answers_for_each_action_and_resource(stage: Any) -> None:
    stage.world.rights.denied.add("route53:*")
    stage.world.rights.conditional.add("ec2:Revoke*")
    source = f"arn:aws:iam::{stage.world.account}:user/sandbox"
    actions = ["route53:GetChange", "ec2:RevokeSecurityGroupIngress", "ec2:DescribeSubnets"]

    pages = stage.client("iam").get_paginator("simulate_principal_policy")
    asked = pages.paginate(PolicySourceArn=source, ActionNames=actions, ResourceArns=["*"], PaginationConfig={"PageSize": 2})
    told = [each for page in asked for each in page["EvaluationResults"]]

    assert [each["EvalDecision"] for each in told] == ["implicitDeny", "implicitDeny", "allowed"]
    assert told[1]["MissingContextValues"] == ["aws:RequestedRegion"]


def test_only_users_roles_and_groups_are_simulated(stage: Any, refused: Any) -> None:
    iam, role = stage.client("iam"), stage.client("iam").get_role(RoleName="mover")["Role"]

    assert role["Arn"].endswith(":role/mover")
    session = f"arn:aws:sts::{stage.world.account}:assumed-role/mover/me"
    assert refused(lambda: iam.simulate_principal_policy(PolicySourceArn=session, ActionNames=["a:b"])) == "InvalidInput"


@pytest.mark.parametrize(
    ("service", "ask", "code"),
    [
        ("acm", lambda client: client.list_certificates(), "ThrottlingException"),
        ("iam", lambda client: client.get_role(RoleName="x"), "Throttling"),
    ],
)
def test_throttling_is_told_in_the_service_s_own_words(stage: Any, refused: Any, service: str, ask: Any, code: str) -> None:
    from migrator.sandbox.world.faults import Fault

    stage.world.faults.arm(Fault(where="aws", operation=f"{service}:*", mode="throttle"))

    assert refused(lambda: ask(stage.client(service))) == code
