"""Whatever has an id."""

from typing import Any, ClassVar

import strawberry
from graphql import GraphQLResolveInfo

from schema.ids import encode_id


@strawberry.interface(description="Whatever has an id that can be asked for with `node`.")
class Node:
    """Whatever has an id; each type names the slotted row that it shows."""

    row: ClassVar[type]
    type_name: ClassVar[str]

    @classmethod
    def is_type_of(cls, value: Any, _info: "GraphQLResolveInfo[Any]") -> bool:  # noqa: ANN401
        """A type shows the rows of its kind."""
        return isinstance(value, cls.row)

    @strawberry.field(description="Opaque id; the same object always has the same one.")
    def id(self, info: strawberry.Info) -> strawberry.ID:
        """The type's name and the key, made opaque."""
        key: int = self.id
        return strawberry.ID(encode_id(_type_name(info), key))


def _type_name(info: strawberry.Info) -> str:
    return info._raw_info.parent_type.name  # noqa: SLF001 - strawberry has no public door to it
