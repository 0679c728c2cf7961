"""The ASGI application: its routes, and the objects that live as long as it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import cache, partial
from importlib.metadata import version
from typing import Any, Final, TypeAlias

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from auth.passwords import HashCost, use_cost
from auth.throttle import Throttle
from database.connection import Database, Dialect
from database.deadline import each_ending_in, ending_in
from database.opening import open_database
from domain.errors import Conflict
from schema.context import Service
from schema.root import Schema, make_schema, printed
from server.callers import Callers
from server.clock import Clock
from server.day import follow_the_day
from server.deadlines import InTime
from server.declarations import DeclarationDesk
from server.documents import stored_documents
from server.edge import HEADERS, REQUEST_ID, Bounds, RequestIds, SafeHeaders
from server.exports import ExportDesk
from server.feed_queue import taking_feeds
from server.feeds import FeedDesk
from server.graphiql import GraphiQLDesk
from server.graphql import GraphQLView, Policy
from server.health import ReadinessDesk, alive
from server.journal import Journal, Traces
from server.logs import set_up_logs
from server.mail.carriers import carrier_of
from server.mail.letters import letterhead_of
from server.mail.post import follow_the_post
from server.memory import settle_memory
from server.metrics import Metrics, MetricsDesk
from server.news import ending_news, follow_the_news
from server.recorder import recording
from server.settings import Settings
from server.shelf import Shelf
from server.supervised import Supervision

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Taken by routes that refuse methods with a code of their own."""
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]

UPLOADS: Final = ("/declarations", "/feeds")
"""Routes that stream their bodies and limit the size themselves."""


def served_app() -> Starlette:
    """The application in a process of its own, for the server to call."""
    app = create_app()
    settle_memory()
    return app


@cache
def graph(executor: str) -> tuple[Schema, str]:
    """The graph and its text, which applications of one process share: making them takes long."""
    schema = make_schema(breadth_first=executor == "breadth_first")
    return schema, printed(schema)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; without settings these come from the environment."""
    chosen = settings or Settings()
    set_up_logs(chosen.log_format)
    use_cost(HashCost(chosen.password_memory_kib, chosen.password_rounds))
    schema, sdl = graph(chosen.executor)
    clock = Clock(chosen.today)
    service = Service(
        version("learner-tracking"),
        chosen.environment,
        session_idle_minutes=chosen.session_idle_minutes,
        session_hours=chosen.session_hours,
        secure_cookies=chosen.secure_cookies,
        most_cost=chosen.most_cost,
    )
    policy = Policy(
        chosen.rates,
        stored_documents(chosen.documents_folder, schema),
        chosen.stored_documents_only,
    )
    metrics = Metrics()
    supervision = Supervision(metrics.breakdown)
    view: list[GraphQLView] = []

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database = await open_database(chosen.database_url, pool_size=chosen.pool_size)
            stack.push_async_callback(database.close)
            await bring_up_to_date(database)
            app.state.database = database
            stack.enter_context(ending_news(database.news))
            news = partial(follow_the_news, database, chosen.database_url)
            await stack.enter_async_context(supervision.running("news", news))
            app.state.readiness = ReadinessDesk(database, clock, supervision)
            throttle = Throttle(chosen.redis_url)
            stack.push_async_callback(throttle.close)
            recorder = await stack.enter_async_context(recording(database, supervision))
            idle = timedelta(minutes=chosen.session_idle_minutes)
            callers = Callers(database, clock, idle, chosen.secure_cookies)
            shelf = Shelf(chosen.feed_folder, timedelta(days=chosen.retention_feed_days))
            traces = await stack.enter_async_context(tracing(chosen))
            journal = Journal(metrics, policy.documents.names, chosen.slow_seconds, traces)
            feed_queue = taking_feeds(database, clock, shelf, supervision, told=journal.feed_ended)
            queue = await stack.enter_async_context(feed_queue)
            metrics.watch(database, recorder, queue.progress)
            app.state.declarations = DeclarationDesk(callers, clock, database)
            app.state.exports = ExportDesk(callers, clock, database, recorder, schema)
            app.state.graphiql = GraphiQLDesk(callers, chosen.graphiql_folder)
            app.state.feeds = FeedDesk(callers, clock, queue, shelf, chosen.feed_max_mb << 20)
            day = partial(follow_the_day, database, clock)
            await stack.enter_async_context(supervision.running("day", day))
            carrier, head = carrier_of(chosen), letterhead_of(chosen)
            post = partial(follow_the_post, database, clock, carrier, head)
            await stack.enter_async_context(supervision.running("post", post))
            view.append(
                GraphQLView(
                    schema,
                    database,
                    clock=clock,
                    callers=callers,
                    recorder=recorder,
                    throttle=throttle,
                    service=service,
                    policy=policy,
                    journal=journal,
                )
            )
            stack.callback(view.clear)
            yield

    class GraphQLEndpoint:
        """Hands requests to the view that lives as long as the application; staff get a page."""

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            page = await graphiql_page(scope) if scope["method"] == "GET" else None
            await (page or view[0])(scope, receive, send)

    async def contract(_request: Request) -> Response:
        return PlainTextResponse(sdl, media_type="text/plain; charset=utf-8")

    def timed(path: str, answer: Any, *methods: str, each: bool = False) -> Route:  # noqa: ANN401 - what routes take
        """A route whose statements end in time, all of them or, with `each`, one by one."""
        limit = each_ending_in if each else ending_in
        deadline = partial(limit, chosen.deadline_seconds)
        in_time = [Middleware(InTime, deadline=deadline)]
        return Route(path, answer, methods=methods or None, middleware=in_time)

    return Starlette(
        routes=[
            timed("/graphql", GraphQLEndpoint()),
            timed("/declarations", at("declarations", DeclarationDesk.accept), "POST"),
            timed("/export/{file}", at("exports", ExportDesk.give), *METHODS, each=True),
            timed("/feeds", at("feeds", FeedDesk.accept), "POST"),
            timed("/feeds/{id}/refused.zip", at("feeds", FeedDesk.refused), "GET"),
            Route("/schema.graphql", contract),
            timed("/staff", at("graphiql", GraphiQLDesk.log_in), "GET"),
            timed("/staff/{release}/{file}", at("graphiql", GraphiQLDesk.open_file), "GET"),
            timed("/graphiql/{release}/{file}", at("graphiql", GraphiQLDesk.file), "GET"),
            Route("/healthz", alive),
            Route("/metrics", MetricsDesk(metrics, chosen.metrics_token).answer),
            Route("/readyz", at("readiness", ReadinessDesk.answer)),
        ],
        middleware=[
            Middleware(SafeHeaders),
            Middleware(RequestIds),
            Middleware(Bounds, metrics=metrics, uploads=UPLOADS),
        ],
        exception_handlers={Exception: broken},
        lifespan=life,
    )


@asynccontextmanager
async def tracing(settings: Settings) -> AsyncIterator[Traces | None]:
    """Whoever keeps traces, if the settings say where to send them; closed at the end."""
    if settings.otlp_endpoint is None:
        yield None
        return
    from server.tracing import SpanTraces, receiver_at  # noqa: PLC0415 - an extra, slow to import

    traces = SpanTraces(receiver_at(settings.otlp_endpoint), settings.environment)
    try:
        yield traces
    finally:
        await asyncio.to_thread(traces.close)


def at(desk: str, answer: Callable[[Any, Request], Awaitable[Response]]) -> Endpoint:
    """An endpoint that calls a handler object in the application's state."""

    async def endpoint(request: Request) -> Response:
        return await answer(getattr(request.app.state, desk), request)

    return endpoint


async def graphiql_page(scope: Scope) -> Response | None:
    """GraphiQL, for those who have it."""
    desk: GraphiQLDesk = scope["app"].state.graphiql
    return await desk.page(Request(scope))


async def broken(request: Request, _error: Exception) -> Response:
    """What went wrong, answered outside the middleware; starlette hands it on to be logged."""
    headers = {name.decode(): value.decode() for name, value in HEADERS}
    headers[REQUEST_ID] = request.state.request_id
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
