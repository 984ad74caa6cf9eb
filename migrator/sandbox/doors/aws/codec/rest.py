"""Requests whose operation is their method and path (protocols rest-xml and rest-json)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from migrator.sandbox.doors.aws.codec.limits import scalar
from migrator.sandbox.doors.aws.codec.models import Operation, Service, service
from migrator.sandbox.doors.aws.codec.shapes import Shape

_PLACE = re.compile(r"\\\{(\w+)(\\\+)?\\\}")


@cache
def _routes(service_name: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Method, pattern of the path and operation, those with the fewest places for values first."""
    found = service(service_name)
    routes = []
    for name in found.model.operation_names:
        http = found.model.operation_model(name).http
        uri = http["requestUri"].partition("?")[0].rstrip("/")
        pattern = _PLACE.sub(lambda place: f"(?P<{place[1]}>{'.+' if place[2] else '[^/]+'})", re.escape(uri))
        routes.append((http["method"], re.compile(f"{pattern}/?"), name, uri.count("{")))
    return tuple((method, pattern, name) for method, pattern, name, _ in sorted(routes, key=lambda each: each[3]))


def operation(found: Service, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation that a method and path (without query) mean, with the values in the path; None for none."""
    for wanted, pattern, name in _routes(found.name):
        if wanted == method and (match := pattern.fullmatch(path)):
            meant = found.operation(name)
            return (meant, match.groupdict()) if meant else None
    return None


def outside_body(shape: Shape | None, places: dict[str, str], query: str, headers: dict[str, str]) -> dict[str, Any]:
    """The members of an input that travel in the path, the query string and the headers (names in small letters)."""
    if shape is None:
        return {}
    asked: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        asked.setdefault(name, []).append(value)
    found: dict[str, Any] = {}
    for member in shape.members.values():
        if member.location == "uri":
            found[member.name] = scalar(member.shape, unquote(places[member.asked]))
        elif member.location == "querystring" and member.asked in asked:
            values, item = asked[member.asked], member.shape.item
            found[member.name] = [scalar(item, each) for each in values] if item else scalar(member.shape, values[0])
        elif member.location == "header" and member.asked.lower() in headers:
            found[member.name] = scalar(member.shape, headers[member.asked.lower()])
    return found


def headers_of(shape: Shape | None, value: dict[str, Any]) -> dict[str, str]:
    """The members of an output that travel in headers."""
    if shape is None:
        return {}
    told = ((shape.members[name], each) for name, each in value.items() if each is not None)
    return {member.told: str(each) for member, each in told if member.location == "header"}
