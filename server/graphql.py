"""The HTTP view: who asks, the operation, and errors as they may leave."""

from datetime import timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from auth.sessions import viewer_of
from auth.viewer import ANONYMOUS
from models.database import Database
from schema.context import Context, Service
from schema.masking import shown
from schema.root import Schema
from server.clock import Clock

COOKIE = "lt_session"
OWN_HEADER = "x-learner-tracking"
"""A header that no other site's form can send; cookies count only beside it."""


class GraphQLView(GraphQL[Context, None]):
    """`POST /graphql` with exact JSON; nothing is read or changed by GET."""

    def __init__(self, schema: Schema, database: Database, clock: Clock, service: Service) -> None:
        """Serve one schema over one database."""
        super().__init__(
            schema, graphql_ide=None, allow_queries_via_get=False, subscription_protocols=()
        )
        self._database = database
        self._clock = clock
        self._service = service

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """Who asks, read in one statement."""
        token = self._token(request)
        viewer = None
        if token is not None:
            viewer = await viewer_of(
                self._database,
                token,
                now=self._clock.now(),
                idle=timedelta(minutes=self._service.session_idle_minutes),
            )
        return Context(
            self._database,
            viewer or ANONYMOUS,
            self._clock.today(),
            now=self._clock.now,
            token=token,
            keep=lambda new: self._keep(response, new),
            service=self._service,
        )

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """The answer with its errors masked."""
        if result.errors:
            result.errors = shown(result.errors)
        return await super().process_result(request, result)

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

    @property
    def cookie(self) -> str:
        """The name of the session cookie."""
        return f"__Host-{COOKIE}" if self._service.secure_cookies else COOKIE

    def _token(self, request: Request | WebSocket) -> str | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return token.strip()
        return request.cookies.get(self.cookie) if OWN_HEADER in request.headers else None

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
            response.delete_cookie(self.cookie, **options)
        else:
            hours = self._service.session_hours
            response.set_cookie(self.cookie, token, max_age=hours * 3600, **options)
