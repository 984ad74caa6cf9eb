"""What goes over the wire: requests as the door sees them, answers, Status objects and the spellings of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote

import msgspec

from migrator.sandbox.doors.kube.protobuf import object_of
from migrator.sandbox.world.kube_refusals import bad_request
from migrator.sandbox.world.trouble import KubeError

if TYPE_CHECKING:
    from migrator.sandbox.doors.kube.watching import Watch

encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Request(NamedTuple):
    """One HTTP request; header names are lower case, the path is unquoted and has no trailing slash."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def flag(self, name: str) -> bool:
        """Whether a query parameter says yes."""
        return self.query.get(name, "").lower() in ("1", "true")

    def number(self, name: str) -> int | None:
        """A whole number from the query, None when it is not given. Raises KubeError 400."""
        text = self.query.get(name, "")
        if text and not text.isdigit():
            raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
        return int(text) if text else None

    @property
    def accept(self) -> str:
        """What the client would like to get."""
        return self.headers.get("accept", "")

    @property
    def media_type(self) -> str:
        """What the body is, without parameters; JSON unless said otherwise."""
        return self.headers.get("content-type", "application/json").split(";")[0].strip().lower()

    def decoded(self) -> Any:
        """The body's value. Raises KubeError 400 when it cannot be read, 415 for a format that is not spoken."""
        if self.media_type == "application/vnd.kubernetes.protobuf":
            return object_of(self.body)
        if self.media_type == "application/cbor":
            told = "the body of the request was in an unknown format - accepted media types include: application/json"
            raise KubeError(415, "UnsupportedMediaType", told)
        try:
            return _decode(self.body) if "yaml" not in self.media_type else _yaml(self.body)
        except (msgspec.DecodeError, ValueError) as error:
            raise bad_request(f"the request body cannot be read: {error}") from None


class Answer(NamedTuple):
    """What the client gets: a body of bytes, or a watch to be streamed.

    `delay_s` is how long the answer takes, `lost` that the connection breaks instead of it: faults.
    """

    status: int
    headers: dict[str, str]
    body: bytes | Watch
    delay_s: float = 0.0
    lost: bool = False


def request_of(method: str, target: str, headers: Mapping[str, str], body: bytes | str | None) -> Request:
    """The request in a target such as `/api/v1/services?limit=5`; the last of repeated parameters counts."""
    path, _, query = target.partition("?")
    given = body.encode() if isinstance(body, str) else body or b""
    lowered = {key.lower(): value for key, value in headers.items()}
    asked = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    return Request(method.upper(), unquote(path).rstrip("/") or "/", asked, lowered, given)


def status_object(error: KubeError) -> dict[str, Any]:
    """A refusal as a `Status`."""
    status: dict[str, Any] = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": str(error)}
    status["reason"] = error.reason
    if error.details:
        status["details"] = error.details
    return {**status, "code": error.status}


def refusal(error: KubeError) -> Answer:
    """The answer that tells a refusal."""
    headers = {"Content-Type": "application/json"}
    if error.status == 429:
        headers["Retry-After"] = "1"
    return Answer(error.status, headers, encode(status_object(error)))


def success(details: dict[str, object]) -> dict[str, Any]:
    """The `Status` of something that is done and leaves nothing to show."""
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


@lru_cache(maxsize=16)
def _date(now: int) -> str:
    return format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)


def date_header(now: float) -> str:
    """An instant as the `Date` header has it."""
    return _date(int(now))


def _yaml(body: bytes) -> Any:
    import yaml  # costs more to import than most requests to answer

    try:
        return yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
