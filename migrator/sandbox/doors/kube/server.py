"""The door on a socket: HTTP/1.1 with kept connections and streamed watches, one thread for all clients."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from http import HTTPStatus

from migrator.sandbox.doors.kube.door import KubeDoor
from migrator.sandbox.doors.kube.watching import Watch
from migrator.sandbox.doors.kube.wire import Answer, refusal
from migrator.sandbox.doors.loop import LoopThread
from migrator.sandbox.world.kube_refusals import internal

_HEAD_SIZE = 64 * 1024  # bytes
_BODY_SIZE = 3 * 1024 * 1024  # bytes: kube-apiserver's own limit of a request
_BEAT_S = 1.0  # an idle watch looks this often whether it was cut or its time is over
_log = logging.getLogger(__name__)
_PHRASES = {each.value: each.phrase for each in HTTPStatus}


def serve(door: KubeDoor, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None) -> Server:
    """Serve a door until `close`; port 0 takes a free one. Raises OSError when the port cannot be bound."""
    return Server(door, host, port, tls)


class Server:
    """A running door. `port` is the one that is bound, `url` where clients find it."""

    def __init__(self, door: KubeDoor, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._door = door
        self._clients: set[asyncio.Task[None]] = set()
        self._thread = LoopThread("kube-door")
        try:
            self._listener = self._thread.call(asyncio.start_server(self._client, host, port, limit=_HEAD_SIZE, ssl=tls))
        except OSError:
            self._thread.stop()
            raise
        self.host, self.port = host, int(self._listener.sockets[0].getsockname()[1])
        self.url = f"http{'s' if tls else ''}://{host}:{self.port}"

    def close(self) -> None:
        """Stop listening and break every connection."""
        if not self._thread.loop.is_closed():
            self._thread.call(self._stop())
            self._thread.stop()

    async def _stop(self) -> None:
        self._listener.close()
        for each in tuple(self._clients):
            each.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the client went away, or does not speak HTTP
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._clients.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection goes on."""
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, version, headers = parsed_head(head)
        size = int(headers.get("content-length", "0"))
        if size > _BODY_SIZE:
            writer.write(rendered_head(413, {"Content-Length": "0", "Connection": "close"}))
            return False
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await _chunks(reader) if "chunked" in headers.get("transfer-encoding", "") else await reader.readexactly(size)
        answer = self._answer(method, target, headers, body)
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        if answer.lost:
            writer.transport.abort()
            return False
        if isinstance(answer.body, Watch):
            await self._stream(answer, answer.body, reader, writer)
            return False
        writer.write(rendered_head(answer.status, {**answer.headers, "Content-Length": str(len(answer.body))}))
        writer.write(b"" if method == "HEAD" else answer.body)
        await writer.drain()
        return version != "HTTP/1.0" and headers.get("connection", "").lower() != "close"

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            return self._door.answer(method, target, headers, body)
        except Exception as bug:  # one client's bad luck is not everybody's: told here, in full, and to it
            _log.exception("%s %s", method, target)
            return refusal(internal(f"{type(bug).__name__}: {bug}"))

    async def _stream(self, answer: Answer, watch: Watch, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        news, loop = asyncio.Event(), self._thread.loop

        def woken() -> None:  # by whichever thread changed the world
            loop.call_soon_threadsafe(news.set)

        watch.woken = woken
        gone = asyncio.ensure_future(reader.read(1))  # a client says nothing more on this connection but good-bye
        try:
            writer.write(rendered_head(answer.status, {**answer.headers, "Transfer-Encoding": "chunked"}))
            while not gone.done():
                news.clear()
                chunk = self._door.take(watch)
                if chunk:
                    writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                if watch.cut:
                    writer.transport.abort()
                    return
                if watch.ended:
                    writer.write(b"0\r\n\r\n")
                    return
                await writer.drain()
                await _either(news, gone)
        finally:
            watch.woken = None
            self._door.close(watch)
            gone.cancel()


async def _either(news: asyncio.Event, gone: asyncio.Future[bytes]) -> None:
    told = asyncio.ensure_future(news.wait())
    await asyncio.wait((told, gone), timeout=_BEAT_S, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts, size = [], 0
    while length := int((await reader.readline()).split(b";")[0], 16):
        size += length
        if size > _BODY_SIZE:
            raise ValueError(f"a request of more than {_BODY_SIZE} bytes")
        parts.append(await reader.readexactly(length))
        await reader.readline()
    while (await reader.readline()).strip():
        pass  # trailers
    return b"".join(parts)


def parsed_head(head: bytes) -> tuple[str, str, str, dict[str, str]]:
    """Method, target, version and headers, names in lower case. Raises ValueError."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    headers = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
    return method, target, version, headers


def rendered_head(status: int, headers: Mapping[str, str]) -> bytes:
    """The head of a response, as sent."""
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {_PHRASES.get(status, '')}\r\n{told}\r\n".encode("latin-1")
