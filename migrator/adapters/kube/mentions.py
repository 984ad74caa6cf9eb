"""Which workloads of the cluster use a host name: looked for in the texts that people give them.

A name that is only read from a Secret, or put together while a pod runs, is not found.
"""

from __future__ import annotations

import re
from typing import Any

from migrator.adapters.kube.client import KubeClient
from migrator.adapters.kube.readers import PLACES, Needle, Reading
from migrator.model.cluster import Reader

KINDS = ("ConfigMap", "CronJob", "DaemonSet", "Deployment", "Service", "StatefulSet")  # what pods take names from


def mentions(client: KubeClient, names: tuple[str, ...]) -> tuple[Reader, ...]:
    """Every use of these host names, sorted; a trailing dot and capitals do not count. One call for 500 of each kind."""
    return Mentions(client, Hosts(names)).readers() if names else ()


class Hosts(Needle):
    """Host names as a whole, so that no longer name with the same ending counts."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.namespace = self.name = ""
        listed = "|".join(sorted(re.escape(each.rstrip(".")) for each in names))
        self._hosts = re.compile(rf"(?<![\w.-])({listed})(?!\.?[\w-])", re.IGNORECASE)

    def in_text(self, text: str, namespace: str) -> str | None:
        """The name that a text has in it; None where it has none."""
        found = self._hosts.search(text)
        return f"names {found[0].lower()}" if found else None

    def is_reference(self, value: dict[str, Any], field: str, namespace: str) -> bool:
        """Names stand in texts only."""
        return False


class Mentions(Reading):
    """A search where workloads get their names from."""

    def readers(self) -> tuple[Reader, ...]:
        """Every use, sorted; each name once for a field."""
        found = {(each.what, each.how): each for place in PLACES if place[0] in KINDS for each in self._in_place(*place)}
        return tuple(found[key] for key in sorted(found))
