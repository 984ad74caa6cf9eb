"""The table of rules: every key beside every live state that matters to it, and no key without exactly one fate."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from migrator.model.cluster import PREFIX, TYPE_ANNOTATION
from migrator.model.migration import Fate
from migrator.planning.found import Live
from migrator.planning.rules import UNKNOWN, full, known_keys, rule_for, table
from migrator.planning.translate import Translated, translate
from tests.unit.planning.rule_rows import Row, rows
from tests.unit.planning.rule_states import STATES, with_spec

ROWS = rows()
RESEARCH = Path(__file__).parents[4] / "shared" / "domain" / "annotations.csv"
KINDS = ("nlb", "clb")


def named(key: str) -> str:
    """A row's key in full."""
    return key[1:] if key.startswith("/") else key if "/" in key else f"{PREFIX}aws-load-balancer-{key}"


def told(state: str, annotations: dict[str, str]) -> Live:
    """A live state whose Service says this, and what makes it its family's."""
    live = STATES[state]
    family = {TYPE_ANNOTATION: "nlb"} if state.startswith("nlb") else {}
    return replace(live, service=replace(live.service, annotations=family | annotations))


def made(row: Row) -> Translated:
    return translate(told(row.state, {named(row.key): row.value}), "web-lbc", "m-1")


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.state}-{row.key}-{row.value!r}" for row in ROWS])
def test_each_key_ends_as_the_controllers_have_it(row: Row) -> None:
    """Whoever changes a rule sees which states it changes."""
    clone = made(row)

    assert clone.fates[named(row.key)] == row.fate
    annotations = clone.manifest["metadata"]["annotations"]
    for each in row.says:
        key, equals, value = each.removeprefix("!").partition("=")
        if each.startswith("!"):
            assert named(key) not in annotations
        else:
            assert annotations[named(key)] == (value if equals else row.value)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.state}-{row.key}-{row.value!r}" for row in ROWS])
def test_each_key_has_one_row_with_its_fate_and_the_reason(row: Row) -> None:
    """A reviewer must be able to account for each line of what is there now, in one place."""
    clone = made(row)

    key, value = named(row.key), row.value or '""'
    short = key.removeprefix(PREFIX + "aws-load-balancer-").removeprefix(PREFIX)
    shown = [each for each in clone.diff if value == each.annotation or f"{short}={row.value}" in each.annotation]
    assert [each for each in shown if each.fate == row.fate and each.rule]
    assert row.fate in rule_for(key, row.state.partition("-")[0]).fates


@pytest.mark.parametrize("state", STATES)
def test_every_live_state_is_reproduced_without_a_word_in_the_service(state: str) -> None:
    """All values come from AWS; what the Service says is only compared with it."""
    clone = translate(told(state, {}), "web-lbc", "m-1")

    annotations = clone.manifest["metadata"]["annotations"]
    assert annotations[named("scheme")] == STATES[state].balancer.scheme
    for key in ("nlb-target-type", "subnets", "ip-address-type", "attributes", "target-group-attributes"):
        assert annotations[named(key)]
    assert all(each.fate == "written" for each in clone.diff if not each.annotation and not dropped(each.setting))
    assert not [key for key in annotations if rule_for(key, "nlb") is UNKNOWN]


def dropped(setting: str) -> bool:
    """Rows about fields of the spec, which have fates of their own."""
    return setting.startswith(("spec.", "nodePort"))


def test_every_key_of_a_service_ends_in_exactly_one_fate() -> None:
    """Annotations, labels, fields, fields of ports, finalizers and owners."""
    spec = {"loadBalancerIP": "192.0.2.1", "sessionAffinity": "None", "trafficDistribution": "PreferClose", "externalIPs": []}
    live = with_spec(told("nlb", {"prometheus.io/scrape": "true"}), **spec)
    labels = {"app": "web", "helm.sh/chart": "web-1"}
    service = replace(live.service, labels=labels, owners=("Istio/gate",))

    fates = translate(replace(live, service=service), "web-lbc", "m-1").fates

    assert fates == {
        TYPE_ANNOTATION: "rewritten",
        "prometheus.io/scrape": "kept",
        "metadata.labels.app": "kept",
        "metadata.labels.helm.sh/chart": "dropped",
        "metadata.finalizers": "dropped",
        "metadata.ownerReferences": "dropped",
        "spec.type": "kept",
        "spec.clusterIP": "dropped",
        "spec.clusterIPs": "dropped",
        "spec.externalIPs": "dropped",
        "spec.externalTrafficPolicy": "kept",
        "spec.loadBalancerIP": "dropped",
        "spec.selector": "kept",
        "spec.sessionAffinity": "kept",
        "spec.trafficDistribution": "kept",
        **dict.fromkeys([f"spec.ports[].{each}" for each in ("name", "port", "protocol", "targetPort")], "kept"),
        "spec.ports[].nodePort": "dropped",
    }


def test_ranges_that_somebody_decides_about_are_a_decision() -> None:
    """Fields of the spec take their fate from what is asked about them, as annotations do."""
    live = with_spec(told("nlb", {}), loadBalancerSourceRanges=["10.0.0.0/8"])

    assert translate(live, "web-lbc", "m-1").fates["spec.loadBalancerSourceRanges"] == "decision"


def test_families_that_the_balancer_lacks_are_rewritten() -> None:
    live = with_spec(told("nlb", {}), ipFamilies=["IPv4", "IPv6"], ipFamilyPolicy="PreferDualStack")

    fates = translate(live, "web-lbc", "m-1").fates

    assert (fates["spec.ipFamilies"], fates["spec.ipFamilyPolicy"]) == ("rewritten", "rewritten")


def test_the_table_holds_together() -> None:
    """Each key once a family, known fates, and nothing that becomes a key without a rule."""
    pairs = [(each.key, family) for each in table() for family in KINDS if each.family in (family, "both")]
    assert len(pairs) == len(set(pairs))
    for each in table():
        assert each.family in (*KINDS, "both")
        assert each.fates and set(each.fates) <= set(get_args(Fate))
        assert each.losing in ("requests", "access", "")
        assert each.why
        for goal in each.becomes:
            assert rule_for(goal.partition("#")[0], "nlb").since or goal.startswith("spec."), goal


def test_every_rule_of_an_annotation_is_met_by_a_row() -> None:
    """A rule that no row asks for is a guess."""
    met = {(rule_for(named(row.key), row.state.partition("-")[0]).key, row.state.partition("-")[0]) for row in ROWS}
    rules = {(each.key, family) for each in table() for family in KINDS if each.family == family and "/" in each.key}
    both = {each.key for each in table() if each.family == "both" and each.key.startswith(PREFIX)}
    clouds = {each for each in both if each.endswith("-*") and "aws" not in each}
    assert rules <= met
    assert both - clouds <= {key for key, _ in met} | {PREFIX + "*"}


@pytest.mark.skipif(not RESEARCH.exists(), reason="the research that the table is made from is not beside this project")
def test_every_line_of_the_research_has_a_rule() -> None:
    """What is kept, rewritten or dropped there may end so here; what warns or blocks there is found, asked or reproduced."""
    ends = {"keep": {"kept"}, "rewrite": {"rewritten"}, "drop": {"dropped"}}
    with RESEARCH.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))

    for line in lines:
        for family in KINDS if line["applies_to"] == "both" else (line["applies_to"],):
            rule = rule_for(line["key"], family)
            assert rule is not UNKNOWN and rule.key not in ("*", PREFIX + "*", "spec.*"), line["key"]
            wanted = ends.get(line["lbc_action"], set()) - ALSO.get(line["key"], set())
            assert wanted <= set(rule.fates), (line["key"], family, rule.fates)
    assert len(lines) > 80


# Where this table ends otherwise than the research, and why.
ALSO: dict[str, set[str]] = {
    # The live address type is written out, dual-stack included.
    f"{PREFIX}aws-load-balancer-ip-address-type": {"dropped"},
}


def test_known_keys_are_whole() -> None:
    assert named("scheme") in known_keys()
    assert full("spec.type") == "spec.type"
    assert not [each for each in known_keys() if "*" in each]
