"""A sandbox as a process: started, asked, found dead, started again, stopped; and two beside each other."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import pytest

from migrator.sandbox import process
from migrator.sandbox.home import Home
from migrator.sandbox.process import SandboxError

BASE = 20000 + os.getpid() % 90 * 130  # test runs beside each other keep out of each other's way
OTHER = BASE + 60


@pytest.fixture(scope="module", autouse=True)
def state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
        for each in (BASE, OTHER):
            process.down(each)


@pytest.fixture(scope="module")
def running(state_home: None) -> process.State:
    return process.up(port_base=BASE, detach=True, seed=11, quiet=True)


def control(verb: str, **payload: Any) -> dict[str, Any]:
    return process.control(BASE, verb, payload)


def until(so: Any, what: str) -> None:
    end = time.monotonic() + 8
    while not so():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_everything_it_says_it_serves_answers(running: process.State) -> None:
    import boto3

    env = process.environment(BASE)
    session = boto3.Session(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=env["AWS_REGION"])
    assert session.client("sts", endpoint_url=env["AWS_ENDPOINT_URL"]).get_caller_identity()["Account"]

    connection = http.client.HTTPConnection("127.0.0.1", BASE + 1, timeout=5)
    connection.request("GET", "/version", headers={"Authorization": "Bearer sandbox"})
    assert connection.getresponse().status == 200
    connection.close()
    assert f":{BASE + 1}" in Home(BASE).kubeconfig.read_text()

    for each in env["MIGRATE_RESOLVERS"].split(","):
        query = dns.message.make_query("example.com", "SOA")
        assert dns.query.udp(query, each, timeout=2, port=int(env["MIGRATE_DNS_PORT"])).answer
    assert env["MIGRATE_WAITS"] == "sandbox" and len(running.resolvers) == 3


def test_programs_outside_can_trust_its_listeners(running: process.State) -> None:
    authority = Path(process.environment(BASE)["MIGRATE_SANDBOX_CA"])

    assert authority.stat().st_mode & 0o777 == 0o600
    assert ssl.create_default_context(cafile=str(authority)).cert_store_stats()["x509_ca"] == 1
    assert f"curl --cacert {authority}" in process.served(running)
    assert control("certificates.issue", names=["a.example.com"])["arn"].startswith("arn:aws:acm:us-east-1:")


def test_loopback_is_kept_from_a_proxy(running: process.State, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "NO_PROXY" not in process.environment(BASE)
    monkeypatch.setenv("HTTPS_PROXY", "")
    monkeypatch.setenv("http_proxy", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "intra")

    assert process.environment(BASE)["NO_PROXY"] == "intra,127.0.0.1,localhost"


def test_a_legacy_service_is_served_asked_and_cleaned_up(running: process.State) -> None:
    """The whole of it once: controller, load balancer, record, resolver, clients, scanners, deletion."""
    manifest = (
        b'{"apiVersion":"v1","kind":"Service","metadata":{"name":"front","namespace":"shop","annotations":'
        b'{"service.beta.kubernetes.io/aws-load-balancer-type":"nlb"}},"spec":{"type":"LoadBalancer",'
        b'"selector":{"app":"web"},"ports":[{"port":8080,"targetPort":8080}]}}'
    )
    assert kube("POST", "/api/v1/namespaces/shop/services", manifest) == 201
    until(lambda: len(control("status")["bound"]) == 3, "it listens in three zones")
    (lb,) = control("summary")["balancers"]
    until(lambda: control("summary")["balancers"][0]["groups"][0]["states"] == {"healthy": 3}, "it is healthy")
    assert control("leftovers", service="shop/front")["leftovers"]

    control("scanners", on=True, every_s=0.1)
    crew = control("clients.start", names=[lb["dns_name"]], port=8080, rate=50)["id"]
    until(lambda: control("clients.report", id=crew)[crew]["answered"] >= 20, "clients are answered")
    until(lambda: control("status")["scanners"]["knocks"] >= 2, "scanners knock")
    assert control("scanners", on=False)["on"] is False
    report = control("clients.stop")[crew]
    assert report["lost"] == 0 and list(report["by_balancer"]) == [lb["name"]]
    assert control("status")["crews"] == {crew: False}

    assert kube("DELETE", "/api/v1/namespaces/shop/services/front") == 200
    until(lambda: not control("leftovers")["leftovers"] and not control("status")["bound"], "it is gone")


def kube(method: str, path: str, body: bytes = b"") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", BASE + 1, timeout=5)
    try:
        headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_faults_are_armed_listed_and_cleared(running: process.State) -> None:
    armed = control("faults.arm", where="dns", operation="resolver:*", mode="deny", times=2, for_s=60)
    assert armed["id"] and armed["until"] > time.time()
    assert [each["id"] for each in control("faults.list")["faults"]] == [armed["id"]]
    assert control("faults.clear", id=armed["id"]) == {"cleared": 1}
    assert control("faults.list") == {"faults": []}


def test_workloads_can_be_disturbed(running: process.State) -> None:
    assert control("workloads", do="scale", namespace="shop", name="web", replicas=2) == {"done": "scale"}
    assert control("workloads", do="restart", namespace="shop", name="web") == {"done": "restart"}
    with pytest.raises(SandboxError, match=r"refused `workloads`: .*nodes \"nowhere\" not found"):
        control("workloads", do="drain", name="nowhere")
    assert len(control("resolvers.flush")["flushed"]) == 3


@pytest.mark.parametrize(
    ("verb", "payload", "said"),
    [
        ("dance", {}, "no verb 'dance'; there are certificates.issue, clients.report, "),
        ("faults.arm", {"where": "moon", "operation": "*", "mode": "deny"}, "Invalid enum value 'moon'"),
        ("faults.arm", {"where": "aws", "mode": "deny"}, "missing required field `operation`"),
        ("clients.start", {"names": []}, "length >= 1"),
        ("clients.start", {"names": ["a"], "pace": 3}, "unknown field `pace`"),
        ("clients.report", {"id": "crew-99"}, "no 'crew-99'"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(running: process.State, verb: str, payload: dict[str, Any], said: str) -> None:
    with pytest.raises(SandboxError, match=said):
        control(verb, **payload)


def test_only_the_token_opens_the_control_door(running: process.State) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", BASE + 2, timeout=5)
    for headers in ({}, {"Authorization": "Bearer guess"}):
        connection.request("POST", "/shutdown", b"{}", headers)
        answer = connection.getresponse()
        assert answer.status == 401 and b"token" in answer.read()
    connection.request("GET", "/status", headers={"Authorization": f"Bearer {running.token}"})
    assert connection.getresponse().status == 405
    connection.close()


def test_two_run_beside_each_other(running: process.State) -> None:
    other = process.up(port_base=OTHER, detach=True, quiet=True)

    assert other.octet != running.octet and other.pid != running.pid
    assert process.environment(OTHER)["AWS_ENDPOINT_URL"] != process.environment(BASE)["AWS_ENDPOINT_URL"]
    assert process.status(OTHER)["behind_s"] < 1
    assert process.down(OTHER) is True and process.down(OTHER) is False
    assert process.status(BASE)


@pytest.mark.parametrize(
    ("port_base", "said"),
    [
        (80, "a port base is between 1024 and 65482, not 80"),
        (BASE, f"a sandbox is already running on port base {BASE}"),
        (BASE + 251, rf"port base {BASE} is in the way of {BASE + 251}, both would use 127\.\d+\.0\.0/16"),
    ],
    ids=["privileged", "running", "same-network"],
)
def test_a_port_base_that_cannot_be_is_refused(running: process.State, port_base: int, said: str) -> None:
    with pytest.raises(SandboxError, match=said):
        process.up(port_base=port_base, detach=True)


def test_a_taken_port_is_named_and_nothing_is_left(running: process.State) -> None:
    with socket.create_server(("127.0.0.1", OTHER + 1)), pytest.raises(SandboxError) as refused:
        process.up(port_base=OTHER, detach=True)

    assert f"the Kubernetes door needs 127.0.0.1:{OTHER + 1}: " in str(refused.value)
    assert not Home(OTHER).is_alive()
    with pytest.raises(SandboxError, match="no sandbox is running"):
        process.environment(OTHER)


def test_one_in_the_foreground_ends_with_ctrl_c(running: process.State) -> None:
    code = f"from migrator.sandbox import process; process.up(port_base={OTHER})"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert f"sandbox on port base {OTHER}, pid {child.pid}" in child.stdout.readline()
    child.send_signal(signal.SIGINT)

    child.communicate(timeout=10)
    assert child.returncode == 0
    assert not Home(OTHER).is_alive()


def test_one_that_was_killed_is_found_dead_and_can_be_started_again(running: process.State) -> None:
    os.kill(running.pid, signal.SIGKILL)
    until(lambda: not Home(BASE).is_alive(), "it is dead")
    with pytest.raises(SandboxError, match=f"the one with pid {running.pid} has died"):
        process.status(BASE)

    again = process.up(port_base=BASE, detach=True, quiet=True)
    assert again.pid != running.pid and process.status(BASE)
