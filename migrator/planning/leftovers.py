"""Annotations and labels that no setting answers for: the table says which the clone keeps."""

from __future__ import annotations

from migrator.model.cluster import Service
from migrator.model.migration import DiffRow, Fate
from migrator.planning.rules import rule_for

LABELS = "metadata.labels."


def kept_annotations(service: Service, family: str) -> dict[str, str]:
    """Those that are nobody's business here."""
    return {key: value for key, value in service.annotations.items() if rule_for(key, family).fates == ("kept",)}


def label_fates(service: Service) -> dict[str, Fate]:
    """Kept or dropped, by label."""
    return {key: rule_for(LABELS + key, "both").fates[0] for key in sorted(service.labels)}


def label_rows(service: Service) -> tuple[DiffRow, ...]:
    """A row for each label that the clone goes without."""
    gone = [key for key, fate in label_fates(service).items() if fate == "dropped"]
    return tuple(
        DiffRow(f"label {key}", service.labels[key], "", "", rule_for(LABELS + key, "both").why, "dropped") for key in gone
    )
