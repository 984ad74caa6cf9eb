"""From the legacy Service and its live load balancer to the manifest of the clone; values only.

Live settings come first, annotations second: legacy never syncs much of what it once made, and operators change load
balancers by hand. Whatever the two controllers could read differently is written out.
"""

from __future__ import annotations

from typing import Any

import msgspec

from migrator.model.cluster import MARK, TYPE_ANNOTATION
from migrator.model.migration import Decision, DiffRow, Finding
from migrator.planning.found import Live
from migrator.planning.lbc import Lbc
from migrator.planning.leftovers import left_annotations, left_labels
from migrator.planning.settings_balancer import balancer_pieces
from migrator.planning.settings_groups import group_pieces
from migrator.planning.settings_listeners import listener_pieces
from migrator.planning.spec import spec_of

NAME_LIMIT = 63  # of a Service's name, which is a DNS label


class Translated(msgspec.Struct, frozen=True):
    """The clone's manifest, a row for each setting and annotation, and what is worth saying about them."""

    manifest: dict[str, Any]
    diff: tuple[DiffRow, ...]
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]


def translate(live: Live, name: str, migration: str, lbc: Lbc = Lbc()) -> Translated:
    """The clone called `name`, marked as made by `migration`. Every annotation of the Service ends in a row."""
    service = live.service
    pieces = (*balancer_pieces(live), *listener_pieces(live), *group_pieces(live))
    answered = {TYPE_ANNOTATION} | {key for each in pieces for key in each.reads}
    kept, left_rows = left_annotations(service, answered)
    labels, label_rows = left_labels(service)
    spec = spec_of(service, live.balancer, lbc.balancer_class)
    written = {key: value for each in pieces for key, value in each.annotations.items()}
    metadata: dict[str, Any] = {"name": name, "namespace": service.namespace}
    metadata |= {"labels": labels} if labels else {}
    metadata["annotations"] = dict(sorted((kept | written | {MARK: migration}).items()))
    return Translated(
        manifest={"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec.value},
        diff=(*spec.rows, *(row for each in pieces for row in each.rows), *left_rows, *label_rows),
        findings=(*spec.findings, *(found for each in pieces for found in each.findings)),
        decisions=tuple(asked for each in pieces for asked in each.decisions),
    )


def clone_names(name: str) -> tuple[str, ...]:
    """Names to try for the clone, in order; each is the Service's own, cut where it must be, with an ending."""
    endings = ("-lbc", *(f"-lbc{number}" for number in range(2, 10)))
    return tuple(name[: NAME_LIMIT - len(ending)] + ending for ending in endings)
