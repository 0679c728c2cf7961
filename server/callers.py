"""Authenticates requests by bearer token or session cookie."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, NamedTuple

from starlette.requests import HTTPConnection

from auth.presumed import LastHeld, Presumption
from auth.sessions import Credential, held_by
from auth.tokens import hash_of
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
    _last: LastHeld = field(default_factory=LastHeld, init=False)

    def presumed(self, request: HTTPConnection) -> tuple[Caller, Presumption] | None:
        """Who probably asks, as the token was last seen; None where that is to be read first.

        To read it together with something else spares a statement.
        """
        token = self._token(request)
        if token is None:
            return None
        shown = self._shown(token, self._asking(request))
        presumption = None if shown is None else self._last.presumed(shown)
        return None if presumption is None else (Caller(presumption.viewer, token), presumption)

    async def caller(self, request: HTTPConnection) -> Caller:
        """Who asks, read in one statement, or in none if there is no token."""
        return await self._caller(request, self._token(request))

    def forget(self, token: str) -> None:
        """Presume nothing by a token that was given back."""
        self._last.forget(hash_of(token))

    async def in_browser(self, request: HTTPConnection) -> Viewer:
        """Who looks at a page: links send the cookie alone, so nothing of anybody may be in it."""
        return (await self._caller(request, request.cookies.get(self.cookie))).viewer

    async def _caller(self, request: HTTPConnection, token: str | None) -> Caller:
        asking = self._asking(request)
        shown = None if token is None else self._shown(token, asking)
        if shown is None:
            return Caller(asking, token)
        held = await held_by(self.database, shown)
        self._last.keep(shown, held)
        return Caller(shown.opens(held) or asking, token)

    def _asking(self, request: HTTPConnection) -> Viewer:
        """The viewer as far as is known without a token."""
        return Viewer(
            user_id=None,
            email="",
            name="",
            address=request.client.host if request.client else None,
            agent=request.headers.get("user-agent"),
            request_id=getattr(request.state, "request_id", None),
        )

    def _shown(self, token: str, asking: Viewer) -> Credential | None:
        return Credential.shown(token, asking, now=self.clock.now(), idle=self.idle)

    @property
    def cookie(self) -> str:
        """The name of the session cookie."""
        return f"__Host-{COOKIE}" if self.secure_cookies else COOKIE

    def _token(self, request: HTTPConnection) -> str | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return token.strip()
        return request.cookies.get(self.cookie) if OWN_HEADER in request.headers else None
