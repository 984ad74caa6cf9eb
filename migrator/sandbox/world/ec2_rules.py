"""What a security group rule may say: protocols, ports and peers brought into the form that EC2 lists."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

import msgspec

from migrator.sandbox.world.trouble import AwsError

_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": "-1"}


class RuleSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as somebody asks for it; `Rule` says what the fields mean."""

    protocol: str
    from_port: int | None = None
    to_port: int | None = None
    cidr: str | None = None
    cidr6: str | None = None
    source_group: str | None = None
    prefix_list: str | None = None
    description: str = ""
    tags: dict[str, str] = {}


def checked(spec: RuleSpec) -> RuleSpec:
    """The rule in canonical form: protocol by name, ports filled in, ranges as network addresses.

    Raises AwsError InvalidParameterValue or InvalidPermission.Malformed for what EC2 refuses.
    Source: EC2 AuthorizeSecurityGroupIngress, IpPermission.
    """
    protocol = _PROTOCOLS.get(spec.protocol.lower(), spec.protocol.lower())
    low, high = _ports(protocol, spec)
    peers = [each for each in (spec.cidr, spec.cidr6, spec.source_group, spec.prefix_list) if each]
    if len(peers) != 1:
        raise AwsError("InvalidParameterValue", "exactly one of a range, a group or a prefix list must be given for a rule")
    cidr = _network(spec.cidr, 4) if spec.cidr else None
    cidr6 = _network(spec.cidr6, 6) if spec.cidr6 else None
    if (protocol, low, high, cidr, cidr6) == (spec.protocol, spec.from_port, spec.to_port, spec.cidr, spec.cidr6):
        return spec
    return msgspec.structs.replace(spec, protocol=protocol, from_port=low, to_port=high, cidr=cidr, cidr6=cidr6)


def _ports(protocol: str, spec: RuleSpec) -> tuple[int, int]:
    """First and last port, or -1 twice where the protocol has none."""
    if protocol in ("tcp", "udp"):
        if spec.from_port is None or spec.to_port is None:
            raise AwsError(
                "InvalidParameterValue", f"Invalid value for portRange. Must specify both from and to ports with {protocol}."
            )
        if not 0 <= spec.from_port <= spec.to_port <= 65535:
            raise AwsError("InvalidParameterValue", f"Invalid {protocol.upper()} port range ({spec.from_port}:{spec.to_port})")
        return spec.from_port, spec.to_port
    if protocol in ("icmp", "icmpv6"):
        return -1 if spec.from_port is None else spec.from_port, -1 if spec.to_port is None else spec.to_port
    if protocol != "-1" and not protocol.isdigit():
        raise AwsError(
            "InvalidPermission.Malformed", f'Unsupported IP protocol "{protocol}"  - supported: [tcp, udp, icmp, icmpv6]'
        )
    return -1, -1


@lru_cache(maxsize=1024)
def _network(text: str, version: int) -> str:
    """The range with its host bits cleared, as EC2 stores it."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise AwsError("InvalidParameterValue", f"CIDR block {text} is malformed") from error
    if network.version != version:
        raise AwsError("InvalidParameterValue", f"CIDR block {text} is malformed")
    return str(network)
