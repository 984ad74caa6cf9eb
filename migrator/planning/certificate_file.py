"""The certificate beside a plan: what `simulate --record` wrote, and whether it still counts."""

from __future__ import annotations

from pathlib import Path

import msgspec

from migrator import __version__
from migrator.errors import OperatorError
from migrator.model.certificate import VERSION, Certificate, Simulated
from migrator.model.migration import Migration, signed_digest
from migrator.planning.files import replace_file


def place(plan: str) -> str:
    """The certificate's file for a plan's file."""
    return f"{plan}.certificate.json"


def rendered(certificate: Certificate) -> str:
    """The file's text; the same certificate gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(certificate), indent=2).decode() + "\n"


def record(certificate: Certificate, plan: str) -> str:
    """Write it beside the plan, as a whole or not at all; gives back the file. Raises OperatorError `plan-not-written`."""
    file = place(plan)
    try:
        replace_file(file, rendered(certificate).encode())
    except OperatorError as trouble:
        what = trouble.message.replace("cannot write plan", "cannot write certificate")
        raise OperatorError(what, do="check the folder's rights and the free space", code="plan-not-written") from trouble
    return file


def simulated(migration: Migration, plan: str) -> Simulated:
    """What the certificate beside a plan's file says of this plan. Never raises: a file that is not ours is told."""
    file = place(plan)
    try:
        text = Path(file).read_bytes()
    except FileNotFoundError:
        return Simulated()
    except OSError as trouble:
        return Simulated("unreadable", f"{file} cannot be read: {trouble.strerror}; it counts for nothing")
    try:
        found = msgspec.json.decode(text, type=Certificate)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return Simulated("unreadable", f"{file} is no certificate that this migrate reads; it counts for nothing")
    return _judged(migration, found)


def _judged(migration: Migration, found: Certificate) -> Simulated:
    for differs, why in (
        (found.migration != migration.id, f"of another migration, {found.migration}"),
        (found.version != VERSION, f"of another format, {found.version}"),
        (found.digest != migration.digest, "of this plan as it was before"),
        (found.signed != signed_digest(migration), "with other answers than the plan has now"),
        (found.tool != __version__, f"by migrate {found.tool}, this is {__version__}"),
    ):
        if differs:
            return Simulated("stale", f"simulated {why}: its certificate no longer counts, `migrate simulate` again")
    return Simulated(found.verdict, summary(found))


def summary(certificate: Certificate) -> str:
    """What was simulated and how it went, in a line."""
    points, seeds = certificate.covered, certificate.seeds.count
    many = f"simulated: {points} crash point{'s' * (points != 1)}, {seeds} seed{'s' * (seeds != 1)}"
    if certificate.first is None:
        return f"{many}, all kept (tool {certificate.tool})"
    return f"{many}, a promise was broken on {certificate.first.case} (tool {certificate.tool})"
