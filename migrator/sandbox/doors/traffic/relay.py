"""The two sides of one forwarded connection: bytes go across as they come, at the pace of the slower side."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

HANG_UP_HARD = struct.pack("ii", 1, 0)  # SO_LINGER on, for zero seconds: close() sends RST instead of FIN


class Side(asyncio.Protocol):
    """One side of a relay.

    peer       the other one, once there is one
    ended      it sends no more
    forgotten  whoever speaks next is reset
    edit       changes what this side sends on its way across; ValueError is told to `on_nonsense`
    """

    def __init__(self, *, peer: Side | None = None, on_made: Callable[[Side], None] | None = None) -> None:
        self.peer, self.ended, self.forgotten = peer, False, False
        self.transport: asyncio.Transport | None = None
        self._reset = False
        self.edit: Callable[[bytes], bytes] | None = None
        self.on_made = on_made
        self.on_heard: Callable[[], None] | None = None
        self.on_nonsense: Callable[[], None] | None = None
        self.on_lost: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.on_made is not None:
            self.on_made(self)

    def data_received(self, data: bytes) -> None:
        if self.forgotten:
            self.close(hard=True)
            return
        if self.on_heard is not None:
            self.on_heard()
        try:
            across = data if self.edit is None else self.edit(data)
        except ValueError:
            if self.on_nonsense is not None:
                self.on_nonsense()
            return
        if (other := self._across()) is not None:
            other.write(across)

    def eof_received(self) -> bool:
        """Pass the end of the stream on and keep the way back open, until that has ended too.

        TLS has no half-closed connections here: where either side speaks it, one end is the end.
        """
        if self.forgotten:
            self.close(hard=True)
            return False
        self.ended = True
        other = self._across()
        if other is None or self.peer is None or self.peer.ended:
            return False
        if not other.can_write_eof() or self.transport is None or not self.transport.can_write_eof():
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
        """Close once everything is written or, when `hard`, reset at once; once is enough, and TLS bears no more."""
        if self.transport is None or self._reset:
            return
        if hard:
            self._reset = True
            reset(self.transport)
        elif not self.transport.is_closing():
            self.transport.close()

    def finish(self, said: bytes) -> None:
        """Say something to this side and close it."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(said)
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


def turn_away(accepted: socket.socket) -> None:
    """Reset a connection that no transport has taken yet."""
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HANG_UP_HARD)
    accepted.close()
