"""Which names external-dns says it writes: the TXT record sets it keeps beside them.

A claim is a TXT value with `heritage=external-dns`. Its name is that of the record set it is about, with a record type
in front (`a-`, `aaaa-`, `cname-`) and whatever prefix or suffix external-dns runs with; so a claim belongs to the
record set of its zone whose name it fits best. Source: external-dns docs/registry/txt.md.
"""

from __future__ import annotations

from migrator.planning.found import Placed

HERITAGE = "heritage=external-dns"
_TYPES = ("cname-", "aaaa-", "a-")
_WILDCARD = "\\052"


def claimed(placed: list[Placed]) -> tuple[tuple[Placed, str], ...]:
    """Each claim with the name it fits best; a claim that fits no record set is left out."""
    names: dict[str, set[str]] = {}
    for each in placed:
        if each.record.type not in ("TXT", "NS", "SOA"):
            names.setdefault(each.zone.id, set()).add(each.record.name)
    found = []
    for each in placed:
        if each.record.type == "TXT" and any(HERITAGE in value for value in each.record.values):
            name = best_fit(each.record.name, names.get(each.zone.id, set()))
            if name:
                found.append((each, name))
    return tuple(found)


def best_fit(claim: str, names: set[str]) -> str:
    """The name that a claim of this name is most likely about; empty where none fits."""
    fits = sorted((fitness(claim, name), name) for name in names)
    return fits[-1][1] if fits and fits[-1][0] > 0 else ""


def fitness(claim: str, name: str) -> int:
    """How well a claim's name fits a record set's: 0 not at all, more is better; exact beats any prefix or suffix."""
    first, _, rest = claim.partition(".")
    own, _, zone = name.partition(".")
    if claim == name or claim in [kind + name for kind in _TYPES]:
        return 1000 + len(name)
    if claim.endswith(name):
        return 2 * len(name)  # a prefix, which may hold dots
    if rest == zone and any(first.startswith(kind + own) for kind in ("", *_TYPES)):
        return 2 * len(name) - 1  # a suffix of the first label
    if rest == zone and own == _WILDCARD:
        return 1  # a wildcard's claim may have any word in place of the star
    return 0
