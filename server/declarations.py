"""`POST /declarations`: a centre's list of declarations, previewed first, then applied."""

import asyncio
import hashlib
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from auth import previews
from auth.explain import verdict
from auth.permissions import Permission
from auth.viewer import Viewer
from database.connection import Database
from database.deadline import begin_again
from domain.errors import Invalid, ProblemError
from exchange.declared import (
    CSV,
    XLSX,
    LineOutcome,
    SheetLine,
    declare_list,
    preview_list,
    read_list,
)
from loaders.centres import centre_by_number
from loaders.reading import Reading
from server.admission import Admission
from server.clock import Clock
from server.refusals import RefusalError
from server.uploads import kind_of, pieces

MOST_BYTES: Final = 4 << 20
MOST_AT_ONCE: Final = 2
"""Lists that are parsed at the same time, each in a thread: parsing takes processor and memory."""


class _List(NamedTuple):
    """A list that came in, and who sent it for which centre."""

    viewer: Viewer
    token: str
    centre_id: int
    lines: list[SheetLine]
    facts: tuple[str, ...]
    """What a preview of it is signed with."""


@dataclass(frozen=True, slots=True)
class DeclarationDesk:
    """Handler of `POST /declarations`."""

    admission: Admission
    clock: Clock
    database: Database
    reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))

    async def accept(self, request: Request) -> Response:
        """Every row with what would become of it and a token; with the token, it is declared."""
        try:
            came = await self._receive(request)
            shown = request.query_params.get("token")
            if shown is None:
                return await self._preview(came)
            previews.check(came.token, shown, came.facts)
            return await self._declare(came, shown)
        except RefusalError as refusal:
            return refusal.response()
        except ClientDisconnect:
            return RefusalError(400, "BROKEN_OFF", "The list did not come to its end.").response()
        except ProblemError as problem:
            status = 422 if isinstance(problem, Invalid) else 403
            return RefusalError(status, problem.code, problem.message).response()

    async def _preview(self, came: _List) -> Response:
        told = await preview_list(self.database.reader, came.viewer, came.centre_id, came.lines)
        token = None
        if all(one.code is None for one in told):
            token = previews.sign(came.token, came.facts)
        return JSONResponse({"applied": False, "token": token, **_shown(told)})

    async def _declare(self, came: _List, shown: str) -> Response:
        """Once for each preview: what is sent again with its token is answered as before."""
        applied, told = await declare_list(
            self.database,
            came.viewer,
            came.centre_id,
            came.lines,
            key=hashlib.sha256(shown.encode()).hexdigest(),
            day=self.clock.today(),
            now=self.clock.now(),
        )
        return JSONResponse(
            {"applied": applied, "token": None, **_shown(told)}, 200 if applied else 409
        )

    async def _receive(self, request: Request) -> _List:
        """The list; nothing is read from those who may not declare."""
        caller = await self.admission.caller(request)
        _expect_person(caller.viewer)
        number = request.query_params.get("centre", "")
        if not number or not {*request.query_params} <= {"centre", "token"}:
            message = "Say for which centre, ?centre=12345, and with &token= to declare; no more."
            raise RefusalError(400, "QUERY", message)
        centre_id = await self._centre(caller.viewer, number)
        kind = kind_of(request)
        if kind not in {CSV, XLSX} or "content-encoding" in request.headers:
            message = f"Send a list as {CSV} or as {XLSX}, without a content encoding."
            raise RefusalError(415, "MEDIA_TYPE", message)
        body = bytearray()
        async with aclosing(pieces(request, MOST_BYTES)) as coming:
            async for piece in coming:
                body += piece
        data = bytes(body)
        async with self.reading:
            lines = await asyncio.to_thread(read_list, kind, data)
        begin_again()  # a list that came slowly takes nothing from what is done with it
        facts = ("list", number, hashlib.sha256(data).hexdigest())
        return _List(caller.viewer, caller.token or "", centre_id, lines, facts)

    async def _centre(self, viewer: Viewer, number: str) -> int:
        """The centre that the address names, where the viewer may declare."""
        reading = Reading(self.database.reader, viewer, self.clock.today())
        found = await centre_by_number(reading, [number]) if number.isprintable() else [None]
        if found[0] is None:
            raise RefusalError(404, "NOT_FOUND", "There is no centre with this number.")
        answer = verdict(viewer, Permission.DECLARATION_EDIT, found[0].id, in_person=True)
        if not answer.allowed:
            raise RefusalError(403, answer.code, answer.reason)
        return found[0].id


def _expect_person(viewer: Viewer) -> None:
    """Raise what is told to those who are not logged in, or not themselves."""
    answer = verdict(viewer, None, in_person=True)
    if not answer.allowed:
        status, headers = (403, {}) if viewer.signed_in else (401, {"www-authenticate": "Bearer"})
        raise RefusalError(status, answer.code, answer.reason, headers)


def _shown(told: list[LineOutcome]) -> dict[str, Any]:
    """Rows as they are answered, and how many there are of each kind."""
    return {
        "newCount": sum(one.changed for one in told),
        "unchangedCount": sum(one.code is None and not one.changed for one in told),
        "refusedCount": sum(one.code is not None for one in told),
        "rows": [
            {
                **one.line._asdict(),
                "changed": one.changed,
                "code": one.code,
                "message": one.message,
                "warnings": [warning.value for warning in one.warnings],
            }
            for one in told
        ],
    }
