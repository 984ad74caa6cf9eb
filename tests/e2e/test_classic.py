"""A Classic Load Balancer that ends TLS and writes PROXY headers, moved by the command line under traffic that verifies."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from migrator.sandbox.scene import Scene
from tests.e2e.conftest import Bench, Ended

PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"
PORT, RATE = 8443, 40.0
OPEN = {"idle-timeout", "proxy-v1-to-v2"}  # what no default answers


@dataclass
class Secure:
    """A legacy Service that asks for what the two families do differently, its name, and its certificate."""

    scene: Scene
    bench: Bench
    app: str
    certificate: str
    hostname: str

    @classmethod
    def made(cls, scene: Scene, bench: Bench, app: str) -> Secure:
        """Its pods read either PROXY header, or none, as they have to while two load balancers serve."""
        scene.create_app("shop", app, proxy_protocol="any")
        certificate = scene.create_certificate("*.example.com", "example.com")
        annotations = {
            f"{PREFIX}ssl-cert": certificate,
            f"{PREFIX}ssl-ports": "https",
            f"{PREFIX}backend-protocol": "tcp",
            f"{PREFIX}proxy-protocol": "*",
            f"{PREFIX}connection-idle-timeout": "3600",
        }
        hostname = scene.create_classic("shop", app, app, annotations, {"https": PORT})
        scene.cname("example.com", f"{app}.example.com", hostname, 5)
        return cls(scene, bench, app, certificate, hostname)

    @property
    def name(self) -> str:
        """What clients ask for."""
        return f"{self.app}.example.com"

    def leads_to(self) -> str:
        """The load balancer that the name leads to."""
        (record,) = (each for each in self.scene.records("example.com") if each["Name"] == f"{self.name}.")
        return str(record["ResourceRecords"][0]["Value"]).rstrip(".")

    def plan(self, *options: str) -> Ended:
        """Plan it; the exit code says what is pending."""
        return self.bench.migrate("plan", f"shop/{self.app}", "-o", "plan.yaml", "--noise", "60", "--detailed-exitcode", *options)

    def answered(self, **answers: str) -> None:
        """Plan it anew with these answers."""
        given = (f"{id.replace('_', '-')}={value}" for id, value in answers.items())
        planned = self.plan(*(word for each in given for word in ("--answer", each)))
        assert planned.exit == 2, planned.out + planned.err

    @contextlib.contextmanager
    def clients(self) -> Iterator[dict[str, Any]]:
        """Clients that verify; what they counted is there once they have stopped."""
        counted: dict[str, Any] = {}
        order = {"names": [self.name], "port": PORT, "plain": 3, "keep_alive": 3, "rate": RATE, "tls": True}
        crew = self.scene.control("clients.start", order)["id"]
        try:
            yield counted
        finally:
            counted |= self.scene.control("clients.stop", {"id": crew})[crew]

    def served(self, hostname: str) -> dict[str, Any]:
        """What a client outside sees: the certificate's ARN, the TLS version, and the pod's own words on who asked."""
        balancers = self.scene.control("summary")["balancers"]
        address = next(next(iter(each["addresses"].values())) for each in balancers if each["dns_name"] == hostname)
        context = ssl.create_default_context(cafile=self.scene.environment["MIGRATE_SANDBOX_CA"])
        with socket.create_connection((address, PORT), timeout=5) as plain:
            seen: dict[str, Any] = {"ours": plain.getsockname()[0]}
            with context.wrap_socket(plain, server_hostname=self.name) as stream:
                stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
                said = b"".join(iter(lambda: stream.recv(4096), b""))
                subject = dict(each[0] for each in stream.getpeercert()["subject"])
                seen |= {"certificate": subject["organizationalUnitName"], "tls": stream.version()}
        answer: dict[str, Any] = json.loads(said.partition(b"\r\n\r\n")[2])
        return seen | answer


def through(counted: dict[str, Any]) -> tuple[int, int]:
    """Answers through legacy's load balancer, and through LBC's, whose name begins with k8s-."""
    new = sum(answers for name, answers in counted["by_balancer"].items() if name.startswith("k8s-"))
    return counted["answered"] - new, new


@pytest.mark.longest
def test_a_classic_load_balancer_with_tls_and_proxy_headers_moves(scene: Scene, bench: Bench) -> None:
    """Asked, answered, applied: no request is lost, certificates stay, and pods read version 2 where they read version 1."""
    secure = Secure.made(scene, bench, "secure")
    asked = secure.plan("--output", "json")
    assert asked.exit == 3, asked.err
    assert {
        each["id"] for each in json.loads(asked.out)["plan"]["decisions"] if not each["answer"] and not each["default"]
    } == OPEN
    refused = bench.migrate("apply", "plan.yaml", "--yes")
    assert (refused.exit, refused.code, bench.lines()) == (3, "decision-needed", 0)

    secure.answered(idle_timeout="accept-350", proxy_v1_to_v2="backends-read-both")
    with secure.clients() as counted:
        before = secure.served(secure.hostname)
        applied = bench.migrate("apply", "plan.yaml", "--yes")
        assert applied.exit == 0, applied.err
        after = secure.served(secure.leads_to())

    old, new = through(counted)
    assert counted["lost"] == 0, counted["losses"]
    assert counted["by_header"] == {"v1": old, "v2": new} and min(old, new) > RATE
    for seen, header in ((before, "v1"), (after, "v2")):
        assert (seen["proxy_protocol"], seen["client"]) == (header, seen["ours"])
        assert (seen["certificate"], seen["tls"]) == (secure.certificate, "TLSv1.2")
    assert scene.control("leftovers", {"service": "shop/secure"}) == {"leftovers": []}


@pytest.mark.longest
def test_another_answer_makes_another_clone_and_the_way_back_is_as_safe(scene: Scene, bench: Bench) -> None:
    """The new load balancer writes no header, as the answer says; then everything is put back under the same clients."""
    secure = Secure.made(scene, bench, "guarded")
    secure.answered(idle_timeout="accept-350", proxy_v1_to_v2="backends-need-none")
    with secure.clients() as counted:
        moved = bench.migrate("apply", "plan.yaml", "--yes", "--until", "shift")
        assert (moved.exit, moved.code) == (5, "stopped-until"), moved.err
        assert secure.served(secure.leads_to())["proxy_protocol"] == ""
        time.sleep(12.0)  # as long as a client keeps its connection: by then some have followed
        back = bench.migrate("rollback", "plan.yaml", "--yes")
        assert back.exit == 0, back.err

    old, new = through(counted)
    assert counted["lost"] == 0, counted["losses"]
    assert counted["by_header"] == {"v1": old, "none": new} and min(old, new) > RATE
    assert secure.leads_to() == secure.hostname
    assert [each["name"] for each in scene.control("summary")["balancers"] if "guarded" in each["name"]] == []
