"""admit: the plan still fits, and nobody else acts on it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator import checks
from migrator.checks.result import Result, failed, ok, unseen, warned
from migrator.errors import Throttled
from migrator.model import effects, events
from migrator.model.migration import Decision
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.model.verdict import Done, Wait
from migrator.model.waits import Waits
from migrator.steps import ORDER, admit
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

FINE = (ok("cluster", "as planned"), ok("service", "as planned"))
STALE = failed("service", "plan-stale", "service shop/web changed", "plan again", "spec differs")
WARNED = warned("mtu", "mtu-rule-lost", "the last rule for ICMP goes", "add one")
DIM = unseen("rights", "denied", "IAM could not be asked", "go on", "warning")
BLIND = Result("records", "unknown", "asked to slow down", "try again", "throttled", ("HTTP 429",))
TAKE = effects.TakeLease("shop", f"migrate-{given.UID}")


def sight(lease: Any = None, *results: Result, host: str = given.HOST) -> admit.Sight:
    return admit.Sight(lease, results or FINE, host)


def marked(epoch: int = 1) -> Standing:
    """We took the Lease, with this epoch."""
    return given.standing(events.Intended("admit", TAKE), events.Applied("admit", {"epoch": str(epoch)}))


def acted(lines: int) -> Standing:
    """The same in a journal that has this many lines."""
    taken = (events.Intended("admit", TAKE), events.Applied("admit", {"epoch": "1"}))
    return given.standing(*taken, *(events.Noticed("lower", {}) for _ in range(lines - 3)))


MARKED = marked()
LOST = given.standing(events.Intended("admit", TAKE), events.Refused("admit", "unclear", "no answer came"))
TAKEN = given.standing(events.Intended("admit", TAKE), events.Applied("admit", {"epoch": "1"}))
ELSEWHERE = given.lease(journal="journal-9", host="there/boot-7", sequence=4)
OTHER_BOOT = given.lease(host="here/boot-0", renewed=given.START)

FORWARD = (
    Row("waits-while-the-lease-is-unread", sight(Unknown("timed out")), "wait", "timed out"),
    Row("before-anything-began-an-unread-lease-is-told", sight(Unknown("timed out")), "unread", "timed out", Standing()),
    Row("another-machine-holds-the-lease", sight(ELSEWHERE), "foreign-lease", "--resume` on there"),
    Row("an-empty-journal-finds-a-lease", sight(given.lease()), "journal-lost", "give --state", Standing()),
    Row("the-journal-of-this-machine-is-not-here", sight(given.lease(journal="journal-0")), "journal-lost", "its line 0"),
    Row("an-older-journal-does-not-act", sight(given.lease(sequence=9)), "journal-behind", "moved on at line 9", acted(8)),
    Row("nor-one-that-knows-an-earlier-epoch", sight(given.lease(epoch=2)), "journal-behind", "(epoch 2)", TAKEN),
    Row("a-lease-at-our-last-line-is-fine", sight(given.lease(sequence=9)), "done", "2 checks pass", acted(9)),
    Row("a-failed-check-holds-with-its-code", sight(None, *FINE, STALE), "plan-stale", "spec differs"),
    Row("what-failed-is-told-before-what-was-not-seen", sight(None, BLIND, STALE), "plan-stale"),
    Row("a-check-that-sees-nothing-waits", sight(given.lease(), BLIND), "wait", "records: asked to slow down", MARKED),
    Row("before-anything-began-a-person-is-told", sight(None, BLIND), "throttled", "HTTP 429", Standing()),
    Row("a-check-that-sees-nothing-and-weighs-little-does-not", sight(None, DIM), "act", "marking"),
    Row("a-warning-stops-nothing", sight(given.lease(epoch=1), *FINE, WARNED), "done", "with warnings of mtu", MARKED),
    Row("marks-the-service-first", sight(None), "act", "marking"),
    Row("a-foreign-lease-comes-before-a-failed-check", sight(ELSEWHERE, STALE), "foreign-lease"),
    Row("done-when-all-is-ours", sight(given.lease(epoch=3)), "done", "epoch 3", marked(3)),
    Row("a-later-epoch-is-of-a-newer-journal", sight(given.lease(epoch=2)), "journal-behind", "(epoch 2)", MARKED),
    Row("an-epoch-that-we-never-took-too", sight(given.lease()), "journal-behind", "(epoch 1)"),
    Row("our-own-mark-that-landed-late-is-taken-up", sight(given.lease()), "act", "taking up our own mark", LOST),
    Row("of-the-boot-before-waits-until-no-call-arrives", sight(OTHER_BOOT), "wait", "here/boot-0", LOST, after_s=399.0),
    Row("of-the-boot-before-is-then-taken-over", sight(OTHER_BOOT), "act", "taking over from here/boot-0", LOST, after_s=400.0),
    Row("after-a-reboot-waits-until-no-call-arrives", sight(OTHER_BOOT), "wait", "here/boot-0", MARKED, after_s=399.0),
    Row("then-takes-over", sight(OTHER_BOOT), "act", "taking over from here/boot-0", MARKED, after_s=400.0),
)


@rows(*FORWARD)
def test_admit(row: Row) -> None:
    follows(row, admit.decide)


BACK = (
    Row("waits-while-the-lease-is-unread", sight(Unknown("timed out")), "wait", "timed out"),
    Row("done-once-it-is-gone", sight(None), "done", "released"),
    Row("a-foreign-mark-is-not-removed", sight(ELSEWHERE), "foreign-lease"),
    Row("removes-our-mark-last", sight(given.lease()), "act", "removing our mark"),
)


@rows(*BACK)
def test_the_way_back(row: Row) -> None:
    follows(row, admit.undo)


def test_the_effects_name_the_lease_of_the_legacy_service() -> None:
    """Law 6: one mark for each Service, by its UID, in its namespace."""
    taking = admit.decide(given.migration(), given.standing(), sight(None), given.START)
    over = admit.decide(given.migration(), MARKED, sight(OTHER_BOOT), given.START + 400)
    up = admit.decide(given.migration(), LOST, sight(given.lease()), given.START)
    again = admit.decide(given.migration(), MARKED, sight(None), given.START)
    release = admit.undo(given.migration(), given.standing(), sight(given.lease()), given.START)

    assert [each.effect for each in (taking, over, up, again, release) if isinstance(each, Wait)] == [
        TAKE,
        replace(TAKE, takeover="300"),
        replace(TAKE, takeover="300"),
        replace(TAKE, epoch=MARKED.epoch + 1),
        effects.ReleaseLease("shop", TAKE.name),
    ]


def test_taking_over_waits_by_the_plan_and_says_until_when() -> None:
    """A sandbox waits seconds where AWS needs minutes; nobody stares at a wait without an end.

    Two clocks that are let pass are ten seconds apart at most.
    """
    migration = given.migration(waits=Waits(unclear_s=100))

    verdict = admit.decide(migration, MARKED, sight(OTHER_BOOT), given.START + 100)

    assert verdict == Wait("waiting until no call of here/boot-0 can still arrive", 10, until=given.START + 110)


def test_taking_over_never_waits_less_than_a_call_is_protected() -> None:
    """A call is made up to 60 s after its intent, in a sandbox too."""
    migration = given.migration(waits=Waits(unclear_s=5))

    verdict = admit.decide(migration, MARKED, sight(OTHER_BOOT), given.START + 50)

    assert isinstance(verdict, Wait)
    assert (verdict.effect, verdict.until) == (None, given.START + 70)


def test_order_of_checks_is_the_order_of_the_journey() -> None:
    """admit cannot know its siblings, so it repeats their names."""
    assert tuple(step.NAME for step in ORDER) == admit.ORDER_OF_CHECKS


EVERYWHERE = {"cluster", "account", "clock"}
ONCE_CLONED = EVERYWHERE | {"service", "balancer"}
WHILE_CLONED = ONCE_CLONED | {"controller", "protections", "resolvers"}
DUE = (
    ((), {each.NAME for each in checks.CHECKS}),
    (("admit",), {each.NAME for each in checks.CHECKS} - {"records", "health"}),
    (("admit", "lower"), WHILE_CLONED),
    (("admit", "lower", "clone", "warm"), ONCE_CLONED),
    (("admit", "lower", "clone", "warm", "shift", "settle", "drain"), EVERYWHERE),
)


@pytest.mark.parametrize(("seen", "due"), DUE, ids=["at-first", "at-lower", "at-clone", "at-shift", "at-retire"])
def test_only_checks_that_still_have_to_hold_are_asked(seen: tuple[str, ...], due: set[str]) -> None:
    """A record that we moved ourselves is not drift."""
    world = World()
    standing = given.standing(*(events.Seen(each, "") for each in seen))

    looked = admit.look(given.migration(), standing, world.outside())

    assert {each.id for each in looked.results} == due


def test_an_answer_lets_a_check_that_could_not_be_made_pass() -> None:
    """Law 3: unknown vetoes until it is resolved, or a person answers it by id in the plan."""
    question = Decision("check-records", "go on without it?", ("go-on",))
    asked = given.migration(decisions=(question,))
    told = given.migration(decisions=(replace(question, answer="go-on"),))

    verdicts = [admit.decide(each, MARKED, sight(given.lease(), BLIND), given.START) for each in (asked, told)]

    assert [type(each) for each in verdicts] == [Wait, Done]


def test_on_the_way_back_no_check_stands_in_the_way() -> None:
    """A plan that no longer fits is a reason to go back, not to stay."""
    world = World()
    world.services["web"] = given.service(uid="another")

    looked = admit.look(given.migration(), given.standing(events.TurnedBack("asked", "", "")), world.outside())

    assert looked == admit.Sight(None, (), given.HOST)


def test_the_way_back_asks_for_cluster_account_and_clock() -> None:
    """A wrong clock would let the TTL waits of a resumed rollback pass at once."""
    fine, wrong, blind = World(), World(), World()
    wrong.date_off_s = 60.0
    blind.refuse("identity", Throttled("slow down"))

    told = [admit.surroundings(given.migration(), given.standing(), each.outside()) for each in (fine, wrong, blind)]

    assert told[0] is None
    assert getattr(told[1], "code", "") == "clock-skew"
    assert told[2] == Wait("cluster: slow down", 10)


def test_an_unread_lease_is_unknown_and_facts_name_what_failed() -> None:
    world = World()
    world.refuse("lease", Throttled("slow down"))
    world.services["web"] = given.service(deleting=True)

    looked = admit.look(given.migration(), given.standing(), world.outside())

    assert looked.lease == Unknown("slow down")
    assert admit.facts(looked) == {"failed": ["service"]}


def test_every_check_is_asked_until_a_step_that_exists() -> None:
    assert {each.HOLDS_UNTIL for each in checks.CHECKS} <= set(admit.ORDER_OF_CHECKS)


@pytest.mark.parametrize(("epoch", "after_s", "waits"), [(1, 0.0, False), (2, 119.0, True), (2, 120.0, False)])
def test_a_mark_that_was_taken_over_stays_for_a_while(epoch: int, after_s: float, waits: bool) -> None:
    """A process that was frozen wakes up and must find another host's mark, not none."""
    standing = marked(epoch)

    rest = admit.kept(standing, standing.taken + after_s)

    assert (rest is not None) == waits
