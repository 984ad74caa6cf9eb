"""What a simulation of a plan showed: a certificate, as it is printed and as its file beside the plan holds it."""

from __future__ import annotations

from typing import Literal

import msgspec

VERSION = 1


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of a certificate: a field that we do not know makes it another tool's."""


class Promise(_Part, frozen=True):
    """What was checked after every event, by the name of its checker."""

    name: str
    law: str


class Swept(_Part, frozen=True):
    """One way to make the journey: how many crash points it has, and how many of them were reached."""

    way: str
    points: int
    covered: int


class Seeds(_Part, frozen=True):
    """The fault mixes: so many seeds, counted up from the first one."""

    first: int
    count: int


class Spent(_Part, frozen=True):
    """How long a step of the undisturbed journey took, in seconds of virtual time."""

    step: str
    took_s: float


class Times(_Part, frozen=True):
    """Virtual time from the start, in seconds.

    earliest_s, latest_s   until the legacy Service was retired, over all journeys that came so far; None where none did
    steps                  what the undisturbed journey spent before that, step by step
    longest_s, longest     the longest journey of all until its end, and which one that was
    """

    earliest_s: float | None
    latest_s: float | None
    steps: tuple[Spent, ...]
    longest_s: float
    longest: str


class Failure(_Part, frozen=True):
    """A journey on which a promise was broken: `case` is what `--replay` takes."""

    case: str
    breaches: tuple[str, ...]


class Certificate(_Part, frozen=True):
    """A plan and what became of its promises on every journey; the same plan and options give the same certificate.

    digest    of the plan's contents, as the plan has it; `signed` covers its answers, too
    verdict   `kept` where no journey broke a promise
    failures  how many journeys did; `first` is the first one of them
    assumed   what the plan does not say and the virtual world had to have, a sentence each
    """

    version: int
    tool: str
    migration: str
    service: str
    digest: str
    signed: str
    verdict: Literal["kept", "broken"]
    journeys: int
    ways: tuple[Swept, ...]
    seeds: Seeds
    promises: tuple[Promise, ...]
    times: Times
    failures: int
    first: Failure | None
    assumed: tuple[str, ...]
    certifies: str = "the engine and the plan, not the cloud"

    @property
    def points(self) -> int:
        """How many crash points there are, over all ways."""
        return sum(each.points for each in self.ways)

    @property
    def covered(self) -> int:
        """How many of them a process died at."""
        return sum(each.covered for each in self.ways)


Standing = Literal["none", "kept", "broken", "stale", "unreadable"]


class Simulated(_Part, frozen=True):
    """What the certificate beside a plan says of it, as a word and a sentence; the sentence is empty where there is none."""

    standing: Standing = "none"
    told: str = ""
