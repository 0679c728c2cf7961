"""Authenticates requests by bearer token or session cookie."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, NamedTuple

from starlette.requests import HTTPConnection

from auth.sessions import viewer_of
from auth.viewer import Viewer
from database.connection import Database
from server.clock import Clock

COOKIE: Final = "lt_session"
OWN_HEADER: Final = "x-learner-tracking"
"""A header that no other site's form can send; cookies count only beside it."""


class Caller(NamedTuple):
    """The viewer of a request, `ANONYMOUS` without a valid token, and the token as sent."""

    viewer: Viewer
    token: str | None
    """The token as it was sent, whether it opens anything or not."""


@dataclass(frozen=True, slots=True)
class Callers:
    """Authenticates requests, the same way for every route."""

    database: Database
    clock: Clock
    idle: timedelta
    """How long a session lives without use."""
    secure_cookies: bool

    async def caller(self, request: HTTPConnection) -> Caller:
        """Who asks, read in one statement, or in none if there is no token."""
        return await self._caller(request, self._token(request))

    async def in_browser(self, request: HTTPConnection) -> Viewer:
        """Who looks at a page: links send the cookie alone, so nothing of anybody may be in it."""
        return (await self._caller(request, request.cookies.get(self.cookie))).viewer

    async def _caller(self, request: HTTPConnection, token: str | None) -> Caller:
        asking = Viewer(
            user_id=None,
            email="",
            name="",
            address=request.client.host if request.client else None,
            agent=request.headers.get("user-agent"),
            request_id=getattr(request.state, "request_id", None),
        )
        if token is None:
            return Caller(asking, None)
        viewer = await viewer_of(self.database, token, asking, now=self.clock.now(), idle=self.idle)
        return Caller(viewer or asking, token)

    @property
    def cookie(self) -> str:
        """The name of the session cookie."""
        return f"__Host-{COOKIE}" if self.secure_cookies else COOKIE

    def _token(self, request: HTTPConnection) -> str | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return token.strip()
        return request.cookies.get(self.cookie) if OWN_HEADER in request.headers else None
