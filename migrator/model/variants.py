"""What an answer changes in the clone: each option of a decision may have a variant, written in the plan beside the manifest.

A reviewer sees every variant, and the digest covers them; the answer only chooses.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

_COMMA = re.compile(r"(?<!\\),")  # LBC reads a comma behind a backslash as part of a value


class Variant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the manifest differs once `decision` is answered with `option`; None takes a key away.

    `annotations` and `spec` replace whole values. `items` changes single items of annotations that are lists of `key=value`,
    so that several decisions may each have their word in one annotation.
    """

    decision: str
    option: str
    annotations: dict[str, str | None] = {}
    items: dict[str, dict[str, str | None]] = {}
    spec: dict[str, Any] = {}


def varied(manifest: dict[str, Any], variants: tuple[Variant, ...]) -> dict[str, Any]:
    """The manifest with variants applied one after the other; the one given is left as it is."""
    for each in variants:
        metadata = manifest.get("metadata", {})
        annotations = changed(metadata.get("annotations", {}), each.annotations)
        lists = {key: listed(annotations.get(key, ""), items) or None for key, items in each.items.items()}
        metadata = metadata | {"annotations": dict(sorted(changed(annotations, lists).items()))}
        manifest = manifest | {"metadata": metadata, "spec": changed(manifest.get("spec", {}), each.spec)}
    return manifest


def changed(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The values with the changes; a change to None takes a key away."""
    return {key: value for key, value in (values | changes).items() if value is not None or key not in changes}


def listed(text: str, changes: dict[str, str | None]) -> str:
    """A list of `key=value` with the changes, sorted by key."""
    items = {key: value for key, _, value in (each.partition("=") for each in _COMMA.split(text)) if key}
    return ",".join(f"{key}={value}" for key, value in sorted(changed(items, changes).items()))
