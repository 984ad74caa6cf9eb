"""The JSON Schema of what we write for others to read, generated from the nouns themselves."""

from __future__ import annotations

from typing import Any

import msgspec


def schema_of(noun: type[msgspec.Struct]) -> str:
    """The schema as text; fields that it does not name are refused everywhere, and each part says what it is."""
    definition = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(noun)
    for each in definition["$defs"].values():
        _close(each)
    return msgspec.json.format(msgspec.json.encode(definition), indent=2).decode() + "\n"


def _close(definition: dict[str, Any]) -> None:
    definition["additionalProperties"] = False
    definition["description"] = definition["description"].partition("\n\n")[0].replace("\n", " ")
