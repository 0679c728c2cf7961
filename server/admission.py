"""Counts requests by who sends them, the same way for every route that reads or changes records."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from auth.throttle import Throttle, counts_as
from auth.viewer import Footing, Viewer
from domain.errors import RateLimited
from server.callers import Caller, Callers
from server.refusals import RefusalError


@dataclass(frozen=True, slots=True)
class Admission:
    """Rate limits of requests, by kind of caller."""

    callers: Callers
    throttle: Throttle
    rates: Mapping[Footing, int]
    """Most requests a minute; 0 for any number."""

    async def caller(self, request: HTTPConnection) -> Caller:
        """Who asks; raises RefusalError for whoever asks too often."""
        caller = await self.callers.caller(request)
        await self.admit(caller.viewer)
        return caller

    async def admit(self, viewer: Viewer, counted: Viewer | None = None) -> None:
        """Count a request of somebody who is known; raises RefusalError beyond the rate.

        It is counted once, if it was `counted` already for somebody who counts as the same.
        """
        if counted is not None and counts_as(counted) == counts_as(viewer):
            return
        try:
            await self.throttle.admit(viewer, self.rates[viewer.footing])
        except RateLimited as limited:
            headers = {"retry-after": str(limited.retry_after)}
            raise RefusalError(429, limited.code, limited.message, headers) from None
