"""From the legacy Service and its live load balancer to the manifest of the clone; values only.

Live settings come first, annotations second: legacy never syncs much of what it once made, and operators change load
balancers by hand. Whatever the two controllers could read differently is written out. What becomes of the Service's own
keys, `rules.csv` says.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from migrator.model.cluster import MARK, Service
from migrator.model.migration import Decision, DiffRow, Fate, Finding, Variant
from migrator.model.variants import changed
from migrator.planning.accounts import account, ended
from migrator.planning.found import Live
from migrator.planning.lbc import Lbc
from migrator.planning.leftovers import LABELS, kept_annotations, label_fates, label_rows
from migrator.planning.nearest import misspelt
from migrator.planning.pieces import Piece
from migrator.planning.rules import rule_for
from migrator.planning.rules_lbc import lbc_decisions, lbc_findings
from migrator.planning.settings_balancer import balancer_pieces
from migrator.planning.settings_classic import classic_pieces
from migrator.planning.settings_classic_form import network_form
from migrator.planning.settings_exposure import exposure_pieces
from migrator.planning.settings_groups import group_pieces
from migrator.planning.settings_listeners import listener_pieces
from migrator.planning.settings_tls import tls_pieces
from migrator.planning.spec import Spec, spec_fates, spec_of
from migrator.planning.values import texts

NAME_LIMIT = 63  # of a Service's name, which is a DNS label


class Translated(msgspec.Struct, frozen=True):
    """The clone's manifest, a row for each setting and annotation, and what is worth saying about them.

    `fates` has every key of the Service: annotations as they are, `metadata.labels.<label>`, `metadata.finalizers`,
    `metadata.ownerReferences`, `spec.<field>` and `spec.ports[].<field>`.
    """

    manifest: dict[str, Any]
    diff: tuple[DiffRow, ...]
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    variants: tuple[Variant, ...] = ()
    fates: dict[str, Fate] = {}


def translate(live: Live, name: str, migration: str, lbc: Lbc = Lbc()) -> Translated:
    """The clone called `name`, marked as made by `migration`; every key of the Service ends in exactly one fate."""
    live = replace(live, service=replace(live.service, annotations=texts(live.service.annotations)))
    service, family, wanted = live.service, "clb" if live.balancer.classic else "nlb", network_form(live)
    spec = spec_of(service, live.balancer, lbc.balancer_class)
    pieces = (Piece(spec.rows), *_pieces(live, wanted, lbc))
    manifest = _manifest(service, name, migration, family, pieces, spec)
    told = account(service, family, pieces, manifest)
    variants = tuple(variant for each in pieces for variant in each.variants)
    found = (*spec.findings, *(finding for each in pieces for finding in each.findings), *misspelt(service, family))
    asked = tuple(decision for each in pieces for decision in each.decisions)
    return Translated(
        manifest=manifest,
        diff=(*told.rows, *label_rows(service)),
        findings=_once(*found, *told.findings, *lbc_findings(manifest, variants, service, wanted.groups, lbc)),
        decisions=asked + lbc_decisions(manifest, variants, lbc),
        variants=variants,
        fates=told.fates | _other_fates(service, manifest, pieces),
    )


def _pieces(live: Live, wanted: Live, lbc: Lbc) -> tuple[Piece, ...]:
    """Every setting, from what is live and from what a network load balancer needs for it."""
    return (
        *balancer_pieces(live, wanted, lbc),
        *exposure_pieces(live, lbc),
        *listener_pieces(live, wanted),
        *tls_pieces(live, wanted),
        *group_pieces(live, wanted),
        *classic_pieces(live),
    )


def _manifest(service: Service, name: str, migration: str, family: str, pieces: tuple[Piece, ...], spec: Spec) -> dict[str, Any]:
    written = {key: value for each in pieces for key, value in each.annotations.items()}
    fields: dict[str, Any] = {key: value for each in pieces for key, value in each.spec.items()}
    labels = {key: service.labels[key] for key, fate in label_fates(service).items() if fate == "kept"}
    metadata: dict[str, Any] = {"name": name, "namespace": service.namespace}
    metadata |= {"labels": labels} if labels else {}
    metadata["annotations"] = dict(sorted((kept_annotations(service, family) | written | {MARK: migration}).items()))
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": changed(spec.value, fields)}


def _once(*findings: Finding) -> tuple[Finding, ...]:
    """Each id once: whoever knows a setting best speaks first."""
    return tuple({each.id: each for each in reversed(findings)}.values())[::-1]


def _other_fates(service: Service, manifest: dict[str, Any], pieces: tuple[Piece, ...]) -> dict[str, Fate]:
    """Fates of what is no annotation: labels, fields of the spec, and what marks the object itself."""
    fates = {LABELS + key: fate for key, fate in label_fates(service).items()} | spec_fates(service, manifest["spec"])
    for each in pieces:
        touched = {f"spec.{key}" for key in each.spec if key in service.spec}
        fates |= dict.fromkeys(touched, fate) if (fate := ended(each)) else {}
    marks = {"metadata.finalizers": service.finalizers, "metadata.ownerReferences": service.owners}
    return fates | {key: rule_for(key, "both").fates[0] for key, there in marks.items() if there}


def clone_names(name: str) -> tuple[str, ...]:
    """Names to try for the clone, in order; each is the Service's own, cut where it must be, with an ending."""
    endings = ("-lbc", *(f"-lbc{number}" for number in range(2, 10)))
    return tuple(name[: NAME_LIMIT - len(ending)] + ending for ending in endings)
