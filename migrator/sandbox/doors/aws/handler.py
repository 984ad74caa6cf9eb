"""What a handler is: the world and what is asked for, to what is answered; both by botocore's member names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from migrator.sandbox.world import World

Asked = dict[str, Any]
Told = dict[str, Any]
Handler = Callable[[World, Asked], Told]
"""Refuses with an AwsError. A member that is None is left out of the answer."""


def tag_list(tags: Mapping[str, str]) -> list[Told]:
    """Tags as most services list them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_dict(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Tags from the form in which requests state them; a tag without a value has an empty one."""
    return {each["Key"]: each.get("Value", "") for each in tags}
