"""Fixed verdicts with fixed ids, whatever a Service's settings translate to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from migrator.model.cluster import Reader
from migrator.model.migration import Finding
from migrator.model.units import Unknown
from migrator.planning.guards import guards
from migrator.planning.lbc import Lbc

LBC = Lbc((2, 14, 1))
TCP = {"name": "http", "port": 8080, "nodePort": 31080}
UDP = {"name": "dns", "port": 53, "protocol": "UDP", "nodePort": 31053}
SAME = {"name": "udp", "port": 8080, "protocol": "UDP", "nodePort": 31081}
USERS = (Reader("Deployment/shop/cart spec.args", "names shop.example.com"),)


def verdicts(build: SimpleNamespace, spec: dict[str, Any] | None = None, lbc: Lbc = LBC, **live: Any) -> list[str]:
    given = {"service": build.service(spec=build.service().spec | (spec or {}))} | live
    return [f"{each.severity} {each.id}" for each in guards(build.live(**given), lbc)]


def test_a_plain_service_gets_none(build: SimpleNamespace) -> None:
    assert verdicts(build) == []


@pytest.mark.parametrize(
    ("spec", "lbc", "verdict"),
    [
        ({"externalTrafficPolicy": "Local"}, LBC, "note traffic-local"),
        ({"sessionAffinity": "ClientIP"}, LBC, "warning session-affinity"),
        ({"publishNotReadyAddresses": True}, LBC, "note not-ready-addresses"),
        ({"ports": [TCP, {"name": "admin", "port": 9000}]}, LBC, "warning unallocated-node-ports"),
        ({"ports": [TCP, UDP]}, LBC, "warning mixed-protocols"),
        ({"ports": [TCP, SAME]}, LBC, "warning mixed-protocols"),
        ({"ports": [TCP, SAME]}, Lbc(), "warning mixed-protocols"),
        ({"ports": [TCP, SAME]}, Lbc((2, 12, 0)), "blocked mixed-protocols"),
        ({"ports": [TCP, UDP]}, Lbc((2, 12, 0)), "warning mixed-protocols"),
    ],
    ids=[
        "local",
        "affinity",
        "not-ready",
        "unallocated",
        "tcp-and-udp-apart",
        "on-one-port",
        "on-one-port-and-who-knows",
        "on-one-port-of-an-old-lbc",
        "apart-of-an-old-lbc",
    ],
)
def test_each_shape_has_one_verdict(build: SimpleNamespace, spec: dict[str, Any], lbc: Lbc, verdict: str) -> None:
    assert verdicts(build, spec, lbc) == [verdict]


@pytest.mark.parametrize(("listed", "verdict"), [("e-1,e-2", []), ("e-1", ["blocked fixed-addresses-count"]), ("", [])])
def test_there_is_one_address_for_each_subnet(build: SimpleNamespace, listed: str, verdict: list[str]) -> None:
    classic = replace(build.balancer(), kind="classic")

    assert verdicts(build, service=build.annotated(eip_allocations=listed)) == verdict
    assert verdicts(build, service=build.annotated(eip_allocations=listed), balancer=classic) == []


def test_pods_as_targets_may_wait_for_the_new_balancer(build: SimpleNamespace) -> None:
    assert verdicts(build, groups=(build.group(target_type="ip"),)) == ["warning readiness-gates"]


def hairpin(build: SimpleNamespace, users: Any, **live: Any) -> Finding | None:
    found = guards(build.live(**live), LBC, users)
    return next(iter(found), None)


def test_pods_behind_their_own_balancer_are_told_about(build: SimpleNamespace) -> None:
    """The same as with legacy's network load balancer; new where a classic one hid addresses."""
    classic = replace(build.balancer(), kind="classic")

    same, new = hairpin(build, USERS), hairpin(build, USERS, balancer=classic)

    assert same is not None and new is not None
    assert (same.id, same.severity) == ("hairpin", "note")
    assert (new.id, new.severity) == ("hairpin", "warning")
    assert "Deployment/shop/cart" in new.seen
    assert "keep-hidden" in new.do and "keep-hidden" not in same.do


def test_where_addresses_are_hidden_nothing_comes_back_to_itself(build: SimpleNamespace) -> None:
    assert hairpin(build, USERS, groups=(build.group(attributes={"preserve_client_ip.enabled": "false"}),)) is None


def test_many_users_are_counted_and_unseen_ones_said(build: SimpleNamespace) -> None:
    many = hairpin(build, USERS * 7)
    unseen = hairpin(build, Unknown("not allowed to list"))

    assert many is not None and unseen is not None
    assert "and 2 more" in many.seen
    assert "not allowed to list" in unseen.seen
