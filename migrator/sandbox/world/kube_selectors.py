"""Label selectors as text and as maps: who a Service, a list or a watch means.

Source: kubernetes/apimachinery pkg/labels/selector.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from migrator.sandbox.world.kube_kinds import KubeObject
from migrator.sandbox.world.kube_refusals import bad_request

Labels = Mapping[str, str]
Test = Callable[[Labels], bool]

_in_set = re.compile(r"(?P<key>\S+)\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)").fullmatch
_equal = re.compile(r"(?P<key>[^\s=!<>(),]+)\s*(?P<op>==|=|!=)\s*(?P<value>[^\s=!<>(),]*)").fullmatch
_exists = re.compile(r"(?P<no>!?)\s*(?P<key>[^\s=!<>(),]+)").fullmatch
_between = re.compile(r",(?![^(]*\))").split


def labels_of(obj: KubeObject) -> Labels:
    """An object's labels, empty when it has none."""
    return obj["metadata"].get("labels") or {}


def matches(selector: Labels | None, labels: Labels) -> bool:
    """Whether a plain selector, such as a Service's, means these labels. An empty one means nothing."""
    return bool(selector) and all(labels.get(key) == value for key, value in (selector or {}).items())


@lru_cache(maxsize=512)
def parsed(text: str) -> Test | None:
    """A selector as `kubectl -l` takes it; None for an empty one, which means everything. Raises KubeError 400."""
    tests = tuple(_parsed_one(each.strip(), text) for each in _between(text) if text.strip())
    if not tests:
        return None
    return lambda labels: all(test(labels) for test in tests)


def _parsed_one(text: str, whole: str) -> Test:
    if found := _in_set(text):
        key, values = found["key"], frozenset(each.strip() for each in found["values"].split(","))
        if found["op"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if found := _equal(text):
        key, value = found["key"], found["value"]
        if found["op"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if found := _exists(text):
        key, there = found["key"], not found["no"]
        return lambda labels: (key in labels) is there
    raise bad_request(f'unable to parse requirement: found "{text}" in "{whole}"')
