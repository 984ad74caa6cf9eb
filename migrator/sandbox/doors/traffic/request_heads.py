"""What a Classic Load Balancer's HTTP listener does to requests: it tells the backend who the client is, in headers.

Source: Classic Load Balancers user guide, "HTTP headers and Classic Load Balancers". AWS may bring each request of a
connection to another instance; here one connection has one backend.
"""

from __future__ import annotations

HEAD_END = b"\r\n\r\n"
LARGEST_HEAD_BYTES = 65536
UNAVAILABLE = (
    b"HTTP/1.1 503 Service Unavailable: Back-end server is at capacity\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)
BAD_REQUEST = b"HTTP/1.1 400 BAD_REQUEST\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
TIMED_OUT = b"HTTP/1.1 504 GATEWAY_TIMEOUT\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class NotHttp(ValueError):
    """What a client sent is no HTTP request."""


class RequestHeads:
    """Rewrites the heads in one client's stream of requests and leaves the bodies as they are; `requests` counts them."""

    def __init__(self, client: str, scheme: str, port: int) -> None:
        self._client = client
        self.requests = 0
        self._told = {"x-forwarded-proto": scheme, "x-forwarded-port": str(port)}
        self._waiting = b""  # the beginning of a head, or of a chunk's line
        self._body = 0  # bytes still to pass
        self._chunked = False

    def feed(self, data: bytes) -> bytes:
        """What to pass on of what has come. NotHttp when it makes no sense."""
        self._waiting += data
        passed = b""
        while self._waiting:
            took = self._pass_body() or self._pass_chunk() if self._body or self._chunked else self._pass_head()
            if not took:
                break
            passed += took
        return passed

    def _pass_body(self) -> bytes:
        taken, self._waiting = self._waiting[: self._body], self._waiting[self._body :]
        self._body -= len(taken)
        return taken

    def _pass_chunk(self) -> bytes:
        """A chunk's line, whose data and line end then are body; the last one with what follows it."""
        line, end, rest = self._waiting.partition(b"\r\n")
        if not end:
            return b""
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError as error:
            raise NotHttp(f"{line[:20]!r} is no chunk's size") from error
        if size:
            self._waiting, self._body = rest, size + 2
            return line + end
        if rest.startswith(b"\r\n"):
            taken, self._waiting = line + HEAD_END, rest[2:]
        else:
            trailers, end, after = rest.partition(HEAD_END)
            if not end:
                return b""
            taken, self._waiting = line + b"\r\n" + trailers + end, after
        self._chunked = False
        return taken

    def _pass_head(self) -> bytes:
        head, end, rest = self._waiting.partition(HEAD_END)
        if not end:
            if len(head) > LARGEST_HEAD_BYTES or (b"\r\n" in head and not is_request(head.partition(b"\r\n")[0])):
                raise NotHttp("no end of a request's head")
            return b""
        line, *fields = head.decode("latin-1").split("\r\n")
        if not is_request(line.encode("latin-1")):
            raise NotHttp(f"{line[:20]!r} is no request")
        self._waiting = rest
        self.requests += 1
        return "\r\n".join([line, *self._rewritten(fields), "", ""]).encode("latin-1")

    def _rewritten(self, fields: list[str]) -> list[str]:
        kept, forwarded = [], []
        for field in fields:
            name, _, value = field.partition(":")
            name, value = name.strip().lower(), value.strip()
            if name == "x-forwarded-for":
                forwarded.append(value)
                continue
            if name in self._told:
                continue
            if name == "content-length" and value.isdigit():
                self._body = int(value)
            self._chunked = self._chunked or (name == "transfer-encoding" and "chunked" in value.lower())
            kept.append(field)
        chain = ", ".join([*forwarded, self._client])
        return [*kept, f"X-Forwarded-For: {chain}", *(f"{name.title()}: {value}" for name, value in self._told.items())]


def is_request(line: bytes) -> bool:
    """Whether a line is a request's first one."""
    words = line.split(b" ")
    return len(words) == 3 and words[0].isalpha() and words[2].startswith(b"HTTP/1.")
