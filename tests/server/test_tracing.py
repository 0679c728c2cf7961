"""Traces: a span for what has ended, nobody's words in it, and none unless they are asked for."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError

from auth.permissions import Staff
from database.connection import Database
from server.settings import Settings, faults
from tests.exchange.feeds import tiny_feed
from tests.factories import Caller, served
from tests.server.feeding import Sender, session_token, zipped

SECRET: Final = "1125423071"
ROOT: Final = Path(__file__).parents[2]


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@contextmanager
def receiver() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Somebody who takes traces: the address, and what came."""
    came: list[ExportTraceServiceRequest] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            body = self.rfile.read(int(self.headers["content-length"]))
            came.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Taking) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", came
        finally:
            server.shutdown()
            thread.join()


def spans(came: list[ExportTraceServiceRequest]) -> list[tuple[str, dict[str, Any]]]:
    """Name and attributes of every span."""
    return [
        (span.name, {one.key: value(one.value) for one in span.attributes})
        for request in came
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def value(told: Any) -> Any:
    return getattr(told, told.WhichOneof("value"))


async def test_operations_and_feeds_leave_a_span_each_without_anybodys_words(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    token = await session_token(database, "operator", Staff.OPERATOR)
    with receiver() as (address, came):
        given: dict[str, Any] = {"otlp_endpoint": address, "feed_folder": tmp_path / "feeds"}
        async with served(database_url, **given) as client:
            query = "query Record($uln: ULN) { learner(uln: $uln) { name } }"
            sender = Sender(client, token)
            await sender.ended(await sender.sent(zipped(tiny_feed(), tmp_path / "tiny")))
            await sender.data(query, uln=SECRET)
            await Caller(client).ask("mutation Out { sessionLogOut { __typename } }")
            await client.post("/graphql", json={"query": "{ nothing }"})
        everything = b"".join(request.SerializeToString() for request in came)
        found = spans(came)

    feeds = [told for name, told in found if name == "feed"]
    assert [told["learner_tracking.outcome"] for told in feeds] == ["APPLIED"]
    for _, told in found:
        assert len(told.pop("request.id")) == 32
    assert [span for span in found if span[0] != "feed"][-3:] == [
        (
            "operation Record",
            {
                "graphql.operation.name": "Record",
                "learner_tracking.caller": "staff",
                "learner_tracking.cost": 1,
                "learner_tracking.outcome": "OK",
            },
        ),
        (
            "operation Out",
            {
                "graphql.operation.name": "Out",
                "graphql.operation.type": "mutation",
                "learner_tracking.caller": "anonymous",
                "learner_tracking.cost": 11,
                "learner_tracking.outcome": "OK",
            },
        ),
        (
            "operation",
            {
                "learner_tracking.caller": "anonymous",
                "learner_tracking.outcome": "GRAPHQL_INVALID",
            },
        ),
    ]
    resource = {one.key: value(one.value) for one in came[0].resource_spans[0].resource.attributes}
    assert resource["service.name"] == "learner-tracking"
    assert resource["deployment.environment.name"] == "production"
    assert SECRET.encode() not in everything


def test_where_no_address_is_set_nothing_of_opentelemetry_is_imported() -> None:
    script = (
        "import sys; from server.app import create_app; create_app();"
        " print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert ran.stdout == "[]\n"


@pytest.mark.parametrize("address", ["collector:4318", "grpc://collector:4317", "http://"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(otlp_endpoint=address)

    assert faults(caught.value) == [
        "LEARNER_TRACKING_OTLP_ENDPOINT: The address of a receiver begins with http:// or https://."
    ]
