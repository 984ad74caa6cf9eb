"""The last look for what holds on to the legacy load balancer itself: deleting that would fail, or cut somebody off."""

from __future__ import annotations

from collections.abc import Callable

from migrator.model.migration import Attachment, Migration
from migrator.model.units import Unknown
from migrator.model.verdict import Hold, Wait
from migrator.ports.attachments import UNREAD
from migrator.ports.outside import Outside
from migrator.steps.asking import all_asked


def holding(migration: Migration, outside: Outside) -> tuple[Attachment, ...] | Unknown:
    """Everything that holds it, but of kinds for which a person answered that there is none as they could not be read.

    Listeners of other load balancers are told by the target groups themselves. Four questions, most of them one call.
    """
    balancer, groups, look = migration.legacy.balancer, migration.legacy.groups, outside.attachments
    questions: dict[str, Callable[[], tuple[Attachment, ...]]] = {
        "endpoint-service": lambda: look.endpoint_services(balancer),
        "vpc-link": lambda: look.vpc_links(balancer),
        "accelerator": lambda: look.accelerators(balancer),
        "scaling-group": lambda: look.scaling_groups(balancer, groups),
    }
    asked = all_asked(ask for kind, ask in questions.items() if migration.answer(f"unread-attachments/{kind}") != UNREAD)
    return asked if isinstance(asked, Unknown) else tuple(each for some in asked for each in some)


def against(migration: Migration, seen: tuple[Attachment, ...] | Unknown) -> Wait | Hold | None:
    """None where nothing holds it; Wait where that could not be told."""
    if isinstance(seen, Unknown):
        return Wait(f"what is bound to the legacy load balancer is unread: {seen.why}", migration.waits.look_every_s)
    if not seen:
        return None
    lines = tuple(f"{each.kind} {each.id}: {each.detail}" for each in seen)
    do = "move each as the plan's findings `attached/…` say (`migrate show PLAN`), then `migrate apply PLAN --resume`"
    return Hold("attached", f"cannot retire {migration.service}: {lines[0]}", lines, do)
