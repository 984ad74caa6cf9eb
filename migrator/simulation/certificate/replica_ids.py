"""The ids of a plan beside those of its replica: the same things, named by two accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from migrator.model.balancers import Listener, Rule, TargetGroup
from migrator.model.migration import Legacy, Migration

TOKEN = re.compile(r"(?<![\w-])(?:sg|subnet|eipalloc)-[0-9a-z]+(?![\w-])")
T = TypeVar("T")


def tokens(value: Any, kind: str) -> tuple[str, ...]:
    """The AWS ids of one kind (`sg`, `subnet`, `eipalloc`) that stand anywhere in a value, in their order, once each."""
    found = (each for text in texts(value) for each in TOKEN.findall(text))
    return tuple(dict.fromkeys(each for each in found if each.startswith(f"{kind}-")))


def texts(value: Any) -> Iterator[str]:
    """Every text in a value of dicts, lists and scalars; keys first."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from texts(key)
            yield from texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner)


def exchanged(value: T, ids: Mapping[str, str]) -> T:
    """The same value with every id replaced, also inside longer texts. Longer ids go first: an ARN holds a name."""
    known = {old: new for old, new in ids.items() if old and old != new}
    if not known:
        return value
    any_of = "|".join(re.escape(each) for each in sorted(known, key=len, reverse=True))
    pattern = re.compile(rf"(?<![0-9A-Za-z])(?:{any_of})(?![0-9A-Za-z])")
    changed = _exchanged(msgspec.to_builtins(value), pattern, known)
    return msgspec.convert(changed, type(value))


def _exchanged(value: Any, pattern: re.Pattern[str], ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda found: ids[found[0]], value)
    if isinstance(value, dict):
        return {_exchanged(key, pattern, ids): _exchanged(inner, pattern, ids) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_exchanged(inner, pattern, ids) for inner in value]
    return value


def pairs(plan: Migration, replica: Migration) -> dict[str, str]:
    """Each id of the plan's legacy side, and what has that place in the replica; what has none there is left out."""
    one, other = plan.legacy, replica.legacy
    return {
        plan.id: replica.id,
        plan.cluster.uid: replica.cluster.uid,
        plan.account.vpc: replica.account.vpc,
        one.service.uid: other.service.uid,
        one.service.hostname: other.service.hostname,
        one.balancer.arn: other.balancer.arn,
        one.balancer.name: other.balancer.name,
        one.balancer.dns_name: other.balancer.dns_name,
        one.balancer.zone_id: other.balancer.zone_id,
        one.balancer.vpc: other.balancer.vpc,
        **_of_zones(one, other),
        **_of_listeners(one, other),
        **_of_groups(one, other),
        **_of_rules(one.rules, other.rules),
        **dict(zip(one.own_groups, other.own_groups, strict=False)),
    }


def _of_zones(one: Legacy, other: Legacy) -> dict[str, str]:
    found: dict[str, str] = {}
    for mine, theirs in zip(one.balancer.zones, other.balancer.zones, strict=False):
        found[mine.subnet] = theirs.subnet
        found |= dict(zip(mine.addresses, theirs.addresses, strict=False))
        if mine.allocation and theirs.allocation:
            found[mine.allocation] = theirs.allocation
    return found


def _of_listeners(one: Legacy, other: Legacy) -> dict[str, str]:
    there = {each.port: each for each in other.listeners}
    return {each.arn: there[each.port].arn for each in one.listeners if each.port in there}


def _of_groups(one: Legacy, other: Legacy) -> dict[str, str]:
    """Target groups stand for each other where the listeners of the same port forward to them."""
    there = {each.port: each for each in other.listeners}
    known, named = _by_arn(one.groups), _by_arn(other.groups)
    found: dict[str, str] = {}
    for listener in one.listeners:
        for mine, theirs in zip(listener.groups, _groups(there.get(listener.port)), strict=False):
            found[mine] = theirs
            if mine in known and theirs in named:
                found[known[mine].name] = named[theirs].name
    return found


def _groups(listener: Listener | None) -> tuple[str, ...]:
    return () if listener is None else listener.groups


def _by_arn(groups: Iterable[TargetGroup]) -> dict[str, TargetGroup]:
    return {each.arn: each for each in groups}


def _of_rules(one: Iterable[Rule], other: Iterable[Rule]) -> dict[str, str]:
    """Rules stand for each other where they let the same in."""
    found: dict[str, str] = {}
    there = list(other)
    for rule in one:
        twin = next((each for each in there if _lets(each) == _lets(rule)), None)
        if twin is not None:
            there.remove(twin)
            found |= {rule.id: twin.id, rule.group: twin.group}
    return found


def _lets(rule: Rule) -> tuple[str, int, int, str]:
    source = "a security group" if rule.source.startswith("sg-") else rule.source
    return rule.protocol, rule.from_port, rule.to_port, source
