"""`scan` of a crowd of Services beside `kubectl get services -o json` of the same server: time, memory, calls to AWS."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec

from tests.bench.crowd import LEGACY, RECORDS, SERVICES
from tests.bench.measuring import elapsed_s, environment, migrate, peak

SHARE = 0.25  # of kubectl's time and memory, at most
ROUNDS = 5

# What `scan` asks of Kubernetes, and nothing else: the same adapters, from start-up to the last Service.
_KUBE_PART = """
import sys
from migrator.adapters.kube import exposed
from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.cluster import ClusterLook
from migrator.adapters.kube.survey import ClusterSurvey
if sys.argv[1] == "old":
    exposed.BALANCED = ()
client = KubeClient()
ClusterLook(client).controller()
found = sum(1 for _ in ClusterSurvey(client).services())
sys.exit(found != int(sys.argv[2]))
"""


class Cost(msgspec.Struct, frozen=True):
    """One command: the median of its times, and its peak memory."""

    name: str
    seconds: float
    mib: float


class Census(msgspec.Struct, frozen=True):
    """The commands, kubectl's first, and what a scan asked of AWS; `calls` is None where nothing was measured."""

    services: int
    legacy: int
    records: int
    costs: tuple[Cost, ...]
    calls: int | None
    skipped: str = ""


@dataclass
class Crowd:
    """The server's process."""

    process: subprocess.Popen[str]
    env: dict[str, str]

    def calls(self) -> int:
        """How often AWS was asked so far."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("calls\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def census(rounds: int = ROUNDS) -> Census:
    """Measure; about a minute. Without kubectl on the PATH there is nothing to compare with, and that is said."""
    if (kubectl := shutil.which("kubectl")) is None:
        return Census(SERVICES, LEGACY, RECORDS, (), None, "no kubectl on the PATH to compare with")
    with tempfile.TemporaryDirectory(prefix="migrate-bench-") as folder, _crowd(Path(folder)) as crowd:
        part = [sys.executable, "-c", _KUBE_PART]
        commands: dict[str, Sequence[str]] = {
            "kubectl get services -A -o json": [kubectl, "get", "services", "--all-namespaces", "-o", "json"],
            "scan, what it asks of Kubernetes": [*part, "new", str(LEGACY)],
            "  of a server before 1.31": [*part, "old", str(LEGACY)],
            "scan as a whole, AWS and DNS too": [*migrate(), "scan", "--output", "json"],
        }
        costs = tuple(_cost(name, command, crowd, rounds) for name, command in commands.items())
        before = crowd.calls()
        elapsed_s([*migrate(), "scan", "--output", "json"], crowd.env)
        return Census(SERVICES, LEGACY, RECORDS, costs, crowd.calls() - before)


def _cost(name: str, command: Sequence[str], crowd: Crowd, rounds: int) -> Cost:
    elapsed_s(command, crowd.env)  # fills the file cache
    times = [elapsed_s(command, crowd.env) for _ in range(rounds)]
    return Cost(name, median(times), peak(name, command, crowd.env).mib)


@contextmanager
def _crowd(folder: Path) -> Iterator[Crowd]:
    """The server, until the block ends."""
    command = [sys.executable, "-m", "tests.bench.crowd", str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        keys = {"AWS_ACCESS_KEY_ID": "sandbox", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": "us-east-1"}
        env = environment(
            KUBECONFIG=told["kubeconfig"], AWS_ENDPOINT_URL=f"http://127.0.0.1:{told['aws']}", HOME=str(folder), **keys
        )
        yield Crowd(process, env)
    finally:
        process.terminate()
        process.wait()
