"""PROXY headers on real sockets: written by load balancers, read by pods, and what becomes of those who do not fit."""

from __future__ import annotations

import http.client
import json
import socket
from typing import Any

import pytest

from migrator.sandbox.world.balancers import LoadBalancer
from tests.contract.sandbox_sockets.staging import LISTENER_PORT, Stage

V2 = {"proxy_protocol_v2.enabled": "true"}


@pytest.fixture(scope="module", autouse=True)
def apps(stage: Stage) -> None:
    for name, accepts in (("first", "v1"), ("second", "v2"), ("both", "any")):
        stage.app(name, proxy_protocol=accepts)


def get(stage: Stage, lb: LoadBalancer, **headers: str) -> dict[str, Any]:
    client = f"{stage.world.network_prefix}.8.77"
    connection = http.client.HTTPConnection(lb.zones[0].address, LISTENER_PORT, timeout=2, source_address=(client, 0))
    try:
        connection.request("POST", "/", body=b"x" * 70_000, headers=headers)
        body: dict[str, Any] = json.loads(connection.getresponse().read())
        return body
    finally:
        connection.close()


def test_version_1_is_written_by_a_classic_load_balancer(stage: Stage) -> None:
    lb = stage.classic("writes-one", "TCP", "TCP", app="first", proxy=True)
    answer = get(stage, lb)

    assert (answer["proxy_protocol"], answer["client"]) == ("v1", f"{stage.world.network_prefix}.8.77")
    assert answer["peer"] in {each.private_ip for each in stage.world.ec2.instances.values()}
    assert answer["load_balancer"] == "writes-one"


def test_version_2_is_written_by_a_network_load_balancer(stage: Stage) -> None:
    lb, _ = stage.balancer("writes-two", app="second", attributes=V2)
    answer = get(stage, lb)

    assert (answer["proxy_protocol"], answer["client"]) == ("v2", f"{stage.world.network_prefix}.8.77")
    assert answer["peer"] == lb.zones[0].address


def test_without_a_header_a_pod_sees_where_packets_come_from(stage: Stage) -> None:
    hidden, _ = stage.balancer("hidden")
    shown, _ = stage.balancer("shown", attributes={"preserve_client_ip.enabled": "true"})

    assert get(stage, hidden)["client"] == hidden.zones[0].address
    assert get(stage, shown)["client"] == f"{stage.world.network_prefix}.8.77"


def test_a_pod_that_reads_any_serves_both_families_at_once(stage: Stage) -> None:
    """What has to be true of backends while two load balancers serve that write different headers."""
    old = stage.classic("old", "TCP", "TCP", app="both", proxy=True)
    new, _ = stage.balancer("new", app="both", attributes=V2)
    bare, _ = stage.balancer("bare", app="both")

    assert [get(stage, each)["proxy_protocol"] for each in (old, new, bare)] == ["v1", "v2", ""]


@pytest.mark.parametrize(("app", "attributes"), [("web", V2), ("first", V2), ("second", {})])
def test_a_pod_that_reads_another_header_is_lost(stage: Stage, app: str, attributes: dict[str, str]) -> None:
    lb, _ = stage.balancer(f"unread-{app}", app=app, attributes=attributes)

    with pytest.raises((ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)):
        get(stage, lb)
    assert any("header" in why for why in stage.traffic.listeners.refusals)


def test_clients_count_answers_by_header(stage: Stage) -> None:
    lb, _ = stage.balancer("counted", app="both", attributes=V2)
    stage.record("CREATE", "counted.example.com.", "CNAME", 1, lb.dns_name)
    crew = stage.crew(names=["counted.example.com"], plain=2, keep_alive=2, rate=60)
    stage.until(lambda: stage.report(crew).answered >= 20, "twenty answers")
    report = stage.stop(crew)

    assert report.lost == 0 and report.by_header == {"v2": report.answered}


def test_a_classic_http_listener_tells_who_asked_and_over_what(stage: Stage) -> None:
    lb = stage.classic("layer-seven", "HTTP", "HTTP", app="web")
    answer = get(stage, lb, **{"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Port": "1"})

    assert answer["x-forwarded-for"] == f"192.0.2.1, {stage.world.network_prefix}.8.77"
    assert (answer["x-forwarded-proto"], answer["x-forwarded-port"]) == ("http", str(LISTENER_PORT))


def test_a_classic_http_listener_answers_for_those_who_do_not(stage: Stage) -> None:
    lb = stage.classic("speaks-itself", "HTTP", "HTTP", app="web")
    with socket.create_connection((lb.zones[0].address, LISTENER_PORT), timeout=2) as stream:
        stream.sendall(b"\x16\x03\x01 this is no request\r\n\r\n")
        assert stream.recv(100).startswith(b"HTTP/1.1 400 ")
    with stage.present as world:
        world.elb.classic.deregister("speaks-itself", list(world.ec2.instances))
    with socket.create_connection((lb.zones[0].address, LISTENER_PORT), timeout=2) as stream:
        assert stream.recv(100).startswith(b"HTTP/1.1 503 ")
