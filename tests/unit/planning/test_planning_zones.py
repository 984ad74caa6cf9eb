"""Every record set that leads to the load balancer is found, whatever its zone, kind or way there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrator.errors import Denied
from migrator.model.records import RecordSet
from migrator.planning.claims import best_fit
from migrator.planning.found import Names
from migrator.planning.zones import survey


def surveyed(build: SimpleNamespace, **sets: Any) -> Names:
    world = build.World(sets={"Z0PUBLIC": (), "Z0PRIVATE": ()} | sets)
    return survey(world, build.HOST)


def placed(found: Any) -> list[tuple[str, str, str]]:
    return [(each.zone.id, each.record.name, each.record.type) for each in found]


def test_aliases_and_cnames_in_every_zone_are_found(build: SimpleNamespace) -> None:
    found = surveyed(
        build,
        Z0PUBLIC=(build.alias(), build.alias(type="AAAA"), build.cname(), RecordSet("a.example.com.", "A", 60, ("10.0.0.1",))),
        Z0PRIVATE=(build.cname("shop.internal.example.", build.HOST.upper() + "."),),
    )

    assert placed(found.leading) == [
        ("Z0PRIVATE", "shop.internal.example.", "CNAME"),
        ("Z0PUBLIC", "example.com.", "A"),
        ("Z0PUBLIC", "example.com.", "AAAA"),
        ("Z0PUBLIC", "shop.example.com.", "CNAME"),
    ]
    assert found.routed == found.following == found.unread == ()


def test_a_record_set_that_is_routed_is_kept_apart(build: SimpleNamespace) -> None:
    blue = build.cname(SetIdentifier="blue", Weight="10")

    found = surveyed(build, Z0PUBLIC=(blue, build.cname(SetIdentifier="green", Weight="90")))

    assert found.leading == ()
    assert [each.record.routing["SetIdentifier"] for each in found.routed] == ["blue", "green"]


def test_whatever_leads_to_a_name_that_leads_there_follows(build: SimpleNamespace) -> None:
    """The last of a chain moves; the others lead to it as before."""
    found = surveyed(
        build,
        Z0PUBLIC=(
            build.cname(),
            build.cname("b.example.com.", "Shop.Example.com."),
            build.cname("a.example.com.", "b.example.com"),
            build.alias("c.example.com.", goal="a.example.com."),
            build.cname("d.example.com.", "elsewhere.example.net"),
            RecordSet("e.example.com.", "CNAME", 60, ()),
        ),
        Z0PRIVATE=(build.cname("x.internal.example.", "a.example.com"),),
    )

    assert placed(found.leading) == [("Z0PUBLIC", "shop.example.com.", "CNAME")]
    assert placed(found.following) == [
        ("Z0PRIVATE", "x.internal.example.", "CNAME"),
        ("Z0PUBLIC", "a.example.com.", "CNAME"),
        ("Z0PUBLIC", "b.example.com.", "CNAME"),
        ("Z0PUBLIC", "c.example.com.", "A"),
    ]


def test_a_circle_of_names_ends(build: SimpleNamespace) -> None:
    found = surveyed(
        build, Z0PUBLIC=(build.cname("a.example.com.", "b.example.com"), build.cname("b.example.com.", "a.example.com"))
    )

    assert found == Names()


def test_a_zone_that_cannot_be_read_is_listed_with_the_reason(build: SimpleNamespace) -> None:
    found = surveyed(build, Z0PUBLIC=(build.cname(),), Z0PRIVATE=Denied("no"))

    assert [(each.id, each.name, each.why) for each in found.unread] == [("Z0PRIVATE", "internal.example.", "no")]
    assert len(found.leading) == 1


def test_zones_that_cannot_even_be_listed_are_all_unread(build: SimpleNamespace) -> None:
    world = build.World(zone_list=Denied("no"))

    found = survey(world, build.HOST)

    assert [(each.id, each.why) for each in found.unread] == [("*", "no")]


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        pytest.param("shop.example.com.", "shop.example.com.", id="the-name-itself"),
        pytest.param("cname-shop.example.com.", "shop.example.com.", id="a-record-type-in-front"),
        pytest.param("aaaa-shop.example.com.", "shop.example.com.", id="aaaa-in-front"),
        pytest.param("extdns.shop.example.com.", "shop.example.com.", id="a-prefix-with-a-dot"),
        pytest.param("extdns-cname-shop.example.com.", "shop.example.com.", id="a-prefix-and-a-type"),
        pytest.param("cname.txt.shop.example.com.", "shop.example.com.", id="a-type-within-the-prefix"),
        pytest.param("shop-txt.example.com.", "shop.example.com.", id="a-suffix"),
        pytest.param("a-shop-txt.example.com.", "shop.example.com.", id="a-type-and-a-suffix"),
        pytest.param("workshop.example.com.", "workshop.example.com.", id="another-name-with-the-same-end"),
        pytest.param("a-workshop.example.com.", "workshop.example.com.", id="another-name-with-a-type"),
        pytest.param("extdns-workshop.example.com.", "workshop.example.com.", id="the-longest-name-that-fits"),
        pytest.param("any.example.com.", "\\052.example.com.", id="a-word-for-the-star"),
        pytest.param("cname-\\052.example.com.", "\\052.example.com.", id="a-star"),
        pytest.param("foo.example.net.", "", id="nothing"),
    ],
)
def test_a_claim_belongs_to_the_name_it_fits_best(claim: str, name: str) -> None:
    names = {"shop.example.com.", "workshop.example.com.", "\\052.example.com."}

    assert best_fit(claim, names) == name


def test_a_claim_in_an_empty_zone_fits_nothing() -> None:
    assert best_fit("shop.example.com.", set()) == ""


def test_claims_are_found_beside_their_names(build: SimpleNamespace) -> None:
    heritage = '"heritage=external-dns,external-dns/owner=a,external-dns/resource=service/shop/web"'
    claim = RecordSet("cname-shop.example.com.", "TXT", 300, (heritage,))
    found = surveyed(
        build,
        Z0PUBLIC=(build.cname(), claim, RecordSet("shop.example.com.", "TXT", 300, ('"v=spf1"',))),
        Z0PRIVATE=(RecordSet("lost.internal.example.", "TXT", 300, (heritage,)),),
    )

    assert [(each.record.name, name) for each, name in found.claims] == [("cname-shop.example.com.", "shop.example.com.")]
