"""The application: routes, life span, and the headers of every answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth.passwords import Cost, use_cost
from domain.errors import Conflict
from models.database import Database, Dialect, open_database
from schema.context import Service
from schema.root import make_schema, printed
from server.clock import Clock
from server.day import follow_the_day
from server.graphql import GraphQLView
from server.logs import set_up_logs
from server.settings import Settings

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; without settings these come from the environment."""
    chosen = settings or Settings()
    set_up_logs(chosen.log_format)
    use_cost(Cost(chosen.password_memory_kib, chosen.password_rounds))
    schema = make_schema()
    sdl = printed(schema)
    clock = Clock(chosen.today)
    service = Service(
        version("learner-tracking"),
        chosen.environment,
        session_idle_minutes=chosen.session_idle_minutes,
        session_hours=chosen.session_hours,
        secure_cookies=chosen.secure_cookies,
    )
    view: list[GraphQLView] = []

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        database = await open_database(chosen.database_url, pool_size=chosen.pool_size)
        try:
            await bring_up_to_date(database)
            app.state.database = database
            view.append(GraphQLView(schema, database, clock, service))
            day = asyncio.create_task(follow_the_day(database, clock))
            try:
                yield
            finally:
                day.cancel()
                with suppress(asyncio.CancelledError):
                    await day
        finally:
            view.clear()
            await database.close()

    class GraphQLEndpoint:
        """Hands requests to the view that lives as long as the application."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await view[0](scope, receive, send)

    async def ready(request: Request) -> Response:
        database: Database = request.app.state.database
        try:
            pending = await database.pending_migrations()
        except Exception:  # noqa: BLE001 - whatever keeps the database from answering
            return JSONResponse({"ready": False, "reason": "database"}, 503)
        if pending:
            return JSONResponse({"ready": False, "reason": "migrations"}, 503)
        return JSONResponse({"ready": True, "day": clock.today().isoformat()})

    async def contract(_request: Request) -> Response:
        return PlainTextResponse(sdl, media_type="text/plain; charset=utf-8")

    return Starlette(
        routes=[
            Route("/graphql", GraphQLEndpoint()),
            Route("/schema.graphql", contract),
            Route("/healthz", alive),
            Route("/readyz", ready),
        ],
        middleware=[Middleware(SafeHeaders)],
        exception_handlers={Exception: broken},
        lifespan=life,
    )


async def alive(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"alive": True})


async def broken(_request: Request, _error: Exception) -> Response:
    """Our own fault, answered outside the middleware; starlette hands the error on to be logged."""
    headers = {name.decode(): value.decode() for name, value in HEADERS}
    return JSONResponse({"error": "Something went wrong on our side."}, 500, headers)


async def bring_up_to_date(database: Database) -> None:
    """SQLite is migrated on the spot; PostgreSQL is the operator's to migrate."""
    if not await database.pending_migrations():
        return
    if database.dialect is Dialect.SQLITE:
        await database.migrate()
        return
    message = "The database is not up to date; run `learner-tracking migrate` first."
    raise Conflict(message, code="MIGRATIONS_PENDING")


class SafeHeaders:
    """Every answer tells browsers to be careful with it."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand in front of an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        await self._app(scope, receive, with_headers)
