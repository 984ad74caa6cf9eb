"""What every object has: identity, stamps and metadata that follows the rules."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec

from migrator.sandbox.world import kube_names as names
from migrator.sandbox.world.kube_kinds import Kind, KubeObject
from migrator.sandbox.world.kube_refusals import Complaint, forbidden_field, invalid_value, required

_ANNOTATIONS_SIZE = 256 * 1024  # bytes of all keys and values together: apimachinery pkg/api/validation/objectmeta.go
_SUFFIX = "bcdfghjklmnpqrstvwxz2456789"  # no vowels, nothing that reads like another: apimachinery pkg/util/rand

KEPT = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink")
"""Metadata that only the server writes."""


@lru_cache(maxsize=16384)  # an hour or two, which is what the journeys of one setting share
def _second(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")


def stamp(now: float) -> str:
    """An instant as metadata has it: `2024-01-31T12:00:00Z`, whole seconds."""
    return _second(int(now))


def new_uid(drawn: random.Random) -> str:
    """A version 4 UUID out of the world's own chance."""
    digits = f"{drawn.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{'89ab'[int(digits[16], 16) & 3]}{digits[17:20]}-{digits[20:]}"


def suffixed(prefix: str, drawn: random.Random) -> str:
    """A name for `generateName`: the prefix, cut so that five characters fit behind it."""
    return prefix[:58] + "".join(drawn.choices(_SUFFIX, k=5))


def fresh(value: Any) -> Any:
    """A copy that shares nothing with the original; null members are left out, as decoding into Go types does."""
    text = msgspec.json.encode(value)
    copy = msgspec.json.decode(text)
    return _without_nulls(copy) if b"null" in text else copy


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return list(map(_without_nulls, value)) if isinstance(value, list) else value


def admitted_name(kind: Kind, name: str) -> list[Complaint]:
    """What is wrong with an object's name."""
    why = names.name_rule(kind.kind)(name)
    return [invalid_value("metadata.name", name, why)] if why else []


def meta_complaints(meta: KubeObject, before: KubeObject) -> list[Complaint]:
    """What is wrong with labels, annotations, finalizers and owners that are not as they were before."""
    found: list[Complaint] = []
    for member, check in _CHECKS:
        if (given := meta.get(member)) and given != before.get(member):
            found += check(given)
    return found


def _label_complaints(labels: dict[str, str]) -> list[Complaint]:
    found = []
    for key, value in labels.items():
        if why := names.qualified(key):
            found.append(invalid_value("metadata.labels", key, why))
        if why := names.label_value(value):
            found.append(invalid_value("metadata.labels", value, why))
    return found


def _annotation_complaints(annotations: dict[str, str]) -> list[Complaint]:
    found = [invalid_value("metadata.annotations", key, why) for key, why in _wrong_keys(tuple(annotations))]
    characters = sum(map(len, chain(annotations, annotations.values())))
    if 4 * characters > _ANNOTATIONS_SIZE and _size(annotations) > _ANNOTATIONS_SIZE:  # a character takes 4 bytes at most
        found.append(
            Complaint("FieldValueTooLong", "metadata.annotations", f"Too long: may not be more than {_ANNOTATIONS_SIZE} bytes")
        )
    return found


def _finalizer_name_complaints(finalizers: list[str]) -> list[Complaint]:
    return [invalid_value("metadata.finalizers", each, why) for each in finalizers if (why := names.qualified(each))]


def _owner_complaints(owners: list[KubeObject]) -> list[Complaint]:
    return [
        required(f"metadata.ownerReferences[{place}].{each}", f"{each} must not be empty")
        for place, owner in enumerate(owners)
        for each in ("apiVersion", "kind", "name", "uid")
        if not owner.get(each)
    ]


_CHECKS: tuple[tuple[str, Callable[[Any], list[Complaint]]], ...] = (
    ("labels", _label_complaints),
    ("annotations", _annotation_complaints),
    ("finalizers", _finalizer_name_complaints),
    ("ownerReferences", _owner_complaints),
)


@lru_cache(maxsize=1024)
def _wrong_keys(keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Keys of annotations that break the rule, and why; capital letters count as small ones."""
    return tuple((key, why) for key in keys if (why := names.qualified(key.lower())))


def _size(annotations: dict[str, str]) -> int:
    return sum(len(key.encode()) + len(value.encode()) for key, value in annotations.items())


def finalizer_complaints(new: KubeObject, old: KubeObject) -> list[Complaint]:
    """An object that is being deleted gets no new finalizers."""
    if "deletionTimestamp" not in old:
        return []
    added = [each for each in new.get("finalizers") or () if each not in (old.get("finalizers") or ())]
    if not added:
        return []
    told = ", ".join(f'"{each}"' for each in added)
    why = f"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{told}}}"
    return [forbidden_field("metadata.finalizers", why)]
