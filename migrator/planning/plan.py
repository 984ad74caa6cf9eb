"""Put a plan together: discovery, translation, rehearsal, checks, estimates; the same inputs give the same bytes."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from migrator import __version__, checks
from migrator.checks.result import Result
from migrator.checks.service import controlled
from migrator.errors import Conflict, Denied, OperatorError, Rejected
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
from migrator.planning.discover import discover
from migrator.planning.estimates import estimates
from migrator.planning.found import Found, Live
from migrator.planning.lbc import running
from migrator.planning.ownership import full_name
from migrator.planning.record_findings import moves_of, record_findings
from migrator.planning.retirement import retirement
from migrator.planning.rivals import Rival, refuse_rivals
from migrator.planning.translate import clone_names, translate
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
    found = discover(namespace, name, outside, survey, context=wishes.context)
    draft = drafted(found, _clone_name(found, outside, wishes), wishes)
    refuse_rivals(draft, file, rivals)
    findings, decisions = _rehearsed(draft, outside)
    for result in checks.run(draft, outside):
        findings += _failed(result)
        decisions += _unknown(result)
    return sealed(replace(draft, findings=draft.findings + findings, decisions=draft.decisions + decisions))


def drafted(found: Found, clone_name: str, wishes: Wishes) -> Migration:
    """The plan as far as it can be made without asking any more; not yet sealed."""
    live = found.live
    id = identity(found.cluster.uid, live.service.uid, live.balancer.arn)
    translated = translate(live, clone_name, id, running(found.controller))
    record_notes, record_questions = record_findings(found.names)
    retire, retire_questions = retirement(full_name(live.service), found.readers)
    moves = moves_of(found.names, wishes.waits)
    return Migration(
        format=FORMAT,
        id=id,
        tool=__version__,
        readiness="READY",
        cluster=found.cluster,
        account=found.account,
        legacy=_legacy(found, live),
        new=New(live.service.namespace, clone_name, translated.manifest, translated.diff),
        dns=Dns(moves, found.resolvers, found.names.unread),
        retire=retire,
        on_failure=wishes.on_failure,
        waits=wishes.waits,
        steps=estimates(moves, live.groups, found.resolvers, wishes.waits, retire),
        findings=(*found.findings, *record_notes, *translated.findings, *_noise(live, wishes)),
        decisions=(*found.decisions, *record_questions, *translated.decisions, *retire_questions),
    )


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
        owner="legacy",
        evidence=found.evidence,
        balancer=live.balancer,
        listeners=live.listeners,
        groups=live.groups,
        rules=found.rules,
        deletion_protection=live.attributes.get("deletion_protection.enabled") == "true",
        shared_rules=found.shared_rules,
        attributes=live.attributes,
        security_groups=live.security_groups,
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


def _rehearsed(draft: Migration, outside: Outside) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
    """Ask the API server what it would make of the clone, without making it."""
    manifest = draft.new.manifest
    called = f"{draft.new.namespace}/{draft.new.name}"
    try:
        stored = outside.cluster.rehearsed(manifest)
    except Rejected as trouble:
        do = "mend what the server names, or write a policy exception for the clone, then plan again"
        return (Finding("clone-rejected", "blocked", f"the API server refuses {called}: {trouble.message}", do),), ()
    except Conflict as trouble:
        if _is_ours(draft, outside):
            return (), ()
        seen = f"{called} exists and is not of this migration: {trouble.message}"
        return (Finding("clone-exists", "blocked", seen, "plan with another --clone-name"),), ()
    except Denied as trouble:
        question = f"the API server was not asked whether it would take {called} ({trouble.message}): create it all the same?"
        return (), (Decision("clone-not-rehearsed", question, ("create-it",)),)
    wanted = manifest["metadata"]["annotations"]
    changed = sorted(key for key, value in wanted.items() if stored.annotations.get(key) != value)
    changed += [f"spec.{key}" for key in ("type", "loadBalancerClass") if stored.spec.get(key) != manifest["spec"][key]]
    if not changed:
        return (), ()
    do = "find the admission webhook or policy that changes it, and make an exception, then plan again"
    return (Finding("clone-changed", "blocked", f"the API server would change {called}: {', '.join(changed)}", do),), ()


def _is_ours(draft: Migration, outside: Outside) -> bool:
    """Whether the clone is there because an interrupted run of this migration made it."""
    there = outside.cluster.service(draft.new.namespace, draft.new.name)
    return there is not None and there.annotations.get(MARK) == draft.id


def _failed(result: Result) -> tuple[Finding, ...]:
    if result.status != "failed":
        return ()
    seen = "; ".join((result.seen, *result.details))
    return (Finding(f"check/{result.id}", "blocked", seen, result.do),)


def _unknown(result: Result) -> tuple[Decision, ...]:
    if result.status != "unknown":
        return ()
    question = f"check {result.id} could not be made ({result.seen}): go on without it?"
    return (Decision(f"check-{result.id}", question, ("go-on",)),)
