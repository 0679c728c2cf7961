"""The HTTP view: who asks, the operation, and errors as they may leave."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult
from strawberry.types.unset import UNSET

from auth.throttle import Throttle
from models.database import Database
from schema.context import Context, Service
from schema.masking import shown
from schema.root import Schema
from server.callers import Callers
from server.clock import Clock
from server.recorder import Recorder
from server.refusals import RefusalError
from server.streams import Streams, wants_events


class GraphQLView(GraphQL[Context, None]):
    """`POST /graphql` with exact JSON; nothing is read or changed by GET."""

    def __init__(
        self,
        schema: Schema,
        database: Database,
        *,
        clock: Clock,
        callers: Callers,
        recorder: Recorder,
        throttle: Throttle,
        service: Service,
    ) -> None:
        """Serve one schema over one database."""
        super().__init__(
            schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=()
        )
        self._database = database
        self._clock = clock
        self._callers = callers
        self._recorder = recorder
        self._throttle = throttle
        self._service = service
        self._streams = Streams(schema, self._note)

    async def run(  # type: ignore[override]  # there are no web sockets here
        self, request: Request, context: Context = UNSET, root_value: None = UNSET
    ) -> Response:
        """Answer one request, or open a stream."""
        if not wants_events(request):
            return await super().run(request, context, root_value)
        asked = await self.parse_http_body(self.request_adapter_class(request))
        if isinstance(asked, list):
            return RefusalError(400, "BATCH", "A stream is about one operation.").response()
        return self._streams.open(await self.get_context(request, Response()), asked)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """Who asks, read in one statement."""
        caller = await self._callers.caller(request)
        context = Context(
            self._database,
            caller.viewer,
            self._clock.today(),
            now=self._clock.now,
            token=caller.token,
            keep=lambda new: self._keep(response, new),
            ask_to_wait=lambda seconds: _ask_to_wait(response, seconds),
            settle=self._recorder.settle,
            throttle=self._throttle,
            service=self._service,
        )
        request.state.context = context
        return context

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """The answer with its errors masked; what it leaves to be logged is logged."""
        self._note(request.state.context)
        if result.errors:
            result.errors = shown(result.errors)
        return await super().process_result(request, result)

    def _note(self, context: Context) -> None:
        """Have written down what an operation leaves to be logged."""
        self._recorder.note(*context.events)
        for viewer, registration_ids in context.reads:
            self._recorder.note_reads(viewer, context.now(), registration_ids)
        context.events.clear()  # a stream has many results
        context.reads.clear()

    def encode_json(self, data: object) -> bytes:
        """JSON as bytes."""
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        """JSON from bytes: an object, or a list, which is refused later; no NaN, no Infinity."""
        decoded = orjson.loads(data)
        if not isinstance(decoded, dict | list):
            message = "The body must be a JSON object."
            raise orjson.JSONDecodeError(message, "", 0)
        return decoded

    def _keep(self, response: Response | WebSocket, token: str | None) -> None:
        if not isinstance(response, Response):
            return
        options: dict[str, Any] = {
            "secure": self._service.secure_cookies,
            "httponly": True,
            "samesite": "lax",
            "path": "/",
        }
        if token is None:
            response.delete_cookie(self._callers.cookie, **options)
        else:
            hours = self._service.session_hours
            response.set_cookie(self._callers.cookie, token, max_age=hours * 3600, **options)


def _ask_to_wait(response: Response | WebSocket, seconds: int) -> None:
    if isinstance(response, Response):
        response.headers["retry-after"] = str(seconds)
