"""How the AWS Load Balancer Controller reads annotations, and what it says about the ones it cannot read.

Source: kubernetes-sigs/aws-load-balancer-controller pkg/annotations/parser.go. Suffixes go behind PREFIX.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrator.sandbox.world.controllers import Failure, items_of

PREFIX = "service.beta.kubernetes.io/aws-load-balancer-"
SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
_BOOLEANS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}

_is_number = re.compile("[+-]?[0-9]+").fullmatch

Annotations = Mapping[str, str]


def text(annotations: Annotations, suffix: str) -> str | None:
    """An annotation as it is, or None."""
    return annotations.get(PREFIX + suffix)


def flag(annotations: Annotations, suffix: str) -> bool | None:
    """A yes-or-no annotation, or None when absent. The empty text is an error."""
    raw = annotations.get(PREFIX + suffix)
    if raw is None:
        return None
    return parsed_flag(raw, f"failed to parse bool annotation, {PREFIX}{suffix}: {raw}")


def parsed_flag(raw: str, said: str) -> bool:
    """A boolean as Go's strconv.ParseBool reads it, or a Failure that begins with `said`."""
    if raw not in _BOOLEANS:
        raise Failure(f'{said}: strconv.ParseBool: parsing "{raw}": invalid syntax')
    return _BOOLEANS[raw]


def number(annotations: Annotations, suffix: str, otherwise: int) -> int:
    """A whole number, or `otherwise` when absent."""
    raw = annotations.get(PREFIX + suffix)
    if raw is None:
        return otherwise
    if not _is_number(raw):
        raise Failure(
            f'failed to parse int32 annotation, {PREFIX}{suffix}: {raw}: strconv.ParseInt: parsing "{raw}": invalid syntax'
        )
    return int(raw)


def items(annotations: Annotations, suffix: str) -> list[str] | None:
    """A comma-separated list, trimmed, or None when absent."""
    raw = annotations.get(PREFIX + suffix)
    return None if raw is None else items_of(raw)


def pairs(annotations: Annotations, suffix: str) -> dict[str, str]:
    """`key=value` items; an item without a key or without `=` is an error. Empty when absent."""
    raw = annotations.get(PREFIX + suffix)
    found: dict[str, str] = {}
    if raw is None:
        return found
    for item in items_of(raw):
        key, equals, value = item.partition("=")
        if not key or not equals:
            raise Failure(f"failed to parse stringMap annotation, {PREFIX}{suffix}: {raw}")
        found[key] = value
    return found


def source_ranges(annotations: Annotations, spec: Mapping[str, object]) -> list[str]:
    """The spec field, else the annotation, else nothing."""
    listed = spec.get("loadBalancerSourceRanges")
    if isinstance(listed, list) and listed:
        return [str(each) for each in listed]
    return items_of(annotations.get(SOURCE_RANGES, ""))
