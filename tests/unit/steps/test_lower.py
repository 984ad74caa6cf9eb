"""lower: a short TTL, and the long one out of the caches."""

from __future__ import annotations

from typing import Any

from migrator.model import effects, events
from migrator.model.records import Move, Swap
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.model.verdict import Wait
from migrator.steps import lower
from migrator.steps.records import RecordsSeen
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

LISTED, SHORT = given.cname(), given.cname(ttl_s=60)
BATCH = effects.ChangeRecords("ZPUB", (Swap(LISTED, SHORT),), "lower the TTL")


def sight(record: Any, lagging: Any = (), lost: tuple[str, ...] = (), move: Move = given.CNAME) -> RecordsSeen:
    listed = record if isinstance(record, Unknown) else ((move, record),)
    return RecordsSeen(listed, lagging, lost)


def lowered(at: float = 0.0, insync: float = 0.0) -> Standing:
    """The batch was made, and seen INSYNC."""
    return given.standing(
        (0.0, events.Intended("lower", BATCH)),
        (at, events.Applied("lower", {"change": "C1"})),
        (insync, events.Noticed("lower", {"insync": ["C1"]})),
    )


PLAN = given.moving(given.CNAME)
FORWARD = (
    Row("unread-records-are-waited-for", sight(Unknown("throttled")), "wait", "throttled", migration=PLAN),
    Row("a-record-that-is-gone-holds", sight(None), "record-missing", "is gone", migration=PLAN),
    Row("a-foreign-edit-holds", sight(given.cname(to="theirs")), "record-edited", "theirs", migration=PLAN),
    Row("lowers-the-ttl", sight(LISTED), "act", "lower the TTL: api.example.com. CNAME", migration=PLAN),
    Row("a-lost-id-is-asked-for-again", sight(SHORT, (), ("ZPUB",)), "act", "zone ZPUB was lost", migration=PLAN),
    Row("an-unread-change-is-waited-for", sight(SHORT, Unknown("slow")), "wait", "slow", migration=PLAN),
    Row("waits-for-insync", sight(SHORT, ("ZPUB",)), "wait", "not brought zone ZPUB", migration=PLAN),
    Row("waits-out-the-ttl-it-had", sight(SHORT), "wait", "TTL of 300 s", lowered(), PLAN, after_s=299.0),
    Row("done-when-it-ran-out", sight(SHORT), "done", "1 of 1", lowered(), PLAN, after_s=300.0),
    Row("the-ttl-counts-from-insync", sight(SHORT), "wait", "running out", lowered(insync=50.0), PLAN, after_s=300.0),
    Row(
        "an-alias-has-no-ttl-to-lower",
        sight(given.alias(), move=given.ALIAS),
        "done",
        "0 of 1",
        migration=given.moving(given.ALIAS),
    ),
    Row(
        "a-short-ttl-stays",
        sight(given.cname(ttl_s=30), move=Move(given.PUBLIC, given.cname(ttl_s=30), 30)),
        "done",
        "0 of 1",
        migration=given.moving(Move(given.PUBLIC, given.cname(ttl_s=30), 30)),
    ),
)


@rows(*FORWARD)
def test_lower(row: Row) -> None:
    follows(row, lower.decide)


BACK = (
    Row("restores-the-ttl", sight(SHORT), "act", "restore the TTL", migration=PLAN),
    Row("a-foreign-edit-is-shown", sight(given.cname(ttl_s=42)), "record-edited", "TTL 42 s", migration=PLAN),
    Row("waits-for-insync", sight(LISTED, ("ZPUB",)), "wait", "not brought", migration=PLAN),
    Row("done-as-listed", sight(LISTED), "done", "as listed in the plan", migration=PLAN),
)


@rows(*BACK)
def test_the_way_back(row: Row) -> None:
    follows(row, lower.undo)


def test_a_batch_deletes_exactly_what_is_listed() -> None:
    """Law 5: one batch of DELETE and CREATE, so that a record edited in between refuses it."""
    verdict = lower.decide(PLAN, given.standing(), sight(LISTED), given.START)

    assert verdict == Wait(BATCH.summary, 0, BATCH)


def test_it_sees_the_records_and_whether_its_own_change_is_insync() -> None:
    """Facts tell INSYNC; since when it is so outlives us."""
    world, standing = World(), given.standing()
    standing = given.standing(events.Intended("lower", BATCH), events.Applied("lower", {"change": "C1"}))
    world.changes["C1"] = given.START + 30
    looks = []

    for _ in range(2):
        looks.append(lower.look(given.migration(), standing, world.outside()))
        world.clock.sleep(30)

    assert [each.lagging for each in looks] == [("ZPUB",), ()]
    assert [lower.facts(each) for each in looks] == [{"insync": []}, {"insync": ["C1"]}]
    assert looks[0].listed == ((given.CNAME, LISTED), (given.ALIAS, given.alias()))
