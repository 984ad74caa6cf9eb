"""Tables for people: what `kubectl get` prints is laid out by the server.

Source: kubernetes/apimachinery pkg/apis/meta/v1/types.go (Table), kubernetes/kubernetes pkg/printers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from migrator.sandbox.doors.kube.cells import NAME, Column
from migrator.sandbox.doors.kube.columns import COLUMNS
from migrator.sandbox.doors.kube.elapsed import age, since
from migrator.sandbox.world.kube import Kube
from migrator.sandbox.world.kube_kinds import Kind, KubeObject

_AS = re.compile(r"as=(?P<form>Table|PartialObjectMetadataList|PartialObjectMetadata)").search
_step = re.compile(r"\.([A-Za-z0-9_-]+)|\['?([^'\]]+)'?\]").findall

_AGE: Column = ("Age", "string", 0, age)


def form(accept: str) -> str:
    """What the client wants to see: "Table", "PartialObjectMetadata" or "" for the objects themselves."""
    found = _AS(accept.partition(",")[0])
    return found["form"].removesuffix("List") if found else ""


def columns(kube: Kube, kind: Kind) -> tuple[Column, ...]:
    """The columns of a kind: its own, those that its definition names, or name and age."""
    if not kind.custom:
        return COLUMNS.get(kind.kind, (NAME, _AGE))
    definition = kube.find("CustomResourceDefinition", "", kind.resource)
    versions = definition["spec"]["versions"] if definition else ()
    told = next((each.get("additionalPrinterColumns") for each in versions if each["name"] == kind.version), None)
    if not told:
        return NAME, _AGE
    return NAME, *(_defined(each) for each in told)


def table(kube: Kube, kind: Kind, objects: list[KubeObject], meta: dict[str, Any], include: str, now: float) -> KubeObject:
    """Objects as a `Table`; `include` is "None", "Metadata" or "Object": what each row carries beside its cells."""
    shown = columns(kube, kind)
    rows = [{"cells": [each[3](obj, now) for each in shown], "object": _carried(obj, include)} for obj in objects]
    headings = [
        {"name": name, "type": type, "format": "name" if name == "Name" else "", "description": "", "priority": priority}
        for name, type, priority, _ in shown
    ]
    return {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "columnDefinitions": headings, "rows": rows}


def partial(obj: KubeObject) -> KubeObject:
    """An object's metadata alone."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}


def _carried(obj: KubeObject, include: str) -> KubeObject | None:
    if include == "Object":
        return obj
    return None if include == "None" else partial(obj)


def _defined(column: dict[str, Any]) -> Column:
    read = _reader(column["jsonPath"], date=column["type"] == "date")
    return column["name"], column["type"], column.get("priority", 0), read


def _reader(path: str, *, date: bool) -> Callable[[KubeObject, float], Any]:
    steps = [dotted or quoted for dotted, quoted in _step(path)]

    def read(obj: KubeObject, now: float) -> Any:
        value: Any = obj
        for each in steps:
            if isinstance(value, list) and each.isdigit():
                value = value[int(each)] if int(each) < len(value) else None
            else:
                value = value.get(each) if isinstance(value, dict) else None
        return since(value, now) if date else value

    return read
