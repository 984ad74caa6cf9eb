"""Everything around the legacy Service that has a say in its move.

Who writes its names, who keeps it as it is, what it owns, what is bound to its load balancer, and who uses it though no
name leads there.
"""

from __future__ import annotations

import msgspec

from migrator.model.migration import Attachment, Decision, Finding
from migrator.model.units import Unknown
from migrator.planning.attachments import attachments
from migrator.planning.belongings import belongings
from migrator.planning.found import Live, Names, looked
from migrator.planning.managers import managers
from migrator.planning.writers import writers
from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey

PERIOD_S = 60
WINDOW_S = 900.0
LAG_S = 300.0  # what CloudWatch may still be missing of the last minutes


class Surroundings(msgspec.Struct, frozen=True):
    """What was found. `busiest_per_min` is new flows in the busiest of the last 15 settled minutes, where it was asked."""

    attachments: tuple[Attachment, ...] = ()
    owned: tuple[str, ...] = ()
    busiest_per_min: float | Unknown | None = None
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()


def surroundings(outside: Outside, survey: ClusterSurvey, live: Live, names: Names) -> Surroundings:
    """Asks whatever the modules named above ask; flows only where no record set leads to the load balancer."""
    written, unwritten = writers(survey, live.service, live.balancer.dns_name, names)
    owned, goes, unowned = belongings(survey, live.service)
    attached = attachments(outside.attachments, live, names)
    return Surroundings(
        attachments=attached.found,
        owned=owned,
        busiest_per_min=None if names.leading or names.routed else busiest_per_min(outside, live.balancer.arn),
        findings=(*written, *managers(live.service), *goes, *attached.findings),
        decisions=(*unwritten, *unowned, *attached.decisions),
    )


def busiest_per_min(outside: Outside, arn: str) -> float | Unknown:
    """New flows in the busiest minute; Unknown where CloudWatch has no point at all, which is not the same as none."""
    end = (outside.clock.now() - LAG_S) // PERIOD_S * PERIOD_S
    minutes = looked(lambda: outside.metrics.flows(arn, end - WINDOW_S, end, PERIOD_S))
    if isinstance(minutes, Unknown):
        return minutes
    if all(each.new is None and each.active is None and each.hosts is None for each in minutes):
        return Unknown("CloudWatch has no point for the last 15 minutes")
    return max((each.new or 0.0 for each in minutes), default=0.0)
