"""AWS's nouns around a load balancer: what preflight asks of the account and the network."""

from __future__ import annotations

import msgspec


class Subnet(msgspec.Struct, frozen=True):
    """A subnet; `free` is how many addresses it can still give."""

    id: str
    zone: str
    vpc: str
    cidr: str
    free: int
    tags: dict[str, str] = {}


class Interface(msgspec.Struct, frozen=True):
    """A network interface of an instance, with the ids of its security groups."""

    id: str
    instance: str
    groups: tuple[str, ...]
    primary: bool = True


class Quota(msgspec.Struct, frozen=True):
    """A limit of the account in the region; `used` is None where nothing says how much of it is taken."""

    name: str
    limit: float
    used: float | None = None


class Deed(msgspec.Struct, frozen=True):
    """Something to be done in AWS: an IAM action and the ARN that it is done to, `*` where it names none."""

    action: str
    resource: str = "*"


class Right(msgspec.Struct, frozen=True):
    """Whether the caller may do something; `allowed` is None where that cannot be told."""

    action: str
    resource: str
    allowed: bool | None
    why: str = ""


class Certificate(msgspec.Struct, frozen=True):
    """A certificate that a TLS listener would have to present; `state` is ISSUED where it can be used."""

    arn: str
    state: str
    names: tuple[str, ...] = ()
