"""finish: what was only for the move is put back, and all stays well."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Throttled
from migrator.model import effects, events
from migrator.model.cluster import MARK
from migrator.model.migration import Migration
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.model.verdict import Fail, Wait
from migrator.steps import finish
from migrator.steps.finish import ATTRIBUTES, Sight
from migrator.steps.health import Health
from migrator.steps.records import RecordsSeen
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

PLAN = given.moving(given.CNAME)
SHIFTED, FINAL = given.cname(ttl_s=60, to=given.NEW_NAME), given.cname(to=given.NEW_NAME)
STRIPPED = {"scheme": "internet-facing"}
WELL = Health({8080: given.targets()})
GOOD = Sight(RecordsSeen(((given.CNAME, FINAL),), ()), given.clone(), None, given.lease(), WELL)


def sight(record: Any = FINAL, lagging: Any = (), **changes: Any) -> Sight:
    return replace(GOOD, records=RecordsSeen(((given.CNAME, record),), lagging), **changes)


def taken_over() -> Standing:
    """As `well`, and our mark was taken over from another host 90 s later."""
    take = events.Intended("finish", effects.TakeLease("shop", given.lease().name, "7"))
    told = (0.0, events.Noticed("finish", {"well": True})), (90.0, take), (90.0, events.Applied("finish", {"epoch": "2"}))
    return given.cloned(*told)


def well(yes: bool = True) -> Standing:
    """Healthy, or not, since the journal began."""
    return given.cloned((0.0, events.Noticed("finish", {"well": yes})))


MARKED_OFF = given.clone(annotations=STRIPPED)
REBORN = given.service(uid="another")
DEMOTED = given.service(spec={"type": "ClusterIP"})
FOREIGN = given.service(uid="another", spec={"type": "ClusterIP"})

TABLE = (
    *(
        Row(f"unread-{each}-is-waited-for", sight(**{each: Unknown("slow")}), "wait", "unread: slow", well(), PLAN, 90.0)
        for each in ("clone", "legacy", "lease", "new")
    ),
    Row("a-clone-on-its-way-out-too", sight(clone=given.clone(deleting=True)), "clone-changed", "", well(), PLAN, 90.0),
    Row("and-one-that-was-made-again", sight(clone=given.clone(uid="x")), "clone-changed", "another one", well(), PLAN, 90.0),
    Row("a-demoted-service-made-a-load-balancer-again", sight(legacy=given.service()), "reborn", "", well(), PLAN, 90.0),
    Row("one-of-those-on-its-way-out-is-not", sight(legacy=given.service(deleting=True)), "act", "", well(), PLAN, 90.0),
    Row("a-clone-that-is-gone-asks-a-person", sight(clone=None), "clone-changed", "is gone", well(), PLAN, 90.0),
    Row("legacy-made-again-asks-a-person", sight(legacy=REBORN), "reborn", "its uid is another", well(), PLAN, 90.0),
    Row("a-name-without-a-load-balancer-may-return", sight(legacy=FOREIGN), "act", "", well(), PLAN, 90.0),
    Row("a-demoted-service-stays", sight(legacy=DEMOTED), "act", "", well(), PLAN, 90.0),
    Row("restores-the-ttl", sight(SHIFTED), "act", "restore the TTL", well(), PLAN),
    Row("a-foreign-edit-holds", sight(given.cname(to="theirs")), "record-edited", "theirs", well(), PLAN),
    Row("waits-for-insync", sight(lagging=("ZPUB",)), "wait", "not brought", well(), PLAN, 90.0),
    Row("waits-while-a-port-is-sick", GOOD, "wait", "no healthy target", well(False), PLAN, 90.0),
    Row("waits-three-more-checks", GOOD, "wait", "stay healthy for 3 more checks", well(), PLAN, 89.0),
    Row("then-takes-our-mark-off", GOOD, "act", "our mark off the new Service", well(), PLAN, 90.0),
    Row("a-lease-taken-over-stays-a-while", sight(clone=MARKED_OFF), "wait", "was taken over", taken_over(), PLAN, 209.0),
    Row("and-then-goes", sight(clone=MARKED_OFF), "act", "removing our mark", taken_over(), PLAN, 210.0),
    Row("then-removes-the-lease", sight(clone=MARKED_OFF), "act", "removing our mark", well(), PLAN, 90.0),
    Row("done-when-both-are-gone", sight(clone=MARKED_OFF, lease=None), "done", "stands alone", well(), PLAN, 90.0),
)


@rows(*TABLE)
def test_finish(row: Row) -> None:
    follows(row, finish.decide)


def test_nothing_leads_back() -> None:
    assert isinstance(finish.undo(PLAN, well(), GOOD, given.START), Fail)


def protected(attributes: str) -> Migration:
    """Legacy had deletion protection; the plan gives the clone these attributes."""
    manifest = given.manifest()
    manifest["metadata"]["annotations"] |= {ATTRIBUTES: attributes} if attributes else {}
    legacy = replace(PLAN.legacy, deletion_protection=True)
    return replace(PLAN, legacy=legacy, new=replace(PLAN.new, manifest=manifest))


def test_deletion_protection_is_carried_over_beside_other_attributes() -> None:
    """The one annotation holds them all, so the others have to stay in it."""
    bare, more = protected(""), protected("deletion_protection.enabled=false,cross_zone.enabled=true")

    assert finish.closing_annotations(PLAN) == {MARK: None}
    assert finish.closing_annotations(bare) == {MARK: None, ATTRIBUTES: "deletion_protection.enabled=true"}
    assert finish.closing_annotations(more)[ATTRIBUTES] == "cross_zone.enabled=true,deletion_protection.enabled=true"


def test_one_patch_changes_only_what_is_not_so_yet() -> None:
    """Each write to the Service makes its controller run."""
    plan = protected("")
    half = given.clone(annotations=STRIPPED | {ATTRIBUTES: "old"}, resource_version="7")

    verdict = finish.decide(plan, well(), sight(clone=half), given.START + 90)

    assert isinstance(verdict, Wait)
    changed: dict[str, str | None] = {ATTRIBUTES: "deletion_protection.enabled=true"}
    assert verdict.effect == effects.PatchService("shop", "web-lbc", given.CLONE_UID, "7", changed)


PROTECTION = (
    ("not-on-yet-is-waited-for", False, "wait", "turns deletion protection on"),
    ("unread-is-waited-for", Unknown("slow"), "wait", "unread: slow"),
    ("then-the-lease-goes", True, "act", "removing our mark"),
)


@pytest.mark.parametrize(("on", "verdict", "says"), [row[1:] for row in PROTECTION], ids=[row[0] for row in PROTECTION])
def test_our_mark_stays_until_deletion_protection_is_seen_on(on: Any, verdict: str, says: str) -> None:
    """The annotation is only a wish; its controller carries it out, or fails to."""
    marked_off = given.clone(annotations=STRIPPED | {ATTRIBUTES: "deletion_protection.enabled=true"})
    row = Row("", sight(clone=marked_off, protected=on), verdict, says, well(), protected(""), 90.0)

    follows(row, finish.decide)


@pytest.mark.parametrize("on", ["true", "false"])
def test_protection_is_only_asked_for_where_legacy_had_it(on: str) -> None:
    world = World().new()
    world.lb_attributes[given.NEW_ARN] = {"deletion_protection.enabled": on}

    asked = finish.look(protected(""), given.cloned(), world.outside())
    world.refuse("attributes", Throttled("never asked"))
    unasked = finish.look(PLAN, given.cloned(), world.outside())

    assert (asked.protected, unasked.protected) == (on == "true", False)


def test_a_plan_without_target_groups_waits_for_the_default_interval() -> None:
    assert finish.longest_interval_s(replace(PLAN, legacy=replace(PLAN.legacy, groups=()))) == 30


def test_it_sees_records_marks_and_targets() -> None:
    world = World().new()
    del world.services["web"]
    world.leases[given.lease().name] = given.lease()
    world.set("ZPUB", FINAL)

    seen = finish.look(PLAN, given.cloned(), world.outside())

    assert seen == GOOD
    assert finish.facts(seen) == {"insync": [], "well": True}


def test_unread_or_missing_ports_are_not_well() -> None:
    world = World().new()
    world.refuse("listeners", Throttled("slow"))

    assert finish.facts(finish.look(PLAN, given.cloned(), world.outside()))["well"] is False
    assert finish.facts(replace(GOOD, new=Health({})))["well"] is False
    assert finish.facts(replace(GOOD, new=Health({80: ()})))["well"] is False
