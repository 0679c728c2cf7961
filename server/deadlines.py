"""Deadlines of routes, for what they ask of the database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schema.masking import stopped
from server.edge import refused
from server.refusals import TRY_AGAIN_AFTER, RefusalError

log = structlog.get_logger(__name__)


class InTime:
    """Middleware of a route: sets its deadline, and answers 503 if the database is too slow."""

    def __init__(self, app: ASGIApp, deadline: Callable[[], AbstractContextManager[Any]]) -> None:
        """Stand in front of a route whose statements have this time."""
        self._app = app
        self._deadline = deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503 for what keeps the database from its work, unless an answer has begun.

        An answer that has begun is broken off: whoever takes it must not take it for whole.
        """
        began = False

        async def begin(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            with self._deadline():
                await self._app(scope, receive, begin)
        except Exception as error:
            trouble = stopped(error)
            if trouble is None:
                raise
            code = str((trouble.extensions or {})["code"])
            log.warning("request_stopped", path=scope["path"], code=code)
            if began:
                raise
            refusal = RefusalError(503, code, trouble.message, {"retry-after": TRY_AGAIN_AFTER})
            await refused(scope, refusal)(scope, receive, send)
