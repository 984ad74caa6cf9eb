"""One shape of a service model, with what is asked of it often laid out ready."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from botocore.model import ListShape, MapShape, StructureShape
from botocore.model import Shape as ModelShape

NUMBERS = ("integer", "long", "float", "double")


@dataclass(slots=True)
class Member:
    """A member of a structure: its name, its names in requests and answers, and where on the wire it travels.

    `location` is "body", "uri", "querystring", "header" or "statusCode".
    """

    name: str
    asked: str
    told: str
    location: str
    shape: Shape


@dataclass(slots=True)
class Shape:
    """A shape. `members` is for structures, `item` for lists and the values of maps, the limits for the others.

    Lists know how their items are called in XML (`item_name`) and whether they have no wrapper of their own
    (`flattened`). A shape that contains itself is one object.
    """

    name: str
    kind: str
    members: dict[str, Member] = field(default_factory=dict)
    by_asked: dict[str, Member] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    item: Shape | None = None
    item_name: str = "member"
    flattened: bool = False
    enumeration: frozenset[str] = frozenset()
    least: float | None = None
    most: float | None = None
    pattern: re.Pattern[str] | None = None
    timestamp_format: str | None = None


class Shapes:
    """The shapes of one service, each made from the model when it is first asked for."""

    def __init__(self, protocol: str) -> None:
        self._ec2 = protocol == "ec2"
        self._made: dict[tuple[str, str], Shape] = {}

    def of(self, model: ModelShape) -> Shape:
        """The shape for one in botocore's model. The same shape may serialize differently where it is referred to."""
        key = (model.name, repr(sorted(model.serialization.items(), key=str)))
        if key in self._made:
            return self._made[key]
        shape = self._made[key] = Shape(model.name, model.type_name)
        if isinstance(model, StructureShape):
            self._structure(shape, model)
        elif isinstance(model, ListShape):
            shape.item, shape.flattened = self.of(model.member), bool(model.serialization.get("flattened"))
            shape.item_name = model.member.serialization.get("name", "item" if self._ec2 else "member")
        elif isinstance(model, MapShape):
            shape.item = self.of(model.value)
        shape.enumeration = frozenset(model.metadata.get("enum", ()))
        shape.least, shape.most = model.metadata.get("min"), model.metadata.get("max")
        shape.pattern = _compiled(model.metadata.get("pattern"))
        shape.timestamp_format = model.serialization.get("timestampFormat")
        return shape

    def _structure(self, shape: Shape, model: StructureShape) -> None:
        for name, member in model.members.items():
            told = member.serialization.get("name", name)
            asked = told
            if self._ec2:  # EC2Serializer: queryName as it is, else the name with a capital letter
                asked = member.serialization.get("queryName", told[0].upper() + told[1:])
            made = Member(name, asked, told, member.serialization.get("location", "body"), self.of(member))
            shape.members[name] = shape.by_asked[asked] = made
        shape.required = tuple(model.required_members)


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """A pattern of the model, or None where it is not one that Python can read (the models are written for Java)."""
    if pattern is None:
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return None
