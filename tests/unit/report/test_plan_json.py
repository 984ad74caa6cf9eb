"""A plan for programs: one object with a version, and everything that the file has."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec

from migrator.model.migration import Migration
from migrator.planning.load import load
from migrator.report.plan_json import render, schema


def test_the_plan_is_one_object_with_a_version_first() -> None:
    plan = load("plans/example.yaml")

    text = render(plan, "plans/example.yaml")
    read = json.loads(text)

    assert text.startswith('{\n  "version": 1,\n')
    assert read["verdict"].startswith("DECISION")
    assert read["open_decisions"] == ["unread-zones"]
    assert read["blocked"] == []
    assert read["retirement"] == "demote"
    assert read["shortest_s"] == 1830
    assert msgspec.convert(read["plan"], Migration) == plan


def test_the_published_schema_is_generated_and_fits() -> None:
    """`make schema` makes it so; a program may rely on the file."""
    published = Path("plans/shown.schema.json").read_text()
    checker = jsonschema.Draft202012Validator(json.loads(published))

    shown = json.loads(render(load("plans/example.yaml"), "plans/example.yaml"))

    assert published == schema()
    checker.validate(shown)
    assert not checker.is_valid({key: value for key, value in shown.items() if key != "verdict"})
    assert not checker.is_valid(shown | {"odd": 1})
