"""What is bound to the load balancer itself is told at plan with the exact way to move it; what could not be read vetoes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrator.model.migration import Attachment
from migrator.planning.attachments import attachments
from migrator.planning.attachments_moving import moving
from migrator.planning.found import Names
from migrator.planning.zones import addresses_of, survey
from migrator.ports.attachments import BINDING, KINDS

GROUP_ARN = "arn:aws:autoscaling:eu-central-1:1:autoScalingGroup:1:autoScalingGroupName/nodes"
ENDPOINTS = "arn:aws:globalaccelerator::1:accelerator/a/listener/b/endpoint-group/c"
SHARING = "arn:aws:globalaccelerator::1:attachment/a"
ASKED = ("endpoint-service", "vpc-link", "accelerator", "scaling-group", "alarm", "dashboard", "health-check", "distribution")


def test_nothing_bound_says_nothing(build: SimpleNamespace) -> None:
    found = attachments(build.World(), build.live(), Names())

    assert (found.found, found.findings, found.decisions) == ((), (), ())


@pytest.mark.parametrize("kind", ASKED)
def test_what_is_bound_is_a_warning(build: SimpleNamespace, kind: str) -> None:
    """It stops `retire` or goes blind; the plan can be signed all the same."""
    world = build.World(attached={kind: (Attachment(kind, "id-1", "how it is bound"),)})

    found = attachments(world, build.live(), Names())
    (finding,) = found.findings

    assert found.found == (Attachment(kind, "id-1", "how it is bound"),)
    assert (finding.id, finding.severity) == (f"attached/{kind}/id-1", "warning")
    assert finding.seen.startswith("how it is bound")
    assert ("`retire` will not go on until it is moved" in finding.seen) is (kind in BINDING)
    assert finding.do


@pytest.mark.parametrize("kind", ASKED)
def test_a_kind_that_could_not_be_read_vetoes(build: SimpleNamespace, kind: str) -> None:
    """Unknown is never told as none."""
    found = attachments(build.World(attached={kind: build.DENIED}), build.live(), Names())

    (decision,) = found.decisions
    assert (decision.id, decision.options, decision.value) == (f"unread-attachments/{kind}", ("none-there",), None)
    assert "not allowed to list" in decision.question


def test_kinds_come_in_one_order(build: SimpleNamespace) -> None:
    """The same inputs give the same bytes."""
    world = build.World(attached={kind: (Attachment(kind, "id"),) for kind in reversed(ASKED)})

    assert [each.kind for each in attachments(world, build.live(), Names()).found] == [each for each in KINDS if each in ASKED]


def test_a_load_balancer_that_shares_a_target_group_is_told(build: SimpleNamespace) -> None:
    live = build.live(groups=(build.group(balancers=(build.ARN, "arn:other")),))

    (finding,) = attachments(build.World(), live, Names()).findings

    assert finding.id == "attached/foreign-listener/arn:other k8s-shop-web-aaaaaaaaaa"
    assert "load balancer arn:other forwards to target group k8s-shop-web-aaaaaaaaaa" in finding.seen


def test_a_record_with_a_raw_address_is_told(build: SimpleNamespace) -> None:
    """It does not follow the name, and the new load balancer has other addresses."""
    lb = build.balancer(zones=(build.Zone("eu-central-1a", "subnet-0a1", ("192.0.2.1",)),))
    pinned = build.RecordSet("pinned.example.com.", "A", 60, ("192.0.2.1", "192.0.2.9"))
    other = build.RecordSet("other.example.com.", "A", 60, ("192.0.2.9",))
    text = build.RecordSet("text.example.com.", "TXT", 60, ("192.0.2.1",))
    world = build.World(sets={"Z0PUBLIC": (build.cname(), pinned, other, text), "Z0PRIVATE": ()})

    names = survey(world, build.HOST, addresses_of(lb))
    (finding,) = attachments(world, build.live(balancer=lb), names).findings

    assert finding.id == "attached/address-record/Z0PUBLIC/pinned.example.com./A"
    assert "192.0.2.1, 192.0.2.9" in finding.seen


@pytest.mark.parametrize(
    ("kind", "id", "commands"),
    [
        (
            "endpoint-service",
            "vpce-svc-1",
            (
                "--service-id vpce-svc-1 --add-network-load-balancer-arns NEW",
                "--remove-network-load-balancer-arns arn:legacy",
                "--enforce-security-group-inbound-rules-on-private-link-traffic off",
            ),
        ),
        ("vpc-link", "abc", ("aws apigateway create-vpc-link", "delete-vpc-link --vpc-link-id abc")),
        ("vpc-link", "abc/api1", ("update-integration --api-id api1", "link abc stays")),
        (
            "accelerator",
            ENDPOINTS,
            (
                f"add-endpoints --endpoint-group-arn {ENDPOINTS} --region us-west-2",
                "--endpoint-identifiers EndpointId=arn:legacy",
            ),
        ),
        ("accelerator", SHARING, ("ask those accounts",)),
        ("scaling-group", GROUP_ARN, ("--hold-before retire", "--auto-scaling-group-name nodes")),
        ("foreign-listener", "x", ("modify-listener",)),
        ("alarm", "x", ("before `retire`",)),
        ("dashboard", "x", ("add the new load balancer",)),
        ("health-check", "x", ("a name that moves",)),
        ("distribution", "x", ("its origin",)),
        ("address-record", "x", ("alias or a CNAME",)),
    ],
    ids=lambda each: each if isinstance(each, str) and "/" not in each else "",
)
def test_the_way_to_move_it_can_be_typed(kind: str, id: str, commands: tuple[str, ...]) -> None:
    do = moving(Attachment(kind, id), "arn:legacy")

    for each in commands:
        assert each in do


def test_attachments_are_in_the_plan(build: SimpleNamespace) -> None:
    """`retire` asks again, the reviewer reads them here."""
    bound = Attachment("endpoint-service", "vpce-svc-1", "1 available")
    world: Any = build.World(attached={"endpoint-service": (bound,), "alarm": build.DENIED})

    plan = world.plan()

    assert plan.legacy.attachments == (bound,)
    assert "attached/endpoint-service/vpce-svc-1" in [each.id for each in plan.findings]
    assert "unread-attachments/alarm" in [each.id for each in plan.open_decisions]
    assert plan.readiness in ("DECISION", "BLOCKED")
