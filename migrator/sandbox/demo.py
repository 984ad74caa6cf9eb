"""The journey under traffic, driven through the command line alone, and killed on the way.

A legacy Service serves `shop.example.com` (a CNAME) and `example.com` (an apex alias pair); clients with three kinds of
resolver never stop asking. `migrate apply` is killed with SIGKILL after events drawn from a printed seed, and resumed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from migrator.sandbox import process
from migrator.sandbox.home import SandboxError
from migrator.sandbox.scene import Scene

PORT = 8080
CNAME_TTL_S = 10
RATE = 100.0
BUCKET_S = 5
NOISE = "60"  # new flows a minute; scanners knock every few seconds, clients a hundred times a second
KILLS = 2
EVENTS = 24  # a journey writes at least so many journal lines before it ends
LB = "service.beta.kubernetes.io/aws-load-balancer-"
# A legacy network load balancer never read the PROXY key, and reads the other two in ways of its own.
ASKED = {
    LB + "type": "nlb",
    LB + "internal": "false",
    LB + "proxy-protocol": "*",
    LB + "cross-zone-load-balancing-enabled": "true",
    LB + "additional-resource-tags": "team=shop,reviewed",
}
SHOWN = "What changes"  # of a plan, as `migrate show` heads it


class Told(msgspec.Struct, frozen=True):
    """What the demo ends with. Seconds are those of `apply` and its resumes, first start to last end."""

    requests: int
    lost: int
    kills: int
    seconds: float
    unavoidable_seconds: float
    steps: list[str]
    aws_leftovers: int
    seed: int
    traffic: dict[str, list[int]]  # answers through `legacy` and `new`, every five seconds
    losses: list[dict[str, Any]]


def run(*, port_base: int, seed: int, say: Callable[[str], None], event: Callable[[dict[str, Any]], None]) -> Told:
    """Start a sandbox, move a Service in it under traffic, stop it. SandboxError when the journey does not end well.

    `say` gets lines for people, `event` every JSON event of `migrate apply`.
    """
    process.up(port_base=port_base, detach=True, seed=seed, quiet=True)
    try:
        with tempfile.TemporaryDirectory(prefix="migrate-demo-") as folder:
            return _Demo(Scene(port_base), Path(folder), random.Random(seed), seed, say, event).run()
    finally:
        process.down(port_base)


class _Demo:
    def __init__(
        self,
        scene: Scene,
        folder: Path,
        chance: random.Random,
        seed: int,
        say: Callable[[str], None],
        event: Callable[[dict[str, Any]], None],
    ) -> None:
        self.scene, self.folder, self.seed, self.say, self.event = scene, folder, seed, say, event
        self.plan = folder / "shop-web.yaml"
        self.kill_after = sorted(chance.sample(range(2, EVENTS), KILLS))
        self.lines = 0  # journal lines over all runs
        self.kills = 0
        self.events: list[dict[str, Any]] = []
        self.traffic: dict[str, list[int]] = {}
        self.last_legacy_answer = 0.0
        self.said = ""

    def run(self) -> Told:
        """The whole demo."""
        crew = self.stage()
        self.say(self.migrate("plan", "shop/web", "-o", str(self.plan), "--noise", NOISE).splitlines()[0])
        self.show_diff()
        self.say(f"seed {self.seed}: `migrate apply` is killed after journal lines {self.kill_after}")
        began = time.monotonic()
        self.apply()
        seconds = time.monotonic() - began
        self.events = list(self.journalled())
        self.scene.control("clients.stop", {"id": crew})
        report = self.scene.control("clients.report", {"id": crew})[crew]
        self.count_traffic(report["timeline"])
        return Told(
            requests=report["requests"],
            lost=report["lost"],
            kills=self.kills,
            seconds=round(seconds, 1),
            unavoidable_seconds=round(self.unavoidable_s(), 1),
            steps=[each["step"] for each in self.events if each["type"] == "Seen"],
            aws_leftovers=len(self.scene.control("leftovers", {"service": "shop/web"})["leftovers"]),
            seed=self.seed,
            traffic=self.traffic,
            losses=report["losses"][:20],
        )

    def stage(self) -> str:
        """A legacy Service behind a CNAME and an alias pair, and clients that ask for all of them; the crew's id."""
        hostname = self.scene.create_service("shop", "web", "web", ASKED, {"http": PORT})
        self.say(f"service shop/web serves as {hostname}")
        self.scene.cname("example.com", "shop.example.com", hostname, CNAME_TTL_S)
        self.scene.alias("example.com", "example.com", hostname)
        self.say(f"shop.example.com (CNAME, {CNAME_TTL_S} s) and example.com (alias pair) lead there")
        order = {"names": ["shop.example.com", "example.com"], "port": PORT, "plain": 6, "keep_alive": 6, "rate": RATE}
        self.scene.control("scanners", {"on": True, "every_s": 5.0})
        return str(self.scene.control("clients.start", order)["id"])

    def show_diff(self) -> None:
        """What the plan says of each setting: what the annotation says, what AWS does, what the new load balancer will do."""
        shown = self.migrate("show", str(self.plan)).split(f"\n{SHOWN}\n")[1].split("\nNames that move\n")[0]
        self.say(f"`migrate show {self.plan.name}`:\n\n{SHOWN}\n{shown.rstrip()}\n")

    def apply(self) -> None:
        """Run `migrate apply`, kill it where the seed says, and resume until it ends."""
        for _ in range(KILLS + 1):
            code = self.one_run()
            if code is None:
                self.kills += 1
                self.say(f"-- killed after journal line {self.lines}; resuming")
                continue
            if code != 0:
                raise SandboxError(f"`migrate apply` ended with {code}, last it said: {self.said}")
            return
        raise SandboxError("`migrate apply` was killed more often than meant")

    def one_run(self) -> int | None:
        """One process; its exit code, or None when it was killed."""
        command = [sys.executable, "-m", "migrator", "apply", str(self.plan), "--resume", "--yes", "--output", "json"]
        errors = self.folder / "errors"
        with errors.open("w") as stderr:
            running = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=stderr, text=True)
            assert running.stdout is not None
            for told in read_events(running.stdout):
                self.hear(told)
                if self.kill_after and self.lines >= self.kill_after[0]:
                    del self.kill_after[0]
                    running.kill()
                    running.wait()
                    return None
            code = running.wait()
        if code:
            self.say(errors.read_text().strip())
        return code

    def hear(self, told: dict[str, Any]) -> None:
        """One event of a running `apply`."""
        self.event(told)
        if told.get("kind") == "entry":
            self.lines += 1
        if told.get("message") and told.get("event") != "Noticed" and told["message"] != self.said:
            self.said = told["message"]
            self.say(f"  {told.get('step', ''):7} {self.said}")

    def count_traffic(self, timeline: dict[str, dict[str, Any]]) -> None:
        """Who answered when: legacy's load balancers are named by UID, the new one's begin with `k8s-`."""
        first, last = min(map(int, timeline)), max(map(int, timeline))
        self.traffic = {side: [0] * ((last - first) // BUCKET_S + 1) for side in ("legacy", "new")}
        for second, counted in timeline.items():
            for balancer, answers in counted["by_balancer"].items():
                side = "new" if balancer.startswith("k8s-") else "legacy"
                self.traffic[side][(int(second) - first) // BUCKET_S] += answers
                if side == "legacy":
                    self.last_legacy_answer = max(self.last_legacy_answer, float(second) + 1)

    def migrate(self, *arguments: str) -> str:
        """Run a command to its end; what it printed. SandboxError when it fails."""
        command = [sys.executable, "-m", "migrator", *arguments]
        ended = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=120)
        if ended.returncode:
            raise SandboxError(f"`migrate {' '.join(arguments)}` ended with {ended.returncode}: {ended.stderr.strip()}")
        return ended.stdout

    @property
    def environment(self) -> dict[str, str]:
        """Ours, with the sandbox's doors and a state directory of its own."""
        return {**os.environ, **self.scene.environment, "MIGRATE_STATE": str(self.folder / "state")}

    def unavoidable_s(self) -> float:
        """The waits that no tool could have saved, in seconds: caches, provisioning, streaks, the quiet window.

        INSYNC, looks and calls are not among them.
        """
        plan = json.loads(self.migrate("show", str(self.plan), "--output", "json"))["plan"]
        waits, moves = plan["waits"], plan["dns"]["moves"]
        at = {(each["type"], each["step"]): each["at"] for each in self.events if "step" in each}
        ready = self.noticed("warm", "enough", True) + (waits["streak"] - 1) * waits["look_every_s"]
        named = self.noticed("warm", "named", True) + 5
        lowered = [each["listed"]["ttl_s"] for each in moves if (each["moving_ttl_s"] or 0) < (each["listed"].get("ttl_s") or 0)]
        held = [60 + (each["moving_ttl_s"] or 0) for each in moves]
        quiet_at = self.last_legacy_answer + waits["quiet_s"] + waits["metric_lag_s"]
        provisioned = max(ready, named) - at["Applied", "clone"]
        cleaned = at["Seen", "sweep"] - at["Applied", "retire"]
        checked = waits["checks"] * waits["check_interval_scale"] * 30
        drained = max(0.0, quiet_at - at["Seen", "settle"])
        return float(max(lowered, default=0) + provisioned + max(held) + drained + cleaned + checked)

    def noticed(self, step: str, fact: str, value: object) -> float:
        """When a step noticed a fact at a value."""
        told = (each for each in self.events if each["type"] == "Noticed" and each["step"] == step)
        return next(float(each["at"]) for each in told if each["facts"].get(fact) == value)

    def journalled(self) -> Iterator[dict[str, Any]]:
        """Every journal line's event with its instant; a killed process may not have told of its last one."""
        (journal,) = (self.folder / "state").glob("*/journal.jsonl")
        for line in journal.read_text().splitlines():
            entry = json.loads(line)
            yield {**entry["event"], "at": entry["at"]}


def read_events(stream: Iterator[str]) -> Iterator[dict[str, Any]]:
    """One JSON object a line; a line cut off by a kill is not an event."""
    for line in stream:
        try:
            yield json.loads(line)
        except ValueError:
            continue
