"""The ASGI application: its routes, and the objects that live as long as it."""

from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any, Final, TypeAlias

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from auth.passwords import HashCost, use_cost
from database.deadline import each_ending_in, ending_in
from schema.root import Schema, make_schema, printed
from server.deadlines import InTime
from server.declarations import DeclarationDesk
from server.edge import HEADERS, REQUEST_ID, Bounds, RequestIds, SafeHeaders
from server.exports import ExportDesk
from server.feeds import FeedDesk
from server.graphiql import GraphiQLDesk
from server.graphql import GraphQLView
from server.health import ReadinessDesk, alive
from server.life import Life
from server.logs import set_up_logs
from server.memory import settle_memory
from server.metrics import Metrics, MetricsDesk
from server.settings import Settings

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
    metrics = Metrics()
    app = Starlette(
        routes=_routes(chosen, sdl, metrics),
        middleware=[
            Middleware(SafeHeaders),
            Middleware(RequestIds),
            Middleware(Bounds, metrics=metrics, uploads=UPLOADS),
        ],
        exception_handlers={Exception: broken},
        lifespan=Life(chosen, schema, metrics).of,
    )
    # It would send the client to whatever host the request names.
    app.router.redirect_slashes = False
    return app


def _routes(settings: Settings, sdl: str, metrics: Metrics) -> list[Route]:
    """What is answered under which path."""

    async def contract(_request: Request) -> Response:
        return PlainTextResponse(sdl, media_type="text/plain; charset=utf-8")

    def timed(path: str, answer: Any, *methods: str, each: bool = False) -> Route:  # noqa: ANN401 - what routes take
        """A route whose statements end in time, all of them or, with `each`, one by one."""
        limit = each_ending_in if each else ending_in
        deadline = partial(limit, settings.deadline_seconds)
        in_time = [Middleware(InTime, deadline=deadline)]
        return Route(path, answer, methods=methods or None, middleware=in_time)

    return [
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
        Route("/metrics", MetricsDesk(metrics, settings.metrics_token).answer),
        Route("/readyz", at("readiness", ReadinessDesk.answer)),
    ]


class GraphQLEndpoint:
    """Hands requests to the view that lives as long as the application; staff get a page."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        page = await graphiql_page(scope) if scope["method"] == "GET" else None
        view: GraphQLView = scope["app"].state.view
        await (page or view)(scope, receive, send)


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
