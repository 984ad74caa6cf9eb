"""How EC2 describes: by id, by filter, page by page; and its dry runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.trouble import AwsError

Noun = TypeVar("Noun")
Values = Iterable[str | None]
Fields = Mapping[str, Callable[[Any], Values]]
"""Name of a filter to the values that a thing has for it."""

PAGE = 1000


def listed(
    things: Mapping[str, Noun], asked: Asked, ids_member: str, fields: Fields, not_found: tuple[str, str]
) -> tuple[Sequence[Noun], str | None]:
    """The things that a request describes, and the token of the next page.

    not_found   code and subject of the refusal when one of the ids in `ids_member` is unknown
    """
    ids = asked.get(ids_member) or []
    if ids and "MaxResults" in asked:
        raise AwsError("InvalidParameterCombination", f"The parameter {ids_member} cannot be used with the parameter maxResults")
    if missing := [each for each in ids if each not in things]:
        raise AwsError(not_found[0], f"The {not_found[1]} '{', '.join(missing)}' does not exist")
    wanted = [things[each] for each in dict.fromkeys(ids)] if ids else list(things.values())
    kept = [each for each in wanted if matches(each, asked.get("Filters", ()), fields)]
    names = {id(each): name for name, each in things.items()}
    refusal = ("InvalidNextToken", "The token is not valid")
    return page(kept, lambda each: names[id(each)], asked.get("MaxResults", PAGE), asked.get("NextToken"), refusal=refusal)


def matches(thing: object, filters: Iterable[Mapping[str, Any]], fields: Fields) -> bool:
    """Whether a thing has one of the values of each filter. InvalidParameterValue for a filter it does not know."""
    for each in filters:
        name, values = each.get("Name", ""), each.get("Values", ())
        if name.startswith("tag:"):
            held: Values = [getattr(thing, "tags", {}).get(name.removeprefix("tag:"))]
        elif name == "tag-key":
            held = getattr(thing, "tags", {})
        elif name in fields:
            held = fields[name](thing)
        else:
            raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
        if not any(fits(pattern, value) for value in held if value is not None for pattern in values):
            return False
    return True


def fits(pattern: str, value: str) -> bool:
    """Whether a value is what a filter says: `*` stands for anything, `?` for one character."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == value
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def tags_for(asked: Asked, kind: str) -> dict[str, str]:
    """The tags that a request gives to a new resource of one kind."""
    specifications = (each for each in asked.get("TagSpecifications", ()) if each.get("ResourceType") == kind)
    return {tag["Key"]: tag.get("Value", "") for each in specifications for tag in each.get("Tags", ())}


def with_dry_run(handler: Handler) -> Handler:
    """A handler that only says that it would have worked when a request asks for no more."""

    def handle(world: World, asked: Asked) -> Told:
        if asked.get("DryRun"):
            raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        return handler(world, asked)

    return handle
