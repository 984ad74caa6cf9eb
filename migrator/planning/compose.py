"""YAML with its line numbers: a plan file as plain values, and where each of them is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NoReturn

import msgspec
import yaml

from migrator.errors import OperatorError

Path = tuple[str | int, ...]  # from the root of the file: field names and positions in lists
PlanCode = Literal["plan-not-yaml", "plan-duplicate-key", "plan-unknown-field", "plan-invalid", "plan-newer", "plan-edited"]

_CORE = "tag:yaml.org,2002:"
_TYPED = {_CORE + each for each in ("null", "bool", "int", "float")}
# YAML 1.1 would read these plain words as dates, merges or defaults; a plan means the words.
_WORDS = {_CORE + each for each in ("str", "timestamp", "merge", "value")}
_SCALARS = _TYPED | _WORDS


class Document(msgspec.Struct, frozen=True):
    """A plan file as text and as composed nodes."""

    file: str
    text: str
    root: Any  # yaml.MappingNode, which has no type stubs worth naming here


class Plain(msgspec.Struct, frozen=True):
    """A document's plain values, and the line (from 1) on which each path begins."""

    value: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest part around it that is written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def compose(file: str, text: str) -> Document:
    """The one YAML mapping that a plan file holds.

    Raises OperatorError `plan-not-yaml` with the line where it stops being YAML, `plan-invalid` where it is not a mapping.
    """
    try:
        # libyaml's loader is faster, but deep nesting ends the process there instead of raising.
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as trouble:
        line = trouble.problem_mark.line + 1 if trouble.problem_mark else 1
        complain(file, line, "plan-not-yaml", f"not YAML: {trouble.problem}")
    except yaml.reader.ReaderError as trouble:
        line = text.count("\n", 0, trouble.position) + 1
        complain(file, line, "plan-not-yaml", f"not YAML: {trouble.reason}")
    except RecursionError:
        complain(file, 1, "plan-not-yaml", "not a plan: nested too deep to be read")
    if not isinstance(root, yaml.MappingNode):
        complain(file, 1, "plan-invalid", "not a plan: a mapping was expected" if root else "the file is empty")
    return Document(file, text, root)


def plain(document: Document) -> Plain:
    """The document as dictionaries, lists and scalars.

    Raises OperatorError `plan-duplicate-key` with both lines, `plan-invalid` for aliases, odd tags and keys that are no text.
    """
    lines: dict[Path, int] = {}
    value = _value(document.file, document.root, (), lines, set())
    return Plain(value, lines)


def entries(node: Any) -> Iterator[tuple[str, Any]]:
    """The keys of a mapping node and the nodes of their values."""
    for key, value in node.value:
        yield key.value, value


def scalar(node: Any) -> Any:
    """A scalar node's value: None, a bool, a number or text."""
    if node.tag in _WORDS:
        return node.value
    return yaml.constructor.SafeConstructor().construct_object(node)


def complain(file: str, line: int, code: PlanCode, what: str, *, seen: tuple[str, ...] = (), do: str = "") -> NoReturn:
    """Refuse the plan at a line."""
    raise OperatorError(f"{file}:{line}: {what}", seen=seen, do=do or f"mend {file}, or plan again", code=code)


def _value(file: str, node: Any, path: Path, lines: dict[Path, int], met: set[int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if id(node) in met:
        complain(file, line, "plan-invalid", f"{shown(path)} is an alias; a plan writes everything out")
    met.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(file, node, path, lines, met)
    if isinstance(node, yaml.SequenceNode):
        return [_value(file, each, (*path, at), lines, met) for at, each in enumerate(node.value)]
    if node.tag not in _SCALARS:
        complain(file, line, "plan-invalid", f"{shown(path)} has the tag {node.tag}; plans have plain values only")
    try:
        return scalar(node)
    except ValueError as trouble:
        complain(file, line, "plan-invalid", f"{shown(path)} cannot be read: {trouble}")


def _mapping(file: str, node: Any, path: Path, lines: dict[Path, int], met: set[int]) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key, inner in node.value:
        line = key.start_mark.line + 1
        if key.tag not in _WORDS:
            complain(file, line, "plan-invalid", f"a key of {shown(path)} is not text")
        here = (*path, key.value)
        if key.value in value:
            what = f"{shown(here)} is written twice, first on line {lines[here]}"
            complain(file, line, "plan-duplicate-key", what, do=f"keep one of the two lines in {file}")
        lines[here] = line
        value[key.value] = _value(file, inner, here, lines, met)
    return value


def shown(path: Path) -> str:
    """A path as people read it: `legacy.groups[0].port`; `the plan` for the root."""
    text = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path)
    return text.removeprefix(".") or "the plan"
