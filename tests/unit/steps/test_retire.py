"""retire: the witnesses once more, then legacy goes; from here nothing leads back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from migrator.errors import Throttled
from migrator.model import effects, events
from migrator.model.balancers import Rule
from migrator.model.cluster import TYPE_ANNOTATION
from migrator.model.migration import Decision, Dns, Migration, UnreadZone
from migrator.model.units import Unknown
from migrator.model.verdict import Wait
from migrator.steps import retire
from migrator.steps.health import Health
from migrator.steps.retire import Sight
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

GOOD = Sight(
    service=given.service(),
    pointing=(),
    groups=(given.group("legacy"),),
    protected=False,
    new=Health({8080: given.targets()}),
    rules=(given.RULE, given.HEALTH_RULE, given.LBC_RULE),
    new_groups=("sg-lbc",),
)


def sight(**changes: Any) -> Sight:
    return replace(GOOD, **changes)


def of(**changes: Any) -> Sight:
    """The legacy Service is like this."""
    return sight(service=given.service(**changes))


IP_TARGETS = Health({8080: given.targets(port=8080)})
SHARED = given.group("legacy", balancers=(given.LEGACY_ARN, "arn:other"))
STRANGE = given.group("new")
CLASSIC = {TYPE_ANNOTATION: "external"}
NO_RULES = given.migration(legacy=replace(given.migration().legacy, rules=()))
OLD = given.classic()
PLAIN = sight(service=given.service(annotations={}), groups=OLD.legacy.groups, rules=(given.CLASSIC_RULE, given.LBC_RULE))
OPEN = Rule("sgr-all", given.NODES, "-1", -1, -1, "10.0.0.0/8")


def wearing(type: str) -> Sight:
    """A classic load balancer's Service whose type annotation says this."""
    return replace(PLAIN, service=given.service(annotations={TYPE_ANNOTATION: type}))


TABLE = (
    *(
        Row(f"unread-{each}-is-waited-for", sight(**{each: Unknown("slow")}), "wait", "a witness is unread: slow")
        for each in ("service", "pointing", "groups", "protected", "new", "rules", "new_groups")
    ),
    Row("done-when-it-is-gone", sight(service=None), "done", "is deleted"),
    Row("another-object-of-that-name-is-not-ours", of(uid="another"), "done", "is deleted"),
    Row("one-on-its-way-out-is-retired", of(deleting=True), "done", "is deleted"),
    Row("one-that-is-no-load-balancer-is-demoted", of(spec={"type": "ClusterIP"}), "done", "demoted to ClusterIP"),
    Row("a-record-that-still-leads-there-speaks-against", sight(pointing=("x A in zone Z",)), "witness-missing", "x A"),
    Row("a-strange-target-group-speaks-against", sight(groups=(STRANGE,)), "witness-missing", "was not there"),
    Row("a-shared-target-group-speaks-against", sight(groups=(SHARED,)), "witness-missing", "used by arn:other too"),
    Row(
        "a-changed-selector-speaks-against",
        of(spec=given.service().spec | {"selector": {"app": "x"}}),
        "witness-missing",
        "spec selector",
    ),
    Row("a-missing-finalizer-speaks-against", of(finalizers=()), "witness-missing", "would not clean up"),
    Row("another-family-speaks-against", of(annotations=CLASSIC), "witness-missing", "would not find the network"),
    Row("a-sick-port-speaks-against", sight(new=Health({8080: ()})), "witness-missing", "port 8080 of the new"),
    Row("no-port-at-all-speaks-against", sight(new=Health({})), "witness-missing", "has no listener"),
    Row("a-port-only-legacy-admits-speaks-against", sight(new=IP_TARGETS), "witness-missing", "admits port 8080"),
    Row("a-rule-that-opens-all-admits", sight(new=IP_TARGETS, rules=(OPEN,), new_groups=()), "act", "delete service shop/web"),
    Row("but-not-a-balancer-that-comes-by-its-group", sight(new=IP_TARGETS, rules=(OPEN,)), "witness-missing", "port 8080"),
    Row("nor-does-a-rule-for-another-group", sight(new_groups=("sg-other",)), "witness-missing", "admits port 31080"),
    Row("nor-one-for-a-group-where-it-has-none", sight(new_groups=()), "witness-missing", "admits port 31080"),
    Row("without-legacy-rules-none-goes", sight(new=IP_TARGETS, rules=()), "act", migration=NO_RULES),
    Row("a-classic-one-has-no-type", PLAIN, "act", "closes the nodes to the load balancer first", migration=OLD),
    *(
        Row(f"{each}-is-not-classic", wearing(each), "witness-missing", "would not find the classic", migration=OLD)
        for each in ("nlb", "nlb-ip", "external")
    ),
    Row("protection-goes-first", sight(protected=True), "act", "disable deletion protection"),
    Row("then-deletes", GOOD, "act", "delete service shop/web"),
    Row("or-demotes", GOOD, "act", "demote service shop/web", migration=given.migration(retire="demote")),
)


@rows(*TABLE)
def test_retire(row: Row) -> None:
    follows(row, retire.decide)


PROTECTED = given.migration(legacy=replace(given.migration().legacy, deletion_protection=True))
UNREAD = Unknown("slow")
BACK = (
    Row("what-was-never-protected-is-as-it-was", GOOD, "done", "never protected"),
    Row("nor-is-anything-asked-of-it", sight(protected=UNREAD), "done", "never protected"),
    Row("protection-is-turned-on-again", GOOD, "act", "enable deletion protection of legacy", migration=PROTECTED),
    Row("done-when-it-is-seen-on", sight(protected=True), "done", "is protected", migration=PROTECTED),
    Row("unread-protection-is-waited-for", sight(protected=UNREAD), "wait", "protection of legacy unread", migration=PROTECTED),
    Row("an-unread-service-is-waited-for", sight(service=UNREAD), "wait", "legacy service unread: slow", migration=PROTECTED),
    *(
        Row(f"{each}-has-no-way-back", seen, "fail past-no-return", "was retired", migration=PROTECTED)
        for each, seen in (
            ("one-that-is-gone", sight(service=None)),
            ("another-object", of(uid="another")),
            ("one-on-its-way-out", of(deleting=True)),
            ("a-demoted-one", of(spec={"type": "ClusterIP"})),
        )
    ),
)


@rows(*BACK)
def test_back(row: Row) -> None:
    follows(row, retire.undo)


def test_back_exactly_the_planned_load_balancer_is_protected() -> None:
    verdict = retire.undo(PROTECTED, given.standing(), GOOD, given.START)

    assert isinstance(verdict, Wait)
    assert verdict.effect == effects.EnableDeletionProtection(given.LEGACY_ARN)


def test_back_no_witness_is_asked_for_or_told() -> None:
    """The new load balancer may be gone, which is why the way leads back."""
    world = World()
    for question in ("zones", "groups", "targets", "rules_of", "balancer"):
        world.refuse(question, Throttled("never asked"))
    world.lb_attributes[given.LEGACY_ARN] = {"deletion_protection.enabled": "true"}

    seen = retire.look(PROTECTED, given.cloned(events.TurnedBack("", "", "")), world.outside())

    assert (seen.service, seen.protected) == (given.service(), True)
    assert retire.facts(seen) == {}


def answered(how: str) -> Migration:
    return given.migration(decisions=(Decision("retire", "how?", ("delete", "demote"), "demote", how),))


EFFECTS = (
    (given.migration(), effects.DeleteService("shop", "web", given.UID, "100")),
    (answered("demote"), effects.DemoteService("shop", "web", given.UID, "100")),
    (answered("delete"), effects.DeleteService("shop", "web", given.UID, "100")),
)


@pytest.mark.parametrize(("migration", "effect"), EFFECTS, ids=["as-planned", "a-person-said-demote", "a-person-said-delete"])
def test_exactly_the_object_that_was_looked_at_goes(migration: Migration, effect: object) -> None:
    """Law 5: UID and this look's resourceVersion are preconditions."""
    verdict = retire.decide(migration, given.standing(), GOOD, given.START)

    assert isinstance(verdict, Wait)
    assert verdict.effect == effect


def test_a_rule_admits_from_its_first_to_its_last_port() -> None:
    rule = Rule("sgr", given.NODES, "tcp", 30000, 32767, "0.0.0.0/0")

    assert [retire.admits([rule], port, ()) for port in (29999, 30000, 32767, 32768)] == [False, True, True, False]


UNPROTECT = effects.DisableDeletionProtection(given.LEGACY_ARN)
DELETE = effects.DeleteService("shop", "web", given.UID, "100")


@pytest.mark.parametrize(
    ("intended", "possible"),
    [((), True), ((UNPROTECT,), True), ((UNPROTECT, DELETE), False)],
    ids=["before", "protection-off", "after"],
)
def test_the_way_back_is_named_as_long_as_there_is_one(intended: tuple[effects.Effect, ...], possible: bool) -> None:
    """Deletion protection can be turned on again."""
    standing = given.standing(*(events.Intended("retire", each) for each in intended))

    hold = retire.decide(given.migration(), standing, sight(pointing=("x",)), given.START)

    assert ("migrate rollback PLAN" in getattr(hold, "do", "")) is possible


def test_a_new_load_balancer_that_is_gone_has_no_groups() -> None:
    assert retire.groups_of(given.NEW_ARN, World().outside()) == ()


def test_every_witness_is_told_at_once() -> None:
    """A person mends all of it, not one after the other."""
    hold = retire.decide(given.migration(), given.standing(), sight(pointing=("x",), groups=(SHARED,), new=Health({})), 0)

    assert len(getattr(hold, "seen", ())) == 3


def test_witnesses_are_facts_so_the_journal_has_them_first() -> None:
    """Law 7: nothing is deleted without witnesses recorded."""
    world = World().new()
    world.sets = {"ZPUB": [given.CNAME.shifted(given.NEW)], "ZPRI": []}
    world.lbs[given.NEW_ARN] = given.lb(security_groups=("sg-lbc",))

    seen = retire.look(given.migration(), given.cloned(), world.outside())

    assert seen == GOOD
    assert retire.facts(seen) == {
        "witnesses": {
            "uid": given.UID,
            "version": given.service().resource_version,
            "finalizers": ["service.kubernetes.io/load-balancer-cleanup"],
            "type": "nlb",
            "records at legacy": [],
            "legacy target groups": [given.LEGACY_GROUP],
            "deletion protection": False,
            "new healthy targets": {"8080": 2},
        }
    }


def test_half_a_witness_tells_nothing() -> None:
    """The journal keeps the witnesses as they were last seen in full."""
    assert retire.facts(sight(rules=Unknown("slow"))) == {}
    assert retire.facts(sight(service=None)) == {}
    assert retire.facts(of(deleting=True)) == {}
    assert retire.facts(of(spec={"type": "ClusterIP"})) == {}


def test_every_zone_is_searched_but_those_a_person_answered_for() -> None:
    """A record that the plan does not know may still lead clients to legacy."""
    world = World().new()
    world.sets = {"ZPUB": [given.cname("forgotten.example.com.")], "ZPRI": [given.cname("x.internal.example.")]}
    planned = given.migration(dns=Dns((given.CNAME,), unread=(UnreadZone("ZPRI", "internal.example.", "denied"),)))

    seen = retire.look(planned, given.cloned(), world.outside())
    world.refuse("listed", Throttled("slow"))
    blind = retire.look(planned, given.cloned(), world.outside())

    assert seen.pointing == ("forgotten.example.com. CNAME in zone ZPUB",)
    assert blind.pointing == Unknown("slow")


def test_of_one_that_is_gone_nothing_more_is_asked() -> None:
    """Its load balancer may be gone too; that is for `sweep`."""
    world = World().new()
    del world.services["web"]
    world.refuse("attributes", Throttled("never asked"))

    seen = retire.look(given.migration(), given.cloned(), world.outside())

    assert seen == Sight(None, (), (), False, Health({}), ())


def test_an_unread_service_is_not_a_gone_one() -> None:
    world = World().new()
    world.refuse("service", Throttled("slow"))

    seen = retire.look(NO_RULES, given.cloned(), world.outside())

    assert (seen.service, seen.groups, seen.rules) == (Unknown("slow"), (given.group("legacy"),), ())
