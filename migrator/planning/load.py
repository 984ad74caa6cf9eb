"""Read a plan file, and answer its decisions; every complaint names the file and the line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import msgspec
from msgspec import inspect

from migrator.errors import OperatorError
from migrator.model.migration import FORMAT, Migration, content_digest
from migrator.planning.answering import answered
from migrator.planning.compose import Document, Path, Plain, complain, compose, entries, plain, scalar, shown
from migrator.planning.files import replace_file
from migrator.planning.parts import changed_parts, listed_sums


def load(path: str) -> Migration:
    """The plan in a file.

    Raises OperatorError: `plan-not-found`, `plan-not-yaml`, `plan-newer`, `plan-duplicate-key`, `plan-unknown-field`,
    `plan-invalid`, `plan-edited`.
    """
    return parse(path, text_of(path))


def parse(file: str, text: str) -> Migration:
    """The plan in a text; `file` is what complaints call it. A newer format is told before anything else."""
    document = compose(file, text)
    _refuse_newer(document)
    read = plain(document)
    _refuse_unknown(file, read)
    migration = _converted(file, read)
    _refuse_edited(file, text, read, migration)
    _refuse_bad_answers(file, read, migration)
    return migration


def answer(path: str, id: str, value: str) -> None:
    """Write `value` as the answer to a decision into the plan file, in place and atomically.

    Comments, order and everything else stay byte for byte. Raises as `load` does, and OperatorError `plan-invalid` for an
    unknown decision or a value outside its options.
    """
    text = text_of(path)
    decisions = parse(path, text).decisions
    at = next((at for at, each in enumerate(decisions) if each.id == id), None)
    if at is None:
        known = ", ".join(each.id for each in decisions) or "none"
        do = f"`migrate show {path}` lists the decisions"
        raise OperatorError(f"{path} asks no decision {id!r}; it asks: {known}", do=do, code="plan-invalid")
    if value not in decisions[at].options:
        what = f"{value!r} is no answer to {id}; choose one of: {', '.join(decisions[at].options)}"
        raise OperatorError(what, do=f"`migrate approve {path} {id}={decisions[at].options[0]}`", code="plan-invalid")
    replaced = answered(path, text, at, value)
    parse(path, replaced)  # what we write must still be the plan it was
    replace_file(path, replaced.encode())


def text_of(path: str) -> str:
    """The file's text with its line ends as they are. Raises OperatorError `plan-not-found`, `plan-not-yaml`."""
    try:
        return File(path).read_bytes().decode()
    except OSError as trouble:
        do = "check the path, or `migrate plan NAMESPACE/NAME -o FILE`"
        raise OperatorError(f"cannot read plan {path}: {trouble.strerror}", do=do, code="plan-not-found") from trouble
    except UnicodeDecodeError as trouble:
        do = "plan again"
        what = f"{path}: not YAML: byte {trouble.start} is not UTF-8"
        raise OperatorError(what, do=do, code="plan-not-yaml") from trouble


def _refuse_newer(document: Document) -> None:
    node = next((value for key, value in entries(document.root) if key == "format"), None)
    if node is None or not node.tag.endswith(":int"):
        return  # missing or of another type: conversion says so
    number = scalar(node)
    if number > FORMAT:
        line = node.start_mark.line + 1
        what = f"the plan has format {number}, this migrate reads up to {FORMAT}"
        complain(document.file, line, "plan-newer", what, do="use the migrate that wrote it, or a later one")
    if number < FORMAT:
        complain(document.file, node.start_mark.line + 1, "plan-invalid", f"there is no format {number}")


def _refuse_unknown(file: str, read: Plain) -> None:
    found = list(_unknown(inspect.type_info(Migration), read.value, ()))
    if not found:
        return
    path, nearest = found[0]
    others = tuple(f"{file}:{read.line(each)}: also {shown(each)}" for each, _ in found[1:])
    what = f"unknown field {path[-1]!r} in {shown(path[:-1])}; the nearest known one is {nearest!r}"
    complain(file, read.line(path), "plan-unknown-field", what, seen=others, do=f"rename or remove it in {file}")


def _unknown(kind: inspect.Type, value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every field that its struct does not have, and the nearest one it has; types that do not fit are passed over."""
    if isinstance(kind, inspect.UnionType):
        kind = next((each for each in kind.types if isinstance(each, inspect.StructType)), kind)
    if isinstance(kind, inspect.VarTupleType) and isinstance(value, list):
        for at, each in enumerate(value):
            yield from _unknown(kind.item_type, each, (*path, at))
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        known = {field.encode_name: field.type for field in kind.fields}
        for name, inner in value.items():
            if name in known:
                yield from _unknown(known[name], inner, (*path, name))
            else:
                yield (*path, name), difflib.get_close_matches(name, known, n=1, cutoff=0)[0]


def _converted(file: str, read: Plain) -> Migration:
    try:
        return msgspec.convert(read.value, Migration)
    except msgspec.ValidationError as trouble:
        said, _, where = str(trouble).partition(" - at `$")
        path = tuple(int(at) if at else name for name, at in re.findall(r"\.(\w+)|\[(\d+)\]", where))
        complain(file, read.line(path), "plan-invalid", f"{shown(path)}: {said[:1].lower()}{said[1:]}")


def _refuse_edited(file: str, text: str, read: Plain, migration: Migration) -> None:
    seen = content_digest(migration)
    if migration.digest == seen:
        return
    parts = changed_parts(migration, listed_sums(text))
    differ = f"differs: {', '.join(parts)}" if parts else "which part differs cannot be told: its sums are gone from the file"
    do = f"`migrate plan {migration.service} -o {file}` makes a plan with what you want to change; only answers are written here"
    what = "the plan was edited: its digest is of other contents"
    complain(file, read.line(("digest",)), "plan-edited", what, seen=(differ, f"computed {seen}"), do=do)


def _refuse_bad_answers(file: str, read: Plain, migration: Migration) -> None:
    for at, each in enumerate(migration.decisions):
        if each.answer is not None and each.answer not in each.options:
            line = read.line(("decisions", at, "answer"))
            what = f"{each.answer!r} is no answer to {each.id}; choose one of: {', '.join(each.options)}"
            complain(file, line, "plan-invalid", what, do=f"write one of them on that line of {file}")
