"""sweep: AWS is seen clean, and what legacy left is deleted by recorded id."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from migrator.errors import Throttled
from migrator.model import effects, events
from migrator.model.balancers import Rule
from migrator.model.cluster import Trouble
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.model.verdict import Fail, Wait
from migrator.steps import sweep
from migrator.steps.health import Health
from migrator.steps.sweep import Sight
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

WELL = Health({8080: given.targets(port=32000)})
CLEAN = Sight(None, None, (), (), WELL, (), given.UID)
SEEN_OFTEN = 2


def sight(**changes: Any) -> Sight:
    return replace(CLEAN, **changes)


def entered(looks: int = SEEN_OFTEN) -> Standing:
    """Entered as the journal began; let go by the controller at so many looks in a row."""
    standing = given.cloned((0.0, events.Noticed("sweep", {})))
    for _ in range(looks):
        standing = standing.looked("sweep", {"released": True}, given.START, 60)
    return standing


LEFT = entered()
RESUMED = replace(LEFT, resumed=given.START + 1)
FREE = given.group("legacy", balancers=())
COMPLAINT = (Trouble("DeleteLoadBalancerFailed", "DependencyViolation", 0.0),)
RULES = ("sgr-client", "sgr-health")
SERVING = Health({8080: given.targets(port=31080)})
OLD = given.classic()
OWN = (given.OWN_GROUP,)
REFUSED = replace(LEFT, refusals=1, last_at=given.START)

TABLE = (
    *(
        Row(f"unread-{each}-is-waited-for", sight(**{each: Unknown("slow")}), "wait", "unread: slow", LEFT)
        for each in ("service", "balancer", "groups", "rules", "new", "security_groups", "holders", "new_groups")
    ),
    Row("waits-for-the-finalizer", sight(service=given.service(deleting=True)), "wait", "is removing", LEFT),
    Row(
        "shows-what-the-controller-complains-about",
        sight(service=given.service(deleting=True), troubles=COMPLAINT),
        "wait",
        "DependencyViolation",
        LEFT,
    ),
    Row("says-what-may-keep-it-busy", sight(service=given.service()), "wait", "another Service's classic", LEFT, after_s=61),
    Row("waits-for-it-until-the-deadline", sight(service=given.service()), "wait", standing=LEFT, after_s=1800.0),
    Row(
        "then-asks-a-person",
        sight(service=given.service(), troubles=COMPLAINT),
        "sweep-stuck",
        "the finalizer of shop/web is still there after 1801 s; DeleteLoadBalancerFailed",
        LEFT,
        after_s=1801.0,
    ),
    Row("done-when-all-is-gone", CLEAN, "done", "are gone from AWS", LEFT),
    Row("a-demoted-service-without-finalizer-is-let-go", sight(service=given.service(finalizers=())), "done", "", LEFT),
    Row("another-object-of-that-name-is-not-waited-for", sight(service=given.service(uid="x")), "done", "", LEFT),
    Row("lists-trail-deletions", sight(balancer=given.lb("legacy")), "wait", "are still listed", entered(1)),
    Row("deletes-the-load-balancer-first", sight(balancer=given.lb("legacy"), groups=(FREE,)), "act", "load balancer", LEFT),
    Row("then-target-groups", sight(groups=(FREE,), rules=RULES), "act", "delete target group legacy-8080", LEFT),
    Row("then-rules-one-by-one", sight(rules=RULES), "act", "revoke rule sgr-client of sg-nodes", LEFT),
    Row("a-group-attached-elsewhere-stays", sight(groups=(given.group("legacy"),)), "sweep-stuck", "attached elsewhere", LEFT),
    Row("a-rule-that-the-new-targets-need-stays", sight(rules=RULES, new=SERVING), "done", "", LEFT),
    Row("tries-until-the-deadline", sight(rules=RULES), "act", standing=LEFT, after_s=1800.0),
    Row("a-night-without-a-process-is-not-waited", sight(rules=RULES), "act", standing=RESUMED, after_s=1801.0),
    Row("waits-for-a-classic-one", sight(service=given.service()), "wait", "its security group last", LEFT, OLD),
    Row("sees-its-security-group-gone-too", CLEAN, "done", "are gone from AWS", LEFT, OLD),
    Row("a-classic-rule-goes-by-its-group", sight(rules=("sgr-elb",), security_groups=OWN), "act", "revoke rule", LEFT, OLD),
    Row("unless-the-new-one-wears-it", sight(rules=("sgr-elb",), new_groups=OWN), "done", "", LEFT, OLD),
    Row("then-its-security-group", sight(security_groups=OWN), "act", "delete security group sg-own", LEFT, OLD),
    Row("not-while-something-holds-it", sight(security_groups=OWN, holders=("eni-1",)), "wait", "held by eni-1", LEFT, OLD),
    Row(
        "what-holds-it-for-ever-is-named",
        sight(security_groups=OWN, holders=("interface eni-1 db",)),
        "sweep-stuck",
        "still held by interface eni-1 db after 1801 s; interface eni-1 db",
        LEFT,
        OLD,
        after_s=1801.0,
    ),
    Row("a-refused-security-group-is-given-time", sight(security_groups=OWN), "wait", "was refused", REFUSED, OLD, after_s=19),
    Row("and-then-tried-again", sight(security_groups=OWN), "act", "delete security group", REFUSED, OLD, after_s=20),
    Row("what-cannot-be-deleted-asks-a-person", sight(rules=RULES), "sweep-stuck", "does not succeed", LEFT, after_s=1801.0),
)


@rows(*TABLE)
def test_sweep(row: Row) -> None:
    follows(row, sweep.decide)


def test_nothing_leads_back() -> None:
    assert isinstance(sweep.undo(given.migration(), LEFT, CLEAN, given.START), Fail)


def test_only_recorded_ids_are_deleted() -> None:
    """Law 7."""
    asked = (sight(balancer=given.lb("legacy")), sight(groups=(FREE,)), sight(rules=("sgr-health",)))

    made = [sweep.decide(given.migration(), LEFT, each, given.START) for each in asked]

    assert [each.effect for each in made if isinstance(each, Wait)] == [
        effects.DeleteLoadBalancer(given.LEGACY_ARN),
        effects.DeleteTargetGroup(given.LEGACY_GROUP),
        effects.RevokeRule(given.NODES, "sgr-health"),
    ]


def test_it_looks_for_what_the_plan_recorded_and_spares_what_others_need() -> None:
    """Law 2: a rule that another load balancer needs is never touched, so it is not looked for either."""
    world = World().new()
    planned = given.migration(legacy=replace(given.migration().legacy, shared_rules=("sgr-health",)))

    seen = sweep.look(planned, given.cloned(), world.outside())

    assert (seen.service, seen.balancer, seen.groups) == (given.service(), given.lb("legacy"), (given.group("legacy"),))
    assert seen.rules == ("sgr-client",)
    assert seen.new == Health({8080: given.targets()})


def test_a_plan_without_rules_asks_for_none_and_complaints_are_only_shown() -> None:
    world = World().new()
    world.refuse("rules_left", Throttled("never asked"))
    world.refuse("troubles", Throttled("slow"))
    planned = given.migration(legacy=replace(given.migration().legacy, rules=()))

    seen = sweep.look(planned, given.cloned(), world.outside())

    assert (seen.rules, seen.troubles) == ((), ())


def test_what_a_classic_load_balancer_leaves_is_looked_for_by_id() -> None:
    """Its groups go with it; its security group waits for interfaces, and for rules of others that name it."""
    world = World().new()
    world.sgs, world.wearing = {given.OWN_GROUP}, {given.OWN_GROUP}
    foreign = Rule("sgr-db", "sg-db", "tcp", 5432, 5432, given.OWN_GROUP)
    within = Rule("sgr-self", given.OWN_GROUP, "-1", -1, -1, given.OWN_GROUP)
    world.rules = {each.id: each for each in (given.CLASSIC_RULE, foreign, within)}
    world.lbs[given.NEW_ARN] = given.lb(security_groups=("sg-lbc",))
    world.refuse("groups_left", Throttled("never asked"))

    seen = sweep.look(OLD, given.cloned(), world.outside())

    assert (seen.balancer, seen.groups, seen.rules) == (None, (), ("sgr-elb",))
    assert seen.security_groups == OWN
    assert seen.holders == (f"interface eni-{given.OWN_GROUP}", "rule sgr-db of security group sg-db")
    assert seen.new_groups == ("sg-lbc",)


def test_a_security_group_that_is_gone_has_no_holders() -> None:
    world = World().new()
    world.refuse("worn", Throttled("never asked"))

    assert sweep.look(OLD, given.cloned(), world.outside()).holders == ()


def test_an_unread_security_group_has_unread_holders() -> None:
    world = World().new()
    world.refuse("security_groups_left", Throttled("slow"))

    seen = sweep.look(OLD, given.cloned(), world.outside())

    assert seen.security_groups == seen.holders == Unknown("slow")


def test_an_unread_service_is_not_let_go_of() -> None:
    assert sweep.facts(sight(service=Unknown("slow"))) == {"released": False}
    assert sweep.facts(sight(service=given.service())) == {"released": False}
    assert sweep.facts(CLEAN) == {"released": True}


def test_a_rule_admits_a_range_of_ports() -> None:
    rule = Rule("sgr", given.NODES, "tcp", 30000, 32767, "0.0.0.0/0")

    assert [sweep.needed(rule, {port}) for port in (29999, 30000, 32767, 32768)] == [False, True, True, False]
