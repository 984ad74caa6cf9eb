"""`scan` and `plan --all` from the command line, over real sockets."""

from __future__ import annotations

import csv
import io
import json

import pytest

from migrator.planning.load import load
from migrator.sandbox.scene import Scene

from .conftest import Bench

SERVICES = "/api/v1/namespaces/production/services"


@pytest.fixture(scope="session")
def named(scene: Scene) -> str:
    """production/scanned, which legacy serves behind a name of its own."""
    hostname = scene.create_legacy("production", "scanned", "api-gateway")
    scene.cname("example.com", "scanned.example.com", hostname, 5)
    scene.kube("PATCH", f"{SERVICES}/scanned", {"metadata": {"labels": {"wave": "first"}}})
    return hostname


def test_a_scan_shows_owner_names_verdict_and_price(bench: Bench, named: str) -> None:
    ended = bench.migrate("scan", "--namespace", "production", "--output", "csv")

    assert ended.exit == 0, ended.err
    rows = {each["name"]: each for each in csv.DictReader(io.StringIO(ended.out))}
    assert (rows["scanned"]["owner"], rows["scanned"]["verdict"]) == ("in-tree-nlb", "plan")
    assert (rows["scanned"]["names"], rows["scanned"]["hostname"]) == ("scanned.example.com", named)
    assert rows["scanned"]["usd_a_month_hours_only"] == "16.43"
    assert "production/scanned" in bench.migrate("scan").out


def test_a_cluster_that_cannot_be_read_is_told_beside_the_others(bench: Bench, named: str) -> None:
    """The exit code says that something is missing from the answer."""
    ended = bench.migrate("scan", "--context", "sandbox", "--context", "nowhere", "--selector", "wave=first", "--output", "json")

    said = json.loads(ended.out)
    assert ended.exit == 1
    assert [each["name"] for each in said["services"]] == ["scanned"]
    assert [each["what"] for each in said["unread"]] == ["cluster nowhere"]
    alone = bench.migrate("scan", "--context", "nowhere")
    assert (alone.exit, alone.code) == (4, "no-kubeconfig")


def test_prices_may_be_one_s_own(bench: Bench, named: str) -> None:
    (bench.folder / "prices.toml").write_text("[hourly.us-east-1]\nnetwork = 0.01\n")

    ended = bench.migrate("scan", "--selector", "wave=first", "--prices", "prices.toml")

    assert "7.30" in ended.out
    assert bench.migrate("scan", "--prices", "nowhere.toml").code == "bad-usage"


def test_plans_by_label_go_into_a_folder(bench: Bench, named: str) -> None:
    ended = bench.migrate("plan", "--selector", "wave=first", "-o", "plans")

    assert ended.exit == 0, ended.err
    assert "production/scanned  plans/production.scanned.yaml" in ended.out
    assert load(str(bench.folder / "plans" / "production.scanned.yaml")).service == "production/scanned"
    again = bench.migrate("plan", "--namespace", "production", "--selector", "wave=first", "-o", "plans", "--output", "json")
    assert [each["file"] for each in json.loads(again.out)["plans"]] == ["plans/production.scanned.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [("plan",), ("plan", "--all"), ("plan", "a/b", "--all", "-o", "x"), ("plan", "--all", "-o", "x", "--answer", "a=b")],
)
def test_what_is_typed_wrongly(bench: Bench, arguments: tuple[str, ...]) -> None:
    ended = bench.migrate(*arguments)

    assert (ended.exit, ended.code) == (64, "bad-usage")
