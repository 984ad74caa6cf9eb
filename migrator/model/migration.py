"""The plan: one migration as a value. What is there, what will be, and what a person decided about it.

The file in `plans/` is this struct written as YAML; the JSON Schema beside it is generated from here.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import msgspec

from migrator.model.balancers import Listener, LoadBalancer, Rule, SecurityGroup, TargetGroup
from migrator.model.fingerprints import digest
from migrator.model.records import HostedZone, Move
from migrator.model.variants import Variant, varied
from migrator.model.waits import Waits

FORMAT = 1

Readiness = Literal["READY", "READY_WITH_CHANGES", "DECISION", "BLOCKED", "NOT_APPLICABLE"]
Severity = Literal["blocked", "warning", "note"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Part of a plan file: an unknown field is a mistake, not an extension."""


class Cluster(_Part, frozen=True):
    """Which cluster: `uid` is that of its kube-system namespace; `context` is only a hint for people."""

    context: str
    uid: str
    name: str


class Account(_Part, frozen=True):
    """Where in AWS."""

    id: str
    region: str
    vpc: str


class LegacyService(_Part, frozen=True):
    """The legacy Service as far as controllers act on it; drift in any of it makes the plan stale."""

    namespace: str
    name: str
    uid: str
    hostname: str
    annotations: dict[str, str]
    spec: dict[str, Any]
    finalizers: tuple[str, ...]


class Attachment(_Part, frozen=True):
    """Something in AWS that is bound to the legacy load balancer, its target groups or its addresses.

    `kind` is one of `ports.attachments.KINDS`; `id` is its ARN or AWS id; `detail` says how it is bound.
    """

    kind: str
    id: str
    detail: str = ""


class Legacy(_Part, frozen=True, dict=True):
    """What is there now. `groups` and `rules` are what `sweep` will look for, by id."""

    service: LegacyService
    owner: str
    evidence: tuple[str, ...]
    balancer: LoadBalancer
    listeners: tuple[Listener, ...]
    groups: tuple[TargetGroup, ...]
    rules: tuple[Rule, ...]
    deletion_protection: bool = False
    shared_rules: tuple[str, ...] = ()  # rule ids that other load balancers need; never touched
    attributes: dict[str, str] = {}  # of the load balancer
    security_groups: tuple[SecurityGroup, ...] = ()  # those of the load balancer
    own_groups: tuple[str, ...] = ()  # ids of those that legacy made for it alone; `sweep` sees them gone
    attachments: tuple[Attachment, ...] = ()  # what hangs on the load balancer itself and does not follow a name

    @cached_property
    def ports(self) -> tuple[int, ...]:
        """The ports that it listens on, in order."""
        return tuple(sorted({each.port for each in self.listeners}))


Fate = Literal["kept", "rewritten", "dropped", "decision", "blocked", "written"]


class DiffRow(_Part, frozen=True):
    """One setting: what the annotation says, what AWS does, what the new load balancer will do, and why.

    `fate` is what became of the Service's own keys for it; `written` where the Service had none.
    """

    setting: str
    annotation: str
    live: str
    new: str
    rule: str
    fate: Fate = "written"


class New(_Part, frozen=True):
    """What will be: the whole manifest of the clone, and what the answers to decisions change in it.

    What is created is `Migration.manifest`.
    """

    namespace: str
    name: str
    manifest: dict[str, Any]
    diff: tuple[DiffRow, ...] = ()
    variants: tuple[Variant, ...] = ()


class UnreadZone(_Part, frozen=True):
    """A hosted zone whose record sets could not be listed, and why."""

    id: str
    name: str
    why: str


class Dns(_Part, frozen=True, dict=True):
    """Every record set that leads to the legacy load balancer and will move; who else was asked."""

    moves: tuple[Move, ...]
    resolvers: tuple[str, ...] = ()
    unread: tuple[UnreadZone, ...] = ()

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The names that move, sorted, by the id of their zone."""
        names: dict[str, set[str]] = {}
        for move in self.moves:
            names.setdefault(move.zone.id, set()).add(move.listed.name)
        return {zone: tuple(sorted(found)) for zone, found in names.items()}

    @cached_property
    def lowering(self) -> tuple[Move, ...]:
        """The moves that have a shorter TTL while they move."""
        return tuple(each for each in self.moves if each.lowered != each.listed)


class StepEstimate(_Part, frozen=True):
    """What a step will do and how long it takes, in seconds; `longest_s` None is unbounded until answered."""

    name: str
    does: str
    shortest_s: float
    longest_s: float | None
    past_return: bool = False


class Finding(_Part, frozen=True):
    """Something worth knowing before signing: `seen` with figures, `do` what to do about it."""

    id: str
    severity: Severity
    seen: str
    do: str = ""


class Decision(_Part, frozen=True):
    """A question for a person. `answer` is one of `options`, or None while it is open."""

    id: str
    question: str
    options: tuple[str, ...]
    default: str | None = None
    answer: str | None = None

    @property
    def value(self) -> str | None:
        """The answer, or the default where there is none."""
        return self.answer if self.answer is not None else self.default


class Migration(_Part, frozen=True, dict=True):
    """One Service's way from the legacy controller to the AWS Load Balancer Controller."""

    format: int
    id: str
    tool: str
    readiness: Readiness
    cluster: Cluster
    account: Account
    legacy: Legacy
    new: New
    dns: Dns
    retire: Literal["delete", "demote"]
    on_failure: Literal["hold", "rollback"]
    waits: Waits
    steps: tuple[StepEstimate, ...]
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    digest: str = ""

    @property
    def service(self) -> str:
        """namespace/name of the legacy Service."""
        return f"{self.legacy.service.namespace}/{self.legacy.service.name}"

    @property
    def lease_name(self) -> str:
        """The Lease that marks the legacy Service as ours, in its namespace."""
        return f"migrate-{self.legacy.service.uid}"

    @property
    def retirement(self) -> str:
        """`delete` or `demote`: the answer to the decision `retire` where one was asked, else what is proposed."""
        asked = next((each.value for each in self.decisions if each.id == "retire"), None)
        return asked or self.retire

    def answer(self, decision: str) -> str | None:
        """The value of a decision by id; None where it is open or was never asked."""
        return next((each.value for each in self.decisions if each.id == decision), None)

    @cached_property  # of what never changes: a plan with other answers is another value
    def manifest(self) -> dict[str, Any]:
        """The clone as it is to be created: the planned manifest with the variants of the answers that were chosen."""
        return varied(self.new.manifest, tuple(each for each in self.new.variants if self.answer(each.decision) == each.option))

    @property
    def open_decisions(self) -> tuple[Decision, ...]:
        """Questions that nobody answered and that have no default."""
        return tuple(each for each in self.decisions if each.value is None)


def identity(cluster_uid: str, service_uid: str, balancer_arn: str) -> str:
    """The migration's id: a hash of what it moves, so that the same move always has the same state directory."""
    return "m-" + digest([cluster_uid, service_uid, balancer_arn]).removeprefix("sha256:")[:16]


def content_digest(migration: Migration) -> str:
    """The digest over everything but answers and the digest itself: an edit shows, an answer does not."""
    unanswered = tuple(msgspec.structs.replace(each, answer=None) for each in migration.decisions)
    return digest(msgspec.structs.replace(migration, decisions=unanswered, digest=""))


def signed_digest(migration: Migration) -> str:
    """The digest with answers, which the journal's first line binds."""
    return digest(migration)


__all__ = ["FORMAT", "HostedZone", "Migration", "Variant", "content_digest", "identity", "signed_digest"]
