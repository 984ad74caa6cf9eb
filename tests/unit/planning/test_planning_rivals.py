"""Two plans may not move the same record set or the same load balancer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from migrator.errors import OperatorError
from migrator.model.migration import Migration, content_digest
from migrator.planning.rivals import Rival, refuse_rivals, rivals_in
from migrator.planning.write import render


def sealed(plan: Migration, **changes: Any) -> Migration:
    bare = msgspec.structs.replace(plan, **changes, digest="")
    return msgspec.structs.replace(bare, digest=content_digest(bare))


def other(plan: Migration) -> Migration:
    """A plan of another load balancer that moves the same record sets."""
    balancer = replace(plan.legacy.balancer, arn="arn:other")
    return sealed(plan, id="m-other", legacy=replace(plan.legacy, balancer=balancer))


def test_the_same_record_set_is_refused_and_named(build: SimpleNamespace) -> None:
    plan = build.example()

    with pytest.raises(OperatorError) as caught:
        refuse_rivals(plan, "a.yaml", [Rival("b.yaml", other(plan))])

    assert caught.value.code == "plan-conflict"
    assert caught.value.seen == (
        "record set example.com. A in zone Z0PUBLIC",
        "record set example.com. AAAA in zone Z0PUBLIC",
        "record set shop.example.com. CNAME in zone Z0PUBLIC",
    )


def test_plans_that_share_nothing_and_the_plan_itself_are_no_rivals(build: SimpleNamespace) -> None:
    plan = build.example()
    apart = sealed(other(plan), dns=replace(plan.dns, moves=()))

    refuse_rivals(plan, "a.yaml", [Rival("a.yaml", plan), Rival("b.yaml", apart)])


def test_rivals_are_read_from_a_folder_and_from_a_state_directory(build: SimpleNamespace, tmp_path: Path) -> None:
    text = render(build.example())
    for name in ("b.yaml", "a.yml", "m-1/plan.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "values.yaml").write_text("replicas: 3\n")

    assert [Path(each.file).name for each in rivals_in(str(tmp_path))] == ["a.yml", "b.yaml", "plan.yaml"]


def test_a_folder_that_is_not_there_has_no_rivals(tmp_path: Path) -> None:
    assert rivals_in(str(tmp_path / "none")) == ()
