"""The door on a real socket: boto3 over HTTP, kept connections, broken ones, and the `aws` command."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import threading
import time

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError

from migrator.sandbox.doors.aws import serve
from migrator.sandbox.world.faults import Fault

HEADERS = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20231114/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0",
    "Content-Type": "application/x-www-form-urlencoded",
}
WHO = b"Action=GetCallerIdentity&Version=2011-06-15"


@pytest.fixture
def server(stage):
    running = serve(stage.door)
    yield running
    running.stop()


@pytest.fixture
def client(stage, server):
    session = stage.session()
    config = Config(retries={"total_max_attempts": 1}, read_timeout=5)
    return lambda service: session.client(service, endpoint_url=server.url, config=config)


def test_boto3_finds_over_a_socket_what_it_finds_in_process(stage, client) -> None:
    stage.serving()

    for service in ("elbv2", "route53", "sts"):
        client(service)
    over = client("elbv2").describe_load_balancers()["LoadBalancers"]

    assert over == stage.client("elbv2").describe_load_balancers()["LoadBalancers"]


def test_many_clients_at_once_get_their_own_answers(stage, client) -> None:
    for at in range(8):
        stage.group(f"g{at}")
    elbv2, found = client("elbv2"), []

    def ask(at: int) -> None:
        for _ in range(5):
            (group,) = elbv2.describe_target_groups(Names=[f"g{at}"])["TargetGroups"]
            found.append((at, group["TargetGroupName"]))

    threads = [threading.Thread(target=ask, args=(at,)) for at in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(found) == 40
    assert all(name == f"g{at}" for at, name in found)


def test_a_lost_reply_closes_the_connection_after_the_work(stage, client) -> None:
    stage.world.faults.arm(Fault(where="aws", operation="elbv2:CreateTargetGroup", mode="lose-reply"))
    wanted = {"Name": "g", "Protocol": "TCP", "Port": 80, "VpcId": stage.vpc.id}

    with pytest.raises(ConnectionClosedError):
        client("elbv2").create_target_group(**wanted)

    assert [each.name for each in stage.world.elb.groups.values()] == ["g"]


def test_one_connection_serves_many_requests(server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port)
    for _ in range(3):
        connection.request("POST", "/", WHO, HEADERS)
        answer = connection.getresponse()
        assert (answer.status, b"<Account>123456789012</Account>" in answer.read()) == (200, True)
        assert answer.getheader("Date")
    connection.close()


def test_requests_may_come_in_pieces_in_chunks_and_in_a_row(server) -> None:
    lines = [f"{name}: {value}" for name, value in HEADERS.items()]
    head = "\r\n".join(["POST / HTTP/1.1", "Host: x", *lines])
    whole = f"{head}\r\nContent-Length: {len(WHO)}\r\n\r\n".encode() + WHO
    chunked = f"{head}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunked += b"%x\r\n%s\r\n" % (10, WHO[:10]) + b"%x;x=y\r\n%s\r\n" % (len(WHO) - 10, WHO[10:]) + b"0\r\n\r\n"
    with socket.create_connection((server.host, server.port)) as connection:
        for at in range(0, len(whole), 50):
            connection.sendall(whole[at : at + 50])
            time.sleep(0.001)
        connection.sendall(chunked + whole)
        data = b""
        while data.count(b"</GetCallerIdentityResponse>") < 3:
            data += connection.recv(65536)

    assert data.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize(
    "request_", [b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"GET / HTTP/1.1\r\nnocolon\r\n\r\n"]
)
def test_what_is_not_http_is_answered_and_hung_up_on(server, request_) -> None:
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(request_)
        data = b""
        while chunk := connection.recv(65536):
            data += chunk

    assert data.startswith(b"HTTP/1.1 400 Bad Request")


def test_a_slow_answer_keeps_nobody_else_waiting(stage, server) -> None:
    stage.world.faults.arm(Fault(where="aws", operation="sts:*", mode="slow", delay_s=0.3))
    slow, quick = (http.client.HTTPConnection(server.host, server.port) for _ in range(2))

    began = time.monotonic()
    slow.request("POST", "/", WHO, HEADERS)
    quick.request("POST", "/", WHO, HEADERS)
    assert quick.getresponse().status == 200
    between = time.monotonic() - began
    assert slow.getresponse().status == 200

    assert between < 0.25 <= time.monotonic() - began
    slow.close()
    quick.close()


def test_a_stopped_server_gives_its_port_back(stage) -> None:
    first = serve(stage.door)
    first.stop()

    again = serve(stage.door, first.host, first.port)
    with pytest.raises(OSError):
        serve(stage.door, first.host, first.port)
    again.stop()


@pytest.mark.programs
@pytest.mark.skipif(shutil.which("aws") is None, reason="aws is not on the PATH")
def test_the_aws_command_works(stage, server, tmp_path) -> None:
    stage.balancer()
    zone = stage.world.route53.create_zone("example.com")
    record = {"Name": "a.example.com", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "b.test"}]}
    batch = json.dumps({"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]})
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_PAGER": "",
    }

    def aws(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(["aws", *words, "--output", "json"], env=environment, stdout=-1, stderr=-1, text=True)

    started = (
        aws("elbv2", "describe-load-balancers", "--query", "LoadBalancers[].LoadBalancerName"),
        aws("route53", "change-resource-record-sets", "--hosted-zone-id", zone.id, "--change-batch", batch),
        aws("cloudwatch", "list-metrics", "--namespace", "AWS/NetworkELB"),
        aws("elbv2", "describe-load-balancers", "--names", "none"),
    )
    balancers, changed, metrics, missing = ((*each.communicate(timeout=60), each.returncode) for each in started)

    assert json.loads(balancers[0]) == ["front"]
    assert json.loads(changed[0])["ChangeInfo"]["Status"] == "PENDING"
    assert json.loads(metrics[0]) == {"Metrics": []}
    assert missing[2] in (254, 255)  # version 2 and version 1
    assert "(LoadBalancerNotFound)" in missing[1]
