"""Masks errors in answers: expected ones keep their code, others get a reference only."""

import re
from collections.abc import Sequence
from typing import Final
from uuid import uuid4

import structlog
from graphql import GraphQLError, VariableDefinitionNode

from database.trouble import Trouble, trouble_of
from domain.errors import ProblemError

log = structlog.get_logger(__name__)

_LACKING: Final = re.compile(r"Expected value of type '\w+' to include required field '(\w+)'")
"""graphql-core's message for a missing input field; its end repeats the input."""

_UNKNOWN_FIELD: Final = re.compile(r"Expected value of type '\w+' not to include unknown field ")
_UNKNOWN_WORD: Final = re.compile(r"Value .* does not exist in '\w+' enum", re.DOTALL)
"""Its messages for keys and words that the contract does not have; they repeat them."""

MAX_TOLD = 5
"""Most errors told of a document that cannot be run."""

_SENTENCES: Final = {
    Trouble.BUSY: "The service is busy with a feed; try again in a moment.",
    Trouble.LATE: "This took too long and was broken off; ask for less.",
    Trouble.AWAY: "The database does not answer; try again in a moment.",
}

STOPS: Final = frozenset({Trouble.LATE, Trouble.AWAY})
"""Errors that fail the whole operation, whichever field they occurred in."""


def stopped(error: BaseException) -> GraphQLError | None:
    """The one error of a request that came to nothing through no fault of anybody's."""
    trouble = trouble_of(error)
    if trouble is None:
        return None
    return GraphQLError(_SENTENCES[trouble], extensions={"code": trouble.value})


def of_the_whole(error: GraphQLError) -> GraphQLError:
    """An error without the field that it struck first."""
    return GraphQLError(error.message, extensions=error.extensions)


def shown(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors of an operation as a client may see them: one a field, however many objects."""
    told: dict[str, GraphQLError] = {}
    for error in errors:
        if error.path is None:
            told[str(len(told))] = error
        else:
            cause = type(error.original_error).__name__
            told.setdefault(f"{'.'.join(_names(error))} {cause}", error)
    limit = len(told) if any(error.path for error in errors) else MAX_TOLD
    return [_shown(error) for error in list(told.values())[:limit]]


def _names(error: GraphQLError) -> list[str]:
    """The fields an error is about, without the places in lists."""
    return [key for key in error.path or () if isinstance(key, str)]


def _shown(error: GraphQLError) -> GraphQLError:
    given, cause = error, error.original_error
    while isinstance(cause, GraphQLError):
        error = _with_code(error, (cause.extensions or {}).get("code"), cause)
        cause = cause.original_error
    if cause is None:
        if "code" in (error.extensions or {}):
            return error
        extensions = {**(error.extensions or {}), "code": "GRAPHQL_INVALID"}
        return _copy(error, _discreet(given), extensions)
    if isinstance(cause, ProblemError):
        extensions = {"code": cause.code}
        if cause.field is not None:
            extensions["field"] = cause.field
        return _copy(error, cause.message, extensions)
    trouble = trouble_of(cause)
    if trouble is not None:
        return _copy(error, _SENTENCES[trouble], {"code": trouble.value})
    reference = uuid4().hex
    log.error("fault", reference=reference, path=_names(error), exc_info=cause)
    message = "Something went wrong on our side. Give the reference to support."
    return _copy(error, message, {"code": "INTERNAL", "reference": reference})


def _discreet(error: GraphQLError) -> str:
    """The message without the value of a variable, which may be somebody's name."""
    about, cause = (error.nodes or (None,))[0], error.original_error
    if isinstance(about, VariableDefinitionNode) and isinstance(cause, GraphQLError):
        return error.message.removesuffix(cause.message) + fault(cause.message)
    return error.message.replace("not to be None.", "not to be null.")


def fault(message: str) -> str:
    """What is wrong with a value, as far as it can be told without the value."""
    lacking = _LACKING.match(message)
    if lacking is not None:
        return f"The field {lacking[1]} must be given."
    if message.endswith("to be provided."):
        return "A value must be given."
    if message.endswith("not to be None."):
        return "It must not be null."
    if _UNKNOWN_FIELD.match(message):
        return "It has a field that its type does not know."
    if _UNKNOWN_WORD.match(message):
        return "It is none of the words of its enumeration."
    return "It is not of the type it must have."


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
