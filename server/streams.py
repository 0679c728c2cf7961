"""Subscriptions as server-sent events: the distinct connections mode of graphql-sse."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any, Final

import orjson
from graphql import GraphQLError
from starlette.responses import Response
from strawberry.http import process_result
from strawberry.http.streaming import SSETransport, merge_stream_with_heartbeat
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from database.deadline import begin_again
from schema.context import Context
from schema.masking import STOPS, of_the_whole, shown
from schema.root import Schema
from server.asked import Asked
from server.places import Places
from server.streaming import Streamed

MOST_EACH: Final = 10
"""Streams that one person may have open."""
MOST: Final = 1_000
"""Streams that this process keeps open."""

_TRANSPORT: Final = SSETransport()
_HEADERS: Final = {**_TRANSPORT.headers, "Cache-Control": "no-store, no-transform"}
_NO_SUBSCRIPTION: Final = (CannotGetOperationTypeError, InvalidOperationTypeError)


class Streams:
    """Opens subscriptions, within the limits for each person and process."""

    def __init__(self, schema: Schema, note: Callable[[Context], None]) -> None:
        """Watch a schema; `note` is told after every message to log what the context leaves."""
        self._schema = schema
        self._note = note
        self._places = Places(MOST_EACH, MOST, "TOO_MANY_STREAMS", "streams")

    def open(self, context: Context, asked: Asked) -> Response:
        """The results of a subscription as they come, with a sign of life between them.

        Raises RefusalError when there is no room.
        """
        held = AsyncExitStack()
        held.enter_context(self._places.place(context.viewer))
        held.callback(context.abandon)
        lively = merge_stream_with_heartbeat(
            lambda: self._messages(context, asked),
            lambda: _TRANSPORT.heartbeat_message(_encoded),
            interval=_TRANSPORT.heartbeat_interval,
            send_initial_heartbeat=False,
        )
        return Streamed(lively(), _HEADERS, held)

    async def _messages(self, context: Context, asked: Asked) -> AsyncGenerator[str]:
        begin_again()  # and so for each message: see `Watch.wait`
        results = await self._schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            operation_extensions=asked.extensions,
            allowed_operation_types={OperationType.SUBSCRIPTION},
        )
        try:
            async with aclosing(results):
                async for result in results:
                    if isinstance(result, ExecutionResult):  # all else is put off for later
                        self._note(context)
                        context.abandon()  # nobody waits any more for what is still being read
                        context.forget()
                        yield _next(result, asked.variables)
        except Exception as error:  # noqa: BLE001 - the answer has begun: whatever it is, is told in it
            yield _next(ExecutionResult(data=None, errors=[_fault(error)]), asked.variables)
        yield _TRANSPORT.encode_complete()


def _fault(error: Exception) -> GraphQLError:
    """An error as that of an operation: a text that is too much is refused before there is one."""
    return error if isinstance(error, GraphQLError) else GraphQLError("", original_error=error)


def _next(result: ExecutionResult, variables: Mapping[str, object]) -> str:
    return _TRANSPORT.encode_next(process_result(_told(result, variables)), _encoded)


def _told(result: ExecutionResult, variables: Mapping[str, object]) -> ExecutionResult:
    """A result with its errors as they may leave; its cost was reckoned when it was asked for.

    What strikes a whole message is told alone, as that of an answer is.
    """
    result.extensions = {}
    if result.errors:
        found = (error.original_error for error in result.errors)
        if any(isinstance(error, _NO_SUBSCRIPTION) for error in found):
            message = "A stream is for one subscription; all else has one answer, and no stream."
            result.errors = [GraphQLError(message, extensions={"code": "NO_SUBSCRIPTION"})]
        else:
            result.errors = shown(result.errors, variables)
            stop = next((error for error in result.errors if _stops(error)), None)
            if stop is not None:
                result.data, result.errors = None, [of_the_whole(stop)]
    return result


def _stops(error: GraphQLError) -> bool:
    return (error.extensions or {}).get("code") in STOPS


def _encoded(data: Any) -> str:  # noqa: ANN401 - whatever an answer holds
    return orjson.dumps(data).decode()
