"""The guard of a field, asked before the field is read, and its mark in the SDL."""

from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from auth.permissions import Permission
from domain.errors import Refused

SIGNED_IN = "SIGNED_IN"


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires",
    description="The field answers null and an error of code FORBIDDEN without this permission.",
)
class RequiresDirective:
    """What a field asks of its reader."""

    permission: str = strawberry.directive_field(name="permission")
    """The permission, or SIGNED_IN for anybody with a session."""


class Guard(FieldExtension):
    """Asks the viewer for a permission at the centre of the object the field stands on."""

    def __init__(self, permission: Permission | None = None) -> None:
        """Ask for a permission, or with None for a session alone."""
        self.permission = permission

    def apply(self, field: StrawberryField) -> None:
        """Write the guard into the schema."""
        if any(isinstance(mark, RequiresDirective) for mark in field.directives):
            return  # a schema made twice applies its extensions twice
        name = SIGNED_IN if self.permission is None else self.permission.value
        field.directives.append(RequiresDirective(permission=name))

    def resolve(
        self,
        next_: Callable[..., Any],
        source: Any,  # noqa: ANN401 - any object of the graph
        info: strawberry.Info[Any, Any],
        **arguments: Any,  # noqa: ANN401 - the field's own
    ) -> Any:  # noqa: ANN401 - the field's own
        """Let the field answer, or answer null; the refusal is told once a field."""
        return next_(source, info, **arguments) if self._allows(source, info) else None

    async def resolve_async(
        self,
        next_: Callable[..., Any],
        source: Any,  # noqa: ANN401
        info: strawberry.Info[Any, Any],
        **arguments: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Let a field that awaits answer, or answer null."""
        return await next_(source, info, **arguments) if self._allows(source, info) else None

    def _allows(self, source: object, info: strawberry.Info[Any, Any]) -> bool:
        viewer = info.context.viewer
        if not viewer.signed_in:
            message = "Log in first."
            raise Refused(message, code="UNAUTHENTICATED")
        if self.permission is None:
            return True
        centre_id = getattr(source, "centre_id", None)
        if centre_id is None:
            allowed = viewer.may_anywhere(self.permission)
        else:
            allowed = viewer.may(self.permission, centre_id)
        if allowed:
            return True
        keys = (key for key in info.path.as_list() if isinstance(key, str))
        told = (info.path.typename or "", ".".join(keys))
        if told not in info.context.refused:
            info.context.refused.add(told)
            message = f"This needs the permission {self.permission.value} at the centre."
            raise Refused(message)
        return False


def requires(permission: Permission) -> list[FieldExtension]:
    """The field needs a permission at the object's centre."""
    return [Guard(permission)]


def signed_in() -> list[FieldExtension]:
    """The field needs a session and nothing more."""
    return [Guard()]
