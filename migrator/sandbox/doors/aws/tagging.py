"""Resource Groups Tagging API: every tagged resource of the region, by type and tag."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.sandbox.doors.aws.handler import Asked, Handler, Told, tag_list
from migrator.sandbox.doors.aws.paging import page
from migrator.sandbox.world import World
from migrator.sandbox.world.tagging import Tagged, tagged
from migrator.sandbox.world.trouble import AwsError

_BAD_TOKEN = ("PaginationTokenExpiredException", "The PaginationToken is not valid")


def get_resources(world: World, asked: Asked) -> Told:
    """Those that fit every tag filter and one of the types; an empty token after the last page."""
    arns = asked.get("ResourceARNList")
    if arns and (asked.get("TagFilters") or asked.get("ResourceTypeFilters") or "ResourcesPerPage" in asked):
        raise AwsError("InvalidParameterException", "ResourceARNList cannot be combined with filters or ResourcesPerPage")
    kept = [each for each in tagged(world) if _fits(each, asked) and (not arns or each.arn in arns)]
    found, token = page(
        kept, lambda each: each.arn, asked.get("ResourcesPerPage", 50), asked.get("PaginationToken"), refusal=_BAD_TOKEN
    )
    return {
        "ResourceTagMappingList": [{"ResourceARN": each.arn, "Tags": tag_list(each.tags)} for each in found],
        "PaginationToken": token or "",
    }


def get_tag_keys(world: World, asked: Asked) -> Told:
    """Every key in use."""
    keys = sorted({key for each in tagged(world) for key in each.tags})
    found, token = page(keys, str, 100, asked.get("PaginationToken"), refusal=_BAD_TOKEN)
    return {"TagKeys": list(found), "PaginationToken": token or ""}


def get_tag_values(world: World, asked: Asked) -> Told:
    """Every value in use for a key."""
    values = sorted({each.tags[asked["Key"]] for each in tagged(world) if asked["Key"] in each.tags})
    found, token = page(values, str, 100, asked.get("PaginationToken"), refusal=_BAD_TOKEN)
    return {"TagValues": list(found), "PaginationToken": token or ""}


def _fits(resource: Tagged, asked: Asked) -> bool:
    types: Iterable[str] = asked.get("ResourceTypeFilters", ())
    if types and not any(_is_of(resource, each) for each in types):
        return False
    for each in asked.get("TagFilters", ()):
        value = resource.tags.get(each.get("Key", ""))
        if value is None or (each.get("Values") and value not in each["Values"]):
            return False
    return True


def _is_of(resource: Tagged, type: str) -> bool:
    """A type names a service, or a service and a kind, which may be the beginning of a longer one."""
    service, _, kind = type.partition(":")
    return resource.service == service and (not kind or resource.kind == kind or resource.kind.startswith(kind + "/"))


HANDLERS: dict[str, Handler] = {
    "GetResources": get_resources,
    "GetTagKeys": get_tag_keys,
    "GetTagValues": get_tag_values,
}
