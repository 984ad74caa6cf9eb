"""Effects as data: each says in a few words what it would do, and survives the journal."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from migrator.model import effects
from migrator.model.events import Applied, Entry, Event, Intended
from migrator.model.fingerprints import canonical, chained, digest
from migrator.model.records import Swap
from tests.unit import given

ARN = "arn:aws:elasticloadbalancing:eu-central-1:111122223333"
EFFECTS: tuple[Any, ...] = (
    effects.TakeLease("shop", "lease", takeover="300"),
    effects.ReleaseLease("shop", "lease"),
    effects.ChangeRecords("ZPUB", (Swap(given.alias(), given.CNAME.shifted(given.NEW)),), "move"),
    effects.CreateService("shop", "web-lbc", given.manifest()),
    effects.DeleteService("shop", "web", "uid", "1"),
    effects.DemoteService("shop", "web", "uid", "1"),
    effects.PatchService("shop", "web", "uid", "1", {"a": None}),
    effects.DisableDeletionProtection(f"{ARN}:loadbalancer/net/legacy/1"),
    effects.EnableDeletionProtection(f"{ARN}:loadbalancer/net/legacy/1"),
    effects.DeleteLoadBalancer(f"{ARN}:loadbalancer/net/legacy/1"),
    effects.DeleteTargetGroup(f"{ARN}:targetgroup/group/1"),
    effects.RevokeRule("sg-1", "sgr-1"),
    effects.DeleteSecurityGroup("sg-1"),
)
SUMMARIES = (
    "take lease shop/lease",
    "release lease shop/lease",
    "move: api.example.com. CNAME",
    "create service shop/web-lbc",
    "delete service shop/web",
    "demote service shop/web to ClusterIP",
    "patch annotations of service shop/web",
    "disable deletion protection of legacy",
    "enable deletion protection of legacy",
    "delete load balancer legacy",
    "delete target group group",
    "revoke rule sgr-1 of sg-1",
    "delete security group sg-1",
)
KINDS = [type(each).__name__ for each in EFFECTS]


def test_every_effect_is_in_this_table() -> None:
    assert {type(each) for each in EFFECTS} == set(get_args(effects.Effect))


@pytest.mark.parametrize(("effect", "summary"), zip(EFFECTS, SUMMARIES, strict=True), ids=KINDS)
def test_an_effect_says_what_it_would_do(effect: Any, summary: str) -> None:
    assert effect.summary == summary


@pytest.mark.parametrize("effect", EFFECTS, ids=KINDS)
def test_an_effect_survives_the_journal(effect: Any) -> None:
    """A resumed process has to know exactly what was intended."""
    entry = Entry(1, 0.0, Intended("step", effect), "c")

    assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry


def test_events_are_told_apart_by_their_tag() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Applied("step", {"uid": "u"})), type=Event) == Applied("step", {"uid": "u"})


def test_a_digest_is_of_the_value_not_of_its_order() -> None:
    """The same on every machine."""
    assert canonical({"b": 1, "a": [True, None]}) == b'{"a":[true,null],"b":1}'
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest(1).startswith("sha256:")
    assert len({chained("", 1), chained("x", 1), chained("x", 2)}) == 3


@pytest.mark.parametrize("effect", [effects.DeleteLoadBalancer, effects.DisableDeletionProtection])
def test_a_load_balancer_of_either_family_is_called_by_its_name(effect: Any) -> None:
    """The classic family has no `net/` before the name, and no id behind it."""
    arns = ("arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/" + each for each in ("net/web/0123", "web"))

    assert [effect(each).summary.endswith(" web") for each in arns] == [True, True]
