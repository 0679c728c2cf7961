"""Errors as they leave: expected ones carry their code, unexpected ones only a reference."""

from collections.abc import Sequence
from uuid import uuid4

import structlog
from graphql import GraphQLError

from domain.errors import ProblemError

log = structlog.get_logger(__name__)

MAX_TOLD = 5
"""Errors told of one operation; further ones would only flood."""


def shown(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors of an operation as a client may see them."""
    return [_shown(error) for error in errors[:MAX_TOLD]]


def _shown(error: GraphQLError) -> GraphQLError:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        error = _with_code(error, (cause.extensions or {}).get("code"), cause)
        cause = cause.original_error
    if cause is None:
        return _with_code(error, (error.extensions or {}).get("code") or "GRAPHQL_INVALID")
    if isinstance(cause, ProblemError):
        extensions = {"code": cause.code}
        if cause.field is not None:
            extensions["field"] = cause.field
        return _copy(error, cause.message, extensions)
    reference = uuid4().hex
    path = [key for key in error.path or () if isinstance(key, str)]
    log.error("fault", reference=reference, path=path, exc_info=cause)
    message = "Something went wrong on our side. Give the reference to support."
    return _copy(error, message, {"code": "INTERNAL", "reference": reference})


def _with_code(
    error: GraphQLError, code: str | None, cause: GraphQLError | None = None
) -> GraphQLError:
    extensions = dict((cause or error).extensions or {})
    if code is not None:
        extensions["code"] = code
    return _copy(error, error.message, extensions)


def _copy(error: GraphQLError, message: str, extensions: dict[str, str]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
