"""Sets of addresses that may connect, as security groups and source ranges name them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

import msgspec

Network = IPv4Network | IPv6Network

ANY_V4, ANY_V6 = "0.0.0.0/0", "::/0"
_SHOWN = 6  # ranges of a set that a sentence still names


class Sources(msgspec.Struct, frozen=True):
    """Who may connect: ranges without overlaps, sorted; and ids of prefix lists and security groups, whoever they hold."""

    ranges: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.ranges or self.tokens)

    def __str__(self) -> str:
        named = (*self.ranges, *self.tokens)
        more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
        return ", ".join(named[:_SHOWN]) + more or "nobody"

    def lists(self) -> tuple[str, ...]:
        """The prefix lists among the tokens."""
        return tuple(each for each in self.tokens if each.startswith("pl-"))


def sources(named: Iterable[str]) -> Sources:
    """The set of these ranges and ids. Raises ValueError for what is neither."""
    every = set(named)
    tokens = {each for each in every if each.startswith(("pl-", "sg-"))}
    return _made((ip_network(each, strict=False) for each in every - tokens), tokens)


def everyone(address_type: str) -> Sources:
    """All that can reach a load balancer of this address type."""
    return sources((ANY_V4,) if address_type == "ipv4" else (ANY_V4, ANY_V6))


def within(given: Sources, address_type: str) -> Sources:
    """Those who can reach a load balancer of this address type at all; ids go where everybody is let in anyway."""
    here = _of(given) if address_type != "ipv4" else [each for each in _of(given) if each.version == 4]
    kept = _made(here, given.tokens)
    return everyone(address_type) if set(everyone(address_type).ranges) <= set(kept.ranges) else kept


def united(given: Iterable[Sources]) -> Sources:
    """Those in any of the sets."""
    every = tuple(given)
    return _made((network for each in every for network in _of(each)), {token for each in every for token in each.tokens})


def shared(one: Sources, other: Sources) -> Sources:
    """Those in both. Ranges are nested or apart, so the smaller of two that meet is what they share."""
    pairs = [(mine, theirs) for mine in _of(one) for theirs in _of(other) if _meet(mine, theirs)]
    smaller = (mine if mine.prefixlen >= theirs.prefixlen else theirs for mine, theirs in pairs)
    return _made(smaller, _kept(one, other) | _kept(other, one))


def without(one: Sources, other: Sources) -> Sources:
    """Those in the first and not in the second; ids are in it where it names them, or admits every address."""
    left = _of(one)
    for gone in _of(other):
        left = [piece for each in left for piece in _cut(each, gone)]
    return _made(left, set(one.tokens) - _kept(one, other))


def _kept(one: Sources, other: Sources) -> set[str]:
    """The ids of the first that are in the second, too."""
    return set(one.tokens) if ANY_V4 in other.ranges else set(one.tokens) & set(other.tokens)


def _cut(network: Network, gone: Network) -> list[Network]:
    if not _meet(network, gone):
        return [network]
    if network.prefixlen >= gone.prefixlen:
        return []
    return list(network.address_exclude(gone))  # type: ignore[arg-type]  # both of one version: they meet


def _meet(one: Network, other: Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _of(given: Sources) -> list[Network]:
    return [ip_network(each) for each in given.ranges]


def _made(networks: Iterable[Network], tokens: Iterable[str]) -> Sources:
    every = list(networks)
    four = collapse_addresses(each for each in every if isinstance(each, IPv4Network))
    six = collapse_addresses(each for each in every if isinstance(each, IPv6Network))
    return Sources((*map(str, four), *map(str, six)), tuple(sorted(set(tokens))))
