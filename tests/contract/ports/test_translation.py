"""What goes wrong outside, in our families: who has to act, and whether anything was done."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.adapters.aws.effects import BalancerDoer
from migrator.adapters.aws.elb import ElbLook
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.cluster import ClusterLook
from migrator.adapters.kube.effects import ServiceDoer
from migrator.errors import Conflict, Denied, Missing, OperatorError, OutsideError, Rejected, Throttled, Unclear, Unreachable
from migrator.model.effects import CreateService, DeleteLoadBalancer, DeleteService, ReleaseLease, TakeLease
from migrator.sandbox.doors.kube.kubeconfig import kubeconfig
from tests.contract.ports.sides import Side, cluster_of
from tests.contract.ports.test_effector import lowered

Ask = Callable[[Side], object]

CLASSIC = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/gone"
LOOKS: dict[str, tuple[str, str, Ask]] = {
    "elbv2": ("aws", "elbv2:DescribeListeners", lambda side: side.outside.balancers.listeners(side.arn)),
    "elb": ("aws", "elb:DescribeLoadBalancers", lambda side: side.outside.balancers.balancer(CLASSIC)),
    "ec2": ("aws", "ec2:DescribeSecurityGroupRules", lambda side: side.outside.network.rules_left(("sgr-0",))),
    "sts": ("aws", "sts:GetCallerIdentity", lambda side: side.outside.network.caller()),
    "route53": ("aws", "route53:ListHostedZones", lambda side: side.outside.records.zones()),
    "cloudwatch": ("aws", "cloudwatch:GetMetricData", lambda side: side.outside.metrics.flows(side.arn, 0, 60, 60)),
    "kube": ("kube", "GET services", lambda side: side.outside.cluster.service("shop", "web")),
    "survey": ("kube", "GET services", lambda side: list(side.survey.services())),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("mode", "family"), [("throttle", Throttled), ("deny", Denied), ("error", Unreachable), ("lose-reply", Unreachable)]
)
def test_a_look_that_fails_says_how(side: Side, look: str, mode: str, family: type[OutsideError]) -> None:
    """It changed nothing, so a lost answer is no more than unreachable; and it can be looked at again."""
    where, operation, ask = LOOKS[look]
    side.fault(where, operation, mode)

    with pytest.raises(family) as caught:
        ask(side)

    assert type(caught.value) is family
    assert caught.value.message
    ask(side)


@pytest.mark.parametrize(
    ("mode", "family"), [("throttle", Throttled), ("deny", Denied), ("error", Unclear), ("lose-reply", Unclear)]
)
def test_a_change_that_fails_says_whether_it_may_have_been_done(side: Side, mode: str, family: type[OutsideError]) -> None:
    """Unclear is looked at, never blindly sent again; the others were not done."""
    side.fault("aws", "route53:ChangeResourceRecordSets", mode)
    side.fault("kube", "POST leases", mode)

    for effect in (lowered(side), TakeLease("shop", "migrate-0")):
        with pytest.raises(family) as caught:
            side.outside.effector.apply(effect)
        assert type(caught.value) is family


@pytest.mark.parametrize("look", ["elbv2", "elb", "ec2", "sts", "route53", "cloudwatch"])
def test_expired_credentials_are_told_as_such(wired: Side, look: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each service says it in its own words; the person signs in again."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "EXPIRED")
    fresh = wired.again(AwsSession(region="us-east-1", attached=wired.attach))

    with pytest.raises(Denied) as caught:
        LOOKS[look][2](fresh)

    assert caught.value.code == "no-credentials"
    assert "sign in" in caught.value.do


def test_no_credentials_are_told_as_such(wired: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(Denied) as caught:
        ElbLook(AwsSession(region="us-east-1", attached=wired.attach)).listeners(wired.arn)

    assert caught.value.code == "no-credentials"


def test_an_unknown_profile_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing mistake in AWS_PROFILE."""
    with pytest.raises(Denied) as caught:
        ElbLook(AwsSession(region="us-east-1", profile="nobody")).listeners("arn")

    assert caught.value.code == "no-credentials"
    assert "nobody" in caught.value.seen[0]


def test_no_region_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load balancer is in one."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    with pytest.raises(OperatorError) as caught:
        ElbLook(AwsSession()).listeners("arn")

    assert caught.value.code == "no-region"


def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_an_unreachable_endpoint_did_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection may be tried again, for effects too."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed_port()}")
    session = AwsSession(region="us-east-1")

    with pytest.raises(Unreachable):
        ElbLook(session).listeners("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/a/b")
    with pytest.raises(Unreachable):
        BalancerDoer(session).delete(DeleteLoadBalancer("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/a/b"))


def test_a_service_that_drops_the_connection_may_have_done_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request went out; nobody knows."""
    listener = socket.create_server(("127.0.0.1", 0))

    def drop() -> None:
        stream, _ = listener.accept()
        stream.recv(65536)
        stream.close()

    thread = threading.Thread(target=drop)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{listener.getsockname()[1]}")
    with pytest.raises(Unclear):
        BalancerDoer(AwsSession(region="us-east-1")).delete(
            DeleteLoadBalancer("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/net/a/b")
        )
    thread.join(5)
    listener.close()


def kubeconfig_to(port: int, tmp_path: Path) -> str:
    """A kubeconfig for a port of this machine."""
    file = tmp_path / "kubeconfig-port"
    file.write_text(kubeconfig("127.0.0.1", port))
    return str(file)


def test_an_unreachable_api_server_did_nothing(tmp_path: Path) -> None:
    """Neither a look nor a change was made."""
    client = KubeClient(kubeconfig=kubeconfig_to(closed_port(), tmp_path))

    with pytest.raises(Unreachable) as caught:
        ClusterLook(client).service("shop", "web")
    with pytest.raises(Unreachable):
        ServiceDoer(client).delete(DeleteService("shop", "web", "uid", "1"))

    assert "kubectl" in caught.value.do


def test_no_kubeconfig_is_the_operators(tmp_path: Path) -> None:
    """Nothing says which cluster is meant."""
    with pytest.raises(OperatorError) as caught:
        ClusterLook(KubeClient(kubeconfig=str(tmp_path / "none"), environ={})).identity()

    assert caught.value.code == "no-kubeconfig"


@pytest.mark.parametrize("text", ["", "hello", "- a\n- b\n", "a: [", "apiVersion: v1\nkind: Config\n"])
def test_what_is_no_kubeconfig_is_the_operators(tmp_path: Path, text: str) -> None:
    """A file that is there and says nothing of use."""
    file = tmp_path / "odd"
    file.write_text(text)

    with pytest.raises(OperatorError) as caught:
        ClusterLook(KubeClient(kubeconfig=str(file), environ={})).identity()

    assert caught.value.code == "no-kubeconfig"


def test_an_unknown_context_is_the_operators(wired: Side, tmp_path: Path) -> None:
    """A typing mistake in --context."""
    file = kubeconfig_to(1, tmp_path)

    assert KubeClient(kubeconfig=file).context == "sandbox"
    with pytest.raises(OperatorError) as caught:
        ClusterLook(KubeClient(kubeconfig=file, context="nowhere")).identity()

    assert caught.value.code == "no-kubeconfig"
    assert "nowhere" in caught.value.message


@pytest.mark.parametrize("token", ["wrong", "readonly"])
def test_the_api_servers_denials_are_denied(wired: Side, tmp_path: Path, token: str) -> None:
    """Who we are is not accepted, or what we may is not enough."""
    client, _ = cluster_of(wired.world, tmp_path, token)

    with pytest.raises(Denied):
        ServiceDoer(client).create(CreateService("shop", "x", {"metadata": {"name": "x", "namespace": "shop"}}))
    if token == "readonly":
        assert ClusterLook(client).service("shop", "web") is not None


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("InvalidChangeBatch", Conflict),
        ("PriorRequestNotComplete", Throttled),
        ("NoSuchHostedZone", Missing),
        ("InvalidInput", Rejected),
        ("AccessDenied", Denied),
        ("InvalidClientTokenId", Denied),
    ],
)
def test_route53s_words_are_understood(side: Side, code: str, family: type[OutsideError]) -> None:
    """Each leads to something else that has to be done."""
    effect = lowered(side)
    side.fault("aws", "route53:ChangeResourceRecordSets", "error", code=code)

    with pytest.raises(family):
        side.outside.effector.apply(effect)


def test_a_message_says_what_was_done_to_what_and_what_was_seen(wired: Side) -> None:
    """A person has to know where to begin."""
    wired.fault("aws", "elbv2:DescribeListeners", "deny")

    with pytest.raises(Denied) as caught:
        wired.outside.balancers.listeners(wired.arn)

    assert caught.value.message == f"cannot read the listeners of {wired.arn}: not allowed"
    assert "AccessDenied" in caught.value.seen[0]
    assert caught.value.do


def test_a_release_of_another_namespace_is_missing(side: Side) -> None:
    """Nothing to release is not done by us."""
    with pytest.raises(Missing):
        side.outside.effector.apply(ReleaseLease("production", "migrate-0"))
