"""Keys that reach nobody are named, with the real one that was meant; values are read as Go and people write them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.planning.nearest import misspelt, nearest
from migrator.planning.translate import translate
from migrator.planning.values import items, same, text, truth
from tests.unit.planning import conftest as build

BETA = "service.beta.kubernetes.io/"
NEAREST = (
    ("aws-load-balancer-internal", "aws-load-balancer-internal"),
    (BETA + "aws-load-balancer-healthcheck-healthy-threshold-count", "aws-load-balancer-healthcheck-healthy-threshold"),
    (BETA + "aws-load-balancer-source-ranges", "load-balancer-source-ranges"),
    (BETA + "aws-load-balancer-ssl-certs", "aws-load-balancer-ssl-cert"),
    (BETA + "aws-load-balancer-cross-zone-load-balancing", "aws-load-balancer-cross-zone-load-balancing-enabled"),
    (BETA + "aws-load-balancer-eip-allocation", "aws-load-balancer-eip-allocations"),
    (BETA + "AWS-Load-Balancer-Type", "aws-load-balancer-type"),
    ("service.kubernetes.io/aws-load-balancer-scheme", "aws-load-balancer-scheme"),
    ("aws-load-balancer-additional-tags", "aws-load-balancer-additional-resource-tags"),
)


@pytest.mark.parametrize(("key", "real"), NEAREST, ids=[row[0] for row in NEAREST])
def test_the_real_key_is_named_and_the_other_one_not_carried(key: str, real: str) -> None:
    """What it asks for never happened; on the clone it would go on not happening."""
    service = build.annotated(**{"x/" + key if "/" not in key else key: "1"})
    service = replace(service, annotations={each.removeprefix("x/"): value for each, value in service.annotations.items()})

    clone = translate(build.live(service=service), "web-lbc", "m-1")

    assert nearest(key) == BETA + real
    finding = next(each for each in clone.findings if each.id == f"unknown-key/{key}")
    assert finding.severity == "warning"
    assert BETA + real in finding.seen
    assert clone.fates[key] == "dropped"
    assert key not in clone.manifest["metadata"]["annotations"]


def test_a_key_that_is_like_no_other_is_found_all_the_same() -> None:
    service = build.annotated(**{BETA + "zzz": ""})

    seen = misspelt(service, "nlb")[0].seen
    assert f'{BETA}zzz: "" on shop/web is read by no controller' in seen
    assert "nearest" not in seen


@pytest.mark.parametrize(
    ("kind", "meant"),
    [("elb", "(did it mean nlb?)"), ("NLB", "(did it mean nlb?)"), ("clb", "(did it mean nlb?)"), ("internal", "")],
)
def test_an_odd_type_is_found(kind: str, meant: str) -> None:
    """Legacy makes a Classic Load Balancer of any text that it does not know."""
    service = build.service(annotations={BETA + "aws-load-balancer-type": kind})

    found = misspelt(service, "clb")

    assert [each.id for each in found] == ["unknown-value/aws-load-balancer-type"]
    assert meant in found[0].seen


@pytest.mark.parametrize("kind", ["nlb", ""])
def test_real_types_are_not(kind: str) -> None:
    assert misspelt(build.service(annotations={BETA + "aws-load-balancer-type": kind}), "nlb") == ()


DORMANT: tuple[tuple[str, dict[str, str], list[str]], ...] = (
    ("another-scheme", {"scheme": "internal"}, ["dormant-key/scheme"]),
    ("the-same-scheme", {"scheme": "internet-facing"}, []),
    ("another-target-type", {"nlb_target_type": "ip"}, ["dormant-key/nlb-target-type"]),
    ("a-name", {"name": "mine"}, ["dormant-key/name"]),
    ("attributes-that-are-so", {"attributes": "load_balancing.cross_zone.enabled=true"}, []),
    ("attributes-that-are-not", {"attributes": "deletion_protection.enabled=true"}, ["dormant-key/attributes"]),
    ("group-attributes-that-are-so", {"target_group_attributes": "deregistration_delay.timeout_seconds=300"}, []),
    (
        "group-attributes-that-are-not",
        {"target_group_attributes": "stickiness.enabled=true"},
        ["dormant-key/target-group-attributes"],
    ),
    ("a-key-that-legacy-reads", {"healthcheck_interval": "5"}, []),
)


@pytest.mark.parametrize(("said", "found"), [row[1:] for row in DORMANT], ids=[row[0] for row in DORMANT])
def test_a_key_that_slept_and_asks_for_something_else_is_found(said: dict[str, str], found: list[str]) -> None:
    """People believe in what they wrote; here they learn that it never was so."""
    clone = translate(build.live(service=build.annotated(**said)), "web-lbc", "m-1")

    assert [each.id for each in clone.findings] == found


@pytest.mark.parametrize("form", ["1", "t", "T", "TRUE", "true", "True"])
def test_go_reads_these_as_true(form: str) -> None:
    assert truth(form) is True


@pytest.mark.parametrize("form", ["0", "f", "F", "FALSE", "false", "False"])
def test_go_reads_these_as_false(form: str) -> None:
    assert truth(form) is False


@pytest.mark.parametrize("form", ["", "yes", "no", "on", "tRUE", " true", "0.0.0.0/0"])
def test_go_reads_these_as_an_error(form: str) -> None:
    assert truth(form) is None


@pytest.mark.parametrize(
    ("value", "read"), [("443, 8443", ("443", "8443")), ("a=b,\nc=d\n", ("a=b", "c=d")), (",, ", ()), ("", ()), ("*", ("*",))]
)
def test_lists_are_trimmed(value: str, read: tuple[str, ...]) -> None:
    assert items(value) == read


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("True", "true", True),
        ("1", "false", False),
        ("b, a", "a,b,c", True),
        ("a", "b", False),
        ("", "a", True),
        ("TCP", "tcp", True),
    ],
)
def test_two_ways_to_say_the_same(one: str, other: str, equal: bool) -> None:
    assert same(one, other) is equal


@pytest.mark.parametrize(("value", "stored"), [(True, "true"), (False, "false"), (30, "30"), (None, ""), ("*", "*")])
def test_what_a_manifest_holds_becomes_text(value: Any, stored: str) -> None:
    """Numbers and booleans without quotes, keys without a value: the API has text only, other readers may not."""
    assert text(value) == stored


def test_a_manifest_read_by_others_is_translated() -> None:
    annotations: Any = {BETA + "aws-load-balancer-type": "nlb", BETA + "aws-load-balancer-healthcheck-interval": 30}

    clone = translate(build.live(service=build.service(annotations=annotations)), "web-lbc", "m-1")

    assert clone.fates[BETA + "aws-load-balancer-healthcheck-interval"] == "kept"
