"""The control door: faults, clients, scanners and summaries, as JSON over HTTP for whoever holds the token.

    POST /<verb>   Authorization: Bearer <token>   a JSON object in, a JSON object out

400 says what is wrong with the payload, 401 is a wrong token, 404 an unknown verb, 503 that it took too long.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

from migrator.sandbox.world.trouble import AwsError, KubeError

Verb = Callable[[dict[str, Any]], object]
LARGEST_PAYLOAD_BYTES = 1 << 20


class ControlServer:
    """Serves verbs on a loopback port from construction until `close`. OSError when the port is taken."""

    def __init__(self, host: str, port: int, token: str, verbs: Mapping[str, Verb]) -> None:
        class Handler(_Handler):
            expected = f"Bearer {token}"

        Handler.verbs = verbs
        self._server = _Server((host, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="control", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._server.server_address[1]

    def close(self) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


class _Handler(BaseHTTPRequestHandler):
    """One connection; `verbs` and `expected` are set by the server."""

    verbs: Mapping[str, Verb] = {}
    expected = ""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    timeout = 30

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > LARGEST_PAYLOAD_BYTES:
            return self._answer(400, {"error": "the payload has no length or is too large"})
        payload = self.rfile.read(int(length))
        if not hmac.compare_digest(self.headers.get("Authorization", ""), self.expected):
            return self._answer(401, {"error": "a wrong token"})
        verb = self.verbs.get(self.path.strip("/"))
        if verb is None:
            return self._answer(404, {"error": f"no verb {self.path.strip('/')!r}; there are {', '.join(sorted(self.verbs))}"})
        try:
            given = msgspec.json.decode(payload or b"{}", type=dict[str, Any])
            self._answer(200, verb(given))
        except (ValueError, LookupError, TypeError, AwsError, KubeError) as error:
            said = f"no {error}" if isinstance(error, KeyError) else str(error)
            self._answer(400, {"error": said})
        except TimeoutError:
            self._answer(503, {"error": "the sandbox is too busy to do it in time"})

    def do_GET(self) -> None:
        self._answer(405, {"error": "verbs are posted"})

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent: nobody reads a log of one's own questions."""

    def _answer(self, status: int, said: object) -> None:
        body = msgspec.json.encode(said)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
