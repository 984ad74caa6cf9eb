"""What goes wrong before anything has begun: message, exit code, and nothing changed."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from migrator.model.cluster import LBC_CLASS
from migrator.model.migration import Migration
from migrator.planning.load import load
from migrator.planning.plan import sealed
from migrator.planning.write import render
from migrator.sandbox.scene import Scene

from .conftest import Bench, Ended, bare_environment

CLOSED = "http://127.0.0.1:9"  # the discard port, where nobody listens
SERVICES = "/api/v1/namespaces/shop/services"
LBC = "/apis/apps/v1/namespaces/kube-system/deployments/aws-load-balancer-controller"
TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"


@pytest.fixture(scope="session")
def planned(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of a plan for shop/errors, which is ready to be applied."""
    hostname = scene.create_legacy("shop", "errors", "web")
    scene.cname("example.com", "errors.example.com", hostname, 60)
    folder = tmp_path_factory.mktemp("planned")
    bench = Bench(folder, bare_environment(folder) | scene.environment)
    ended = bench.migrate("plan", "shop/errors", "-o", "plan.yaml")
    assert ended.exit == 0, ended.err
    return (folder / "plan.yaml").read_text()


@pytest.fixture
def plan(bench: Bench, planned: str) -> Path:
    """That plan in the test's own folder."""
    path = bench.folder / "plan.yaml"
    path.write_text(planned)
    return path


def rewritten(path: Path, change: Callable[[Migration], Migration]) -> None:
    """Another plan in the same file, whole and with its digest, as if it had been planned so."""
    path.write_text(render(sealed(change(load(str(path))))))


def untouched(bench: Bench) -> bool:
    """Whether no journal was begun, and nothing of ours is in the cluster."""
    found = subprocess.run(
        ["find", str(bench.folder), "-name", "journal.jsonl"], capture_output=True, text=True, check=True
    ).stdout
    return not found


def refused(ended: Ended, code: str, exit: int, bench: Bench) -> None:
    """The message has its form, its code and its exit code, and nothing was written."""
    assert (ended.code, ended.exit) == (code, exit), (ended.out, ended.err)
    first = ended.err.splitlines()[0]
    assert first[0].islower() or first.split("/")[0].split(":")[0].strip("'\"`")
    assert not first.endswith(".") and "error:" not in first and "Traceback" not in ended.err
    assert untouched(bench)


# the plan's file


def test_a_missing_plan_is_told(bench: Bench) -> None:
    for command in ("show", "apply", "status", "rollback", "hold", "release"):
        refused(bench.migrate(command, "none.yaml"), "plan-not-found", 64, bench)


@pytest.mark.parametrize(
    ("bend", "code", "exit", "said"),
    [
        pytest.param(lambda text: text + "\n]", "plan-not-yaml", 64, r"plan\.yaml:\d+: not YAML", id="not-yaml"),
        pytest.param(
            lambda text: text + "\nid: m-2\n", "plan-duplicate-key", 64, r"plan\.yaml:\d+: id .*twice", id="duplicate-key"
        ),
        pytest.param(
            lambda text: text + "\nspeed: 9\n", "plan-unknown-field", 64, r"plan\.yaml:\d+: unknown .*speed", id="unknown"
        ),
        pytest.param(
            lambda text: text.replace("format: 1", "format: 7"), "plan-newer", 4, r"plan\.yaml:\d+:.*format 7", id="newer"
        ),
        pytest.param(
            lambda text: text.replace("streak: 2", "streak: 1"), "plan-edited", 4, r"plan\.yaml:\d+:.*edited", id="edited"
        ),
        pytest.param(lambda text: text.replace("streak: 2", "streak: two"), "plan-invalid", 64, r"plan\.yaml:\d+:", id="invalid"),
    ],
)
def test_a_bad_plan_is_told_with_its_line(
    bench: Bench, plan: Path, bend: Callable[[str], str], code: str, exit: int, said: str
) -> None:
    plan.write_text(bend(plan.read_text()))

    for command in ("show", "apply"):
        ended = bench.migrate(command, "plan.yaml")
        refused(ended, code, exit, bench)
        assert re.search(said, ended.err), ended.err


def test_an_error_for_programs_is_json_on_stdout(bench: Bench) -> None:
    ended = bench.migrate("apply", "none.yaml", "--output", "json")

    assert (ended.exit, ended.err) == (64, "")
    assert ended.told[-1]["kind"] == "error" and ended.told[-1]["code"] == "plan-not-found" and ended.told[-1]["exit"] == 64


# how the outside is reached


def kubeconfig(bench: Bench, server: str, token: str = "sandbox") -> str:
    """The sandbox's kubeconfig, leading elsewhere or with another token."""
    path = bench.folder / "kubeconfig"
    text = Path(bench.environment["KUBECONFIG"]).read_text()
    path.write_text(re.sub(r"token: \S+", f"token: {token}", re.sub(r"server: \S+", f"server: {server}", text)))
    return str(path)


def api_server(scene: Scene) -> str:
    return f"http://127.0.0.1:{scene.port_base + 1}"


COMMANDS = pytest.mark.parametrize(
    "command", [["plan", "shop/errors", "-o", "new.yaml"], ["apply", "plan.yaml"]], ids=["plan", "apply"]
)


@COMMANDS
def test_no_kubeconfig(bench: Bench, plan: Path, command: list[str]) -> None:
    refused(bench.migrate(*command, KUBECONFIG=str(bench.folder / "none")), "no-kubeconfig", 4, bench)


@COMMANDS
def test_an_api_server_that_cannot_be_reached(bench: Bench, plan: Path, command: list[str]) -> None:
    refused(bench.migrate(*command, KUBECONFIG=kubeconfig(bench, CLOSED)), "unreachable", 1, bench)


@COMMANDS
def test_a_token_that_is_not_accepted(bench: Bench, scene: Scene, plan: Path, command: list[str]) -> None:
    refused(bench.migrate(*command, KUBECONFIG=kubeconfig(bench, api_server(scene), "old")), "denied", 1, bench)


@COMMANDS
def test_missing_aws_credentials(bench: Bench, plan: Path, command: list[str]) -> None:
    ended = bench.migrate(*command, AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)

    refused(ended, "no-credentials", 4, bench)


@COMMANDS
def test_expired_aws_credentials(bench: Bench, plan: Path, command: list[str]) -> None:
    refused(bench.migrate(*command, AWS_ACCESS_KEY_ID="EXPIRED"), "no-credentials", 4, bench)


@COMMANDS
def test_no_aws_region(bench: Bench, plan: Path, command: list[str]) -> None:
    refused(bench.migrate(*command, AWS_REGION=None, AWS_DEFAULT_REGION=None), "no-region", 4, bench)


@COMMANDS
def test_aws_that_cannot_be_reached(bench: Bench, plan: Path, command: list[str]) -> None:
    refused(bench.migrate(*command, AWS_ENDPOINT_URL=CLOSED), "unreachable", 1, bench)


def test_no_new_plan_is_left_behind_by_a_failure(bench: Bench) -> None:
    bench.migrate("plan", "shop/errors", "-o", "new.yaml", AWS_ENDPOINT_URL=CLOSED)

    assert [each.name for each in bench.folder.iterdir()] == []


# the wrong place for the plan


def test_the_wrong_cluster(bench: Bench, plan: Path) -> None:
    rewritten(plan, lambda it: msgspec.structs.replace(it, cluster=msgspec.structs.replace(it.cluster, uid="another")))

    refused(bench.migrate("apply", "plan.yaml"), "wrong-cluster", 4, bench)


def test_the_wrong_account(bench: Bench, plan: Path) -> None:
    rewritten(plan, lambda it: msgspec.structs.replace(it, account=msgspec.structs.replace(it.account, id="111111111111")))

    refused(bench.migrate("apply", "plan.yaml"), "wrong-account", 4, bench)


def test_the_wrong_region(bench: Bench, plan: Path) -> None:
    rewritten(plan, lambda it: msgspec.structs.replace(it, account=msgspec.structs.replace(it.account, region="eu-west-9")))

    refused(bench.migrate("apply", "plan.yaml"), "wrong-region", 4, bench)


# a Service that cannot be planned


def manifest(name: str, **spec: Any) -> dict[str, Any]:
    annotations = spec.pop("annotations", {})
    ports = [{"name": "http", "port": 8080, "targetPort": 8080, "protocol": "TCP"}]
    meta = {"name": name, "namespace": "shop", "annotations": annotations, **spec.pop("metadata", {})}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"selector": {"app": "web"}, "ports": ports, **spec}}


@contextmanager
def existing(scene: Scene, body: dict[str, Any]) -> Iterator[str]:
    """A Service for the length of a test."""
    name = body["metadata"]["name"]
    scene.kube("POST", SERVICES, body)
    try:
        yield f"shop/{name}"
    finally:
        scene.kube("DELETE", f"{SERVICES}/{name}")


@pytest.mark.parametrize("name", ["errors", "shop/", "a/b/c"])
def test_what_names_no_service(bench: Bench, name: str) -> None:
    refused(bench.migrate("plan", name), "bad-service-name", 64, bench)


def test_a_service_that_is_not_there(bench: Bench) -> None:
    refused(bench.migrate("plan", "shop/nobody"), "service-not-found", 4, bench)


def test_a_service_without_a_load_balancer(bench: Bench, scene: Scene) -> None:
    with existing(scene, manifest("plain", type="ClusterIP")) as service:
        refused(bench.migrate("plan", service), "not-a-load-balancer", 4, bench)


def test_a_service_that_lbc_has_already(bench: Bench, scene: Scene) -> None:
    with existing(scene, manifest("modern", type="LoadBalancer", loadBalancerClass=LBC_CLASS)) as service:
        refused(bench.migrate("plan", service), "not-legacy", 4, bench)


def test_a_service_that_is_being_deleted(bench: Bench, scene: Scene) -> None:
    body = manifest("going", type="LoadBalancer", annotations={TYPE: "nlb"}, metadata={"finalizers": ["example.com/stay"]})
    scene.kube("POST", SERVICES, body)
    try:
        scene.kube("DELETE", f"{SERVICES}/going")
        refused(bench.migrate("plan", "shop/going"), "being-deleted", 4, bench)
    finally:
        scene.kube("PATCH", f"{SERVICES}/going", {"metadata": {"finalizers": None}})


def test_a_service_whose_load_balancer_never_came(bench: Bench, scene: Scene) -> None:
    fault = {"where": "legacy", "operation": "*", "mode": "fail", "match": "shop/pending", "times": None}
    scene.control("faults.arm", fault)
    try:
        with existing(scene, manifest("pending", type="LoadBalancer", annotations={TYPE: "nlb"})) as service:
            refused(bench.migrate("plan", service), "no-balancer", 4, bench)
    finally:
        scene.control("faults.clear", {})


def test_a_service_that_no_controller_takes(bench: Bench, scene: Scene) -> None:
    with existing(scene, manifest("orphan", type="LoadBalancer", annotations={TYPE: "external"})) as service:
        refused(bench.migrate("plan", service), "not-legacy", 4, bench)


# what a plan may not say


def test_a_question_without_an_answer(bench: Bench, plan: Path) -> None:
    from migrator.model.migration import Decision

    asked = Decision("who-knows", "go on?", ("yes", "no"))
    rewritten(plan, lambda it: msgspec.structs.replace(it, decisions=(asked,)))

    ended = bench.migrate("apply", "plan.yaml")

    refused(ended, "decision-needed", 3, bench)
    assert "who-knows: go on? (yes | no)" in ended.err and "migrate approve plan.yaml who-knows=OPTION" in ended.err
    assert bench.migrate("show", "plan.yaml", "--detailed-exitcode").exit == 3
    assert bench.migrate("approve", "plan.yaml", "who-knows=maybe").code == "plan-invalid"
    assert bench.migrate("approve", "plan.yaml", "who-knows").code == "bad-usage"
    assert bench.migrate("approve", "plan.yaml", "who-knows=yes").exit == 0
    assert bench.migrate("apply", "plan.yaml", "--dry-run").exit == 0


def test_a_blocked_plan(bench: Bench, plan: Path) -> None:
    from migrator.model.migration import Finding

    finding = Finding("legacy-unhealthy", "blocked", "nothing is healthy", "mend the workload")
    rewritten(plan, lambda it: msgspec.structs.replace(it, findings=(finding,)))

    ended = bench.migrate("apply", "plan.yaml")

    refused(ended, "blocked", 4, bench)
    assert "legacy-unhealthy: nothing is healthy; mend the workload" in ended.err
    assert bench.migrate("show", "plan.yaml", "--detailed-exitcode").exit == 4


def test_changes_are_pending(bench: Bench, plan: Path) -> None:
    assert bench.migrate("show", "plan.yaml", "--detailed-exitcode").exit == 2


def test_a_step_that_the_journey_does_not_have(bench: Bench, plan: Path) -> None:
    for flag in ("--until", "--hold-before"):
        refused(bench.migrate("apply", "plan.yaml", flag, "lunch"), "bad-usage", 64, bench)


# what changed since


def test_a_service_that_changed_since(bench: Bench, plan: Path) -> None:
    def moved(it: Migration) -> Migration:
        service = msgspec.structs.replace(it.legacy.service, annotations={TYPE: "nlb", "service.kubernetes.io/x": "y"})
        return msgspec.structs.replace(it, legacy=msgspec.structs.replace(it.legacy, service=service))

    rewritten(plan, moved)

    ended = bench.migrate("apply", "plan.yaml")

    refused(ended, "plan-stale", 6, bench)
    assert "annotation service.kubernetes.io/x is 'absent', planned 'y'" in ended.err


def test_a_record_that_changed_since(bench: Bench, plan: Path) -> None:
    def moved(it: Migration) -> Migration:
        first, *rest = it.dns.moves
        changed = msgspec.structs.replace(first, listed=msgspec.structs.replace(first.listed, ttl_s=77))
        return msgspec.structs.replace(it, dns=msgspec.structs.replace(it.dns, moves=(changed, *rest)))

    rewritten(plan, moved)

    refused(bench.migrate("apply", "plan.yaml"), "plan-stale", 6, bench)


def test_without_the_controller_nothing_is_begun(bench: Bench, scene: Scene, plan: Path) -> None:
    controller = scene.kube("GET", LBC)
    scene.kube("DELETE", LBC)
    try:
        refused(bench.migrate("apply", "plan.yaml"), "no-controller", 4, bench)
        assert "BLOCKED" in bench.migrate("plan", "shop/errors").out
    finally:
        for field in ("resourceVersion", "uid", "creationTimestamp", "generation", "managedFields"):
            controller["metadata"].pop(field, None)
        controller.pop("status", None)
        scene.kube("POST", LBC.rpartition("/")[0], controller)
        restored(scene)


def restored(scene: Scene) -> None:
    """Wait until the controller is ready again."""
    from migrator.sandbox.scene import until

    until(lambda: scene.kube("GET", LBC).get("status", {}).get("readyReplicas") or None, "the controller does not come back")


# where state lives


def test_a_state_directory_that_cannot_be_written(bench: Bench, plan: Path) -> None:
    (bench.folder / "file").write_text("not a directory")

    refused(bench.migrate("apply", "plan.yaml", "--state", "file/state"), "state-not-writable", 4, bench)


def test_a_full_disk(bench: Bench, scene: Scene, plan: Path) -> None:
    """A limit on the size of files stands for it: a write fails in the middle, and nothing was asked of AWS before."""

    def nothing_fits() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    ran = subprocess.run(
        [sys.executable, "-m", "migrator", "apply", "plan.yaml"],
        env=bench.environment,
        cwd=bench.folder,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=nothing_fits,
        check=False,
    )
    ended = Ended(ran.returncode, ran.stdout, ran.stderr)

    assert (ended.code, ended.exit) == ("disk-full", 1), ended.err
    assert bench.lines() == 0


def test_rollback_hold_and_release_of_what_has_not_begun(bench: Bench, plan: Path) -> None:
    for command in ("rollback", "hold", "release"):
        refused(bench.migrate(command, "plan.yaml"), "nothing-begun", 4, bench)


def test_status_before_anything_began(bench: Bench, plan: Path) -> None:
    assert "not begun" in bench.migrate("status", "plan.yaml").out
    assert bench.migrate("status").out.startswith("no migration has begun")
    assert json.loads(bench.migrate("status", "--output", "json").out)["migrations"] == []
    assert untouched(bench)


def test_a_dry_run_says_the_first_change_and_makes_none(bench: Bench, scene: Scene, plan: Path) -> None:
    before = scene.records("example.com")

    ended = bench.migrate("apply", "plan.yaml", "--dry-run", "--output", "json")

    assert ended.exit == 0
    assert ended.told[0]["kind"] == "version" and ended.told[0]["dry"] is True
    assert ended.told[-1]["outcome"] == "dry-run" and "take lease" in ended.told[-1]["message"]
    assert scene.records("example.com") == before
    assert scene.kube("GET", "/apis/coordination.k8s.io/v1/namespaces/shop/leases")["items"] == []
    assert not (bench.folder / "state").exists()


# files that are in the way


def test_a_file_that_holds_something_else_is_not_overwritten(bench: Bench, planned: str) -> None:
    (bench.folder / "notes.yaml").write_text("milk: 2\n")

    refused(bench.migrate("plan", "shop/errors", "-o", "notes.yaml"), "plan-exists", 4, bench)

    assert (bench.folder / "notes.yaml").read_text() == "milk: 2\n"


def test_a_folder_that_is_not_there(bench: Bench, planned: str) -> None:
    refused(bench.migrate("plan", "shop/errors", "-o", "none/web.yaml"), "plan-not-written", 1, bench)


def test_two_plans_for_the_same_record(bench: Bench, plan: Path) -> None:
    rewritten(plan, lambda it: msgspec.structs.replace(it, id="m-0000000000000000"))

    refused(bench.migrate("plan", "shop/errors", "-o", "second.yaml"), "plan-conflict", 4, bench)


def test_a_reader_that_leaves_is_no_trouble(bench: Bench, plan: Path) -> None:
    running = bench.start("show", "plan.yaml", "--output", "json")
    assert running.stdout is not None and running.stderr is not None
    running.stdout.close()

    assert running.wait(60) == 130
    assert running.stderr.read() == ""
    running.stderr.close()


def test_no_sandbox_to_be_asked(bench: Bench) -> None:
    for command in ("env", "fault"):
        ended = bench.migrate("sandbox", command, "--port-base", "23000")
        assert (ended.code, ended.exit) == ("sandbox-not-running", 4)
