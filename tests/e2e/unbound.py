"""The real unbound as a caching resolver in front of a sandbox's authorities, on loopback and without any rights."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from migrator.adapters.dns.names import answer_from
from migrator.model.names import Answer
from migrator.sandbox.home import Home
from migrator.sandbox.scene import Scene, until
from tests.sim.ground import ZONE

PROGRAM = shutil.which("unbound") or shutil.which("unbound", path="/usr/sbin:/usr/local/sbin")
RELOADING_S = 1.0
CLAMPING_S = 105  # longer than a plan waits after the shift for a record with a short TTL
PLAIN = ()
CLAMPING = (f"cache-min-ttl: {CLAMPING_S}",)
SERVING_EXPIRED = ("serve-expired: yes", "serve-expired-reply-ttl: 30")


class Unbound:
    """One that runs. It listens on the sandbox's DNS port, as `migrate` asks every server on one port."""

    def __init__(self, address: str, port: int) -> None:
        self.address, self.port = address, port
        self.process: subprocess.Popen[bytes] | None = None

    def flush(self) -> None:
        """Have it forget all it keeps, as it does when it reads its configuration again; returns once it answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)
        time.sleep(RELOADING_S)
        until(lambda: answers(self), f"unbound at {self.place} does not come back")

    @property
    def place(self) -> str:
        """address:port, as the sandbox's clients are told."""
        return f"{self.address}:{self.port}"

    def asked(self, name: str, type: str = "CNAME") -> Answer:
        """What it answers, now. Raises dns.exception.DNSException or OSError where it does not."""
        query = dns.message.make_query(name, type)
        return answer_from(dns.query.udp(query, self.address, port=self.port, timeout=2.0), name, type)


@contextlib.contextmanager
def running(scene: Scene, folder: Path, number: int, settings: tuple[str, ...]) -> Iterator[Unbound]:
    """Start one with these settings of its `server:` clause, number `number` of this sandbox; it ends with the block."""
    assert PROGRAM is not None
    state = Home(scene.port_base).read()
    # Nothing of the sandbox's own is in the third octet 0 of its network.
    ours = Unbound(f"127.{state.octet}.0.{number}", int(scene.environment["MIGRATE_DNS_PORT"]))
    file = folder / f"unbound-{number}.conf"
    file.write_text(configured(ours, state.authorities, settings, folder))
    with (folder / f"unbound-{number}.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "-d", "-c", str(file)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    ours.process = process
    try:
        until(lambda: answers(ours), f"unbound does not answer, see {log.name}")
        yield ours
    finally:
        process.terminate()
        process.wait(10)


def configured(ours: Unbound, authorities: list[str], settings: tuple[str, ...], folder: Path) -> str:
    """A configuration that asks the sandbox's authorities for everything there is, and nobody else."""
    server = (
        f"interface: {ours.address}@{ours.port}",
        "access-control: 127.0.0.0/8 allow",
        "do-ip6: no",
        "do-not-query-localhost: no",
        'module-config: "iterator"',
        "qname-minimisation: no",
        'username: ""',
        'chroot: ""',
        f'directory: "{folder}"',
        'pidfile: ""',
        "use-syslog: no",
        "num-threads: 1",
        "so-reuseport: no",  # a second one on this port has to fail
        *settings,
    )
    # Forwarded, as a stub would go on with the name servers that it learns of, and those are asked on port 53.
    forward = ('name: "."', *(f"forward-addr: {each}@{ours.port}" for each in authorities))
    clauses = (("server", server), ("remote-control", ("control-enable: no",)), ("forward-zone", forward))
    return "".join(f"{name}:\n" + "".join(f"  {line}\n" for line in lines) for name, lines in clauses)


def answers(ours: Unbound) -> bool:
    try:
        return bool(ours.asked(ZONE, "NS").values)
    except (dns.exception.DNSException, OSError):
        time.sleep(0.1)
        return False
