"""What belongs to the legacy Service and goes with it."""

from __future__ import annotations

from migrator.model.cluster import Service
from migrator.model.migration import Decision, Finding
from migrator.model.units import Unknown
from migrator.planning.found import looked
from migrator.planning.ownership import full_name
from migrator.ports.survey import ClusterSurvey


def belongings(survey: ClusterSurvey, service: Service) -> tuple[tuple[str, ...], tuple[Finding, ...], tuple[Decision, ...]]:
    """What the Service owns as `kind.group/name`, a finding for each, or the question where it could not be told.

    A call for each kind of the cluster.
    """
    owned = looked(lambda: survey.owned(service.namespace, service.uid))
    if isinstance(owned, Unknown):
        question = f"what {full_name(service)} owns could not be read ({owned.why}): is nothing needed that is deleted with it?"
        return (), (), (Decision("unread-owned", question, ("nothing-is-needed",)),)
    return owned, tuple(_goes(service, each) for each in owned), ()


def _goes(service: Service, what: str) -> Finding:
    kind, _, name = what.partition("/")
    seen = f"{kind} {service.namespace}/{name} names {full_name(service)} as its owner: deleting that deletes it"
    edit = f"kubectl edit {kind} {name} -n {service.namespace}"
    return Finding(
        f"owned/{what}", "warning", seen, f"take its ownerReference off (`{edit}`), or retire by demote, which keeps both"
    )
