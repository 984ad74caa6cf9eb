"""kubectl itself against the door: what people type."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from migrator.sandbox.doors.kube import KubeDoor, kubeconfig, serve
from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.timekeeper import Timekeeper
from migrator.sandbox.world import World
from migrator.sandbox.world.estate import furnish
from migrator.sandbox.world.pace import SANDBOX

pytestmark = [
    pytest.mark.programs,
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on the PATH"),
]

LEGACY = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: shop
  labels: {{app: web}}
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-type: nlb
spec:
  type: LoadBalancer
  selector: {{app: web}}
  ports:
  - port: {port}
    targetPort: 8080
"""


class Kubectl:
    """Runs kubectl with a kubeconfig of its own and a home that nobody else uses."""

    def __init__(self, home: Path, config: str) -> None:
        self._home = home
        (home / "config").write_text(config)

    def __call__(self, *words: str, given: str | None = None, fails: bool = False) -> str:
        """What it prints; fails the test when it fails, or when it should have."""
        done = subprocess.run(
            ["kubectl", *words], input=given, env=self.environment(), capture_output=True, text=True, timeout=20
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr if fails else done.stdout

    def environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self._home), "KUBECONFIG": str(self._home / "config")}


@pytest.fixture(scope="module")
def world() -> World:
    made = World(now=time.time(), seed=7, pace=SANDBOX, network_octet=77)
    furnish(made)
    return made


@pytest.fixture(scope="module")
def kubectl(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubectl]:
    door = KubeDoor(world, time.time)
    server, timekeeper = serve(door), Timekeeper(Present(world, time.time))
    try:
        yield Kubectl(tmp_path_factory.mktemp("kubectl"), kubeconfig(server.host, server.port))
    finally:
        timekeeper.stop()
        server.close()


def test_a_legacy_service_is_applied_and_watched_until_it_has_its_hostname(kubectl: Kubectl) -> None:
    """The first lines of the README."""
    assert kubectl("apply", "-f", "-", given=LEGACY.format(name="web", port=80)) == "service/web created\n"

    watch = subprocess.Popen(
        ["kubectl", "get", "svc", "-n", "shop", "-w"], env=kubectl.environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert watch.stdout is not None
        seen = [watch.stdout.readline().split() for _ in range(2)]
        while "elb.us-east-1.amazonaws.com" not in seen[-1][3]:
            seen.append(watch.stdout.readline().split())
    finally:
        watch.kill()
        watch.communicate()

    assert seen[0] == ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"]
    assert seen[1][:2] == ["web", "LoadBalancer"]
    assert seen[1][3] == "<pending>" or "amazonaws" in seen[1][3]
    assert kubectl("apply", "-f", "-", given=LEGACY.format(name="web", port=80)) == "service/web unchanged\n"
    assert kubectl("apply", "-f", "-", given=LEGACY.format(name="web", port=81)) == "service/web configured\n"
    assert kubectl("get", "svc", "web", "-n", "shop", "-o", "jsonpath={.spec.ports[*].port}") == "81"
    assert "EnsuredLoadBalancer" in kubectl("get", "events", "-n", "shop", "--field-selector", "involvedObject.name=web")


def test_delete_waits_until_the_controller_is_done(kubectl: Kubectl, world: World) -> None:
    kubectl("apply", "-f", "-", given=LEGACY.format(name="gone", port=80))
    kubectl("wait", "-n", "shop", "--for=jsonpath={.status.loadBalancer.ingress[0].hostname}", "svc/gone", "--timeout=15s")

    assert kubectl("delete", "svc", "gone", "-n", "shop") == 'service "gone" deleted\n'

    with world.lock:
        assert world.kube.find("Service", "shop", "gone") is None


def test_every_way_to_print(kubectl: Kubectl) -> None:
    wide = kubectl("get", "po", "-A", "-o", "wide").splitlines()

    assert wide[0].split()[:6] == ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert all(each.split()[2:4] == ["1/1", "Running"] for each in wide[1:])
    assert json.loads(kubectl("get", "deploy", "web", "-n", "shop", "-o", "json"))["status"]["readyReplicas"] == 3
    assert "kind: Deployment" in kubectl("get", "deploy", "web", "-n", "shop", "-o", "yaml")
    assert len(kubectl("get", "no", "-o", "name").split()) == 3
    assert kubectl("get", "po", "-n", "shop", "-l", "app=web", "--sort-by=.metadata.name").count("Running") == 3
    assert kubectl("get", "cm", "-n", "shop", "--ignore-not-found") == ""
    assert "targetgroupbindings" in kubectl("get", "crd")
    assert kubectl("get", "tgb", "-A", "-o", "name") == ""
    kubectl("get", "ns,ep,ev,sa,ing,ingressclasses,rs,leases,endpointslices,validatingwebhookconfigurations,apiservices", "-A")


def test_objects_are_changed_in_every_way(kubectl: Kubectl) -> None:
    kubectl("create", "configmap", "settings", "--from-literal=a=b")

    kubectl("label", "cm", "settings", "team=a")
    kubectl("annotate", "cm", "settings", "note=x")
    kubectl("patch", "cm", "settings", "-p", '{"data":{"c":"d"}}')
    kubectl("patch", "cm", "settings", "--type=merge", "-p", '{"data":{"a":null}}')
    kubectl("patch", "cm", "settings", "--type=json", "-p", '[{"op":"add","path":"/data/e","value":"f"}]')
    told = json.loads(kubectl("get", "cm", "settings", "-o", "json"))

    assert told["data"] == {"c": "d", "e": "f"}
    assert told["metadata"]["labels"] == {"team": "a"}
    assert told["metadata"]["annotations"] == {"note": "x"}
    kubectl("annotate", "cm", "settings", "note-")
    kubectl("delete", "cm", "-l", "team=a")
    assert "NotFound" in kubectl("get", "cm", "settings", fails=True)


def test_typed_creates_are_understood(kubectl: Kubectl) -> None:
    """kubectl sends these as protobuf, whatever the server says it speaks."""
    kubectl("create", "namespace", "typed")
    kubectl("create", "deployment", "front", "--image=nginx", "--replicas=2", "--port=80", "-n", "typed")
    kubectl("create", "service", "nodeport", "front", "--tcp=80:8080", "--node-port=30123", "-n", "typed")
    kubectl("create", "secret", "generic", "key", "--from-literal=a=b", "-n", "typed")
    kubectl("create", "serviceaccount", "robot", "-n", "typed")
    kubectl("expose", "deployment", "front", "--name=inner", "--port=80", "-n", "typed")

    front = json.loads(kubectl("get", "svc", "front", "-n", "typed", "-o", "json"))["spec"]
    assert front["ports"] == [{"name": "80-8080", "port": 80, "protocol": "TCP", "targetPort": 8080, "nodePort": 30123}]
    assert front["selector"] == {"app": "front"}
    assert kubectl("get", "secret", "key", "-n", "typed", "-o", "jsonpath={.data.a}") == "Yg=="
    kubectl("rollout", "status", "deployment/front", "-n", "typed", "--timeout=15s")
    kubectl("scale", "deployment/front", "--replicas=1", "-n", "typed")
    kubectl("wait", "--for=condition=Available", "deployment/front", "-n", "typed", "--timeout=15s")
    assert kubectl("delete", "namespace", "typed") == 'namespace "typed" deleted\n'


def test_a_bad_manifest_is_refused_in_the_server_s_words(kubectl: Kubectl) -> None:
    typo = LEGACY.format(name="typo", port=80).replace("selector:", "selektor:")

    assert 'strict decoding error: unknown field "spec.selektor"' in kubectl("apply", "-f", "-", given=typo, fails=True)
    assert "a DNS-1035 label must consist of" in kubectl("apply", "-f", "-", given=LEGACY.format(name="1st", port=80), fails=True)
    assert "Server-side apply" in kubectl(
        "apply", "--server-side", "-f", "-", given=LEGACY.format(name="ssa", port=80), fails=True
    )


def test_dry_runs_and_diffs_store_nothing(kubectl: Kubectl) -> None:
    manifest = LEGACY.format(name="dry", port=80)

    assert "clusterIP: 10.100." in kubectl("create", "-f", "-", "--dry-run=server", "-o", "yaml", given=manifest)
    assert "NotFound" in kubectl("get", "svc", "dry", "-n", "shop", fails=True)


def test_a_node_is_drained_and_what_it_ran_is_described(kubectl: Kubectl) -> None:
    node = kubectl("get", "no", "-o", "name").split()[0].removeprefix("node/")

    drained = kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=15s")

    assert f"node/{node} drained" in drained
    assert "SchedulingDisabled" in kubectl("get", "no", node)
    kubectl("uncordon", node)
    kubectl("apply", "-f", "-", given=LEGACY.format(name="told", port=80))
    assert "Selector:                 app=web" in kubectl("describe", "svc", "told", "-n", "shop")


def test_the_cluster_tells_what_it_is(kubectl: Kubectl) -> None:
    assert "Server Version: v1.32" in kubectl("version")
    resources = kubectl("api-resources").splitlines()
    assert ["services", "svc", "v1", "true", "Service"] in [each.split() for each in resources]
    assert ["targetgroupbindings", "elbv2.k8s.aws/v1beta1", "true", "TargetGroupBinding"] in [
        [word for word in each.split() if word != "tgb"] for each in resources
    ]
    assert kubectl("config", "current-context") == "sandbox\n"
    assert kubectl("auth", "can-i", "create", "services") == "yes\n"
    assert kubectl("get", "--raw", "/readyz") == "ok"


def test_tokens_count_where_the_door_is_served_with_tls(world: World, tmp_path: Path) -> None:
    """kubectl keeps tokens to itself on plain HTTP, so this is how to meet a cluster that says no."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = serve(KubeDoor(world, time.time), tls=context)
    try:
        for token, said in (
            ("stolen", "You must be logged in"),
            ("readonly", 'User "readonly" cannot delete resource "services"'),
        ):
            home = tmp_path / token
            home.mkdir()
            kubectl = Kubectl(home, kubeconfig(server.host, server.port, token, authority=authority.cert_pem.bytes()))
            assert said in kubectl("delete", "svc", "kubernetes", "-n", "default", fails=True)
    finally:
        server.close()
