"""A clone as LBC reads it: annotations by what follows the usual prefix, and the grammar of booleans, numbers and lists.

Source: kubernetes-sigs/aws-load-balancer-controller: pkg/annotations/parser.go, and Go's strconv.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from migrator.planning.lbc import Lbc
from migrator.planning.pieces import LB, RANGES

BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
_COMMA = re.compile(r"(?<!\\),")  # LBC reads a comma behind a backslash as part of a value
_NUMBER = re.compile(r"[+-]?[0-9]+")


class Complaint(msgspec.Struct, frozen=True):
    """One thing that LBC, or AWS through it, would refuse: `what` in kebab-case, and how it would say so."""

    what: str
    said: str


class Clone(msgspec.Struct, frozen=True):
    """The manifest as far as LBC reads it; `zones` are the zones of known subnets by id."""

    annotations: dict[str, str]
    spec: dict[str, Any]
    lbc: Lbc
    zones: dict[str, str] = {}

    def text(self, suffix: str) -> str | None:
        """An annotation as it is; None where it is not there."""
        return self.annotations.get(suffix)

    def items(self, suffix: str) -> tuple[str, ...]:
        """A list, items trimmed, empty ones left out."""
        return split(self.annotations.get(suffix, ""))

    def pairs(self, suffix: str) -> dict[str, str]:
        """A list of `key=value`, as far as it can be read."""
        found = (each.partition("=") for each in self.items(suffix))
        return {key: value for key, equals, value in found if key and equals}

    def number(self, suffix: str) -> int | None:
        """A whole number; None where there is none."""
        raw = self.annotations.get(suffix, "")
        return int(raw) if _NUMBER.fullmatch(raw) else None

    def yes(self, suffix: str) -> bool:
        """Whether a boolean is there and says so."""
        return BOOLEANS.get(self.annotations.get(suffix, ""), False)

    @property
    def ports(self) -> list[dict[str, Any]]:
        """spec.ports."""
        return list(self.spec.get("ports") or ())

    @property
    def dual(self) -> bool:
        """Whether its load balancer would speak IPv6, too."""
        return self.text("ip-address-type") == "dualstack"


Rule = Callable[[Clone], Iterable[Complaint]]


def clone_of(manifest: dict[str, Any], lbc: Lbc, zones: dict[str, str]) -> Clone:
    """The manifest as LBC reads it."""
    annotations = manifest.get("metadata", {}).get("annotations") or {}
    own = {key.removeprefix(LB): str(value) for key, value in annotations.items() if key.startswith(LB)}
    own |= {RANGES: str(annotations[RANGES])} if RANGES in annotations else {}
    return Clone(own, manifest.get("spec", {}), lbc, zones)


def split(text: str) -> tuple[str, ...]:
    """The items of a list, trimmed, empty ones left out."""
    return tuple(each.strip().replace("\\,", ",") for each in _COMMA.split(text) if each.strip())


def shared_ports(spec: dict[str, Any]) -> tuple[int, ...]:
    """The ports of a Service that more than one protocol shares, in order."""
    wanted: dict[int, set[str]] = {}
    for each in spec.get("ports") or ():
        wanted.setdefault(int(each["port"]), set()).add(each.get("protocol", "TCP"))
    return tuple(sorted(port for port, protocols in wanted.items() if len(protocols) > 1))
