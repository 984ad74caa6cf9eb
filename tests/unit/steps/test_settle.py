"""settle: no client can hold an answer from before the shift."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.errors import Throttled, Unreachable
from migrator.model import effects, events
from migrator.model.names import Answer
from migrator.model.records import Move
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.model.verdict import Done, Wait
from migrator.steps import settle
from migrator.steps.records import RecordsSeen
from migrator.steps.settle import Sight
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import ADDRESSES, World

PLAN = given.moving(given.CNAME)
SYNCED = RecordsSeen((), ())
LAG = ("resolver 10.0.0.2 answers legacy for api.example.com. CNAME",)


def sight(records: RecordsSeen = SYNCED, behind: Any = (), laggards: tuple[str, ...] = (), asked: int = 2) -> Sight:
    return Sight(records, behind, laggards, asked)


def shifted(*told: events.Event | tuple[float, events.Event]) -> Standing:
    """The batch was made and INSYNC as the journal began."""
    batch = effects.ChangeRecords("ZPUB", (), "why")
    return given.cloned(
        (0.0, events.Intended("shift", batch)),
        (0.0, events.Applied("shift", {"change": "C1"})),
        (0.0, events.Noticed("shift", {"insync": ["C1"]})),
        *told,
    )


AFFIRMED = effects.ChangeRecords("ZPUB", (), "make the same change again")
EDITED = shifted(
    (0.0, events.Held("settle", "record-edited", "")),
    (600.0, events.Released("a person")),
    (600.0, events.Intended("shift", AFFIRMED)),
    (600.0, events.Applied("shift", {"change": "C2"})),
    (660.0, events.Noticed("shift", {"insync": ["C2"]})),
)
LOWER_EDITED = shifted((0.0, events.Held("lower", "record-edited", "")), (0.0, events.Released("a person")))
ACCEPTED = shifted(events.Held("settle", "resolver-lags", ""), events.Released("a person"))
AFTER = 120.0  # the TTL of 60 s, and 60 s of the load balancer's own addresses
TABLE = (
    Row("waits-for-insync", sight(RecordsSeen((), ("ZPUB",))), "wait", "not brought the change", shifted(), PLAN, AFTER),
    Row("a-shift-never-seen-insync-is-not", sight(), "wait", "not brought the change", given.cloned(), PLAN, AFTER),
    Row("unread-name-servers-are-waited-for", sight(behind=Unknown("slow")), "wait", "slow", shifted(), PLAN, AFTER),
    Row("waits-for-every-authority", sight(behind=("ns1 answers legacy",)), "wait", "ns1 answers", shifted(), PLAN, AFTER),
    Row("waits-out-what-others-wrote", sight(), "wait", "that others wrote", EDITED, PLAN, 660.0 + 360 - 1),
    Row("and-goes-on-after-that", sight(), "done", standing=EDITED, migration=PLAN, after_s=660.0 + 360),
    Row("what-lower-waited-out-itself-is-not-waited-for-again", sight(), "done", "", LOWER_EDITED, PLAN, AFTER),
    Row("waits-out-ttl-and-addresses", sight(), "wait", "run out of caches in 120 s", shifted(), PLAN, AFTER - 1),
    Row("a-laggard-does-not-shorten-it", sight(laggards=LAG), "wait", "run out of caches", shifted(), PLAN, AFTER - 1),
    Row("done-when-it-ran-out", sight(), "done", "2 answers of resolvers agree", shifted(), PLAN, AFTER),
    Row("waits-for-a-laggard", sight(laggards=LAG), "wait", "10.0.0.2", shifted(), PLAN, 86399.0),
    Row("then-asks-a-person", sight(laggards=LAG), "resolver-lags", "10.0.0.2", shifted(), PLAN, 86400.0),
    Row("a-release-accepts-it", sight(laggards=LAG), "done", "accepted by a person", ACCEPTED, PLAN, 86400.0),
)


@rows(*TABLE)
def test_settle(row: Row) -> None:
    follows(row, settle.decide)


def test_the_way_back_has_nothing_to_undo() -> None:
    assert isinstance(settle.undo(PLAN, shifted(), sight(), given.START), Done)


def test_it_says_until_when_a_resolver_is_waited_for() -> None:
    verdict = settle.decide(PLAN, shifted(), sight(laggards=LAG), given.START + AFTER)

    assert isinstance(verdict, Wait)
    assert verdict.until == given.START + 86400


OLD, NEW = (given.LEGACY_NAME,), (given.NEW_NAME,)
ANSWERS = (
    ("a-cname-to-the-new-one", given.CNAME, Answer("NOERROR", NEW), True),
    ("case-and-dot-aside", given.CNAME, Answer("NOERROR", (given.NEW_NAME.upper() + ".",)), True),
    ("a-cname-to-legacy", given.CNAME, Answer("NOERROR", OLD), False),
    ("no-cname-at-all", given.CNAME, Answer("NOERROR"), False),
    ("no-such-name", given.CNAME, Answer("NXDOMAIN"), False),
    ("a-server-that-fails", given.CNAME, Answer("SERVFAIL", NEW), False),
    ("an-alias-within-the-addresses", given.ALIAS, Answer("NOERROR", ("198.51.100.1",)), True),
    ("an-alias-to-one-strange-address", given.ALIAS, Answer("NOERROR", ("198.51.100.1", "192.0.2.1")), False),
    ("an-alias-that-answers-nothing", given.ALIAS, Answer("NOERROR"), False),
    ("aaaa-without-ipv6-answers-nothing", given.ALIAS6, Answer("NOERROR"), True),
    ("aaaa-without-ipv6-that-answers", given.ALIAS6, Answer("NOERROR", ("2001:db8::1",)), False),
)


@pytest.mark.parametrize(("move", "answer", "leads"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_whether_an_answer_leads_to_the_new_one(move: Move, answer: Answer, leads: bool) -> None:
    assert settle.answers_new(move, answer, given.NEW, frozenset(ADDRESSES[given.NEW_NAME])) is leads


def test_with_ipv6_an_aaaa_alias_has_to_answer() -> None:
    addresses = frozenset({"2001:db8::1", "198.51.100.1"})

    assert settle.answers_new(given.ALIAS6, Answer("NOERROR", ("2001:db8::1",)), given.NEW, addresses)
    assert not settle.answers_new(given.ALIAS6, Answer("NOERROR"), given.NEW, addresses)


def world() -> World:
    """Everything moved; one private name among it."""
    moved = World().new()
    moved.set("ZPUB", given.CNAME.shifted(given.NEW), given.ALIAS.shifted(given.NEW))
    moved.set("ZPRI", given.INTERNAL.listed)
    return moved


ALL = given.moving(given.CNAME, given.ALIAS, given.INTERNAL)


def test_every_authority_of_a_public_name_is_asked() -> None:
    """Nobody outside can ask a private zone's servers; INSYNC has to do there."""
    moved = world()

    assert settle.look(ALL, given.cloned(), moved.outside()).behind == ()

    moved.answers["ns2", "api.example.com."] = Answer("NOERROR", OLD)
    looked = settle.look(ALL, given.cloned(), moved.outside())
    assert looked.behind == (f"ns2.example. answers {given.LEGACY_NAME} for api.example.com. CNAME",)
    assert settle.facts(looked) == {"answered": False, "laggards": 0}


def test_addresses_of_both_families_are_compared() -> None:
    """A dual-stack load balancer answers AAAA too, and an alias of that type has to lead there."""
    moved = world()
    moved.set("ZPUB", given.ALIAS6.shifted(given.NEW))
    moved.addresses = {given.NEW_NAME: ("198.51.100.1", "2001:db8::1"), given.LEGACY_NAME: ("2001:db8::9",)}
    plan = given.moving(given.ALIAS, given.ALIAS6)

    assert settle.look(plan, given.cloned(), moved.outside()).behind == ()

    moved.set("ZPUB", given.ALIAS6.listed)
    behind = settle.look(plan, given.cloned(), moved.outside()).behind
    assert isinstance(behind, tuple)
    assert [line.split(" ")[2] for line in behind] == ["2001:db8::9", "2001:db8::9"]


def test_an_authority_that_is_silent_says_nothing_but_one_has_to_answer() -> None:
    one, both = world(), world()
    one.refuse("asked ns2", Unreachable("silent"), 0)
    both.answers |= {(server, given.NEW_NAME): Answer("NOERROR", ADDRESSES[given.NEW_NAME]) for server in ("ns1", "ns2")}

    def quiet(on: World, *servers: str) -> World:
        whole = on.asked

        def asked(server: str, name: str, type: str, *, recursive: bool) -> Answer:
            if server in servers and name != given.NEW_NAME:
                raise Unreachable("silent")
            return whole(server, name, type, recursive=recursive)

        on.asked = asked
        return on

    assert settle.look(ALL, given.cloned(), quiet(one, "ns2").outside()).behind == ()
    assert settle.look(ALL, given.cloned(), quiet(both, "ns1", "ns2").outside()).behind == Unknown(
        "no name server of example.com. answers"
    )


def test_resolvers_are_evidence_not_proof() -> None:
    """One that cannot be reached counts for nothing; one that answers legacy is named."""
    moved = world()
    moved.caches = ("10.0.0.2", "10.0.0.3")
    moved.refuse("asked 10.0.0.3", Unreachable("silent"), 3)
    moved.answers["10.0.0.2", "example.com."] = Answer("SERVFAIL")

    looked = settle.look(given.moving(given.CNAME, given.ALIAS), given.cloned(), moved.outside())

    assert looked.laggards == ("resolver 10.0.0.2 answers SERVFAIL for example.com. A",)
    assert looked.asked == 2


def test_an_empty_answer_is_said_so() -> None:
    assert settle.shown(Answer("NOERROR")) == "nothing"


def test_without_the_new_one_s_addresses_nothing_can_be_judged() -> None:
    moved = world()
    moved.refuse("authorities", Throttled("slow"))

    looked = settle.look(ALL, given.cloned(), moved.outside())

    assert (looked.behind, looked.laggards, looked.asked) == (Unknown("slow"), (), 0)
