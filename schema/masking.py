"""Masks errors in answers: expected ones keep their code, others get a reference only."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import uuid4

import structlog
from graphql import GraphQLError, VariableDefinitionNode

from database.trouble import Trouble, trouble_of
from domain.errors import ProblemError

log = structlog.get_logger(__name__)

_LACKING: Final = re.compile(r"Expected value of type '\w+' to include required field '(\w+)'")
"""graphql-core's message for a missing input field; its end repeats the input."""

_UNKNOWN_FIELD: Final = re.compile(
    r"Expected value of type '(\w+)' not to include unknown field '(.*)", re.DOTALL
)
_UNKNOWN_WORD: Final = re.compile(r"Value .* does not exist in '\w+' enum", re.DOTALL)
"""Its messages for keys and words that the contract does not have; they repeat them."""

_STEP: Final = re.compile(r"\.(\w+)|\[([0-9]+)\]")
"""A step of the path at which its messages find a value in a variable."""

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


def shown(
    errors: Sequence[GraphQLError], variables: Mapping[str, object] = MappingProxyType({})
) -> list[GraphQLError]:
    """The errors of an operation as a client may see them: one a field, however many objects.

    `variables` are those that were sent, to tell where in them a fault is.
    """
    told: dict[str, GraphQLError] = {}
    for error in errors:
        if error.path is None:
            told[str(len(told))] = error
        else:
            cause = type(error.original_error).__name__
            told.setdefault(f"{'.'.join(_names(error))} {cause}", error)
    limit = len(told) if any(error.path for error in errors) else MAX_TOLD
    return [_shown(error, variables) for error in list(told.values())[:limit]]


def _names(error: GraphQLError) -> list[str]:
    """The fields an error is about, without the places in lists."""
    return [key for key in error.path or () if isinstance(key, str)]


def _shown(error: GraphQLError, variables: Mapping[str, object]) -> GraphQLError:
    given, cause = error, error.original_error
    while isinstance(cause, GraphQLError):
        error = _with_code(error, (cause.extensions or {}).get("code"), cause)
        cause = cause.original_error
    if cause is None:
        if "code" in (error.extensions or {}):
            return error
        extensions = {**(error.extensions or {}), "code": "GRAPHQL_INVALID"}
        return _copy(error, _discreet(given, variables), extensions)
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


def _discreet(error: GraphQLError, variables: Mapping[str, object]) -> str:
    """The message without the value of a variable, which may be somebody's name."""
    about, cause = (error.nodes or (None,))[0], error.original_error
    if isinstance(about, VariableDefinitionNode) and isinstance(cause, GraphQLError):
        place = error.message.removesuffix(cause.message)
        steps = _STEP.findall(place.partition(" at ")[2])
        path = [name or int(index) for name, index in steps]
        value = held_at(variables.get(about.variable.name.value), path)
        return place + fault(cause.message, value)
    return error.message.replace("not to be None.", "not to be null.")


def held_at(value: object, path: Iterable[str | int]) -> object:
    """What a value holds at a path; None where it does not lead anywhere."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        else:
            value = value[step] if isinstance(value, list) and isinstance(step, int) else None
    return value


def fault(message: str, value: object) -> str:
    """What is wrong with a value, as far as it can be told without what is in it."""
    lacking = _LACKING.match(message)
    if lacking is not None:
        return f"The field {lacking[1]} must be given."
    if message.endswith("to be provided."):
        return "A value must be given."
    if message.endswith("not to be None."):
        return "It must not be null."
    unknown = _UNKNOWN_FIELD.match(message)
    if unknown is not None:
        return f"It has a field that {unknown[1]} does not know{_number_of(unknown[2], value)}."
    if _UNKNOWN_WORD.match(message):
        return "It is none of the words of its enumeration."
    return "It is not of the type it must have."


def _number_of(rest: str, value: object) -> str:
    """Which of an object's fields a message goes on with: its name is not repeated either."""
    names = [str(name) for name in value] if isinstance(value, Mapping) else []
    meant = max((name for name in names if rest.startswith(f"{name}'")), key=len, default=None)
    return "" if meant is None else f", number {names.index(meant) + 1} of {len(names)}"


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
