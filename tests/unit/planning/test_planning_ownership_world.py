"""Half-done edits as both controllers leave them behind, and that the way out which is told leads out."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.errors import OperatorError
from migrator.planning.discover import discover
from migrator.planning.scan import Site, scan
from migrator.simulation.stage import Stage, stage

TYPE = "service.beta.kubernetes.io/aws-load-balancer-type"
TARGET = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"


def annotated(at: Stage, **annotations: str | None) -> None:
    """What `kubectl annotate --overwrite` does; None takes one off."""
    body: dict[str, Any] = {
        "metadata": {"annotations": {TYPE if key == "type" else TARGET: value for key, value in annotations.items()}}
    }
    at.world.kube.patch("Service", "shop", "web", body, manager="kubectl")


def refusal(at: Stage) -> OperatorError:
    """Why there is no plan; `scan` has to say the same."""
    with pytest.raises(OperatorError) as caught:
        discover("shop", "web", at.outside, at.survey)
    (row,) = scan((Site("here", at.outside.cluster, at.survey),), at.outside).rows
    assert row.reason == caught.value.code
    return caught.value


def hostname(at: Stage) -> str:
    """What the status shows."""
    service = at.outside.cluster.service("shop", "web")
    assert service is not None
    return service.hostname or ""


def ours(at: Stage) -> set[str]:
    """The DNS names of every load balancer."""
    return {each.dns_name for each in at.outside.inventory.balancers_listed()}


def test_an_edit_that_no_controller_took_up_is_taken_back() -> None:
    at = stage(every_s=0)
    annotated(at, type="external")
    at.run(600)

    error = refusal(at)

    assert error.code == "edited-in-place"
    assert "legacy has stepped aside" in error.message
    assert f"{TYPE}=nlb" in error.do
    annotated(at, type="nlb")
    at.run(600)
    assert discover("shop", "web", at.outside, at.survey).owner == "in-tree-nlb"


def test_an_edit_that_lbc_took_up_goes_forward() -> None:
    """Its load balancer is in the status, legacy's is left; once the names are moved, legacy's may go by id."""
    at = stage(every_s=0)
    annotated(at, type="external", target="instance")
    at.until(lambda: hostname(at) not in ("", at.legacy.hostname))
    at.run(600)

    error = refusal(at)

    assert error.code == "edited-in-place"
    assert error.do.startswith("do not put the annotation back first: LBC would delete")
    assert f"--load-balancer-arn {at.legacy.balancer}" in error.do
    at.world.elb.delete_load_balancer(at.legacy.balancer)
    at.run(600)
    assert refusal(at).code == "not-legacy"


def test_what_is_said_of_putting_it_back_is_so() -> None:
    """LBC deletes its load balancer without draining and empties the status, which legacy fills when the Service changes."""
    at = stage(every_s=0)
    annotated(at, type="external", target="instance")
    at.until(lambda: hostname(at) not in ("", at.legacy.hostname))
    taken = hostname(at)

    annotated(at, type="nlb", target=None)
    at.run(1800)

    assert taken not in ours(at)
    assert at.legacy.hostname in ours(at)
    assert hostname(at) == ""
    error = refusal(at)
    assert error.code == "no-balancer" and "touched=now" in error.do
    at.world.kube.patch("Service", "shop", "web", {"metadata": {"annotations": {"touched": "now"}}}, manager="kubectl")
    at.run(60)
    assert discover("shop", "web", at.outside, at.survey).owner == "in-tree-nlb"


def test_a_change_of_family_leaves_a_load_balancer_that_is_named() -> None:
    """Taking the change back only makes legacy forget the other one."""
    at = stage(every_s=0)
    annotated(at, type=None)
    at.run(600)

    error = refusal(at)

    assert error.code == "edited-in-place"
    assert "the classic one in the status, and a network one from before" in error.message
    assert at.legacy.hostname in error.message
    annotated(at, type="nlb")
    at.run(600)
    assert hostname(at) == at.legacy.hostname
    assert "the network one in the status, and a classic one from before" in refusal(at).message


def test_a_load_balancer_deleted_by_hand_is_told_with_what_legacy_will_do() -> None:
    at = stage(every_s=0)
    at.world.elb.delete_load_balancer(at.legacy.balancer)
    at.run(600)

    error = refusal(at)

    assert error.code == "no-balancer"
    assert "nothing is behind its status" in error.message
    at.world.kube.patch("Service", "shop", "web", {"metadata": {"annotations": {"touched": "now"}}}, manager="kubectl")
    at.until(lambda: hostname(at) not in ("", at.legacy.hostname))
    assert discover("shop", "web", at.outside, at.survey).owner == "in-tree-nlb"
