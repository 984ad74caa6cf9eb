"""What the API server and the way to it raise, in our families: translated once, here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from kubernetes.client.exceptions import ApiException
from urllib3 import exceptions as urllib3

from migrator.errors import Conflict, Denied, Missing, OutsideError, Rejected, Throttled, Unclear, Unreachable

# Raised before the request was sent: no connection was made.
NOT_SENT = (
    urllib3.NewConnectionError,
    urllib3.ConnectTimeoutError,
    urllib3.ProxyError,
    urllib3.LocationParseError,
)

REACH = "see whether `kubectl version` reaches the cluster from here, then run the same command again"
SIGN_IN = "renew the credentials in your kubeconfig (`kubectl auth whoami` shows who you are)"
RIGHTS = "grant the rights that `migrate policy` prints"

# Refusals of admission, which come as 403 and as 500 and say nothing about our rights or the server's health.
ADMISSION = ("admission webhook", "failed calling webhook", "exceeded quota", "violates PodSecurity")


class Status(msgspec.Struct):
    """The API server's Status object, as far as it explains a refusal."""

    message: str | None = None
    reason: str | None = None


_status = msgspec.json.Decoder(Status)


@contextmanager
def reaching(what: str, sent: type[OutsideError]) -> Iterator[None]:
    """Translate what a transport raises; `sent` is raised where the request may have gone out."""
    try:
        yield
    except urllib3.HTTPError as error:
        cause = getattr(error, "reason", None) if isinstance(error, urllib3.MaxRetryError) else error
        if isinstance(cause, NOT_SENT):
            raise Unreachable(f"{what}: no connection to the API server", seen=(_line(cause),), do=REACH) from error
        raise sent(f"{what}: the API server gave no answer", seen=(_line(error),), do=REACH) from error
    except (ApiException, OSError) as error:
        # The client wraps a broken TLS session, and the operating system a connection cut in the middle.
        raise sent(f"{what}: the API server gave no answer", seen=(_line(error),), do=REACH) from error


def refusal(status: int, body: bytes, what: str, *, changing: bool) -> OutsideError:
    """The family of an answer that is not a success."""
    told = explained(body)
    reason, message = told.reason or "", told.message or ""
    seen = (f"HTTP {status} {reason}{': ' + message if message else ''}".replace("  ", " "),)
    if status == 429:
        return Throttled(
            f"{what}: the API server asks us to slow down", seen=seen, do="wait a minute, then run the same command again"
        )
    if status in (403, 500) and any(text in message for text in ADMISSION):
        return Rejected(f"{what}: admission refuses it", seen=seen, do="mend what the message names, then run this again")
    if status == 401:
        return Denied(f"{what}: the API server does not accept the credentials", seen=seen, do=SIGN_IN)
    if status == 403:
        return Denied(f"{what}: not allowed", seen=seen, do=RIGHTS)
    if status == 404:
        return Missing(f"{what}: it is not there", seen=seen)
    if status == 409:
        return Conflict(f"{what}: it is not as it was", seen=seen)
    if status == 410:
        return Unreachable(f"{what}: the list expired while it was read", seen=seen)
    if status >= 500:
        return (Unclear if changing else Unreachable)(f"{what}: the API server failed", seen=seen, do=REACH)
    return Rejected(f"{what}: the API server refuses it", seen=seen)


def explained(body: bytes) -> Status:
    """The Status of a refusal; a proxy in between may answer with anything, which is then quoted."""
    try:
        return _status.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Status(message=" ".join(body[:200].decode(errors="replace").split()))


def _line(error: object) -> str:
    return " ".join(str(error).split())
