"""The API server's refusals, each in its own words; every function here returns the error to raise."""

from __future__ import annotations

from migrator.sandbox.world.kube_kinds import Kind
from migrator.sandbox.world.trouble import KubeError


class Complaint:
    """What is wrong with one field: a line of an `Invalid` answer and the cause behind it."""

    __slots__ = ("field", "message", "reason")

    def __init__(self, reason: str, field: str, message: str) -> None:
        self.reason, self.field, self.message = reason, field, message

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


def invalid_value(field: str, value: object, why: str) -> Complaint:
    """A value that breaks a rule of its field."""
    return Complaint("FieldValueInvalid", field, f"Invalid value: {shown(value)}: {why}")


def unsupported(field: str, value: object, allowed: tuple[str, ...]) -> Complaint:
    """A value outside an enumeration."""
    named = ", ".join(f'"{each}"' for each in allowed)
    return Complaint("FieldValueNotSupported", field, f"Unsupported value: {shown(value)}: supported values: {named}")


def duplicate(field: str, value: object) -> Complaint:
    """A value that may occur once only."""
    return Complaint("FieldValueDuplicate", field, f"Duplicate value: {shown(value)}")


def required(field: str, why: str = "") -> Complaint:
    """A field that must be there."""
    return Complaint("FieldValueRequired", field, f"Required value: {why}" if why else "Required value")


def forbidden_field(field: str, why: str) -> Complaint:
    """A field that may not be set, or not be changed, here."""
    return Complaint("FieldValueForbidden", field, f"Forbidden: {why}")


def shown(value: object) -> str:
    """A value as Go prints it in these messages."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(shown(each) for each in value)}]"
    return str(value)


def invalid(kind: Kind, name: str, complaints: list[Complaint]) -> KubeError:
    """422: the object breaks rules of its kind."""
    lines = [str(each) for each in complaints]
    told = lines[0] if len(lines) == 1 else f"[{', '.join(lines)}]"
    named = f"{kind.kind}.{kind.group}" if kind.group else kind.kind
    causes = [{"reason": each.reason, "message": each.message, "field": each.field} for each in complaints]
    details: dict[str, object] = {**_of(kind, name), "kind": kind.kind, "causes": causes}
    return KubeError(422, "Invalid", f'{named} "{name}" is invalid: {told}', details)


def not_found(kind: Kind, name: str) -> KubeError:
    """404: no such object."""
    return KubeError(404, "NotFound", f'{kind.resource} "{name}" not found', _of(kind, name))


def already_exists(kind: Kind, name: str) -> KubeError:
    """409: the name is taken."""
    return KubeError(409, "AlreadyExists", f'{kind.resource} "{name}" already exists', _of(kind, name))


def conflict(kind: Kind, name: str, why: str) -> KubeError:
    """409: the object is not the one, or not in the version, that the writer meant."""
    return KubeError(409, "Conflict", f'Operation cannot be fulfilled on {kind.resource} "{name}": {why}', _of(kind, name))


def modified(kind: Kind, name: str) -> KubeError:
    """409: somebody wrote in between."""
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(kind, name, why)


def forbidden(kind: Kind, name: str, why: str) -> KubeError:
    """403: understood, and not allowed."""
    return KubeError(403, "Forbidden", f'{kind.resource} "{name}" is forbidden: {why}', _of(kind, name))


def bad_request(why: str) -> KubeError:
    """400: the request makes no sense."""
    return KubeError(400, "BadRequest", why)


def internal(why: str) -> KubeError:
    """500: the server could not, and says so in its own prefix."""
    return KubeError(500, "InternalError", f"Internal error occurred: {why}", {"causes": [{"message": why}]})


def too_old(asked: int, oldest: int) -> KubeError:
    """410: the watch would need changes that are no longer kept."""
    return KubeError(410, "Expired", f"too old resource version: {asked} ({oldest})")


def _of(kind: Kind, name: str) -> dict[str, object]:
    named: dict[str, object] = {"name": name, "kind": kind.plural}
    if kind.group:
        named["group"] = kind.group
    return named
