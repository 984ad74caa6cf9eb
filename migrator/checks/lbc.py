"""The running AWS Load Balancer Controller: its version and its flags, as its Deployment says."""

from __future__ import annotations

import re

import msgspec

from migrator.model.cluster import LBC_CLASS, Controller

Version = tuple[int, int, int]
_TAG = re.compile(r":v?(\d+)\.(\d+)\.(\d+)(?![\w.])")


class Lbc(msgspec.Struct, frozen=True):
    """`version` is None where the image's tag does not tell it."""

    version: Version | None = None
    args: tuple[str, ...] = ()

    def flag(self, name: str, default: str = "") -> str:
        """A flag's value, for example of `--default-ssl-policy`."""
        return flag(self.args, name, default)

    def listed(self, name: str) -> tuple[str, ...]:
        """A flag's value as a list."""
        return tuple(each.strip() for each in self.flag(name).split(",") if each.strip())

    @property
    def balancer_class(self) -> str:
        """The loadBalancerClass that it answers to."""
        return self.flag("--load-balancer-class", LBC_CLASS)

    def gate(self, name: str, default: bool) -> bool:
        """A feature gate of `--feature-gates`."""
        gates = dict(each.strip().split("=", 1) for each in self.flag("--feature-gates").split(",") if "=" in each)
        return gates[name].lower() == "true" if name in gates else default

    def has(self, since: Version) -> bool | None:
        """Whether it is at least this version; None where its version is not known."""
        return None if self.version is None else self.version >= since


def running(controller: Controller | None) -> Lbc:
    """What a Deployment says; everything at its default where there is none."""
    if controller is None:
        return Lbc()
    found = _TAG.search(controller.image)
    return Lbc((int(found[1]), int(found[2]), int(found[3])) if found else None, controller.args)


def flag(args: tuple[str, ...], name: str, default: str = "") -> str:
    """A flag's value from `--name=value` or `--name value`."""
    assigned = name + "="
    for at, each in enumerate(args):
        if each.startswith(assigned):
            return each.partition("=")[2]
        if each == name and at + 1 < len(args):
            return args[at + 1]
    return default
