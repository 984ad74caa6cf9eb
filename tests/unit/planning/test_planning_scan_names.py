"""Which names lead where, in one pass over every zone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from migrator.model.records import RecordSet
from migrator.model.scanned import Unread
from migrator.planning.scan_names import name_index


def test_names_lead_over_others_and_around(world: Any, build: SimpleNamespace) -> None:
    """A loop is somebody's mistake, and no reason to hang."""
    chain = (build.cname("a.example.com.", "shop.example.com"), build.cname("b.example.com.", "A.example.com."))
    loop = (build.cname("x.example.com.", "y.example.com"), build.cname("y.example.com.", "x.example.com"))
    wild = build.cname("\\052.internal.example.", build.HOST.upper() + ".")
    world.sets = {
        "Z0PUBLIC": (*world.sets["Z0PUBLIC"], *chain, *loop, RecordSet("t.example.com.", "TXT", 60, ('"x"',))),
        "Z0PRIVATE": (wild,),
    }

    index = name_index(world)

    assert index.leading_to(build.HOST) == (
        "*.internal.example",
        "a.example.com",
        "b.example.com",
        "example.com",
        "shop.example.com",
    )
    assert index.leading_to("x.example.com") == ("x.example.com", "y.example.com")
    assert index.leading_to("nowhere.example.com") == ()
    assert index.unread == ()


def test_a_zone_that_cannot_be_read_is_named(world: Any, build: SimpleNamespace) -> None:
    world.sets["Z0PUBLIC"] = build.DENIED

    index = name_index(world)

    assert index.leading_to(build.HOST) == ()
    assert index.unread == (Unread("zone example.com. (Z0PUBLIC)", "not allowed to list"),)


def test_a_list_of_zones_that_cannot_be_read_is_told(world: Any, build: SimpleNamespace) -> None:
    world.zone_list = build.DENIED

    assert name_index(world).unread == (Unread("list of zones", "not allowed to list"),)
