"""Caches as they were measured: what each kind still answers after the authority has changed its mind."""

from __future__ import annotations

import pytest

from migrator.sandbox.world.faults import Fault
from migrator.sandbox.world.resolvers import CachingResolver
from tests.unit.sandbox.traffic.scenery import Scene


def flipped(scene: Scene, kind: str, *, least_s: int | None = None) -> list[tuple[int, str, int]]:
    """(second, value, TTL) of a TXT record with TTL 5, asked every second; changed after the first answer."""
    world = scene.world
    resolver = CachingResolver(world, kind, least_s=least_s)
    put(scene, "CREATE", '"1"')
    scene.settle(120)
    seen = [(0, *answer(resolver))]
    put(scene, "UPSERT", '"2"')
    settle_at_once(scene)
    for second in range(1, 15):
        scene.settle(1)
        seen.append((second, *answer(resolver)))
    return seen


def put(scene: Scene, action: str, value: str) -> None:
    scene.record(action, name="flip.example.com.", type="TXT", ttl=5, values=(value,))


def settle_at_once(scene: Scene) -> None:
    """Let the authorities have what is on its way, without any time going by."""
    for authority in scene.world.route53._contents[scene.zone.id].authorities:
        authority.now(float("inf"))


def answer(resolver: CachingResolver) -> tuple[str, int]:
    said = resolver.ask("flip.example.com", "TXT")
    return said.values("TXT")[0].strip('"'), said.records[0][2]


def test_a_plain_cache_keeps_an_answer_through_ttl_zero(scene: Scene) -> None:
    """TTL 5 is six seconds of old answers: what comes back at second 5 has TTL 0 and is still the old one."""
    seen = flipped(scene, "plain")

    assert seen[:8] == [(0, "1", 5), (1, "1", 4), (2, "1", 3), (3, "1", 2), (4, "1", 1), (5, "1", 0), (6, "2", 5), (7, "2", 4)]


def test_a_clamping_cache_keeps_it_for_its_own_least_time(scene: Scene) -> None:
    seen = flipped(scene, "clamping", least_s=12)

    assert seen[12] == (12, "1", 0) and seen[13] == (13, "2", 12)


def test_a_stale_serving_cache_hands_out_one_expired_answer_with_ttl_30(scene: Scene) -> None:
    seen = flipped(scene, "stale")

    assert seen[5:8] == [(5, "1", 0), (6, "1", 30), (7, "2", 4)]
    assert seen[12:14] == [(12, "2", 30), (13, "2", 4)]


def test_an_absence_is_kept_for_its_own_time(scene: Scene) -> None:
    """A name asked for too early stays absent after it was made: the zone's negative TTL, here 900 s."""
    resolver = CachingResolver(scene.world, "plain")
    assert resolver.ask("shop.example.com", "A").soa == ("example.com.", 900)
    scene.record(ttl=30, values=(scene.lb.dns_name,))

    scene.settle(900)
    assert resolver.ask("shop.example.com", "A").rcode == "NXDOMAIN"
    scene.settle(2)
    assert len(resolver.ask("shop.example.com", "A").values("A")) == 3


def test_each_link_of_a_chain_has_its_own_ttl(scene: Scene) -> None:
    scene.record(ttl=300, values=(scene.lb.dns_name,))
    scene.settle(120)
    resolver = CachingResolver(scene.world, "plain")
    resolver.ask("shop.example.com", "A")
    scene.settle(100)

    said = resolver.ask("shop.example.com", "A")
    assert said.records[0][1:3] == ("CNAME", 200)
    assert {ttl for _, kind, ttl, _ in said.records if kind == "A"} == {60}  # ran out at 60 s and was fetched anew


def test_an_absent_cname_says_nothing_about_other_types(scene: Scene) -> None:
    scene.record(name="example.com.", type="A", alias=scene.alias())
    scene.settle()
    resolver = CachingResolver(scene.world, "plain")

    assert resolver.ask("example.com", "CNAME").records == ()
    assert len(resolver.ask("example.com", "A").values("A")) == 3


def test_a_silent_authority_is_a_failure_that_is_soon_forgotten(scene: Scene) -> None:
    scene.world.faults.arm(Fault(where="dns", operation="authority:*", mode="stop"))
    resolver = CachingResolver(scene.world, "plain")

    assert resolver.ask("example.com", "SOA").rcode == "SERVFAIL"
    scene.settle(6)
    assert resolver.ask("example.com", "SOA").rcode == "NOERROR"


def test_a_resolver_outside_the_vpc_sees_no_private_zone(scene: Scene) -> None:
    private = next(each for each in scene.world.route53.zones.values() if each.private)

    assert CachingResolver(scene.world).ask(private.name, "SOA").records
    assert not CachingResolver(scene.world, vpc=False).ask(private.name, "SOA").records


def test_one_resolver_can_be_made_to_fail(scene: Scene) -> None:
    scene.world.faults.arm(Fault(where="dns", operation="resolver:plain", mode="deny", match="example"))

    assert CachingResolver(scene.world, "stale").ask("example.com", "SOA").rcode == "NOERROR"
    assert CachingResolver(scene.world, "plain").ask("example.com", "SOA").rcode == "REFUSED"


def test_flushing_forgets(scene: Scene) -> None:
    resolver = CachingResolver(scene.world, "clamping")
    resolver.ask("shop.example.com", "A")
    scene.record(ttl=30, values=(scene.lb.dns_name,))
    scene.settle(120)
    resolver.flush()

    assert resolver.ask("shop.example.com", "A").rcode == "NOERROR"


def test_an_unknown_kind_is_refused(scene: Scene) -> None:
    with pytest.raises(ValueError, match="plain, clamping, stale"):
        CachingResolver(scene.world, "forgetful")
