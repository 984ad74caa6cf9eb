"""Write a plan as YAML that is made to be read in a pull request: the same plan gives the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec.structs import replace

from migrator.errors import OperatorError
from migrator.model.migration import Migration
from migrator.planning.files import replace_file
from migrator.planning.load import load, text_of
from migrator.planning.parts import MARKER, sums

WIDTH = 110

_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("The verdict, and which migration this is.", ("format", "id", "tool", "readiness")),
    ("What is worth knowing before signing; blocked findings stop `migrate apply`.", ("findings",)),
    ("Questions for a person: write one of the options behind `answer`, or use `migrate approve`.", ("decisions",)),
    ("Where: the cluster by the UID of its kube-system namespace, the account, region and VPC.", ("cluster", "account")),
    ("What is there now. Drift in any of it makes the plan stale; `sweep` looks for these ids.", ("legacy",)),
    ("What will be: the whole manifest of the new Service, and why each line differs.", ("new",)),
    ("Every record set that leads to the legacy load balancer and moves, exactly as listed.", ("dns",)),
    ("The journey, in seconds. `past_return` marks the step from which no way leads back.", ("steps",)),
    ("What becomes of the legacy Service, what happens on failure, and how long is waited.", ("retire", "on_failure", "waits")),
)


class _Dumper(yaml.SafeDumper):
    """Lists are indented under their key, and nothing is written as an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Lines stay lines; PyYAML loses odd line ends unless they are escaped."""
    odd = not text.replace("\n", "").isprintable()
    style = '"' if odd else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def write(migration: Migration, path: str) -> Migration:
    """Write the plan into a file, atomically; gives back the plan as written.

    A plan of the same migration is replaced, and answers to questions that are asked in the same words are kept.
    Raises OperatorError `plan-exists` when the file holds anything else, `plan-not-written` when it cannot be written.
    """
    if Path(path).exists():
        migration = _replacing(migration, path)
    replace_file(path, render(migration).encode())
    return migration


def render(migration: Migration) -> str:
    """The plan file's text."""
    values = msgspec.to_builtins(migration)
    parts = [_part(heading, {name: values[name] for name in names}) for heading, names in _PARTS]
    return "\n".join(
        [
            f"# Moves {migration.service} to the AWS Load Balancer Controller. Made by migrate {migration.tool};",
            "# review it, write the answers, then `migrate apply`. Any other edit shows, and is refused: plan again instead.",
            "",
            *parts,
            "# Over everything above but the answers.",
            f"{MARKER} " + " ".join(f"{name}={sum}" for name, sum in sums(migration).items()),
            f"digest: {migration.digest}",
            "",
        ]
    )


def _part(heading: str, values: dict[str, Any]) -> str:
    return f"# {heading}\n" + dumped(values)


def dumped(values: Any) -> str:
    """Values as block YAML in their own order."""
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True, width=WIDTH)


def _replacing(migration: Migration, path: str) -> Migration:
    """The plan with the answers of the one in the file, which has to be of this very migration."""
    do = "choose another file with -o, or remove it"
    try:
        there = load(path)
    except OperatorError as trouble:
        if trouble.code == "plan-edited" and f"\nid: {migration.id}\n" in text_of(path):
            return migration  # to plan again is what we tell people who edited a plan
        what = f"cannot write the plan: {path} exists and is no plan of this migration"
        raise OperatorError(what, seen=(trouble.message,), do=do, code="plan-exists") from trouble
    if there.id != migration.id:
        seen = f"{path} moves {there.service} ({there.id}), this plan moves {migration.service} ({migration.id})"
        raise OperatorError(f"cannot write the plan: {path} holds another one", seen=(seen,), do=do, code="plan-exists")
    return answered_as(migration, there)


def answered_as(migration: Migration, there: Migration) -> Migration:
    """The plan with the answers that another plan has to the very same questions."""
    given = {replace(each, answer=None): each.answer for each in there.decisions}
    decisions = tuple(replace(each, answer=given.get(replace(each, answer=None))) for each in migration.decisions)
    return replace(migration, decisions=decisions)
