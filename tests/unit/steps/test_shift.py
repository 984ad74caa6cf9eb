"""shift: every record set leads to the new load balancer, and back to one that serves."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.model import effects, events
from migrator.model.balancers import FlowMinute
from migrator.model.names import ProbeSeen
from migrator.model.records import Swap
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.model.verdict import Wait
from migrator.steps import shift
from migrator.steps.flows import Flows
from migrator.steps.health import Health
from migrator.steps.records import RecordsSeen
from migrator.steps.shift import Sight
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

LOWERED, SHIFTED = given.cname(ttl_s=60), given.cname(ttl_s=60, to=given.NEW_NAME)
WELL, SICK = Health({8080: given.targets()}), Health({8080: given.targets("unhealthy")})
TRIED, REFUSED = ProbeSeen(True, "2 probes succeeded"), ProbeSeen(False, "connection refused")
QUIET = Flows((FlowMinute(given.START + 3600, None, 0, 2),))
VACUOUS = Flows((FlowMinute(0, None, 0, 2),), given.START + 120)
PLAN = given.moving(given.CNAME)


def sight(record: Any = LOWERED, lagging: Any = (), lost: tuple[str, ...] = (), **more: Any) -> Sight:
    listed = record if isinstance(record, Unknown) else ((given.CNAME, record),)
    return Sight(
        RecordsSeen(listed, lagging, lost),
        more.pop("new", WELL),
        more.pop("legacy", WELL),
        more.pop("probe", TRIED),
        more.pop("flows", QUIET),
        more.pop("gone", False),
    )


HERE = given.cloned()
FORWARD = (
    Row("unread-records-are-waited-for", sight(Unknown("slow")), "wait", "slow", HERE, PLAN),
    Row("a-foreign-edit-holds", sight(given.cname(to="theirs")), "record-edited", "theirs", HERE, PLAN),
    Row("one-with-the-long-ttl-again-is-an-edit", sight(given.cname()), "record-edited", "TTL 300 s", HERE, PLAN),
    Row("moves-to-the-new-one", sight(), "act", "move to the new load balancer: api.example.com.", HERE, PLAN),
    Row("never-to-one-that-is-unread", sight(new=Unknown("slow")), "wait", "unread: slow", HERE, PLAN),
    Row("never-to-one-with-a-sick-port", sight(new=SICK), "wait", "0 healthy targets behind port 8080", HERE, PLAN),
    Row("never-to-one-without-a-port", sight(new=Health({})), "wait", "port 8080", HERE, PLAN),
    Row("a-lost-id-is-asked-for-again", sight(SHIFTED, (), ("ZPUB",)), "act", "was lost", HERE, PLAN),
    Row("waits-for-insync", sight(SHIFTED, ("ZPUB",)), "wait", "not brought zone ZPUB", HERE, PLAN),
    Row("waiting-for-insync-does-not-ask-for-health", sight(SHIFTED, ("ZPUB",), new=SICK), "wait", "zone ZPUB", HERE, PLAN),
    Row("done-when-all-lead-there", sight(SHIFTED), "done", f"answers {given.NEW_NAME}", HERE, PLAN),
)


@rows(*FORWARD)
def test_shift(row: Row) -> None:
    follows(row, shift.decide)


def turned(probed: bool = False) -> Standing:
    """On the way back, first looked at as the journal began."""
    noticed = events.Noticed("warm", {"legacy_probed": probed})
    return given.cloned((0.0, noticed), (0.0, events.TurnedBack("asked", "", "")), (0.0, events.Noticed("shift", {})))


def returned(insync: float = 0.0) -> Standing:
    """Moved back, and seen INSYNC."""
    batch = effects.ChangeRecords("ZPUB", (Swap(SHIFTED, LOWERED),), "move back to legacy")
    return given.cloned(
        (0.0, events.Intended("shift", batch)),
        (0.0, events.TurnedBack("asked", "", "")),
        (0.0, events.Applied("shift", {"change": "C1"})),
        (insync, events.Noticed("shift", {"insync": ["C1"]})),
    )


BY_HAND = given.cloned(
    (0.0, events.Intended("shift", effects.ChangeRecords("ZPUB", (), ""))),
    (0.0, events.Applied("shift", {"change": "C1"})),
    (0.0, events.TurnedBack("asked", "", "")),
    (0.0, events.Noticed("shift", {"insync": []})),
)
BUSY = Flows((FlowMinute(0, 7, 1, 2),))
BACK = (
    Row("unread-records-are-waited-for", sight(Unknown("slow")), "wait", "slow", turned(), PLAN),
    Row("a-foreign-edit-is-shown", sight(given.cname(to="theirs")), "record-edited", "theirs", turned(), PLAN),
    Row("moves-back", sight(SHIFTED), "act", "move back to legacy", turned(), PLAN),
    Row("never-to-unread-targets", sight(SHIFTED, legacy=Unknown("slow")), "wait", "unread: slow", turned(), PLAN),
    Row("never-to-sick-targets", sight(SHIFTED, legacy=SICK), "wait", "behind port 8080 of legacy", turned(), PLAN),
    Row("never-to-one-that-does-not-answer", sight(SHIFTED, probe=REFUSED), "wait", "refused", turned(True), PLAN),
    Row("a-probe-that-never-worked-says-nothing", sight(SHIFTED, probe=REFUSED), "act", "", turned(False), PLAN),
    Row("waits-for-legacy-until-the-deadline", sight(SHIFTED, legacy=SICK), "wait", "", turned(), PLAN, after_s=1800.0),
    Row(
        "then-shows-its-targets",
        sight(SHIFTED, legacy=SICK),
        "legacy-sick",
        "i-zone-a:31080 unhealthy",
        turned(),
        PLAN,
        after_s=1801.0,
    ),
    Row("waits-for-insync", sight(lagging=("ZPUB",)), "wait", "not brought", turned(), PLAN),
    Row("done-where-nothing-had-moved", sight(), "done", "every record set leads to legacy", turned(), PLAN),
    Row("waits-out-what-clients-hold", sight(), "wait", "run out of caches in 120 s", returned(), PLAN, after_s=119.0),
    Row("counted-from-insync", sight(), "wait", "run out of caches", returned(30.0), PLAN, after_s=149.0),
    Row("then-for-the-new-one-s-flows", sight(flows=BUSY), "wait", "7 new flows", returned(), PLAN, after_s=120.0),
    Row("unread-flows-are-waited-for", sight(flows=Unknown("slow")), "wait", "slow", returned(), PLAN, after_s=120.0),
    Row("a-new-one-that-is-no-more-has-no-flows", sight(flows=BUSY, gone=True), "done", "", returned(), PLAN, after_s=120.0),
    Row("unless-that-is-unread", sight(gone=Unknown("slow")), "wait", "unread: slow", returned(), PLAN, after_s=120.0),
    Row("set-back-by-hand-clients-hold-it-all-the-same", sight(), "wait", "run out of caches", BY_HAND, PLAN, after_s=119.0),
    Row(
        "quiet-before-it-moved-says-nothing",
        sight(flows=VACUOUS),
        "wait",
        "since the records moved",
        returned(),
        PLAN,
        after_s=120.0,
    ),
    Row("done-when-the-new-one-is-quiet", sight(), "done", "to legacy again", returned(), PLAN, after_s=120.0),
)


@rows(*BACK)
def test_the_way_back(row: Row) -> None:
    follows(row, shift.undo)


def test_each_record_set_moves_in_one_step_with_its_short_ttl() -> None:
    """The old TTL comes back only when nobody may have to move again."""
    verdict = shift.decide(PLAN, HERE, sight(), given.START)

    assert isinstance(verdict, Wait)
    assert verdict.effect == effects.ChangeRecords("ZPUB", (Swap(LOWERED, SHIFTED),), "move to the new load balancer")


def test_forward_nothing_is_asked_that_only_the_way_back_needs() -> None:
    world = World().new()
    world.set("ZPUB", LOWERED)

    seen = shift.look(given.migration(), HERE, world.outside())

    assert (seen.new, seen.legacy) == (WELL, WELL)
    assert (seen.legacy_probe.ok, seen.flows) == (False, Unknown("not asked"))
    assert shift.facts(seen) == {"insync": []}


def test_back_it_asks_for_legacy_and_for_the_new_one_s_flows() -> None:
    """Targets, a client's view, and who is still at the new load balancer."""
    world = World().new()

    seen = shift.look(given.migration(), turned(), world.outside())

    assert (seen.new, seen.legacy, seen.legacy_probe.ok) == (Unknown("not asked"), WELL, True)
    assert isinstance(seen.flows, Flows)


@pytest.mark.parametrize("moves", [(), (given.ALIAS,)], ids=["no-record", "an-alias"])
def test_what_does_not_move_by_name_needs_no_batch(moves: Any) -> None:
    """A plan without a record set is possible where a person answered for it."""
    done = shift.decide(
        given.moving(*moves),
        HERE,
        Sight(RecordsSeen(tuple((each, each.shifted(given.NEW)) for each in moves), ()), WELL, WELL, TRIED, QUIET),
        given.START,
    )

    assert done.__class__.__name__ == "Done"
