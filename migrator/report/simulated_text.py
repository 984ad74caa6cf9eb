"""A simulation for a terminal: the verdict first, then what was covered, how long it takes, and what was assumed."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator

from migrator.model.certificate import Certificate, Failure
from migrator.model.events import Entry, Noticed
from migrator.report.amounts import span
from migrator.report.plan_words import clean, counted
from migrator.report.sentences import plain, sentence, step_of

WIDTH = 80
NOT_THE_CLOUD = (
    "It certifies the engine and the plan, not the cloud: AWS, both controllers, resolvers and clients were models, "
    "made from what the plan recorded."
)


def render(certificate: Certificate, file: str = "PLAN") -> str:
    """The whole certificate, at most 80 columns; `file` is what commands in it call the plan. Ends without a line feed."""
    return "\n".join(line.rstrip() for line in _lines(certificate, file))


def _lines(certificate: Certificate, file: str) -> Iterator[str]:
    yield from _wrapped(verdict(certificate))
    yield from _wrapped(NOT_THE_CLOUD)
    if certificate.first is not None:
        yield from _failure(certificate.first, file)
    yield from _heading("Covered")
    yield from _covered(certificate)
    yield from _heading("Promises checked after every event")
    for each in certificate.promises:
        yield from _wrapped(each.law, " " * 14, f"  {each.name:12}")
    yield from _heading("How long it takes, in virtual time")
    yield from _times(certificate)
    yield from _heading("Assumed, as the plan does not say it")
    for sentence_ in certificate.assumed:
        yield from _wrapped(sentence_, "    ", "  - ")
    yield ""
    yield from _wrapped(f"plan {certificate.migration}, {certificate.digest}, migrate {certificate.tool}")


def verdict(certificate: Certificate) -> str:
    """The first line."""
    journeys = counted(certificate.journeys, "journey")
    if certificate.verdict == "kept":
        return f"KEPT: {certificate.service} keeps every promise on {journeys}"
    return f"BROKEN: {certificate.service} breaks a promise on {certificate.failures} of {journeys}"


def _failure(first: Failure, file: str) -> Iterator[str]:
    yield from _heading("The first one")
    for each in first.breaches:
        yield from _wrapped(plain(each), "    ", "  - ")
    yield "  see it again:"
    yield f"    {command(first.case, file)}"


def command(case: str, file: str) -> str:
    """What replays a journey."""
    return f"migrate simulate {shlex.quote(file)} --replay {case}"


def _covered(certificate: Certificate) -> Iterator[str]:
    yield from _row("crash points", f"{certificate.covered} of {certificate.points}")
    for each in certificate.ways:
        yield f"    {each.way:22}{each.covered:5} of {each.points}"
    seeds = certificate.seeds
    span_ = f", seeds {seeds.first} to {seeds.first + seeds.count - 1}" if seeds.count else ""
    yield from _row("fault mixes", f"{seeds.count}{span_}")


def _times(certificate: Certificate) -> Iterator[str]:
    times = certificate.times
    if times.earliest_s is None or times.latest_s is None:
        yield from _row("earliest safe deletion", "none: no journey came so far")
    else:
        late = f"at the latest after {span(times.latest_s)}"
        yield from _row("earliest safe deletion", f"{span(times.earliest_s)} after the start, {late}")
    waited = ", ".join(f"{each.step} {span(each.took_s)}" for each in times.steps if each.took_s > 0)
    if waited:
        yield from _row("what it waits for", f"{waited} (where nothing goes wrong)")
    yield from _row("longest journey", f"{span(times.longest_s)} ({times.longest})")


def _row(name: str, text: str) -> list[str]:
    return _wrapped(text, " " * 26, f"  {name:24}")


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield text
    yield "-" * len(text)


def _wrapped(text: str, indent: str = "", first: str | None = None) -> list[str]:
    start = indent if first is None else first
    return textwrap.wrap(clean(text), WIDTH, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False)


def replayed(case: str, outcome: str, breaches: tuple[str, ...], took_s: float, lines: tuple[Entry, ...]) -> str:
    """One journey: its journal's lines with the time since the start, how it ended, and what was broken."""
    began = lines[0].at if lines else 0.0
    told = [_line(each, each.at - began) for each in lines if not isinstance(each.event, Noticed)]
    end = f"{case}: {outcome or 'no end'} after {span(took_s)} of virtual time"
    broken = [line for each in breaches for line in _wrapped(plain(each), "    ", "  - ")]
    return "\n".join([*told, "", end, *(["promises broken:", *broken] if broken else ["every promise was kept"])])


def _line(entry: Entry, since_s: float) -> str:
    whole = round(since_s)
    clock = f"{whole // 3600:02}:{whole % 3600 // 60:02}:{whole % 60:02}"
    return f"{clock}  {step_of(entry.event) or '-':<6}  {sentence(entry.event)}"
