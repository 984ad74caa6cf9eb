"""What silence does: a Classic Load Balancer hangs up, a Network Load Balancer forgets and resets who speaks next."""

from __future__ import annotations

import socket
import time

import pytest

from migrator.sandbox.world.balancers import LoadBalancer
from tests.contract.sandbox_sockets.staging import LISTENER_PORT, Stage

SHORT_S = 2


def connected(lb: LoadBalancer) -> socket.socket:
    return socket.create_connection((lb.zones[0].address, LISTENER_PORT), timeout=4)


def ask(stream: socket.socket) -> bytes:
    stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
    said = b""
    while b"}\n" not in said:
        more = stream.recv(4096)
        assert more
        said += more
    return said


def open_flows(stage: Stage, name: str) -> int:
    return sum(each.lb_name == name for each in stage.world.network.flows.values())


def test_a_classic_load_balancer_closes_a_silent_connection(stage: Stage) -> None:
    lb = stage.classic("sleepy", "TCP", "TCP", app="web", attributes={"idle_timeout.timeout_seconds": str(SHORT_S)})
    with connected(lb) as stream:
        for _ in range(3):
            ask(stream)
            time.sleep(0.5 * SHORT_S)  # speaking begins the wait anew
        began = time.monotonic()

        assert stream.recv(1) == b""
        assert 0.3 * SHORT_S < time.monotonic() - began < 1.5 * SHORT_S
    stage.until(lambda: not open_flows(stage, "sleepy"), "the flow has ended")


@pytest.mark.parametrize("word", [b"GET / HTTP/1.1\r\n\r\n", b""], ids=["a-packet", "an-end"])
def test_a_network_load_balancer_forgets_and_resets_who_speaks_next(stage: Stage, word: bytes) -> None:
    """Why clients that keep connections for long need keep-alives, or a longer timeout."""
    lb, _ = stage.balancer(f"forgetful-{len(word)}")
    (listener,) = stage.world.elb.listeners_of(lb.arn)
    with stage.present as world:
        listener.attributes["tcp.idle_timeout.seconds"] = str(SHORT_S)  # AWS takes 60 to 6000; a test has no minute
        world.elb.tell("changed", lb.arn)
    place = (lb.zones[0].address, LISTENER_PORT)
    stage.until(lambda: stage.traffic.listeners.wanted[place].idle_s == SHORT_S, "the timeout is followed")

    with connected(lb) as stream:
        ask(stream)
        assert open_flows(stage, lb.name) == 1
        stage.until(lambda: not open_flows(stage, lb.name), "it is forgotten")
        stream.settimeout(0.3)
        with pytest.raises(TimeoutError):
            stream.recv(1)  # nobody has told the client

        stream.settimeout(4)
        if word:
            stream.sendall(word)
        else:
            stream.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionResetError):
            stream.recv(1)


def test_a_timeout_that_somebody_sets_holds_from_then_on(stage: Stage) -> None:
    lb, _ = stage.balancer("patient")
    (listener,) = stage.world.elb.listeners_of(lb.arn)
    with stage.present as world:
        world.elb.set_listener_attributes(listener.arn, {"tcp.idle_timeout.seconds": "3600"})

    place = (lb.zones[0].address, LISTENER_PORT)
    stage.until(lambda: stage.traffic.listeners.wanted[place].idle_s == 3600, "the timeout is followed")


def test_what_aws_gives_when_nobody_says_how_long(stage: Stage) -> None:
    network, _ = stage.balancer("as-it-comes")
    classic = stage.classic("as-it-was", "TCP", "TCP", app="web", port=LISTENER_PORT + 2)
    known = stage.traffic.listeners.wanted

    assert known[network.zones[0].address, LISTENER_PORT].idle_s == 350
    assert known[classic.zones[0].address, LISTENER_PORT + 2].idle_s == 60
