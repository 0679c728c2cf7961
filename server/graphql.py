"""`POST /graphql`: runs one operation and answers with its result and masked errors."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from auth.events import EventKind
from auth.presumed import Presumption
from auth.viewer import Footing, Viewer
from database.connection import Database
from database.statement_count import counting_statements
from schema.context import Context, Service
from schema.gate import asks_little, subscribes
from schema.masking import STOPS, of_the_whole, shown, stopped
from schema.root import Schema
from server.admission import Admission
from server.asked import JSON, Asked, accepts_events, expect_json, media_type_of, read
from server.callers import Caller
from server.clock import Clock
from server.documents import StoredDocuments
from server.graphiql import only_reads
from server.journal import Journal, Operation
from server.recorder import Recorder
from server.refusals import TRY_AGAIN_AFTER, RefusalError
from server.streams import Streams

READS: Final = {OperationType.QUERY}
ALLOWED: Final = READS | {OperationType.MUTATION}
_BAD_REQUESTS: Final = frozenset({"OPERATION_NAME_MISSING", "OPERATION_UNKNOWN"})


@dataclass(frozen=True, slots=True)
class Policy:
    """The persisted documents of this installation, and who may send nothing else."""

    documents: StoredDocuments
    stored_only: frozenset[Footing]


class MistakenError(Exception):
    """Whoever asks is not, or no longer, who they were taken for."""

    def __init__(self, presumed: Viewer) -> None:
        """They were taken for this viewer."""
        super().__init__()
        self.presumed = presumed


class GraphQLView:
    """Handler of `POST /graphql`; other methods are refused."""

    def __init__(
        self,
        schema: Schema,
        database: Database,
        *,
        clock: Clock,
        admission: Admission,
        recorder: Recorder,
        service: Service,
        policy: Policy,
        journal: Journal,
    ) -> None:
        """Serve until the application ends."""
        self._schema = schema
        self._database = database
        self._clock = clock
        self._admission = admission
        self._callers = admission.callers
        self._recorder = recorder
        self._service = service
        self._policy = policy
        self._journal = journal
        self._streams = Streams(schema, self._note)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        operation = Operation(started=time.perf_counter())
        try:
            with counting_statements() as operation.tally:
                response = await self._answer(request, operation)
        except RefusalError as refusal:
            operation.outcome = refusal.code
            response = refusal.graph_response(operation.media_type)
        except Exception as error:  # noqa: BLE001 - a fault is told by its reference
            trouble = stopped(error) or shown([GraphQLError("", original_error=error)])[0]
            response = self._response([trouble], None, operation)
        self._journal.note(operation)
        await response(scope, receive, send)

    async def _answer(self, request: Request, operation: Operation) -> Response:
        """A stream for a subscription, one answer for all else, as far as both are accepted."""
        answered = self._is_answered(request, operation)
        if request.method != "POST":
            message = "Send operations by POST."
            raise RefusalError(405, "METHOD_NOT_ALLOWED", message, {"allow": "POST"})
        expect_json(request)
        asked = read((await request.receive())["body"])  # which is there, to its end: see Bounds
        counted = None
        if answered and not accepts_events(request):
            try:
                response = await self._presuming(request, asked, operation)
            except MistakenError as mistaken:
                response, counted = None, mistaken.presumed
            if response is not None:
                return response
        caller = await self._callers.caller(request)
        await self._admit(caller, operation, counted)
        text = self._document(asked, caller.viewer.footing)
        streamed = accepts_events(request) and subscribes(text, asked.operation_name)
        if answered and not streamed:
            return await self._carry_out(request, caller, text, asked, operation)
        return self._streams.open(self._context(caller, Response()), asked._replace(query=text))

    async def _presuming(
        self, request: Request, asked: Asked, operation: Operation
    ) -> Response | None:
        """The answer to a query of somebody who asked before, if they still are who they were.

        None where who asks is to be read first; raises MistakenError where it turns out so.
        """
        presumed = self._callers.presumed(request)
        if presumed is None:
            return None
        caller, presumption = presumed
        try:
            text = self._document(asked, caller.viewer.footing)
            if not asks_little(text, asked.operation_name):
                return None
            await self._admit(caller, operation)
        except RefusalError:
            return None  # whoever it is that asks is refused
        return await self._carry_out(request, caller, text, asked, operation, presumption)

    def _is_answered(self, request: Request, operation: Operation) -> bool:
        """Whether one answer is accepted; raises RefusalError where a stream is not either."""
        try:
            operation.media_type = media_type_of(request)
        except RefusalError:
            if request.method == "POST" and not accepts_events(request):
                raise
            return False
        return True

    async def _carry_out(
        self,
        request: Request,
        caller: Caller,
        text: str,
        asked: Asked,
        operation: Operation,
        presumption: Presumption | None = None,
    ) -> Response:
        kept = Response()
        context = self._context(caller, kept, presumption)
        allowed = READS if only_reads(request, caller.viewer) else ALLOWED
        context.took = operation.took
        try:
            result = await self._run(text, asked, context, allowed)
            result = await self._confirmed(context, result)
        finally:
            context.note_registrations()
            context.abandon()  # what nobody waits for any more is not read either
            context.forget()
            operation.waiting, operation.batches = context.waiting, context.batches
        log_in_refused = any(told.kind == EventKind.LOG_IN_REFUSED for told in context.trail.events)
        self._note(context)
        operation.name = context.operation_name
        operation.stored = asked.document_hash is not None
        operation.cost = None if context.cost is None else context.cost.requested
        operation.mutates = context.mutates
        if caller.token is not None and context.token != caller.token:
            self._callers.forget(caller.token)
        if context.token not in {None, caller.token}:
            operation.log_in = True
        elif log_in_refused:
            operation.log_in = False
        errors = shown(result.errors, asked.variables) if result.errors else []
        return self._response(errors, result, operation, kept.raw_headers)

    async def _confirmed(self, context: Context, result: ExecutionResult) -> ExecutionResult:
        """The result, if it may be told; raises MistakenError where it is not the caller's.

        What keeps the database from saying so is told in its place, and nothing else.
        """
        try:
            if await context.is_confirmed():
                return result
        except Exception as error:  # noqa: BLE001 - masked like the errors of fields
            context.trail.unread()
            return ExecutionResult(data=None, errors=[GraphQLError("", original_error=error)])
        raise MistakenError(context.viewer)

    def _note(self, context: Context) -> None:
        """Have written down what an operation leaves to be logged."""
        self._recorder.note(*context.trail.events)
        for viewer, registration_ids in context.trail.reads:
            self._recorder.note_reads(viewer, context.now(), registration_ids)
        context.trail.clear()

    async def _admit(
        self, caller: Caller, operation: Operation, counted: Viewer | None = None
    ) -> None:
        """Let somebody ask, unless they ask too often; `counted` is who was counted already."""
        operation.footing = caller.viewer.footing
        operation.centres = len(caller.viewer.grants)
        await self._admission.admit(caller.viewer, counted)

    def _document(self, asked: Asked, footing: Footing) -> str:
        """The text to run: a stored one, or the one that was sent where that may be."""
        found = None
        if asked.document_hash is not None:
            found = self._policy.documents.text(asked.document_hash)
            if found is None and not asked.query:
                message = "No document with this hash is stored here."
                raise RefusalError(404, "PERSISTED_QUERY_NOT_FOUND", message)
        if found is not None:
            return found
        if footing in self._policy.stored_only:
            message = "Send the hash of a stored document: others are not run for you here."
            raise RefusalError(403, "DOCUMENT_NOT_STORED", message)
        return asked.query or ""

    def _context(
        self, caller: Caller, kept: Response, presumption: Presumption | None = None
    ) -> Context:
        return Context(
            self._database,
            caller.viewer,
            self._clock.today(),
            now=self._clock.now,
            token=caller.token,
            keep=lambda token: self._keep(kept, token),
            ask_to_wait=lambda seconds: kept.headers.update({"retry-after": str(seconds)}),
            settle=self._recorder.settle,
            throttle=self._admission.throttle,
            service=self._service,
            presumption=presumption,
        )

    async def _run(
        self, text: str, asked: Asked, context: Context, allowed: set[OperationType]
    ) -> ExecutionResult:
        try:
            return await self._schema.execute(
                text,
                variable_values=asked.variables,
                context_value=context,
                operation_name=asked.operation_name,
                operation_extensions=asked.extensions,
                allowed_operation_types=allowed,
            )
        except CannotGetOperationTypeError:
            message = "The document has no operation, or none with the name in operationName."
            raise RefusalError(400, "OPERATION_UNKNOWN", message) from None
        except InvalidOperationTypeError as error:
            if error.operation_type in ALLOWED:
                message = "GraphiQL only reads here; operators may switch changes on."
                raise RefusalError(403, "WRITES_OFF", message) from None
            message = "Ask for a subscription with Accept: text/event-stream."
            raise RefusalError(400, "OPERATION_UNKNOWN", message) from None

    def _response(
        self,
        errors: list[GraphQLError],
        result: ExecutionResult | None,
        operation: Operation,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> Response:
        """The answer: what strikes a whole query is told alone, what a mutation did is not lost."""
        codes = [str((error.extensions or {}).get("code")) for error in errors]
        operation.outcome = codes[0] if codes else "OK"
        data = None if result is None else result.data
        kept = operation.mutates and data is not None and any(data.values())
        stop = next((at for at, code in enumerate(codes) if code in STOPS and not kept), None)
        body: dict[str, Any] = {}
        began = data is not None or any(error.path for error in errors)
        if stop is not None:
            operation.outcome = codes[stop]
            errors, began = [of_the_whole(errors[stop])], False
        if began or operation.media_type == JSON:  # programs of old look for it in any answer
            body["data"] = data if began else None
        if errors:
            body["errors"] = [error.formatted for error in errors]
        if result is not None and result.extensions:
            body["extensions"] = result.extensions
        response = Response(
            orjson.dumps(body),
            503 if stop is not None else self._status(operation, codes, began=began),
            media_type=operation.media_type,
        )
        if data:
            data.clear()  # strawberry's own objects hold on to it until the collector comes by
        if stop is not None:
            response.headers["retry-after"] = TRY_AGAIN_AFTER
        for name, value in headers:
            if name not in {b"content-length", b"content-type"}:
                response.raw_headers.append((name, value))
        return response

    def _status(self, operation: Operation, codes: list[str], *, began: bool) -> int:
        """By plain JSON, a document that cannot be run is answered like any other."""
        if not began and "INTERNAL" in codes:
            return 500
        if began or (operation.media_type == JSON and not _BAD_REQUESTS & {*codes}):
            return 200
        return 400

    def _keep(self, kept: Response, token: str | None) -> None:
        options: dict[str, Any] = {
            "secure": self._service.secure_cookies,
            "httponly": True,
            "samesite": "lax",
            "path": "/",
        }
        if token is None:
            kept.delete_cookie(self._callers.cookie, **options)
        else:
            hours = self._service.session_hours
            kept.set_cookie(self._callers.cookie, token, max_age=hours * 3600, **options)
