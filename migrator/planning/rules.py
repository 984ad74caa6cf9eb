"""What becomes of every key of a legacy Service: the table `rules.csv`, one row a key and family of load balancer.

    key        an annotation, `spec.<field>`, `spec.ports[].<field>`, `metadata.<field>` or `metadata.labels.<label>`; a key
               without a slash begins with `service.beta.kubernetes.io/`; `*` stands for any text, exact keys come first
    family     nlb, clb or both: which legacy load balancer the Service has
    setting    the diff row that answers for the key; empty where it has a row of its own
    fates      how it may end, the usual end first
    becomes    where its meaning goes on: keys of the clone, `key#item` for an item of a list of `key=value`
    since      the first LBC that reads the key; `losing` says what an older one would cost: requests, access or nothing much;
               `otherwise` is what it does anyway, as a pattern for the whole value
    legacy     what the legacy controller does with it; `not read` marks keys that lie dormant until LBC reads them
    why        the reason that a reviewer reads in the diff

Sources: kubernetes-sigs/aws-load-balancer-controller pkg/annotations/constants.go and docs/guide/service/annotations.md,
kubernetes/cloud-provider-aws pkg/providers/v1 and docs/service_controller.md.
"""

from __future__ import annotations

import csv
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import msgspec

from migrator.model.cluster import PREFIX
from migrator.model.migration import Fate
from migrator.planning.lbc import Version

_ELSEWHERE = ("spec.", "metadata.")
_AMAZON = ("aws-load-balancer", "load-balancer-source-ranges")


class KeyRule(msgspec.Struct, frozen=True):
    """One row of the table."""

    key: str
    family: str
    setting: str
    fates: tuple[Fate, ...]
    becomes: tuple[str, ...] = ()
    since: Version | None = None
    losing: str = ""
    otherwise: str = ""
    legacy: str = ""
    why: str = ""

    @property
    def dormant(self) -> bool:
        """Whether legacy passes the key by, so that it means something for the first time on the clone."""
        return self.legacy.startswith("not read")


UNKNOWN = KeyRule("", "both", "", ("dropped",), legacy="no controller reads it", why="no controller reads it")


@cache
def table() -> tuple[KeyRule, ...]:
    """Every row, in the file's order."""
    with Path(__file__).with_name("rules.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_row(each) for each in csv.DictReader(file))


@cache
def rule_for(key: str, family: str) -> KeyRule:
    """The rule of a key, for a load balancer of family `nlb` or `clb`; `UNKNOWN` where only a misspelling explains it."""
    exact, patterns = _sorted_out(family)
    if key in exact:
        return exact[key]
    found = next(each for each in patterns if fnmatchcase(key, each.key))
    return UNKNOWN if found.key in ("*", PREFIX + "*") and seems_ours(key) else found


def seems_ours(key: str) -> bool:
    """Whether an annotation that no row names was meant for a load balancer of AWS."""
    return key.startswith(PREFIX) or any(each in key.lower() for each in _AMAZON)


def known_keys() -> tuple[str, ...]:
    """The annotations that either controller reads, in full."""
    return tuple(sorted({each.key for each in table() if each.key.startswith(PREFIX) and "*" not in each.key}))


@cache
def keys_of(setting: str, family: str) -> tuple[str, ...]:
    """The annotations that a diff row answers for, in the table's order."""
    return tuple(each.key for each in table() if each.setting == setting and each.family in (family, "both") and "/" in each.key)


@cache
def _sorted_out(family: str) -> tuple[dict[str, KeyRule], tuple[KeyRule, ...]]:
    """The family's rules by exact key, and those with a pattern, in the file's order."""
    there = [each for each in table() if each.family in (family, "both")]
    return {each.key: each for each in there if "*" not in each.key}, tuple(each for each in there if "*" in each.key)


def _row(cells: dict[str, str]) -> KeyRule:
    return msgspec.convert(
        cells
        | {
            "key": full(cells["key"]),
            "fates": cells["fates"].split(),
            "becomes": [full(each) for each in cells["becomes"].split()],
            "since": tuple(int(each) for each in cells["since"].split(".")) if cells["since"] else None,
        },
        KeyRule,
    )


def full(key: str) -> str:
    """A key of the table in full."""
    return key if "/" in key or key.startswith(_ELSEWHERE) or key == "*" else PREFIX + key
