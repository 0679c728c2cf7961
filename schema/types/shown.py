"""How a member of a union tells its rows from others."""

from typing import Any, ClassVar

from graphql import GraphQLResolveInfo


class Shown:
    """A type without an id that shows rows of one kind, and may stand in a union."""

    row: ClassVar[type]

    @classmethod
    def is_type_of(cls, value: Any, _info: "GraphQLResolveInfo[Any]") -> bool:  # noqa: ANN401
        """A type shows the rows of its kind."""
        return isinstance(value, cls.row)
