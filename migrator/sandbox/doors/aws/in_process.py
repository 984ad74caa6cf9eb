"""The door without a socket: botocore hands its requests over before it would send them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError

from migrator.sandbox.doors.aws.door import AwsDoor

if TYPE_CHECKING:
    from botocore.compat import HTTPHeaders

READ_TIMEOUT_S = 60.0  # botocore's default


class _Body:
    """What is left of an HTTP connection: the bytes of one answer."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """All of it at once."""
        yield self._content

    def read(self, *_: object) -> bytes:
        """All of it, once."""
        content, self._content = self._content, b""
        return content


def attach(door: AwsDoor, target: Any, *, sleep: Callable[[float], None] | None = None) -> None:
    """Let a door answer every request of a client, or of the clients that a session makes from now on.

    target   a boto3 or botocore client or session
    sleep    waits for a slow answer; without it an answer that would come within the read time-out comes at once
    A lost answer is a ReadTimeoutError, as if the connection had gone dead. The request keeps the address that
    botocore gave it, so no endpoint has to be configured; credentials are still needed, as requests get signed.
    """

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        parts = urlsplit(request.url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()}
        reply = door.reply(request.method, path, headers, _bytes(request.body))
        if reply.lost or reply.delay_s >= READ_TIMEOUT_S:
            raise ReadTimeoutError(endpoint_url=request.url)
        if reply.delay_s and sleep is not None:
            sleep(reply.delay_s)
        return AWSResponse(request.url, reply.status, cast("HTTPHeaders", reply.headers), _Body(reply.body))

    _events(target).register("before-send", answer)


def _events(target: Any) -> Any:
    """The emitter of a client or session, whichever library it comes from."""
    if hasattr(target, "meta"):
        return target.meta.events
    return target.events if hasattr(target, "events") else target.get_component("event_emitter")


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())
