"""Form-encoded requests, as the protocols query and ec2 send them: "Filters.1.Values.2=x"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from migrator.sandbox.doors.aws.codec.limits import Malformed, scalar
from migrator.sandbox.doors.aws.codec.shapes import Shape

Tree = dict[str, Any]  # a step of a name to what is below it; "" to the value itself

_NOT_INPUT = ("Action", "Version")


def decoded(shape: Shape | None, form: Iterable[tuple[str, str]], *, ec2: bool) -> dict[str, Any]:
    """The input that a form states. Raises Malformed for names that the operation does not have."""
    tree: Tree = {}
    for name, value in form:
        if name in _NOT_INPUT:
            continue
        branch = tree
        for step in name.split("."):
            branch = branch.setdefault(step, {})
        branch[""] = value
    if shape is None:
        if tree:
            raise Malformed(f"The parameter {next(iter(tree))} is not recognized", unknown=next(iter(tree)))
        return {}
    found: dict[str, Any] = _value(shape, tree, ec2, "")
    return found


def _value(shape: Shape, tree: Tree, ec2: bool, path: str) -> Any:
    if shape.kind == "structure":
        return _structure(shape, tree, ec2, path)
    if shape.kind == "list" and shape.item is not None:
        items = tree if ec2 or shape.flattened else tree.get(shape.item_name, {})
        numbers = sorted((step for step in items if step.isdigit()), key=int)
        return [_value(shape.item, items[step], ec2, f"{path}{step}.") for step in numbers]
    if below := [step for step in tree if step]:
        raise Malformed(f"The parameter {path}{below[0]} is not recognized", unknown=path + below[0])
    return scalar(shape, tree.get("", ""))


def _structure(shape: Shape, tree: Tree, ec2: bool, path: str) -> dict[str, Any]:
    found = {}
    for step, below in tree.items():
        if step == "":
            continue
        member = shape.by_asked.get(step)
        if member is None:
            raise Malformed(f"The parameter {path}{step} is not recognized", unknown=path + step)
        found[member.name] = _value(member.shape, below, ec2, f"{path}{step}.")
    return found
