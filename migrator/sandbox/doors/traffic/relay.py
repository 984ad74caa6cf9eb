"""The two sides of one forwarded connection: bytes go across as they come, at the pace of the slower side."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

HANG_UP_HARD = struct.pack("ii", 1, 0)  # SO_LINGER on, for zero seconds: close() sends RST instead of FIN


class Side(asyncio.Protocol):
    """One side of a relay. `peer` is the other one, once there is one; `ended` once it sends no more."""

    def __init__(self, *, peer: Side | None = None, on_made: Callable[[Side], None] | None = None) -> None:
        self.peer, self.ended = peer, False
        self.transport: asyncio.Transport | None = None
        self.on_made = on_made
        self.on_lost: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.on_made is not None:
            self.on_made(self)

    def data_received(self, data: bytes) -> None:
        if (other := self._across()) is not None:
            other.write(data)

    def eof_received(self) -> bool:
        """Pass the end of the stream on and keep the way back open, until that has ended too."""
        self.ended = True
        other = self._across()
        if other is None or self.peer is None or self.peer.ended:
            return False
        other.write_eof()
        return True

    def pause_writing(self) -> None:
        if (other := self._across()) is not None:
            other.pause_reading()

    def resume_writing(self) -> None:
        if (other := self._across()) is not None:
            other.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.peer is not None:
            self.peer.close(hard=exc is not None)
        if self.on_lost is not None:
            self.on_lost()

    def close(self, *, hard: bool = False) -> None:
        """Close once everything is written or, when `hard`, reset at once."""
        if self.transport is None:
            return
        if hard:
            reset(self.transport)
        else:
            self.transport.close()

    def _across(self) -> asyncio.Transport | None:
        """The peer's transport while it can be written to."""
        other = self.peer.transport if self.peer else None
        return None if other is None or other.is_closing() else other


def reset(transport: asyncio.Transport) -> None:
    """End a connection so that the other end sees a reset."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANG_UP_HARD)
    transport.abort()
