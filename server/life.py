"""What lives as long as the application: the database, the tasks beside requests, the handlers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from typing import Any

from starlette.applications import Starlette

from auth.throttle import Throttle
from database.connection import Database
from database.opening import open_database
from database.query import Dialect
from domain.errors import Conflict
from schema.context import Service
from schema.root import Schema
from server.admission import Admission
from server.callers import Callers
from server.clock import Clock
from server.day import follow_the_day
from server.declarations import DeclarationDesk
from server.documents import all_documents
from server.exports import ExportDesk
from server.feed_queue import taking_feeds
from server.feeds import FeedDesk
from server.graphiql import GraphiQLDesk
from server.graphql import GraphQLView, Policy
from server.health import ReadinessDesk
from server.journal import Journal, Traces
from server.mail.carriers import carrier_of
from server.mail.letters import letterhead_of
from server.mail.post import follow_the_post
from server.memory import tend_memory
from server.metrics import Metrics
from server.news import ending_news, follow_the_news
from server.recorder import Recorder, recording
from server.settings import Settings
from server.shelf import Shelf
from server.supervised import Supervision


class Life:
    """Opens what an application works with, and closes it in the opposite order."""

    def __init__(self, settings: Settings, schema: Schema, metrics: Metrics) -> None:
        """Keep what is known before the application comes to life."""
        self._settings = settings
        self._schema = schema
        self._metrics = metrics
        self._clock = Clock(settings.today)
        self._supervision = Supervision(metrics.breakdown)
        documents = all_documents(settings.documents_folder, schema)
        self._policy = Policy(documents, settings.stored_documents_only)

    @asynccontextmanager
    async def of(self, app: Starlette) -> AsyncIterator[None]:
        """An application's life; handlers are found in its state."""
        settings, clock = self._settings, self._clock
        async with AsyncExitStack() as stack:
            database = await open_database(settings.database_url, pool_size=settings.pool_size)
            stack.push_async_callback(database.close)
            await bring_up_to_date(database)
            app.state.database = database
            stack.enter_context(ending_news(database.news))
            await self._run(stack, "news", follow_the_news, database, settings.database_url)
            app.state.readiness = ReadinessDesk(database, clock, self._supervision)
            recorder = await stack.enter_async_context(recording(database, self._supervision))
            idle = timedelta(minutes=settings.session_idle_minutes)
            throttle = Throttle(settings.redis_url)
            stack.push_async_callback(throttle.close)
            callers = Callers(database, clock, idle, settings.secure_cookies)
            admission = Admission(callers, throttle, settings.rates)
            journal = await self._journal(stack)
            app.state.feeds = await self._feeds(stack, database, admission, recorder, journal)
            app.state.declarations = DeclarationDesk(admission, clock, database)
            app.state.exports = ExportDesk(admission, clock, database, recorder, self._schema)
            app.state.graphiql = GraphiQLDesk(callers, settings.graphiql_folder)
            await self._run(stack, "memory", tend_memory)
            await self._run(stack, "day", follow_the_day, database, clock)
            carrier, head = carrier_of(settings), letterhead_of(settings)
            await self._run(stack, "post", follow_the_post, database, clock, carrier, head)
            app.state.view = GraphQLView(
                self._schema,
                database,
                clock=clock,
                admission=admission,
                recorder=recorder,
                service=self._service(),
                policy=self._policy,
                journal=journal,
            )
            yield

    async def _run(
        self,
        stack: AsyncExitStack,
        name: str,
        work: Callable[..., Coroutine[Any, Any, None]],
        *given: object,
    ) -> None:
        """Have something go on beside the requests until the end."""
        running = self._supervision.running(name, partial(work, *given))
        await stack.enter_async_context(running)

    async def _journal(self, stack: AsyncExitStack) -> Journal:
        traces = await stack.enter_async_context(tracing(self._settings))
        names, slow = self._policy.documents.names, self._settings.slow_seconds
        return Journal(self._metrics, names, slow, traces)

    async def _feeds(
        self,
        stack: AsyncExitStack,
        database: Database,
        admission: Admission,
        recorder: Recorder,
        journal: Journal,
    ) -> FeedDesk:
        settings, clock = self._settings, self._clock
        shelf = Shelf(settings.feed_folder, timedelta(days=settings.retention_feed_days))
        told = journal.feed_ended
        taking = taking_feeds(database, clock, shelf, self._supervision, told=told)
        queue = await stack.enter_async_context(taking)
        self._metrics.watch(database, recorder, queue.progress)
        return FeedDesk(admission, clock, queue, shelf, settings.feed_max_mb << 20)

    def _service(self) -> Service:
        settings = self._settings
        return Service(
            version("learner-tracking"),
            settings.environment,
            session_idle_minutes=settings.session_idle_minutes,
            session_hours=settings.session_hours,
            secure_cookies=settings.secure_cookies,
            most_cost=settings.most_cost,
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


async def bring_up_to_date(database: Database) -> None:
    """SQLite is migrated on the spot; PostgreSQL is the operator's to migrate."""
    if not await database.pending_migrations():
        return
    if database.dialect is Dialect.SQLITE:
        await database.migrate()
        return
    message = "The database is not up to date; run `learner-tracking migrate` first."
    raise Conflict(message, code="MIGRATIONS_PENDING")
