"""Liveness and readiness: `/healthz` and `/readyz`."""

import asyncio
from datetime import date
from math import inf
from time import monotonic
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from database.connection import Database
from database.deadline import ending_in
from exchange.refresh import is_due
from server.clock import Clock
from server.refusals import TRY_AGAIN_AFTER
from server.supervised import Supervision

PATIENCE: Final = 3.0
"""Seconds that the database has to answer in."""
LAG: Final = 900.0
"""Seconds that deriving may take when the day turns; yesterday's flags are served meanwhile."""
LOOKED_EVERY: Final = 60.0
"""Seconds for which the answer "today is derived" is cached: the query takes a tenth of a second
among a million learners, and load balancers ask often."""


async def alive(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"alive": True})


class ReadinessDesk:
    """Handler of `/readyz`."""

    def __init__(self, database: Database, clock: Clock, supervision: Supervision) -> None:
        """Nothing is known to be derived before it is looked for."""
        self._supervision = supervision
        self._database = database
        self._clock = clock
        self._derived_at: float | None = None
        self._derived_for: date | None = None

    async def answer(self, _request: Request) -> Response:
        """Ready, or the first that is missing: database, migrations, projection, work beside."""
        today = self._clock.today()
        with ending_in(PATIENCE):
            try:
                async with asyncio.timeout(2 * PATIENCE):
                    reason = await self._missing(today)
            except Exception:  # noqa: BLE001 - whatever keeps it from answering
                reason = "database"
        if reason is None:
            reason = next(iter(self._supervision.failing), None)
        if reason is None:
            return JSONResponse({"ready": True, "day": today.isoformat()})
        told = {"ready": False, "reason": reason}
        return JSONResponse(told, 503, {"retry-after": TRY_AGAIN_AFTER})

    async def _missing(self, today: date) -> str | None:
        if not await self._database.is_writable():
            return "database"
        if await self._database.pending_migrations():
            return "migrations"
        now = monotonic()
        ago = inf if self._derived_at is None else now - self._derived_at
        if self._derived_for == today and ago < LOOKED_EVERY:
            return None
        if not await is_due(self._database.reader, today):
            self._derived_at, self._derived_for, ago = now, today, 0.0
        return "projection" if ago > LAG else None
