"""The schema beside the plans is the one that the model makes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from migrator.planning.schema import schema


def test_the_schema_is_generated_from_the_model() -> None:
    """`make schema` makes it so."""
    assert Path("plans/schema.json").read_text() == schema()


def test_the_example_fits_the_schema_and_an_unknown_field_does_not() -> None:
    example = yaml.safe_load(Path("plans/example.yaml").read_text())
    checker = jsonschema.Draft202012Validator(json.loads(schema()))

    checker.validate(example)

    example["dns"]["moves"][0]["listed"]["ttl"] = 1
    with pytest.raises(jsonschema.ValidationError):
        checker.validate(example)
