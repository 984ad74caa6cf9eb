"""Record sets and the forms that they take on their way."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.model.records import AliasTarget, Move, RecordSet, bare_name, leads_to, pointed, same_name
from tests.unit import given


def test_a_cname_on_its_way() -> None:
    """Short TTL, then the new name, then the TTL it had."""
    move = given.CNAME

    assert move.lowered == given.cname(ttl_s=60)
    assert move.shifted(given.NEW) == given.cname(ttl_s=60, to=given.NEW_NAME)
    assert move.final(given.NEW) == given.cname(to=given.NEW_NAME)
    assert (move.key, move.answer_ttl_s) == (("ZPUB", "api.example.com.", "CNAME"), 300)


def test_a_move_goes_to_whichever_load_balancer_is_named() -> None:
    """Its form is made once for each: a clone that was made again has another name."""
    move, again = given.CNAME, replace(given.NEW, dns_name="again.elb.us-east-1.amazonaws.com")

    assert move.shifted(given.NEW).values == (given.NEW_NAME,)
    assert move.shifted(again).values == ("again.elb.us-east-1.amazonaws.com",)
    assert move.shifted(given.NEW) is move.shifted(given.NEW)


def test_an_alias_has_no_ttl_of_its_own_and_keeps_every_other_field() -> None:
    """Law 5: DELETE has to repeat what is listed, EvaluateTargetHealth and health check id and all."""
    listed = replace(given.alias(), health_check_id="hc-1")
    move = Move(given.PUBLIC, listed)

    shifted = move.shifted(given.NEW)

    assert move.lowered == listed
    assert shifted == replace(listed, alias=AliasTarget(given.ELB_ZONE, f"dualstack.{given.NEW_NAME}.", True))
    assert (move.final(given.NEW), move.answer_ttl_s) == (shifted, 60)


FORMS = (
    ("a-cname-with-its-dot", RecordSet("x.", "CNAME", 60, ("Old.example.",)), ("new-2.elb.eu-central-1.amazonaws.com.",)),
    ("a-cname-without", RecordSet("x.", "CNAME", 60, ("old.example",)), (given.NEW_NAME,)),
)


@pytest.mark.parametrize(("record", "values"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_a_value_keeps_its_dot(record: RecordSet, values: tuple[str, ...]) -> None:
    assert pointed(record, given.NEW).values == values


def test_an_alias_keeps_its_prefix_or_the_lack_of_it() -> None:
    bare = RecordSet("x.", "A", alias=AliasTarget("Z1", "old.example."))

    moved = pointed(bare, given.NEW)

    assert moved.alias == AliasTarget(given.ELB_ZONE, given.NEW_NAME + ".")


def test_names_are_the_same_but_for_case_dot_and_dualstack() -> None:
    assert same_name("Dualstack.WEB.example.", "web.example")
    assert not same_name("web.example", "api.example")
    assert bare_name("DUALSTACK.Web.Example.") == "web.example"


LEADS = (
    ("an-alias", given.alias(), True),
    ("a-cname", given.cname(), True),
    ("an-alias-elsewhere", given.alias(to="other.example"), False),
    ("a-cname-elsewhere", given.cname(to="other.example"), False),
    ("a-text-that-names-it", RecordSet("x.", "TXT", 60, (given.LEGACY_NAME,)), False),
)


@pytest.mark.parametrize(("record", "leads"), [row[1:] for row in LEADS], ids=[row[0] for row in LEADS])
def test_what_leads_to_a_load_balancer(record: RecordSet, leads: bool) -> None:
    assert leads_to(record, given.LEGACY_NAME.upper()) is leads


def test_a_record_set_with_a_routing_kind_is_not_simple() -> None:
    assert given.cname().simple
    assert not replace(given.cname(), routing={"Weight": "1"}).simple
