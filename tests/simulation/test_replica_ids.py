"""Ids of one account for those of another: whole ids, wherever they stand, and nothing that only looks like one."""

from __future__ import annotations

from msgspec.structs import replace

from migrator.planning.load import load
from migrator.simulation.certificate.replica_ids import exchanged, pairs, tokens

EXAMPLE = load("plans/example.yaml")


def test_an_id_is_exchanged_inside_longer_texts_and_never_as_a_part_of_another() -> None:
    ids = {"subnet-0a1": "subnet-9", "arn:lb/net/a": "arn:lb/net/z", "arn:lb/net/a/1": "arn:lb/net/z/7", "same": "same", "": "x"}

    given = {"subnet-0a1": ["subnet-0a1,subnet-0a12", "dualstack.subnet-0a1."], "arns": ("arn:lb/net/a/1", "arn:lb/net/a")}

    assert exchanged(given, ids) == {
        "subnet-9": ["subnet-9,subnet-0a12", "dualstack.subnet-9."],
        "arns": ["arn:lb/net/z/7", "arn:lb/net/z"],
    }
    assert exchanged("as it is", {}) == "as it is"


def test_what_only_looks_like_an_id_is_none() -> None:
    """An annotation's key has the words, too."""
    given = {"aws-load-balancer-inbound-sg-rules-on": "off", "groups": ["sg-0a1, sg-0b2", "sg-0a1"], "vpc": "subnet-1"}

    assert tokens(given, "sg") == ("sg-0a1", "sg-0b2")
    assert tokens(given, "subnet") == ("subnet-1",)
    assert tokens(7, "sg") == ()


def test_the_same_things_stand_for_each_other_whatever_their_order() -> None:
    """A listener by its port, a rule by what it lets in; what has no twin is left out."""
    legacy = EXAMPLE.legacy
    listener = replace(legacy.listeners[0], arn="listener-2", groups=("group-2",))
    group = replace(legacy.groups[0], arn="group-2", name="k8s-other")
    rules = (
        replace(legacy.rules[0], id="sgr-2", group="sg-2", source="10.0.0.0/8"),
        replace(legacy.rules[0], id="sgr-3", group="sg-2"),
    )
    own = {"listeners": (replace(listener, port=1, groups=()), listener), "groups": (group,), "rules": rules, "own_groups": ()}
    there = replace(EXAMPLE, id="m-2", legacy=replace(legacy, **own))

    found = pairs(EXAMPLE, there)

    assert found[legacy.listeners[0].arn] == "listener-2"
    assert found[legacy.groups[0].arn] == "group-2"
    assert found[legacy.groups[0].name] == "k8s-other"
    assert found[legacy.rules[0].id] == "sgr-3"
    assert found[legacy.rules[0].group] == "sg-2"
    assert found[EXAMPLE.id] == "m-2"
    assert not set(pairs(there, EXAMPLE)) & {"sgr-2"}
