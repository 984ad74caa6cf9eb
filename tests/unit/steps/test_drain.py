"""drain: nobody talks to legacy any more."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from migrator.errors import Throttled
from migrator.model import events
from migrator.model.balancers import FlowMinute
from migrator.model.units import Unknown
from migrator.model.verdict import Done
from migrator.steps import drain
from migrator.steps.drain import Sight
from migrator.steps.flows import Flows
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

QUIET, BUSY = Flows((FlowMinute(given.START + 3600, None, 0, 2),)), Flows((FlowMinute(0, 3, 0, 2),))
OPEN, SILENT = Flows((FlowMinute(0, 0, 4, 2),)), Flows((FlowMinute(0, None, None, None),))


def sight(legacy: Any, new: Any = QUIET) -> Sight:
    return Sight(legacy, new)


HERE = given.cloned((0.0, events.Noticed("drain", {})))
MOVED = given.cloned((0.0, events.Noticed("shift", {"insync": []})))
ACCEPTED = given.cloned(events.Held("drain", "still-draining", "", measure=2.0), events.Released("a person"))
FLOOD = Flows((FlowMinute(0, 5, 0, 2),))
RESUMED = replace(HERE, resumed=given.START + 86400)
MANY_OPEN = Flows((FlowMinute(0, 3, 5, 2),))
DAY = 86400.0
TABLE = (
    Row("unread-flows-are-waited-for", sight(Unknown("slow")), "wait", "legacy: flows unread: slow"),
    Row("no-point-is-not-no-flow", sight(SILENT), "wait", "no point"),
    Row("new-flows-are-waited-out", sight(BUSY), "wait", "3 new flows a minute"),
    Row("the-new-one-s-noise-is-shown-beside", sight(BUSY, BUSY), "wait", "(the new load balancer: 3)"),
    Row("what-the-new-one-has-is-not-shown-when-unread", sight(BUSY, Unknown("slow")), "wait", "count as noise"),
    Row("open-flows-are-waited-out", sight(OPEN), "wait", "4 flows are still open"),
    Row("what-still-comes-is-waited-out-for-a-day", sight(BUSY), "wait", "3 new flows", HERE, after_s=DAY - 1),
    Row("then-a-person-is-asked", sight(BUSY), "still-draining", "takes it for noise", HERE, after_s=DAY),
    Row("a-night-without-a-process-is-not-waited", sight(BUSY), "wait", "3 new flows", RESUMED, after_s=2 * DAY - 1),
    Row("what-a-person-took-for-noise-is-done", sight(BUSY), "done", "a person took as much", ACCEPTED, after_s=DAY),
    Row("what-is-unread-is-not-asked-about", sight(Unknown("slow")), "wait", "slow", HERE, after_s=2 * DAY),
    Row("twice-as-much-is-the-same-noise", sight(Flows((FlowMinute(0, 4, 0, 2),))), "done", "", ACCEPTED, after_s=DAY),
    Row("more-than-that-is-another-question", sight(FLOOD), "wait", "5 new flows", ACCEPTED, after_s=DAY),
    Row("open-flows-count-like-new-ones", sight(MANY_OPEN), "wait", "3 new flows", ACCEPTED, after_s=DAY),
    Row("silence-is-not-accepted", sight(SILENT), "wait", "no point", ACCEPTED, after_s=DAY),
    Row("nor-accepted-by-a-release", sight(Unknown("slow")), "wait", "slow", ACCEPTED, after_s=2 * DAY),
    Row("done-when-quiet", sight(QUIET), "done", "no more than noise on legacy for 900 s", MOVED),
    Row("the-new-one-need-not-be-quiet", sight(QUIET, BUSY), "done", "", MOVED),
    Row("quiet-is-not-taken-where-the-move-was-not-seen", sight(QUIET), "wait", "was not seen"),
)


@rows(*TABLE)
def test_drain(row: Row) -> None:
    follows(row, drain.decide)


def test_the_way_back_has_nothing_to_undo() -> None:
    assert isinstance(drain.undo(given.migration(), given.cloned(), sight(BUSY), given.START), Done)


def test_the_wait_says_until_when_and_the_hold_how_much_a_release_accepts() -> None:
    """15 minutes after the loud minute, and 5 until CloudWatch has settled."""
    wait = drain.decide(given.migration(), HERE, sight(BUSY), given.START)
    asks = [drain.decide(given.migration(), HERE, sight(each), given.START + DAY) for each in (BUSY, MANY_OPEN, SILENT)]

    assert getattr(wait, "until", None) == 60 + 900 + 300
    assert [getattr(each, "measure", None) for each in asks] == [3.0, 5.0, 0.0]


def test_both_load_balancers_are_looked_at() -> None:
    world = World().new()
    world.minutes = lambda arn, start: FlowMinute(start, 1.0 if arn == given.NEW_ARN else None, 0.0, 2.0)

    seen = drain.look(given.migration(), given.cloned(), world.outside())
    world.refuse("flows", Throttled("slow"))
    blind = drain.look(given.migration(), given.cloned(), world.outside())

    assert isinstance(seen.legacy, Flows)
    assert isinstance(seen.new, Flows)
    assert [len(each.periods) for each in (seen.legacy, seen.new)] == [15, 15]
    assert drain.facts(seen) == {"read": True}
    assert drain.facts(blind) == {"read": False}
