"""One way to the API server: configured and authenticated by the Kubernetes client, answers as bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
import yaml
from kubernetes.client.api_client import ApiClient
from kubernetes.client.configuration import Configuration
from kubernetes.config import (
    ConfigException,
    list_kube_config_contexts,
    load_incluster_config,
    load_kube_config,
    load_kube_config_from_dict,
)
from msgspec.json import Decoder

from migrator.adapters.kube.nouns import Page
from migrator.adapters.kube.trouble import reaching, refusal
from migrator.errors import OperatorError, OutsideError, Unclear, Unreachable

CONNECT_S, READ_S = 5, 25  # together the request time-out that a take-over waits out
PAGE = 500
MANAGER = ("fieldManager", "migrate")
JSON, MERGE = "application/json", "application/merge-patch+json"

Query = tuple[tuple[str, str], ...]
T = TypeVar("T")


class KubeClient:
    """One cluster. Reading the configuration waits until the first call.

    `kubeconfig` is a path, or several joined by the path separator; without it KUBECONFIG and then ~/.kube/config
    count, then the cluster that we run in. `attached` is called once with the client's ApiClient before the first
    call; a test puts a door in process there. The first call raises OperatorError `no-kubeconfig` where nothing
    says which cluster. `given` is the text of a kubeconfig that is used as it is, whatever files and the environment say.
    """

    def __init__(
        self,
        *,
        kubeconfig: str | None = None,
        context: str | None = None,
        environ: Mapping[str, str] = os.environ,
        attached: Callable[[ApiClient], object] | None = None,
        given: str = "",
    ) -> None:
        self._given = given
        self._kubeconfig = kubeconfig or environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
        self._context, self._environ, self._attached = context, environ, attached

    @property
    def context(self) -> str:
        """The name of the context that is used, for people; empty inside a cluster."""
        if self._context:
            return self._context
        if self._given:
            return str(yaml.safe_load(self._given)["current-context"])
        try:
            return str(list_kube_config_contexts(self._kubeconfig)[1]["name"])
        except (ConfigException, OSError, yaml.YAMLError, TypeError, AttributeError):
            return ""

    def get(self, path: str, doing: str, kind: Decoder[T], query: Query = (), *, accept: str = JSON) -> T:
        """One object. One call. Raises Missing, Denied, Throttled, Unreachable, Rejected."""
        return _decoded(self._call("GET", path, doing, query=query, accept=accept), kind, doing, Unreachable)

    def items(self, path: str, doing: str, kind: Decoder[Page[T]], query: Query = (), *, accept: str = JSON) -> Iterator[T]:
        """The items of a list, in the server's order. One call for 500.

        `accept` may ask for another form of them. Raises Unreachable too when the server forgot the list between two pages.
        """
        token: str | None = None
        while True:
            asked = (*query, ("limit", str(PAGE)), *((("continue", token),) if token else ()))
            page = self.get(path, doing, kind, asked, accept=accept)
            yield from page.items or ()
            token = page.metadata.next
            if not token:
                return

    def create(self, path: str, doing: str, kind: Decoder[T], body: Any, *, dry: bool = False) -> T:
        """The object as stored. One call. A dry run changes nothing, so its lost answer is Unreachable."""
        query = (MANAGER, ("dryRun", "All")) if dry else (MANAGER,)
        answer = self._call("POST", path, doing, query=query, body=body, changing=not dry)
        return _decoded(answer, kind, doing, Unreachable if dry else Unclear)

    def merge(self, path: str, doing: str, kind: Decoder[T], body: Any) -> T:
        """The object after a merge patch. One call."""
        answer = self._call("PATCH", path, doing, query=(MANAGER,), body=body, content=MERGE, changing=True)
        return _decoded(answer, kind, doing, Unclear)

    def delete(self, path: str, doing: str, options: Any) -> None:
        """Delete with options, which hold the preconditions. One call."""
        self._call("DELETE", path, doing, body=options, changing=True)

    def _call(
        self,
        method: str,
        path: str,
        doing: str,
        *,
        query: Query = (),
        body: Any = None,
        content: str = JSON,
        accept: str = JSON,
        changing: bool = False,
    ) -> bytes:
        what, headers = f"cannot {doing}", {"Accept": accept, "Content-Type": content}
        api = self._api
        request = api.param_serialize(
            method, path, query_params=list(query), body=body, auth_settings=["BearerToken"], header_params=headers
        )
        with reaching(what, Unclear if changing else Unreachable):
            answer = api.call_api(*request, _request_timeout=(CONNECT_S, READ_S))
            said: bytes = answer.read()
        if not 200 <= answer.status < 300:
            raise refusal(answer.status, said, what, changing=changing)
        return said

    @cached_property
    def _api(self) -> ApiClient:
        configuration = Configuration()
        configuration.retries = False  # urllib3 would send a write up to four times
        try:
            self._configure(configuration)
        except (ConfigException, OSError, yaml.YAMLError, TypeError, AttributeError) as error:
            # The last two are what the client raises for a file that is YAML, but no kubeconfig.
            raise self._nowhere(error) from error
        api = ApiClient(configuration)
        if self._attached is not None:
            self._attached(api)
        return api

    def _configure(self, configuration: Configuration) -> None:
        if self._given:
            load_kube_config_from_dict(
                yaml.safe_load(self._given), self._context, client_configuration=configuration, persist_config=False
            )
            return
        there = any(Path(each).expanduser().exists() for each in self._kubeconfig.split(os.pathsep))
        if not there and not self._context and self._environ.get("KUBERNETES_SERVICE_HOST"):
            load_incluster_config(client_configuration=configuration)
        else:
            load_kube_config(self._kubeconfig, self._context, client_configuration=configuration, persist_config=False)

    def _nowhere(self, error: Exception) -> OperatorError:
        asked = f" with context {self._context}" if self._context else ""
        return OperatorError(
            f"cannot tell which cluster is meant: no usable kubeconfig{asked}",
            seen=(f"{self._kubeconfig}: {' '.join(str(error).split())}",),
            do="set KUBECONFIG, or `aws eks update-kubeconfig --name CLUSTER`; `kubectl config get-contexts` lists contexts",
            code="no-kubeconfig",
        )


def _decoded(body: bytes, kind: Decoder[T], doing: str, sent: type[OutsideError]) -> T:
    try:
        return kind.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # A proxy or a portal answered in the server's place.
        raise sent(f"cannot {doing}: the answer is not what an API server gives", seen=(str(error),)) from error


def path_of(prefix: str, namespace: str | None, plural: str, name: str | None = None) -> str:
    """`/api/v1`, `shop`, `services`, `web` as a path; what a name may hold is escaped."""
    parts = [*(("namespaces", quote(namespace, safe="")) if namespace else ()), plural]
    return "/".join([prefix, *parts, *((quote(name, safe=""),) if name else ())])
