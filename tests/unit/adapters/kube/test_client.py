"""What stands between us and the API server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import urllib3
from kubernetes.client.api_client import ApiClient

from migrator.adapters.kube.client import CONNECT_S, READ_S, KubeClient
from migrator.adapters.kube.cluster import ClusterLook
from migrator.adapters.kube.effects import ServiceDoer
from migrator.errors import OperatorError, OutsideError, Unclear, Unreachable
from migrator.model.effects import CreateService

CONFIG = """apiVersion: v1
kind: Config
current-context: one
clusters: [{name: c, cluster: {server: "http://192.0.2.1"}}]
contexts: [{name: one, context: {cluster: c, user: u}}, {name: two, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: secret}}]
"""


class Pool:
    """Stands for urllib3's pool manager; answers everything with one body."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.body, self.status, self.asked = body, status, {}

    def request(self, method: str, url: str, **others: Any) -> urllib3.HTTPResponse:
        self.asked = {"method": method, "url": url, **others}
        return urllib3.HTTPResponse(self.body, status=self.status, preload_content=True)


def client(tmp_path: Path, pool: Pool | None = None, **others: Any) -> tuple[KubeClient, list[ApiClient]]:
    """A client of CONFIG, and the SDK's client once it is made."""
    file, made = tmp_path / "config", []
    file.write_text(CONFIG)

    def attach(api: ApiClient) -> None:
        made.append(api)
        if pool is not None:
            api.rest_client.pool_manager = pool

    return KubeClient(kubeconfig=str(file), attached=attach, **others), made


@pytest.mark.parametrize(
    "body", [b"<html>please sign in</html>", b'{"kind": "Service"}', b"\xff\xfe"], ids=["portal", "no-metadata", "bytes"]
)
def test_an_answer_from_something_else_is_no_answer(tmp_path: Path, body: bytes) -> None:
    """A proxy that answers 200 in the server's place; a change may have been passed on or not."""
    ours, _ = client(tmp_path, Pool(body))

    with pytest.raises(Unreachable):
        ClusterLook(ours).service("shop", "web")
    with pytest.raises(Unclear):
        ServiceDoer(ours).create(CreateService("shop", "web", {"metadata": {"name": "web"}}))


def test_nothing_is_repeated_below_us_and_nothing_hangs(tmp_path: Path) -> None:
    """urllib3 would send a write up to four times, and wait for ever."""
    pool = Pool(b'{"metadata": {"name": "web"}}')
    ours, made = client(tmp_path, pool)

    ClusterLook(ours).service("shop", "web")

    assert made[0].configuration.retries is False
    assert (pool.asked["timeout"].connect_timeout, pool.asked["timeout"].read_timeout) == (CONNECT_S, READ_S)
    assert pool.asked["headers"]["authorization"] == "Bearer secret"


def test_the_context_is_chosen(tmp_path: Path) -> None:
    """One kubeconfig, many clusters; nothing is read before it is needed."""
    assert client(tmp_path)[0].context == "one"
    assert client(tmp_path, context="two")[0].context == "two"
    assert KubeClient(kubeconfig=str(tmp_path / "none")).context == ""


def test_inside_a_cluster_no_kubeconfig_is_needed(tmp_path: Path) -> None:
    """A Job's service account is enough; where its files are missing the operator is told."""
    environ = {"KUBERNETES_SERVICE_HOST": "192.0.2.1", "KUBECONFIG": str(tmp_path / "none")}

    with pytest.raises(OperatorError) as caught:
        ClusterLook(KubeClient(environ=environ)).identity()

    assert caught.value.code == "no-kubeconfig"
    assert not isinstance(caught.value, OutsideError)


def test_a_kubeconfig_that_is_given_counts_alone(tmp_path: Path) -> None:
    """In a simulation nothing of whoever runs it is read."""
    broken, made, pool = tmp_path / "broken", list[ApiClient](), Pool(b'{"metadata": {"name": "web", "namespace": "shop"}}')
    broken.write_text("clusters: [")

    def attach(api: ApiClient) -> None:
        made.append(api)
        api.rest_client.pool_manager = pool

    ours = KubeClient(given=CONFIG, environ={"KUBECONFIG": str(broken)}, attached=attach)

    assert ours.context == "one"
    assert ClusterLook(ours).service("shop", "web") is not None
    assert (made[0].configuration.host, pool.asked["headers"]["authorization"]) == ("http://192.0.2.1", "Bearer secret")
