"""Asks a resolver again only when its last answer has run out: asking earlier would show its cache, not the zone."""

from __future__ import annotations

from migrator.model.names import Answer, Authority
from migrator.model.units import Instant
from migrator.ports.doing import Clock
from migrator.ports.looks import NameLook


class Patient:
    """A NameLook that repeats a resolver's answer until that answer's own TTL has run out.

    Authorities keep nothing, so they are asked each time. So is a resolver that did not answer, or failed.
    """

    def __init__(self, names: NameLook, clock: Clock) -> None:
        self._names, self._clock = names, clock
        self._answers: dict[tuple[str, str, str], tuple[Instant, Answer]] = {}

    def resolvers(self) -> tuple[str, ...]:
        """As the wrapped one's."""
        return self._names.resolvers()

    def authorities(self, name: str) -> tuple[Authority, ...]:
        """As the wrapped one's."""
        return self._names.authorities(name)

    def asked(self, server: str, name: str, type: str, *, recursive: bool) -> Answer:
        """The last answer while it lasts, else a real question."""
        if not recursive:
            return self._names.asked(server, name, type, recursive=False)
        key = (server, name.lower(), type)
        until, answer = self._answers.get(key, (0.0, None))
        now = self._clock.now()
        if answer is None or now >= until:
            answer = self._names.asked(server, name, type, recursive=True)
            self._answers[key] = (now + answer.ttl_s, answer)
        return answer
