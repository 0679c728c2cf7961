"""Turns the errors of `domain/errors.py` into members of result unions, in one place."""

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


@strawberry.type(description="A value is not of the form it must have.")
class Invalid(Problem):
    """A value is not of the form it must have."""


@strawberry.type(description="This was tried too often; the same may work after a while.")
class RateLimited(Problem):
    """Too often, too fast."""

    retry_after_seconds: int = strawberry.field(
        description="After how many seconds it is worth trying again; also told by the header"
        " Retry-After."
    )


class _Handler:
    """Shows an error of the domain as the problem of the same name."""

    shown: type[Problem]

    def handle(
        self,
        exception: errors.ProblemError,
        *,
        field: StrawberryField,  # noqa: ARG002 - strawberry's own signature
        info: strawberry.Info[Any, Any],
    ) -> Any:  # noqa: ANN401 - a problem of the handler's own kind
        """The same three facts."""
        if isinstance(exception, errors.Refused):
            info.context.note_refusal(exception, f"{info.path.typename}.{info.field_name}")
        return self.shown(message=exception.message, field=exception.field, code=exception.code)


class RefusedHandler(_Handler, strawberry.ExceptionHandler[errors.Refused, Refused]):
    """Refusals."""

    shown = Refused


class MissingHandler(_Handler, strawberry.ExceptionHandler[errors.Missing, Missing]):
    """Missing objects."""

    shown = Missing


class InvalidHandler(_Handler, strawberry.ExceptionHandler[errors.Invalid, Invalid]):
    """Invalid values."""

    shown = Invalid


class RateLimitedHandler(strawberry.ExceptionHandler[errors.RateLimited, RateLimited]):
    """Whatever is done too often."""

    def handle(
        self,
        exception: errors.RateLimited,
        *,
        field: StrawberryField,  # noqa: ARG002 - strawberry's own signature
        info: strawberry.Info[Any, Any],
    ) -> Any:  # noqa: ANN401 - a problem of the handler's own kind
        """The three facts of a problem, and how long to wait."""
        info.context.throttled(exception.retry_after, f"{info.path.typename}.{info.field_name}")
        return RateLimited(
            message=exception.message,
            field=exception.field,
            code=exception.code,
            retry_after_seconds=exception.retry_after,
        )


HANDLERS = (RefusedHandler(), MissingHandler(), InvalidHandler(), RateLimitedHandler())
