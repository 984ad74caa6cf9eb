"""The Kubernetes API over one world: from a request to its answer, without sockets.

Source of paths, verbs and parameters: the Kubernetes API reference and kubernetes/apiserver pkg/endpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from migrator.sandbox.doors.kube import access
from migrator.sandbox.doors.kube.discovery import VERSION, document, served
from migrator.sandbox.doors.kube.openapi import openapi
from migrator.sandbox.doors.kube.paths import Route, group_version, route, unknown_path
from migrator.sandbox.doors.kube.reading import Reading
from migrator.sandbox.doors.kube.watching import Watch
from migrator.sandbox.doors.kube.wire import Answer, Request, date_header, encode, refusal, request_of
from migrator.sandbox.doors.kube.writing import Writing
from migrator.sandbox.doors.present import Present
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.trouble import KubeError

if TYPE_CHECKING:
    from migrator.sandbox.world import World

_OPEN = {"/livez": b"ok", "/readyz": b"ok", "/healthz": b"ok"}
_JSON = "application/json"


class KubeDoor:
    """Answers requests for a cluster; `clock` tells the time that the world is brought to before each one."""

    def __init__(self, world: World, clock: Callable[[], float]) -> None:
        self.world, self.present = world, Present(world, clock)
        self._reading, self._writing = Reading(world), Writing(world)
        self._watches: list[Watch] = []
        world.kube.log.heard.append(self._heard)

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | str | None
    ) -> tuple[int, dict[str, str], bytes | Watch]:
        """Status, headers and body of the answer; a watch is answered by a `Watch` to take lines from.

        Raises ConnectionResetError where a fault loses the reply; delays are for the caller of `answer`.
        """
        answer = self.answer(method, target, headers, body)
        if answer.lost:
            raise ConnectionResetError(f"the reply to {method} {target} is lost")
        return answer.status, answer.headers, answer.body

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes | str | None) -> Answer:
        """The whole answer, with what a fault does to its delivery."""
        with self.present as world:
            try:
                answer = self._answered(request_of(method, target, headers, body))
            except KubeError as error:
                answer = refusal(error)
            answer.headers["Date"] = date_header(world.now)
            return answer

    @property
    def watching(self) -> int:
        """How many watches are open."""
        return len(self._watches)

    def take(self, watch: Watch) -> bytes:
        """What a watch has to say by now; its `ended` and `cut` tell whether that was all."""
        with self.present as world:
            operation = f"WATCH {watch.kind.plural}"
            watch.cut = world.faults.strike("kube", operation, watch.subject, now=world.now) is not None
            lines = b"" if watch.cut else watch.take(world.now)
            if watch.cut or watch.ended:
                self.close(watch)
            return lines

    def close(self, watch: Watch) -> None:
        """Forget a watch whose client is gone or that has ended."""
        with self.world.lock:
            if watch in self._watches:
                self._watches.remove(watch)

    def _heard(self, kind: str) -> None:
        for watch in self._watches:
            if watch.kind.kind == kind:
                watch.wake()

    def _answered(self, request: Request) -> Answer:
        if request.path in _OPEN:
            return Answer(200, {"Content-Type": "text/plain; charset=utf-8"}, _OPEN[request.path])
        if request.path == "/version":
            return _json(VERSION)
        who = access.user(request.headers)
        offer = served(self.world.kube)
        if request.method == "GET" and (found := document(request.path, request.accept, offer)):
            aggregated = found["kind"] == "APIGroupDiscoveryList"
            return _json(found, f"{_JSON};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList" if aggregated else _JSON)
        if request.path.startswith("/openapi/"):
            if (told := openapi(request.path, offer)) is None:
                raise unknown_path()
            return _json(told)
        if review := self._review(request, who):
            return _json(review, status=201)
        return self._resource(request, route(request, offer), who)

    def _review(self, request: Request, who: str) -> dict[str, Any] | None:
        found = group_version(request.path)
        if request.method != "POST" or found is None or found[0] not in ("authorization.k8s.io", "authentication.k8s.io"):
            return None
        return access.reviewed("/".join(found[2]), request.decoded(), who, self.world.faults, self.world.now)

    def _resource(self, request: Request, aim: Route, who: str) -> Answer:
        if not access.may(who, aim.verb):
            raise access.refused(who, aim.verb, aim.resource, aim.kind.group, aim.namespace, aim.name)
        fault = self._fault(request, aim)
        if fault is not None and fault.mode not in ("slow", "lose-reply"):
            raise _struck(fault, who, aim)
        answer = (
            self._reading.answer(request, aim) if aim.verb in ("get", "list", "watch") else self._writing.answer(request, aim)
        )
        if isinstance(answer.body, Watch):
            self._watches.append(answer.body)
        if fault is not None:
            answer = answer._replace(delay_s=fault.delay_s, lost=fault.mode == "lose-reply")
        return answer

    def _fault(self, request: Request, aim: Route) -> Fault | None:
        if not self.world.faults.armed:
            return None
        method = "WATCH" if aim.verb == "watch" else request.method
        subject = f"{aim.home}/{aim.name or self._writing.named(request, aim)}"
        return self.world.faults.strike("kube", f"{method} {aim.resource}", subject, now=self.world.now)


def _json(value: Any, media_type: str = _JSON, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": media_type}, encode(value))


def _struck(fault: Fault, who: str, aim: Route) -> KubeError:
    if fault.mode == "throttle":
        told = fault.message or "the server has received too many requests and has asked us to try again later"
        return KubeError(429, "TooManyRequests", told, {"retryAfterSeconds": 1})
    if fault.mode == "deny":
        return access.refused(who, aim.verb, aim.resource, aim.kind.group, aim.namespace, aim.name)
    status = int(fault.code) if fault.code.isdigit() else 500
    reason = {500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout"}.get(status, fault.code)
    return KubeError(
        status, reason, fault.message or f"an error on the server ({reason}) has prevented the request from succeeding"
    )
