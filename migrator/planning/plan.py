"""Put a plan together: discovery, translation, rehearsal, checks, estimates; the same inputs give the same bytes."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from migrator import __version__, checks
from migrator.checks.service import controlled
from migrator.errors import OperatorError
from migrator.model.cluster import MARK
from migrator.model.migration import (
    FORMAT,
    Decision,
    Dns,
    Finding,
    Legacy,
    LegacyService,
    Migration,
    New,
    Readiness,
    content_digest,
    identity,
)
from migrator.model.waits import STANDARD, Waits
from migrator.planning.checked import checked
from migrator.planning.discover import discover
from migrator.planning.estimates import estimates
from migrator.planning.found import Found, Live
from migrator.planning.guards import guards
from migrator.planning.hygiene import hygiene
from migrator.planning.lbc import running
from migrator.planning.node_rules import own_groups
from migrator.planning.ownership import full_name
from migrator.planning.record_findings import moves_of, record_findings
from migrator.planning.retirement import retirement
from migrator.planning.rivals import Rival, refuse_rivals
from migrator.planning.translate import Translated, clone_names, translate
from migrator.ports.outside import Outside
from migrator.ports.survey import ClusterSurvey


class Wishes(msgspec.Struct, frozen=True):
    """What the operator may ask of a plan; `clone_name` empty for one that is free."""

    context: str = ""
    clone_name: str = ""
    waits: Waits = STANDARD
    on_failure: Literal["hold", "rollback"] = "hold"


def plan(
    namespace: str,
    name: str,
    outside: Outside,
    survey: ClusterSurvey,
    wishes: Wishes = Wishes(),
    *,
    file: str = "the new plan",
    rivals: tuple[Rival, ...] = (),
) -> Migration:
    """The plan for one Service; `file` is where it will be written, for the conflicts it may have with `rivals`.

    Raises OperatorError as `discover` and `refuse_rivals` do; whatever stops the migration but not the planning is a
    blocked finding.
    """
    draft = unchecked(namespace, name, outside, survey, wishes)
    refuse_rivals(draft, file, rivals)
    findings, decisions = checked(checks.run(draft, outside))
    return sealed(replace(draft, findings=draft.findings + findings, decisions=draft.decisions + decisions))


def unchecked(namespace: str, name: str, outside: Outside, survey: ClusterSurvey, wishes: Wishes = Wishes()) -> Migration:
    """The plan before any check is made, not sealed: what `doctor` asks about. Raises OperatorError as `discover` does."""
    found = discover(namespace, name, outside, survey, context=wishes.context)
    return drafted(found, _clone_name(found, outside, wishes), wishes)


def drafted(found: Found, clone_name: str, wishes: Wishes) -> Migration:
    """The plan as far as it can be made without asking any more; not yet sealed."""
    live = found.live
    id = identity(found.cluster.uid, live.service.uid, live.balancer.arn)
    translated = translate(live, clone_name, id, running(found.controller))
    record_notes, record_questions = record_findings(found.names, found.busiest_per_min)
    retire, retire_questions = retirement(full_name(live.service), found.readers, found.owned)
    moves = moves_of(found.names, wishes.waits)
    return Migration(
        format=FORMAT,
        id=id,
        tool=__version__,
        readiness="READY",
        cluster=found.cluster,
        account=found.account,
        legacy=_legacy(found, live),
        new=New(live.service.namespace, clone_name, translated.manifest, translated.diff, translated.variants),
        dns=Dns(moves, found.resolvers, found.names.unread),
        retire=retire,
        on_failure=wishes.on_failure,
        waits=wishes.waits,
        steps=estimates(moves, live.groups, found.resolvers, wishes.waits, retire),
        findings=(
            *found.findings,
            *record_notes,
            *translated.findings,
            *_guarded(found, translated),
            *_noise(live, wishes),
        ),
        decisions=(*found.decisions, *record_questions, *translated.decisions, *retire_questions),
    )


def _guarded(found: Found, translated: Translated) -> tuple[Finding, ...]:
    """Fixed verdicts on the Service as it is, and what LBC would refuse of the clone."""
    zones, lbc = {each.subnet: each.name for each in found.live.balancer.zones}, running(found.controller)
    return (*guards(found.live, lbc, found.users), *hygiene(translated.manifest, translated.variants, lbc, zones))


def sealed(draft: Migration) -> Migration:
    """The plan in its final order, worst findings first, with readiness and digest, as reading its file would give it."""
    rank = {"blocked": 0, "warning": 1, "note": 2}
    findings = tuple(sorted(draft.findings, key=lambda each: (rank[each.severity], each.id)))
    ordered = replace(draft, findings=findings, readiness=readiness(findings, draft.decisions), digest="")
    plain = msgspec.convert(msgspec.to_builtins(ordered), Migration)  # whole seconds become what a file gives: floats
    return replace(plain, digest=content_digest(plain))


def readiness(findings: tuple[Finding, ...], decisions: tuple[Decision, ...]) -> Readiness:
    """The verdict: what stops it, what a person must answer, what a person should read."""
    if any(each.severity == "blocked" for each in findings):
        return "BLOCKED"
    if any(each.value is None for each in decisions):
        return "DECISION"
    if decisions or any(each.severity == "warning" for each in findings):
        return "READY_WITH_CHANGES"
    return "READY"


def _legacy(found: Found, live: Live) -> Legacy:
    service = live.service
    return Legacy(
        service=LegacyService(
            namespace=service.namespace,
            name=service.name,
            uid=service.uid,
            hostname=service.hostname or "",
            annotations=controlled(service.annotations),
            spec=service.spec,
            finalizers=service.finalizers,
        ),
        owner=found.owner,
        evidence=found.evidence,
        balancer=live.balancer,
        listeners=live.listeners,
        groups=live.groups,
        rules=found.rules,
        deletion_protection=live.attributes.get("deletion_protection.enabled") == "true",
        shared_rules=found.shared_rules,
        attributes=live.attributes,
        security_groups=live.security_groups,
        own_groups=own_groups(live.balancer, live.security_groups),
        attachments=found.attachments,
    )


def _noise(live: Live, wishes: Wishes) -> tuple[Finding, ...]:
    """Public addresses are scanned for ever: without a figure for it, `drain` may never see quiet."""
    if live.balancer.scheme == "internal" or wishes.waits.noise_flows_per_min:
        return ()
    seen = "the load balancer is public, and no new flow at all counts as noise: scanners may keep `drain` waiting"
    return (
        Finding(
            "noise",
            "note",
            seen,
            "plan with --noise, the new flows a minute that nobody misses; the new load balancer's own show in `drain`",
        ),
    )


def _clone_name(found: Found, outside: Outside, wishes: Wishes) -> str:
    """The name asked for, else the first that is free or already carries this migration's mark."""
    if wishes.clone_name:
        return wishes.clone_name
    service = found.live.service
    id = identity(found.cluster.uid, service.uid, found.live.balancer.arn)
    for name in clone_names(service.name):
        there = outside.cluster.service(service.namespace, name)
        if there is None or there.annotations.get(MARK) == id:
            return name
    tried = ", ".join(clone_names(service.name))
    what = f"cannot plan {full_name(service)}: no name is free for the new Service"
    raise OperatorError(what, seen=(f"taken: {tried}",), do="choose one with --clone-name", code="clone-exists")
