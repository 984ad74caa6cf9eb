"""What is bound to the legacy load balancer itself and so stays behind when names move; `retire` asks again.

Moving an attachment is a person's work: only they know who is behind it. What holds the load balancer is a warning now and
stops `retire`; what only watches it is a warning. A list that could not be read is a question, a kind at a time.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from migrator.model.migration import Attachment, Decision, Finding
from migrator.model.units import Unknown
from migrator.planning.attachments_moving import moving
from migrator.planning.found import Live, Names, Placed, looked
from migrator.ports.attachments import BINDING, KINDS, UNREAD, AttachmentLook


class Attached(msgspec.Struct, frozen=True):
    """Everything found, with what is to be said about it and what must be answered."""

    found: tuple[Attachment, ...] = ()
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()


def attachments(look: AttachmentLook, live: Live, names: Names) -> Attached:
    """Every kind of `ports.attachments.KINDS`, in that order.

    Eight questions, most of them a call for a hundred things of the account; dashboards and HTTP APIs a call each.
    """
    found: list[Attachment] = []
    decisions: list[Decision] = []
    for kind in KINDS:
        answer = looked(_question(kind, look, live, names))
        if isinstance(answer, Unknown):
            decisions.append(unread(kind, answer.why))
        else:
            found += answer
    return Attached(tuple(found), tuple(_finding(each, live) for each in found), tuple(decisions))


def _question(kind: str, look: AttachmentLook, live: Live, names: Names) -> Callable[[], tuple[Attachment, ...]]:
    """How a kind is asked for; two of them are known already."""
    balancer, groups = live.balancer, live.groups
    questions: dict[str, Callable[[], tuple[Attachment, ...]]] = {
        "endpoint-service": lambda: look.endpoint_services(balancer),
        "vpc-link": lambda: look.vpc_links(balancer),
        "accelerator": lambda: look.accelerators(balancer),
        "scaling-group": lambda: look.scaling_groups(balancer, groups),
        "foreign-listener": lambda: foreign(live),
        "alarm": lambda: look.alarms(balancer, groups),
        "dashboard": lambda: look.dashboards(balancer),
        "health-check": lambda: look.health_checks(balancer),
        "distribution": lambda: look.distributions(balancer),
        "address-record": lambda: tuple(map(_address_record, names.addressed)),
    }
    return questions[kind]


def foreign(live: Live) -> tuple[Attachment, ...]:
    """Other load balancers that forward to its target groups."""
    return tuple(
        Attachment("foreign-listener", f"{other} {group.name}", f"load balancer {other} forwards to target group {group.name}")
        for group in live.groups
        for other in group.balancers
        if other != live.balancer.arn
    )


def _address_record(placed: Placed) -> Attachment:
    record, zone = placed.record, placed.zone
    detail = f"{record.name} {record.type} in zone {zone.id} holds its address: {', '.join(record.values)}"
    return Attachment("address-record", f"{zone.id}/{record.name}/{record.type}", detail)


def _finding(attachment: Attachment, live: Live) -> Finding:
    seen = attachment.detail
    if attachment.kind in BINDING:
        seen += "; `retire` will not go on until it is moved"
    return Finding(f"attached/{attachment.kind}/{attachment.id}", "warning", seen, moving(attachment, live.balancer.arn))


def unread(kind: str, why: str) -> Decision:
    """The question that stands for a list that was not given; unanswered it vetoes."""
    question = f"whether the legacy load balancer has attachments of kind {kind} could not be read ({why}): is there none?"
    return Decision(f"unread-attachments/{kind}", question, (UNREAD,))
