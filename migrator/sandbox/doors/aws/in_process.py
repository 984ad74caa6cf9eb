"""The door without a socket: botocore hands its requests over before it would send them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.session import Session

from migrator.sandbox.doors.aws.door import AwsDoor

if TYPE_CHECKING:
    import boto3
    from botocore.compat import HTTPHeaders

READ_TIMEOUT_S = 60.0  # botocore's default
GIVEN = {
    "config_file": os.devnull,
    "credentials_file": os.devnull,
    "ignore_configured_endpoint_urls": True,  # botocore would read those from the environment itself
}


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


def session_apart(region: str) -> boto3.Session:
    """A boto3 session that knows a region and the sandbox's credentials, and nothing of whoever runs it: no file, no variable."""
    import boto3  # here, as the sandbox itself needs no more than botocore

    variables = Session.SESSION_VARIABLES
    apart = {name: (None, None, GIVEN.get(name, default), convert) for name, (_, _, default, convert) in variables.items()}
    session = Session(session_vars=apart)
    session.set_credentials("AKIASANDBOX", "sandbox")
    return boto3.Session(botocore_session=session, region_name=region)


def attach(
    door: AwsDoor, target: Any, *, sleep: Callable[[float], None] | None = None, read_timeout_s: float = READ_TIMEOUT_S
) -> None:
    """Let a door answer every request of a client, or of the clients that a session makes from now on.

    target   a boto3 or botocore client or session
    sleep    waits for a slow answer, up to the read time-out; without it one that would come within that comes at once
    read_timeout_s  of the clients, as botocore tells nobody
    A lost answer is a ReadTimeoutError, as if the connection had gone dead. The request keeps the address that
    botocore gave it, so no endpoint has to be configured; credentials are still needed, as requests get signed.
    """

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        parts = urlsplit(request.url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        headers = {name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()}
        reply = door.reply(request.method, path, headers, _bytes(request.body))
        if reply.delay_s and sleep is not None:
            sleep(min(reply.delay_s, read_timeout_s))
        if reply.lost or reply.delay_s >= read_timeout_s:
            raise ReadTimeoutError(endpoint_url=request.url)
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
