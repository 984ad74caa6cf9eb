"""A pod's side of one connection: HTTP/1.1, kept alive, every request answered with what the pod knows of who asks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import msgspec

from migrator.sandbox.doors.present import Present
from migrator.sandbox.doors.traffic.proxy_header import Header
from migrator.sandbox.doors.traffic.relay import reset
from migrator.sandbox.doors.traffic.request_heads import is_request

HEAD_END = b"\r\n\r\n"
LARGEST_HEAD_BYTES = 16384
REASONS = {200: "OK", 400: "Bad Request", 500: "Internal Server Error"}
FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-port")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the other end: the load balancer's name, the address that packets come from, the header that was read."""

    balancer: str
    peer: str
    header: Header | None

    @property
    def client(self) -> str:
        """The client as far as the pod can tell: the header's word, else the packets' source."""
        return (self.header.client[0] if self.header else "") or self.peer

    @property
    def version(self) -> str:
        """The PROXY header's version; empty without one."""
        return self.header.version if self.header else ""


class Conversation(asyncio.Protocol):
    """One connection to a pod. It is among `open_ones` while it lasts."""

    def __init__(self, present: Present, pod: str, caller: Caller, open_ones: set[Conversation]) -> None:
        self._present, self._pod, self._caller, self._open = present, pod, caller, open_ones
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._skip = 0  # bytes of a request body still to come

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while self._received and self._transport is not None and not self._transport.is_closing():
            if self._skip:
                dropped = min(self._skip, len(self._received))
                self._received, self._skip = self._received[dropped:], self._skip - dropped
                continue
            head, end, rest = self._received.partition(HEAD_END)
            if not end:
                if len(head) > LARGEST_HEAD_BYTES:
                    self.cut_off()
                return
            self._received = rest
            self._request(head.decode("latin-1"))

    def cut_off(self) -> None:
        """End the connection as the death of a process does."""
        if self._transport is not None:
            reset(self._transport)

    def _request(self, head: str) -> None:
        line, *rest = head.split("\r\n")
        if not is_request(line.encode("latin-1")):  # such as a PROXY header that nobody has announced
            self._write(self._answer("GET", "", 400, {}, closes=True), True)
            return
        headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
        length = headers.get("content-length", "0")
        self._skip = int(length) if length.isdigit() else 0
        method, _, target = line.partition(" ")
        status, delay_s = self._struck()
        if status == 0:
            self.cut_off()
            return
        closes = headers.get("connection", "").lower() == "close" or line.endswith("HTTP/1.0")
        forwarded = {each: headers[each] for each in FORWARDED if each in headers}
        answer = self._answer(method, target.partition(" ")[0], status, forwarded, closes=closes)
        if delay_s:
            asyncio.get_running_loop().call_later(delay_s, self._write, answer, closes)
        else:
            self._write(answer, closes)

    def _write(self, answer: bytes, closes: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(answer)
        if closes:
            self._transport.close()

    def _answer(self, method: str, path: str, status: int, forwarded: dict[str, str], *, closes: bool) -> bytes:
        caller = self._caller
        told = {"pod": self._pod, "load_balancer": caller.balancer, "path": path}
        told |= {"client": caller.client, "peer": caller.peer, "proxy_protocol": caller.version, **forwarded}
        body = msgspec.json.encode(told) + b"\n"
        head = (
            f"HTTP/1.1 {status} {REASONS[status]}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-Pod: {self._pod}\r\nX-Load-Balancer: {caller.balancer}\r\nX-Proxy-Protocol: {caller.version}\r\n"
            f"Connection: {'close' if closes else 'keep-alive'}\r\n\r\n"
        )
        return head.encode("latin-1") + (b"" if method == "HEAD" else body)

    def _struck(self) -> tuple[int, float]:
        """Status and delay of the next answer; status 0 cuts the connection. Faults where "traffic", operation "answer"."""
        if not self._present.world.faults.armed:
            return 200, 0.0
        with self._present as world:
            fault = world.faults.strike("traffic", "answer", self._pod, now=world.now)
        if fault is None:
            return 200, 0.0
        if fault.mode in ("stop", "lose-reply", "deny"):
            return 0, 0.0
        return (200, fault.delay_s) if fault.mode == "slow" else (500, fault.delay_s)
