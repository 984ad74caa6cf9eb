"""The adapters over real sockets: what in-process doors cannot show is the transport itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.adapters.aws.elb import ElbLook
from migrator.adapters.aws.session import AwsSession
from migrator.adapters.dns import names as dns_names
from migrator.adapters.dns.names import NameLook
from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.cluster import ClusterLook
from migrator.adapters.kube.survey import ClusterSurvey
from migrator.errors import Unreachable
from migrator.sandbox.doors import aws, kube
from migrator.sandbox.doors.aws import AwsDoor
from migrator.sandbox.doors.dns import DnsDoor, DnsSockets
from migrator.sandbox.doors.kube.door import KubeDoor
from migrator.sandbox.doors.kube.kubeconfig import kubeconfig
from migrator.sandbox.doors.loop import LoopThread
from migrator.sandbox.world import route53
from tests.contract.ports.sides import Side


@pytest.fixture
def dns_port(wired: Side) -> Iterator[int]:
    """Every name server of the world, on UDP and TCP."""
    world = wired.world
    values = tuple(f'"{number:02d}{"x" * 200}"' for number in range(20))
    large = route53.RecordSet(name="large.example.com.", type="TXT", ttl=30, values=values)
    world.advance(world.route53.change(wired.stage.estate.public_zone.id, [("CREATE", large)]).insync_at)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    loop = LoopThread()
    sockets = DnsSockets(DnsDoor(world, lambda: world.now, wired.stage.resolvers), port)
    loop.call(sockets.open())
    yield port
    loop.loop.call_soon_threadsafe(sockets.close)
    loop.stop()


def test_names_are_asked_over_udp_and_large_answers_over_tcp(wired: Side, dns_port: int) -> None:
    """An answer that was cut short would miss addresses."""
    names = NameLook(environ={"MIGRATE_RESOLVERS": ",".join(wired.stage.resolvers), "MIGRATE_DNS_PORT": str(dns_port)})

    small = names.asked(names.resolvers()[0], "api.example.com.", "A", recursive=True)
    large = names.asked(wired.world.names.authorities[0], "large.example.com.", "TXT", recursive=False)

    assert len(small.values) == 3
    assert len(large.values) == 20
    assert [each.address for each in names.authorities("api.example.com.")] == list(wired.world.names.authorities)


def test_a_dead_name_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look must not hang."""
    monkeypatch.setattr(dns_names, "TIMEOUT_S", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        began = time.monotonic()

        with pytest.raises(Unreachable):
            NameLook(resolvers=(), port=silent.getsockname()[1]).asked("127.0.0.1", "a.example.", "A", recursive=False)

    assert time.monotonic() - began < 2


def test_both_sides_answer_over_http(wired: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_ENDPOINT_URL and a kubeconfig lead there, as for any other program."""
    world = wired.world
    cloud = aws.serve(AwsDoor(world, lambda: world.now), "127.0.0.1", 0)
    cluster = kube.serve(KubeDoor(world, lambda: world.now), "127.0.0.1", 0)
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{cloud.port}")
        file = tmp_path / "kubeconfig"
        file.write_text(kubeconfig("127.0.0.1", cluster.port))
        monkeypatch.setenv("KUBECONFIG", str(file))
        client = KubeClient()

        found = ElbLook(AwsSession()).named(wired.stage.legacy.hostname)

        assert found is not None
        assert found.arn == wired.arn
        assert ClusterLook(client).identity() == wired.outside.cluster.identity()
        assert [each.name for each in ClusterSurvey(client).services()] == ["web"]
        assert client.context == "sandbox"
    finally:
        cloud.stop()
        cluster.close()
