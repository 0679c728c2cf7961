"""Expected refusals as data: the one place where errors of the domain become union members."""

from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from domain import errors


@strawberry.interface(description="Why something was not done, so that the caller can act.")
class Problem:
    """Why something was not done."""

    message: str = strawberry.field(description="A sentence for people.")
    field: str | None = strawberry.field(
        description="The input field it is about; null when it is about the whole."
    )
    code: str = strawberry.field(description="A stable word for programs.")


@strawberry.type(description="The caller may not do this.")
class Refused(Problem):
    """The caller may not do this."""


@strawberry.type(description="There is no such object, or it is out of the caller's reach.")
class Missing(Problem):
    """There is no such object."""


@strawberry.type(description="Somebody else changed the object in the meantime.")
class Conflict(Problem):
    """Somebody else changed the object."""


@strawberry.type(description="A value is not of the form it must have.")
class Invalid(Problem):
    """A value is not of the form it must have."""


class _Handler:
    """Shows an error of the domain as the problem of the same name."""

    shown: type[Problem]

    def handle(
        self,
        exception: errors.ProblemError,
        *,
        field: StrawberryField,  # noqa: ARG002 - strawberry's own signature
        info: strawberry.Info[Any, Any],  # noqa: ARG002
    ) -> Any:  # noqa: ANN401 - a problem of the handler's own kind
        """The same three facts."""
        return self.shown(message=exception.message, field=exception.field, code=exception.code)


class RefusedHandler(_Handler, strawberry.ExceptionHandler[errors.Refused, Refused]):
    """Refusals."""

    shown = Refused


class MissingHandler(_Handler, strawberry.ExceptionHandler[errors.Missing, Missing]):
    """Missing objects."""

    shown = Missing


class ConflictHandler(_Handler, strawberry.ExceptionHandler[errors.Conflict, Conflict]):
    """Conflicts."""

    shown = Conflict


class InvalidHandler(_Handler, strawberry.ExceptionHandler[errors.Invalid, Invalid]):
    """Invalid values."""

    shown = Invalid


HANDLERS = (RefusedHandler(), MissingHandler(), ConflictHandler(), InvalidHandler())
