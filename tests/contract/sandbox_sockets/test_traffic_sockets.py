"""Real connections through listeners that come and go with the world, and clients that count truthfully."""

from __future__ import annotations

import http.client
import json
import socket
import time

import pytest

from migrator.sandbox.doors.traffic import asker
from migrator.sandbox.world.balancers import LoadBalancer
from migrator.sandbox.world.faults import Fault
from tests.contract.sandbox_sockets.staging import LISTENER_PORT, Stage, ready


def get(lb: LoadBalancer, *, zone: int = 0, path: str = "/", port: int = LISTENER_PORT) -> dict[str, str]:
    connection = http.client.HTTPConnection(lb.zones[zone].address, port, timeout=2)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        body: dict[str, str] = json.loads(answer.read())
        return body
    finally:
        connection.close()


@pytest.fixture(scope="module")
def legacy(stage: Stage) -> LoadBalancer:
    lb, _ = stage.balancer("legacy")
    stage.record("CREATE", "shop.example.com.", "CNAME", 1, lb.dns_name)
    return lb


def test_an_answer_says_which_pod_and_which_load_balancer(stage: Stage, legacy: LoadBalancer) -> None:
    answer = get(legacy, path="/cart")

    assert answer["load_balancer"] == "legacy" and answer["path"] == "/cart"
    assert answer["pod"].removeprefix("shop/") in ready(stage.world)


def test_a_kept_connection_carries_many_requests_in_one_flow(stage: Stage, legacy: LoadBalancer) -> None:
    connection = http.client.HTTPConnection(legacy.zones[1].address, LISTENER_PORT, timeout=2)
    for _ in range(5):
        connection.request("POST", "/", body=b"x" * 100_000)
        assert json.loads(connection.getresponse().read())["load_balancer"] == "legacy"
    assert sum(each.lb_name == "legacy" for each in stage.world.network.flows.values()) == 1

    connection.close()
    stage.until(lambda: not stage.world.network.flows, "the flow was closed")


def test_nothing_listens_before_a_load_balancer_is_active_or_after_it_is_gone(stage: Stage) -> None:
    lb, _ = stage.balancer("passing")
    assert get(lb)["load_balancer"] == "passing"
    held = socket.create_connection((lb.zones[0].address, LISTENER_PORT), timeout=2)
    stage.until(lambda: [each.lb_name for each in stage.world.network.flows.values()] == ["passing"], "the flow is open")

    with stage.present as world:
        world.elb.delete_load_balancer(lb.arn)

    with pytest.raises(ConnectionResetError):
        held.recv(1)
    held.close()
    stage.until(lambda: all(each[0] != lb.zones[0].address for each in stage.traffic.listeners.bound), "its sockets are closed")
    with pytest.raises(ConnectionRefusedError):
        get(lb)


def test_clients_lose_nothing_while_nothing_happens(stage: Stage, legacy: LoadBalancer) -> None:
    crew = stage.crew(plain=3, keep_alive=3, rate=120)
    time.sleep(1.5)
    report = stage.stop(crew)

    assert report.lost == 0 and 140 <= report.answered <= 190
    assert report.by_balancer == {"legacy": report.answered}
    assert sum(each.answered for each in report.timeline.values()) == report.answered


def test_clients_lose_nothing_while_traffic_moves(stage: Stage, legacy: LoadBalancer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole point: what is done in the right order is not noticed by anybody."""
    monkeypatch.setattr(asker, "LONGEST_KEEP_ALIVE_S", 1.0)
    new, _ = stage.balancer("new")
    crew = stage.crew(plain=3, keep_alive=3, rate=100, resolvers=[next(iter(stage.door.resolvers))])
    time.sleep(0.5)
    stage.record("UPSERT", "shop.example.com.", "CNAME", 1, new.dns_name)
    stage.until(lambda: last_second(stage, crew) == {"new"}, "only the new one brings answers", patience_s=8)
    report = stage.stop(crew)

    assert report.lost == 0, report.losses[:3]
    assert set(report.by_balancer) == {"legacy", "new"}
    stage.record("UPSERT", "shop.example.com.", "CNAME", 1, legacy.dns_name)


def last_second(stage: Stage, crew: str) -> set[str]:
    timeline = stage.report(crew).timeline
    return set(timeline[sorted(timeline)[-2]].by_balancer) if len(timeline) > 2 else set()


def test_clients_count_what_they_lose_with_when_and_why(stage: Stage, legacy: LoadBalancer) -> None:
    lb, _ = stage.balancer("doomed")
    stage.record("CREATE", "doomed.example.com.", "CNAME", 60, lb.dns_name)
    began = time.time()
    crew = stage.crew(names=["doomed.example.com"], plain=1, keep_alive=1, rate=40)
    time.sleep(0.4)
    with stage.present as world:
        world.elb.delete_load_balancer(lb.arn)
    stage.until(lambda: stage.report(crew).lost >= 8, "requests are lost")
    report = stage.stop(crew)

    assert report.answered > 5
    assert all(began < each.at < time.time() and each.name == "doomed.example.com" for each in report.losses)
    assert {each.why.split()[0] for each in report.losses} <= {"refused", "reset", "closed"}


def test_a_name_that_does_not_resolve_is_counted(stage: Stage, legacy: LoadBalancer) -> None:
    crew = stage.crew(names=["nowhere.example.com"], plain=1, keep_alive=0, rate=20)
    stage.until(lambda: stage.report(crew).lost >= 2, "requests are lost")

    assert "does not resolve: NXDOMAIN" in stage.stop(crew).losses[0].why


def test_only_a_whole_200_counts(stage: Stage, legacy: LoadBalancer) -> None:
    for mode in ("error", "stop"):
        with stage.present as world:
            world.faults.arm(Fault(where="traffic", operation="answer", mode=mode, times=1))
    crew = stage.crew(plain=1, keep_alive=0, rate=50)
    stage.until(lambda: stage.report(crew).answered >= 2, "answers come again")
    report = stage.stop(crew)

    assert [each.why.split(" with ")[0] for each in report.losses] == ["answered 500", "reset"]


def test_a_pod_that_dies_resets_its_connections(stage: Stage, legacy: LoadBalancer) -> None:
    connection = http.client.HTTPConnection(legacy.zones[0].address, LISTENER_PORT, timeout=2)
    connection.request("GET", "/")
    pod = json.loads(connection.getresponse().read())["pod"].removeprefix("shop/")
    with stage.present as world:
        world.kube.delete("Pod", "shop", pod)

    with pytest.raises((ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)):
        for _ in range(50):
            connection.request("GET", "/")
            connection.getresponse().read()
            time.sleep(0.02)
    connection.close()
    stage.until(lambda: len(ready(stage.world)) == 3, "another pod has come")


def test_scanners_knock_and_leave_no_flow_behind(stage: Stage, legacy: LoadBalancer) -> None:
    stage.loop.call(stage.traffic.scanners.start(0.02))
    stage.until(lambda: stage.traffic.scanners.knocks >= 10, "ten knocks")
    stage.loop.call(stage.traffic.scanners.stop())

    assert not stage.traffic.scanners.running
    stage.until(lambda: not stage.world.network.flows, "no flow is open")


def test_a_port_that_cannot_be_bound_is_told_and_served_by_the_model(stage: Stage) -> None:
    """Ports below 1024 need rights that a sandbox does not have; clients of such a port are counted all the same."""
    port = LISTENER_PORT + 1
    taken = socket.create_server(("0.0.0.0", port))
    try:
        lb, _ = stage.balancer("unbound", port=port)
        stage.record("CREATE", "unbound.example.com.", "CNAME", 60, lb.dns_name)
        assert len(stage.traffic.listeners.unbound) == 3

        crew = stage.crew(names=["unbound.example.com"], port=port, plain=1, keep_alive=1, rate=40)
        stage.until(lambda: stage.report(crew).answered >= 5, "the model answers")
        with stage.present as world:
            world.elb.delete_load_balancer(lb.arn)
        stage.until(lambda: stage.report(crew).lost >= 1, "the model loses")
        assert stage.stop(crew).by_balancer.keys() == {"unbound"}
    finally:
        taken.close()
    stage.until(lambda: not stage.traffic.listeners.unbound, "it is forgotten")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"resolvers": ["127.0.0.1"]}, "no resolver at 127.0.0.1"),
        ({"resolvers": ["127.0.0.1:dns"]}, "is address:port, not '127.0.0.1:dns'"),
        ({"plain": 0, "keep_alive": 0}, "at least one client"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_refused(stage: Stage, order: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        stage.crew(**order)


def test_clients_ask_a_resolver_that_is_not_the_sandboxs_where_they_are_told_to(stage: Stage) -> None:
    """Nobody listens there, so all of them lose: none of the sandbox's own is asked instead."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        crew = stage.crew(resolvers=[f"127.0.0.1:{silent.getsockname()[1]}"], plain=2, keep_alive=0, rate=40)
        stage.until(lambda: stage.report(crew).lost >= 1, "a request is lost")
        report = stage.stop(crew)
        asked = silent.recv(4096)

    assert report.answered == 0 and "does not resolve" in report.losses[0].why
    assert b"shop" in asked
