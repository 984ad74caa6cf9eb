"""The AWS door: one request in, one answer out, over one world. Knows no sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from migrator.sandbox.doors.aws import refusals
from migrator.sandbox.doors.aws.codec.errors import refused
from migrator.sandbox.doors.aws.codec.limits import Malformed
from migrator.sandbox.doors.aws.codec.wire import Answer, Call, Request, Unknown, answered, asked, called
from migrator.sandbox.doors.aws.services import HANDLERS
from migrator.sandbox.world import World
from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.trouble import AwsError

GLOBAL_SERVICES = ("cloudfront", "globalaccelerator", "iam", "route53", "sts")  # the same whatever region a client is set up for


class ReplyLost(Exception):
    """The connection broke before the answer came; what was asked for may have been done."""


@dataclass(slots=True)
class Reply:
    """An answer; `lost` when it never reaches the client, `delay_s` when it takes its time."""

    status: int
    headers: dict[str, str]
    body: bytes
    lost: bool = False
    delay_s: float = 0.0


class AwsDoor:
    """Answers requests of every service in `services` for one account.

    `clock` gives seconds since the epoch; each call first moves the world there. A client set up for a region other
    than the world's finds that region empty.
    """

    def __init__(self, world: World, clock: Callable[[], float]) -> None:
        self.world, self.clock = world, clock
        self.calls = 0
        self._elsewhere: dict[str, World] = {}
        self._date = (0, "")

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Status, headers and body for a request; `path` carries the query string. Raises ReplyLost."""
        reply = self.reply(method, path, headers, body)
        if reply.lost:
            raise ReplyLost(f"{method} {path}")
        return reply.status, reply.headers, reply.body

    def reply(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Like `handle`, but what happens to the answer on its way is left to the caller."""
        request = Request(method, path, {name.lower(): value for name, value in headers.items()}, body)
        with self.world.lock:
            self.world.advance(self.clock())
            self.calls += 1
            id = f"00000000-0000-4000-8000-{self.calls:012x}"
            try:
                call = called(request)
            except Unknown as error:
                found = Reply(404, {"Content-Type": "text/plain"}, f"the sandbox serves no {error}\n".encode())
            else:
                found = self._done(call, request, id)
        found.headers |= {"x-amzn-RequestId": id, "Date": self._http_date()}
        return found

    def _done(self, call: Call, request: Request, id: str) -> Reply:
        """Do what a call asks for, or refuse it, with the faults that are armed for it."""
        world, fault = self._world(call), None
        try:
            refusals.check_credentials(world, call)
            handler = HANDLERS[call.service.name].get(call.operation_name)
            if handler is None:
                raise refusals.unserved(call)
            wanted = asked(call, request)
            fault = self._fault(call, wanted)
            if fault is not None:
                if (refusal := refusals.struck(world, call, fault)) is not None:
                    raise refusal
                if fault.mode == "stop":
                    return Reply(0, {}, b"", lost=True)
            answer = answered(call, handler(world, wanted), id)
        except Malformed as error:
            answer = refused(call.service, call.protocol, refusals.malformed(call, error), id)
        except AwsError as error:
            answer = refused(call.service, call.protocol, error, id)
        lost = fault is not None and fault.mode == "lose-reply"
        return Reply(*answer, lost=lost, delay_s=fault.delay_s if fault is not None and fault.mode == "slow" else 0.0)

    def _fault(self, call: Call, wanted: dict[str, Any]) -> Fault | None:
        """The fault that strikes a call, if any; its subject is every text in the request."""
        if not self.world.faults.armed:
            return None
        subject = " ".join(_texts(wanted))
        return self.world.faults.strike("aws", f"{call.service.name}:{call.operation_name}", subject, now=self.world.now)

    def _world(self, call: Call) -> World:
        """The world that a call is about: this one, or an empty one for another region."""
        home = self.world
        if call.region in ("", home.region) or call.service.name in GLOBAL_SERVICES:
            return home
        if call.region not in self._elsewhere:
            self._elsewhere[call.region] = World(now=home.now, pace=home.pace, account=home.account, region=call.region)
        self._elsewhere[call.region].advance(home.now)
        return self._elsewhere[call.region]

    def _http_date(self) -> str:
        """The Date header, made once a second."""
        second = int(self.world.now)
        if self._date[0] != second:
            self._date = (second, formatdate(second, usegmt=True))
        return self._date[1]


def _texts(value: Any) -> Iterator[str]:
    """Every text in a request: names, ARNs, record sets."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
