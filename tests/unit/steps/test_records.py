"""What the steps that move record sets share."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.errors import Throttled
from migrator.model import effects, events
from migrator.model.records import Move, RecordSet, Swap
from migrator.model.units import Unknown
from migrator.model.verdict import Hold, Wait
from migrator.steps import records
from tests.unit import given
from tests.unit.world import World

SHORT = given.cname(ttl_s=60)


def lowered(move: Move) -> RecordSet:
    return move.lowered


def changed(zone: str, change: str, at: float = 0.0) -> tuple[tuple[float, events.Event], ...]:
    effect = effects.ChangeRecords(zone, (), "why")
    result = {"change": change} if change else {}
    return (at, events.Intended("shift", effect)), (at, events.Applied("shift", result))


def test_one_batch_a_zone_with_what_is_not_as_wanted() -> None:
    """A batch is done whole or not at all, and zones one after the other; what is there already is not touched."""
    www = Move(given.PUBLIC, given.cname("www.example.com."), 60)
    done = Move(given.PUBLIC, given.cname("done.example.com."), 60)
    internal = Move(given.PRIVATE, given.cname("api.internal.example."), 60)
    listed = (
        (www, www.listed),
        (given.CNAME, given.CNAME.listed),
        (done, done.lowered),
        (given.ALIAS, None),
        (internal, internal.listed),
    )

    first = records.next_batch(listed, lowered, "why")
    later = records.next_batch(((www, www.lowered), (internal, internal.lowered)), lowered, "why")

    assert first == effects.ChangeRecords("ZPRI", (Swap(internal.listed, internal.lowered),), "why")
    second = records.next_batch(listed[:4], lowered, "why")
    assert second is not None
    assert [each.before.name for each in second.swaps] == ["www.example.com.", "api.example.com."]
    assert later is None


def test_affirming_deletes_and_creates_the_identical_set() -> None:
    """Nothing changes for anybody; there only is an id to wait for again."""
    listed = ((given.CNAME, SHORT), (given.ALIAS, None), (given.INTERNAL, given.INTERNAL.listed))

    affirmed = records.affirmation(listed, "ZPUB")

    assert affirmed.swaps == (Swap(SHORT, SHORT),)


def test_a_zone_whose_change_id_was_lost_is_told_apart() -> None:
    """Law 3: without an id INSYNC was not seen, whatever the record sets show."""
    world = World()
    world.changes["C1"] = given.START + 60
    standing = given.standing(*changed("ZPUB", "C1"), *changed("ZPRI", ""))

    seen = records.seen("shift", given.migration(), standing, world.outside())

    assert (seen.lagging, seen.lost, seen.insync) == (("ZPUB",), ("ZPRI",), False)


def test_only_the_last_change_in_a_zone_is_waited_for() -> None:
    """The id that the identical batch gave takes the place of the lost one."""
    world = World()
    world.changes["C2"] = given.START
    standing = given.standing(*changed("ZPUB", ""), *changed("ZPUB", "C2"))

    seen = records.seen("shift", given.migration(), standing, world.outside())

    assert (seen.lagging, seen.lost, seen.insync) == ((), (), True)


def test_a_zone_that_may_have_changed_unknown_to_us_counts_as_lost() -> None:
    """After a lost answer, or where somebody set records back by hand: the identical batch gives an id to wait for."""
    world, plan = World(), given.moving(given.CNAME, given.INTERNAL)
    world.changes["C1"] = given.START
    known = changed("ZPUB", "C1")
    doubted = (events.Intended("shift", effects.ChangeRecords("ZPRI", (), "")), events.Refused("shift", "unclear", ""))

    asked = records.seen("shift", plan, given.standing(*known), world.outside())
    every = records.seen("shift", plan, given.standing(*known), world.outside(), every_zone=True)
    lost = records.seen("shift", plan, given.standing(*known, *((1.0, each) for each in doubted)), world.outside())

    assert (asked.lost, every.lost, lost.lost) == ((), ("ZPRI",), ("ZPRI",))


def test_what_could_not_be_read_is_not_insync() -> None:
    world = World()
    world.changes["C1"] = given.START
    world.refuse("insync", Throttled("slow down"))
    world.refuse("at", Throttled("slower"))

    seen = records.seen("shift", given.migration(), given.standing(*changed("ZPUB", "C1")), world.outside())

    assert seen == records.RecordsSeen(Unknown("slower"), Unknown("slow down"))
    assert not seen.insync


def test_insync_is_that_of_these_very_changes() -> None:
    """A step that has changed nothing yet lags nowhere from its first look on; that says nothing of a later change."""
    at_first = (0.0, events.Noticed("shift", {"insync": []}))
    made = changed("ZPUB", "C1", 40.0)
    synced = (90.0, events.Noticed("shift", {"insync": ["C1"]}))

    assert records.insync_since("shift", given.standing()) is None
    assert records.insync_since("shift", given.standing(at_first)) == given.START
    assert records.insync_since("shift", given.standing(at_first, *made)) is None
    assert records.insync_since("shift", given.standing(at_first, *made, synced)) == given.START + 90
    assert records.insync_since("shift", given.standing(at_first, *made, synced, *changed("ZPRI", "C2", 95.0))) is None


def test_a_change_that_was_seen_insync_is_not_asked_about_again() -> None:
    """Route 53 forgets a change after some weeks."""
    world = World()
    standing = given.standing(*changed("ZPUB", "C1"), (1.0, events.Noticed("shift", {"insync": ["C1"]})))

    seen = records.seen("shift", given.migration(), standing, world.outside())

    assert (seen.lagging, seen.synced, seen.facts) == ((), ("C1",), {"insync": ["C1"]})


def test_a_look_that_sees_less_does_not_make_us_forget() -> None:
    """A gap in looking breaks a streak, never a TTL wait."""
    assert records.RecordsSeen((), Unknown("slow")).facts == {}


def test_route_53_is_looked_at_more_often_than_what_takes_its_time() -> None:
    """It is done within a minute as a rule, else it takes its time, too; a plan that looks more often still does."""
    listed = ((given.CNAME, given.CNAME.lowered),)
    young, old = (records.RecordsSeen(listed, ("ZPUB",), late_s=late_s) for late_s in (60.0, 61.0))

    waits = [records.towards("lower", seen, lowered, "why", every) for seen in (young, old) for every in (10, 0.5)]

    assert [each.after_s for each in waits if isinstance(each, Wait)] == [5, 0.5, 10, 0.5]


def test_how_long_an_answer_may_be_held() -> None:
    """A CNAME leads to addresses of their own 60 s; an alias answers with those addresses at once."""
    assert records.held_s(given.CNAME) == 120
    assert records.held_s(given.ALIAS) == 60
    assert records.longest_held_s((given.ALIAS, given.INTERNAL)) == 90
    assert records.longest_held_s(()) == 0


def test_a_wait_says_until_when_and_is_looked_at_meanwhile() -> None:
    assert records.waited(100.0, 60, 110.0, "why", 10) == Wait("why", 30, until=160.0)
    assert records.waited(100.0, 60, 110.0, "why", 40) == Wait("why", 40, until=160.0)
    assert records.waited(100.0, 60, 150.0, "why", 40) == Wait("why", 10, until=160.0)
    assert records.waited(100.0, 60, 160.0, "why", 10) is None


def test_the_new_name_is_empty_before_the_clone_has_one() -> None:
    assert records.new_name(given.standing()).dns_name == ""
    assert records.new_name(given.cloned()) == given.NEW


# Others who write, and changes that do not arrive


def test_a_change_that_stays_pending_is_asked_about() -> None:
    """Nobody waits for ever: PENDING for half an hour is none of the usual delays."""
    world = World()
    world.changes["C1"] = given.START + 1e9
    standing = given.standing(*changed("ZPUB", "C1"))
    listed = ((given.CNAME, SHORT),)
    world.clock.sleep(records.PENDING_S)
    late = records.seen("shift", given.migration(), standing, world.outside())
    world.clock.sleep(60)
    later = records.seen("shift", given.migration(), standing, world.outside())

    assert isinstance(records.towards("shift", replace(late, listed=listed), lowered, "why", 10), Wait)
    held = records.towards("shift", replace(later, listed=listed), lowered, "why", 10)

    assert isinstance(held, Hold)
    assert held.code == "change-pending"


def test_a_person_who_goes_on_has_the_identical_change_made_again() -> None:
    """It gets another id, which may arrive."""
    world = World()
    world.changes["C1"] = given.START + 1e9
    told = (1900.0, events.Held("shift", "change-pending", "")), (1900.0, events.Released("a person"))

    seen = records.seen("shift", given.migration(), given.standing(*changed("ZPUB", "C1"), *told), world.outside())

    assert (seen.lagging, seen.lost) == (("ZPUB",), ("ZPUB",))


def swapped(times: int) -> tuple[tuple[float, events.Event], ...]:
    effect = effects.ChangeRecords("ZPUB", (Swap(given.CNAME.listed, SHORT),), "why")
    return ((0.0, events.Intended("shift", effect)), (0.0, events.Applied("shift", {"change": "C1"}))) * times


def test_a_record_set_that_somebody_sets_back_each_time_is_not_fought_over() -> None:
    """A reconciler would win in the end, and meanwhile names flap."""
    world = World()
    world.changes["C1"] = given.START
    listed = ((given.CNAME, given.CNAME.listed),)

    def verdict(*told: tuple[float, events.Event]) -> object:
        seen = records.seen("shift", given.migration(), given.standing(*told), world.outside())
        return records.towards("shift", replace(seen, listed=listed), lowered, "why", 10, lambda move: move.listed)

    twice, held = verdict(*swapped(2)), verdict(*swapped(3))
    lifted = verdict(*swapped(3), (1.0, events.Held("shift", "record-edited", "")), (1.0, events.Released("a person")))

    assert isinstance(twice, Wait) and isinstance(lifted, Wait)
    assert isinstance(held, Hold)
    assert (held.code, "set back" in held.reason) == ("record-edited", True)


def test_what_a_person_set_right_has_an_id_of_its_own() -> None:
    """Nobody told us the id of their change: the identical batch, made after it, is in sync once theirs is."""
    world, plan = World(), given.moving(given.CNAME, given.INTERNAL)
    world.changes |= {"C1": given.START, "C2": given.START}
    before, after = changed("ZPUB", "C1"), changed("ZPUB", "C2")
    told = (50.0, events.Held("warm", "record-edited", "")), (50.0, events.Released("a person"))

    lifted = records.seen("shift", plan, given.standing(*before, *told), world.outside())
    affirmed = records.seen("shift", plan, given.standing(*before, *told, *((60.0, each) for _, each in after)), world.outside())

    assert (lifted.lost, lifted.synced) == (("ZPUB", "ZPRI"), ())
    assert (affirmed.lost, affirmed.synced) == (("ZPRI",), ("C2",))


def test_when_a_person_set_right_what_others_wrote() -> None:
    told = (50.0, events.Held("lower", "record-missing", "")), (50.0, events.Released("a person"))

    assert records.mended_at(given.standing()) == 0
    assert records.mended_at(given.standing(*told)) == given.START + 50
    assert records.mended_at(given.standing(*told), besides="lower") == 0
    assert records.longest_listed_s((given.CNAME, given.ALIAS)) == 360
