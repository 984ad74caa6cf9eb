"""What security-group rules admit. A packet that no rule admits is dropped: its sender waits until it gives up."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator.sandbox.world.ec2 import Rule

ANY_PROTOCOL = "-1"


def admits(rules: Iterable[Rule], protocol: str, port: int, source: str, source_groups: Collection[str] = ()) -> bool:
    """Whether one of these inbound rules lets `source`, an address or a whole CIDR, reach `port` by `protocol` ("tcp", "udp").

    `source_groups` are the security groups that the sender's own interfaces carry.
    """
    for rule in rules:
        if rule.protocol != ANY_PROTOCOL and (rule.protocol != protocol or not _for_port(rule, port)):
            continue
        if rule.source_group:
            if rule.source_group in source_groups:
                return True
        elif rule.cidr and covers(rule.cidr, source):
            return True
    return False


def _for_port(rule: Rule, port: int) -> bool:
    first, last = rule.from_port, rule.to_port
    return first is None or last is None or first == -1 or first <= port <= last


def covers(cidr: str, source: str) -> bool:
    """Whether every address of `source` (an address or a CIDR) lies in `cidr`."""
    outer, inner = _span(cidr), _span(source)
    return outer[0] == inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2]


@lru_cache(maxsize=4096)
def _span(cidr: str) -> tuple[int, int, int]:
    network = ipaddress.ip_network(cidr, strict=False)
    return network.version, int(network.network_address), int(network.broadcast_address)
