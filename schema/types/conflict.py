"""A conflict with another's change, shown with the object as it stands now."""

from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from domain import errors
from loaders.by_id import BY_ID
from schema.context import Info
from schema.problems import Problem
from schema.types.node import Node


@strawberry.type(description="Somebody else changed the object in the meantime.")
class Conflict(Problem):
    """Somebody else changed the object."""

    key: strawberry.Private[tuple[str, int] | None] = None

    @strawberry.field(
        description="The object as it is now; null when it is none that can be shown. Of an edit of"
        " many, the first that is in the way; of a declaration, the component that it is for; in"
        " place of an issue that has been put right, the learner."
    )
    async def current(self, info: Info) -> Node | None:
        """Read anew: what was read before the change is stale."""
        if self.key is None:
            return None
        name, key = self.key
        return await info.context.load(BY_ID[name], key)


class ConflictHandler(strawberry.ExceptionHandler[errors.Conflict, Conflict]):
    """Conflicts."""

    def handle(
        self,
        exception: errors.Conflict,
        *,
        field: StrawberryField,  # noqa: ARG002 - strawberry's own signature
        info: strawberry.Info[Any, Any],
    ) -> Any:  # noqa: ANN401 - a problem of the handler's own kind
        """The three facts of a problem, and which object it is about."""
        info.context.forget()
        return Conflict(
            message=exception.message,
            field=exception.field,
            code=exception.code,
            key=exception.current,
        )
