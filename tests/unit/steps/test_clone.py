"""clone: the second Service, and its load balancer."""

from __future__ import annotations

from typing import Any

from migrator.errors import Throttled
from migrator.model import effects, events
from migrator.model.cluster import MARK, Trouble
from migrator.model.standing import Standing
from migrator.model.units import Unknown
from migrator.model.verdict import Wait
from migrator.steps import clone
from tests.unit import given
from tests.unit.steps.tables import Row, follows, rows
from tests.unit.world import World

CREATE = effects.CreateService("shop", "web-lbc", given.manifest())
COMPLAINT = (Trouble("FailedDeployModel", "no subnet", 0.0),)
BINDINGS, NONE = (given.binding(),), None


def sight(service: Any, balancer: Any = NONE, bindings: Any = (), **more: Any) -> clone.Sight:
    return clone.Sight(service, balancer, bindings, more.pop("taken", ()), more.pop("left", ()), more.pop("troubles", ()))


def entered(*told: events.Event) -> Standing:
    """First looked at as the journal began."""
    return given.standing((0.0, events.Noticed("clone", {})), *told)


BARE = given.clone(hostname=None)
LEFTOVER = given.clone(annotations={MARK: "m-another"})
MADE = entered(events.Intended("clone", CREATE), events.Applied("clone", {"uid": given.CLONE_UID}))

FORWARD = (
    Row("an-unread-service-is-waited-for", sight(Unknown("slow")), "wait", "slow"),
    Row("an-unread-list-of-stacks-is-waited-for", sight(None, taken=Unknown("slow")), "wait", "slow"),
    Row("an-unread-load-balancer-is-waited-for", sight(given.clone(), Unknown("slow")), "wait", "slow"),
    Row("unread-bindings-are-waited-for", sight(given.clone(), given.lb(), Unknown("slow")), "wait", "slow"),
    Row("makes-it", sight(None), "act", "create service shop/web-lbc"),
    Row("a-stranger-s-load-balancer-is-not-adopted", sight(None, taken=(given.lb(),)), "stack-taken", given.NEW_ARN),
    Row("one-that-was-made-and-is-gone-is-not-made-again", sight(None), "fail clone-changed", "was made and is gone", MADE),
    Row("a-service-of-somebody-else-is-left-alone", sight(LEFTOVER), "clone-exists", "does not carry our mark"),
    Row("one-on-its-way-out-holds", sight(given.clone(deleting=True)), "fail clone-changed", "being deleted"),
    Row("waits-for-a-load-balancer", sight(BARE), "wait", "makes a load balancer for shop/web-lbc", entered()),
    Row("waits-for-bindings", sight(given.clone(), given.lb()), "wait", "makes a load balancer", entered()),
    Row("shows-what-the-controller-complains-about", sight(BARE, troubles=COMPLAINT), "wait", "no subnet", entered()),
    Row("waits-until-the-deadline", sight(BARE), "wait", standing=entered(), after_s=900.0),
    Row("then-asks-a-person", sight(BARE, troubles=COMPLAINT), "no-hostname", "no subnet", entered(), after_s=901.0),
    Row("done-with-load-balancer-and-bindings", sight(given.clone(), given.lb(), BINDINGS), "done", given.NEW_NAME),
)


@rows(*FORWARD)
def test_clone(row: Row) -> None:
    follows(row, clone.decide)


BACK_AT = given.standing(events.TurnedBack("asked", "", ""), (0.0, events.Noticed("clone", {})))
BACK = (
    Row("an-unread-service-is-waited-for", sight(Unknown("slow")), "wait", "slow"),
    Row("unread-leftovers-are-waited-for", sight(None, left=Unknown("slow")), "wait", "slow"),
    Row("a-service-of-somebody-else-stays", sight(LEFTOVER), "done", "not ours and stays"),
    Row("deletes-exactly-this-object", sight(given.clone()), "act", "delete service shop/web-lbc"),
    Row("waits-for-the-finalizer", sight(given.clone(deleting=True)), "wait", "the finalizer left", BACK_AT),
    Row("waits-for-what-is-left-in-aws", sight(None, left=("arn", "sg-1")), "wait", "2 AWS objects left", BACK_AT),
    Row("waits-until-the-deadline", sight(None, left=("arn",)), "wait", standing=BACK_AT, after_s=1800.0),
    Row(
        "then-shows-what-is-left",
        sight(None, left=("arn",), troubles=COMPLAINT),
        "sweep-stuck",
        "arn; FailedDeployModel: no subnet",
        BACK_AT,
        after_s=1801.0,
    ),
    Row("done-when-all-is-gone", sight(None), "done", "everything the controller made"),
)


@rows(*BACK)
def test_the_way_back(row: Row) -> None:
    follows(row, clone.undo)


def test_what_the_plan_says_is_what_is_created_and_what_was_seen_is_deleted() -> None:
    """Laws 2 and 5."""
    create = clone.decide(given.migration(), given.standing(), sight(None), given.START)
    delete = clone.undo(given.migration(), BACK_AT, sight(given.clone(resource_version="7")), given.START)

    assert isinstance(create, Wait)
    assert create.effect == CREATE
    assert isinstance(delete, Wait)
    assert delete.effect == effects.DeleteService("shop", "web-lbc", given.CLONE_UID, "7")


def test_what_the_server_adds_is_not_drift_and_what_somebody_edits_is() -> None:
    """Node ports, cluster addresses and defaults come from the server."""
    edited = given.clone(
        annotations={MARK: given.ID, "scheme": "internal", "kubectl": "x"},
        spec=given.clone().spec | {"ports": [{"port": 8080, "targetPort": 9}], "selector": "none"},
    )
    more = given.clone(spec=given.clone().spec | {"ports": [{"port": 8080}, {"port": 8081}]})

    assert clone.differences(given.manifest(), given.clone()) == ()
    assert clone.differences(given.manifest(), edited) == (
        "annotation scheme is 'internal', planned 'internet-facing'",
        "spec.ports[0].targetPort is 9, planned 8080",
        "spec.selector is 'none', planned {'app': 'web'}",
    )
    assert [each.split(" ")[0] for each in clone.differences(given.manifest(), more)] == ["spec.ports"]
    hold = clone.decide(given.migration(), given.standing(), sight(edited), given.START)
    assert getattr(hold, "code", "") == "clone-changed"


def test_it_looks_for_strangers_only_while_there_is_no_clone() -> None:
    """LBC takes over by tag; once there is a clone the tagged load balancer is its own."""
    world = World()
    world.tagged = (given.lb(),)

    before = clone.look(given.migration(), given.standing(), world.outside())
    after = clone.look(given.migration(), given.standing(), world.new().outside())

    assert (before.taken, before.balancer) == ((given.lb(),), None)
    assert (after.taken, after.balancer, after.bindings) == ((), given.lb(), BINDINGS)


def test_complaints_are_read_while_there_is_no_hostname() -> None:
    """They are only shown, so an unread one stops nothing."""
    world = World().new()
    world.services["web-lbc"], world.warnings = BARE, COMPLAINT

    told = clone.look(given.migration(), given.standing(), world.outside())
    world.refuse("troubles", Throttled("slow"))
    silent = clone.look(given.migration(), given.standing(), world.outside())

    assert (told.troubles, silent.troubles) == (COMPLAINT, ())


def test_an_unread_service_makes_its_load_balancer_unknown() -> None:
    world = World().new()
    world.refuse("service", Throttled("slow"))

    looked = clone.look(given.migration(), given.standing(), world.outside())

    assert looked.balancer == Unknown("slow")
    assert clone.facts(looked) == {"groups": [given.NEW_GROUP]}


def test_facts_are_what_later_steps_go_by_and_never_forget() -> None:
    """A later look that sees less must not take an id away from `sweep` or the way back."""
    whole = clone.facts(sight(given.clone(), given.lb(), BINDINGS))

    assert whole == {
        "uid": given.CLONE_UID,
        "hostname": given.NEW_NAME,
        "arn": given.NEW_ARN,
        "zone_id": given.ELB_ZONE,
        "groups": [given.NEW_GROUP],
    }
    assert clone.facts(sight(BARE)) == {"uid": given.CLONE_UID}
    assert clone.facts(sight(None)) == {}
    assert clone.facts(sight(Unknown(""), Unknown(""), Unknown(""))) == {}


def test_on_the_way_back_aws_is_asked_for_what_the_controller_made() -> None:
    """A finalizer that is gone is no proof."""
    world = World().new()
    world.tagged, world.tagged_groups = (given.lb(),), ("sg-front",)
    back = given.cloned(events.TurnedBack("asked", "", ""))

    looked = clone.look(given.migration(), back, world.outside())
    world.refuse("stacked", Throttled("slow"))
    unread = clone.look(given.migration(), back, world.outside())

    assert looked.left == (given.NEW_ARN, given.NEW_GROUP, "sg-front")
    assert (looked.taken, looked.balancer) == ((), None)
    assert unread.left == Unknown("slow")


def test_a_target_group_first_seen_on_the_way_back_is_asked_for_too() -> None:
    """Its controller went on while we turned."""
    world = World().new()
    noticed = events.Noticed("clone", {"groups": [given.NEW_GROUP]})
    back = given.standing(events.TurnedBack("asked", "", ""), noticed)

    assert clone.look(given.migration(), back, world.outside()).left == (given.NEW_GROUP,)
