"""The door without sockets: an object to put in place of the Python client's `rest_client.pool_manager`."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Mapping
from http.client import RemoteDisconnected
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from migrator.sandbox.doors.kube.watching import Watch

if TYPE_CHECKING:
    from migrator.sandbox.doors.kube.door import KubeDoor

Pause = Callable[[float], None]


def pool_manager(door: KubeDoor, pause: Pause | None = None) -> DoorPool:
    """A stand-in for urllib3's PoolManager whose every host is the door.

    `pause(seconds)` lets that much of the world's time pass: for slow answers, and for watches that wait for what comes
    next. Without it slow answers come at once and a watch ends, as if closed by the server, when all has been told.
    """
    return DoorPool(door, pause)


class DoorPool:
    """Answers `request` as urllib3's PoolManager does, but never tries again by itself, whatever `retries` says."""

    def __init__(self, door: KubeDoor, pause: Pause | None) -> None:
        self._door, self._pause = door, pause

    def request(
        self,
        method: str,
        url: str,
        *,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: urllib3.Timeout | float | None = None,
        preload_content: bool = True,
        **others: Any,
    ) -> urllib3.HTTPResponse:
        """One request. Raises urllib3's ProtocolError for a lost reply and ReadTimeoutError for one too slow."""
        target = url[url.index("/", 8) :] if "://" in url else url
        answer = self._door.answer(method, target, headers or {}, body)
        if answer.delay_s and self._pause is not None:
            self._wait(url, answer.delay_s, timeout)
        if answer.lost:
            raise ProtocolError("Connection aborted.", RemoteDisconnected("Remote end closed connection without response"))
        if isinstance(answer.body, Watch):
            return WatchResponse(self._door, answer.body, answer.headers, self._pause)
        return urllib3.HTTPResponse(
            body=io.BytesIO(answer.body),
            headers=answer.headers,
            status=answer.status,
            preload_content=preload_content,
            request_method=method,
            request_url=url,
        )

    def clear(self) -> None:
        """Nothing is kept open."""

    def _wait(self, url: str, delay_s: float, timeout: urllib3.Timeout | float | None) -> None:
        assert self._pause is not None
        limit: object = timeout
        if isinstance(timeout, urllib3.Timeout):
            started = timeout.clone()
            started.start_connect()  # which took no time
            limit = started.read_timeout
        if isinstance(limit, int | float) and limit < delay_s:
            self._pause(limit)
            raise ReadTimeoutError(urllib3.connection_from_url(url), url, "Read timed out.")
        self._pause(delay_s)


class WatchResponse(urllib3.HTTPResponse):
    """A response whose body is a watch, told piece by piece as the world's time passes."""

    def __init__(self, door: KubeDoor, watch: Watch, headers: Mapping[str, str], pause: Pause | None) -> None:
        super().__init__(body=b"", headers=headers, status=200, preload_content=False)
        self._door, self._watch, self._pause = door, watch, pause
        self._over = False

    def stream(self, amt: int | None = None, decode_content: bool | None = None) -> Generator[bytes, None, None]:
        """Whole lines, as soon as there are any. Raises urllib3's ProtocolError when the watch is cut."""
        while not self._over:
            chunk = self._door.take(self._watch)
            if self._watch.cut:
                self.close()
                raise ProtocolError("Connection broken: the watch was cut")
            if chunk:
                yield chunk
            elif self._watch.ended or self._pause is None:
                self.close()
            else:
                self._pause(self._until_next())

    def read_chunked(self, amt: int | None = None, decode_content: bool | None = None) -> Generator[bytes, None, None]:
        """The same, by the name that chunked responses have for it."""
        return self.stream(amt, decode_content)

    def close(self) -> None:
        """Stop watching."""
        self._over = True
        self._door.close(self._watch)
        super().close()

    def _until_next(self) -> float:
        world = self._door.world
        due = world.next_due()
        until = self._watch.deadline if due is None else min(due, self._watch.deadline)
        return max(until - world.now, 0.001)
