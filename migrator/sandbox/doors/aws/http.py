"""The door on a socket: HTTP/1.1 with kept connections, one thread, one event loop."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from http import HTTPStatus

from migrator.sandbox.doors.aws.door import AwsDoor, Reply

MOST_HEAD = 64 * 1024
MOST_BODY = 16 * 1024 * 1024


class BadRequest(Exception):
    """Bytes that are no HTTP request; the connection is closed."""


@dataclass(slots=True)
class Head:
    """The first part of a request: what is asked, and how long the body is (None: in chunks)."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def length(self) -> int | None:
        """Bytes of the body, or None when it comes in chunks."""
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return None
        text = self.headers.get("content-length", "0")
        if not text.isdigit() or int(text) > MOST_BODY:
            raise BadRequest(f"content-length {text}")
        return int(text)


def parsed(data: bytes) -> Head:
    """The head of a request from its bytes, without the empty line; header names in small letters."""
    lines = data.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest(lines[0][:80])
    head = Head(parts[0], parts[1])
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest(line[:80])
        head.headers[name.strip().lower()] = value.strip()
    return head


class _Connection(asyncio.Protocol):
    """One client: reads requests one after another, answers each before it looks at the next."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = bytearray()
        self._head: Head | None = None
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember a client, so that it can be hung up on when the server stops."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(transport)

    def connection_lost(self, _: Exception | None) -> None:
        """Forget a client."""
        self._server.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        """Take in what came, and answer every request that is whole."""
        self._buffer += data
        try:
            while not self._busy and self._next():
                pass
        except BadRequest as error:
            body = f"{error}\n".encode()
            self._transport.write(_bytes(Reply(400, {"Connection": "close"}, body), head=False))
            self._transport.close()

    def _next(self) -> bool:
        """Deal with one request if it is there; whether there may be another."""
        if self._head is None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > MOST_HEAD:
                    raise BadRequest("the head is too long")
                return False
            self._head = parsed(bytes(self._buffer[:end]))
            del self._buffer[: end + 4]
            if self._head.headers.get("expect", "").lower() == "100-continue":
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._body(self._head)
        if body is None:
            return False
        head, self._head = self._head, None
        self._answer(head, body)
        return True

    def _body(self, head: Head) -> bytes | None:
        """The body of a request, taken out of the buffer, or None while it is not whole."""
        length = head.length
        if length is None:
            return self._chunks()
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _chunks(self) -> bytes | None:
        """A chunked body, or None while its last chunk is not there."""
        at, body = 0, bytearray()
        while True:
            line = self._buffer.find(b"\r\n", at)
            if line < 0:
                return None
            try:
                size = int(bytes(self._buffer[at:line]).partition(b";")[0], 16)
            except ValueError as error:
                raise BadRequest("a chunk has no size") from error
            end = line + 2 + size
            if size == 0:
                tail = self._buffer.find(b"\r\n", line + 2)
                if tail < 0:
                    return None
                del self._buffer[: tail + 2]
                return bytes(body)
            if len(self._buffer) < end + 2 or len(body) > MOST_BODY:
                return None
            body += self._buffer[line + 2 : end]
            at = end + 2

    def _answer(self, head: Head, body: bytes) -> None:
        reply = self._server.door.reply(head.method, head.path, head.headers, body)
        if reply.lost:
            self._transport.abort()
            return
        closing = head.headers.get("connection", "").lower() == "close"
        if closing:
            reply.headers["Connection"] = "close"
        data = _bytes(reply, head=head.method == "HEAD")
        if reply.delay_s <= 0:
            self._send(data, closing)
            return
        self._busy = True
        asyncio.get_running_loop().call_later(reply.delay_s, self._late, data, closing)

    def _late(self, data: bytes, closing: bool) -> None:
        self._busy = False
        self._send(data, closing)
        self.data_received(b"")

    def _send(self, data: bytes, closing: bool) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)
            if closing:
                self._transport.close()


def _bytes(reply: Reply, *, head: bool) -> bytes:
    """An answer in one piece, so that it leaves in one packet."""
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    lines.append(f"Content-Length: {len(reply.body)}\r\n\r\n")
    return "\r\n".join(lines).encode("latin-1") + (b"" if head else reply.body)


class Server:
    """A door that listens; `host` and `port` say where. `stop` closes it and every connection."""

    def __init__(self, door: AwsDoor, host: str, port: int) -> None:
        self.door = door
        self.connections: set[asyncio.Transport] = set()
        self._loop = asyncio.new_event_loop()
        try:
            self._listening = self._loop.run_until_complete(self._loop.create_server(lambda: _Connection(self), host, port))
        except OSError:
            self._loop.close()
            raise
        self.host, self.port = self._listening.sockets[0].getsockname()[:2]
        self._thread = threading.Thread(target=self._run, name=f"aws-door-{self.port}", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """What AWS_ENDPOINT_URL has to say."""
        return f"http://{self.host}:{self.port}"

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def stop(self) -> None:
        """Listen no more and hang up; returns when the thread has ended."""

        def end() -> None:
            self._listening.close()
            for each in list(self.connections):
                each.abort()
            self._loop.call_soon(self._loop.stop)

        self._loop.call_soon_threadsafe(end)
        self._thread.join()


def serve(door: AwsDoor, host: str = "127.0.0.1", port: int = 0) -> Server:
    """Listen on an address until `stop`; port 0 takes a free one. Raises OSError when it cannot be had."""
    return Server(door, host, port)
