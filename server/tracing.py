"""OpenTelemetry: one span for every operation and feed, without user data.

Imported only where the settings say where to send them: it needs the extra `tracing`.
"""

import time
from importlib.metadata import version
from typing import Final

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from exchange.feed.report import FeedOutcome
from schema.masking import STOPS
from server.journal import NAME_LENGTH, Operation

PATH: Final = "/v1/traces"
PATIENCE: Final = 5.0
"""Time-out in seconds of sending to the receiver."""

_FAULTS: Final = frozenset({"INTERNAL", *STOPS, FeedOutcome.FAILED.value})
"""Outcomes that are our own fault; whatever is refused is not."""


def receiver_at(address: str) -> SpanExporter:
    """Whoever takes spans at an address."""
    return OTLPSpanExporter(address.rstrip("/") + PATH, timeout=PATIENCE)


class SpanTraces:
    """Sends spans in batches, in the background."""

    def __init__(self, receiver: SpanExporter, environment: str) -> None:
        """Say with every span which service it is of."""
        told = {
            "service.name": "learner-tracking",
            "service.version": version("learner-tracking"),
            "deployment.environment.name": environment,
        }
        self._provider = TracerProvider(resource=Resource.create(told), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(receiver))
        self._tracer = self._provider.get_tracer("learner-tracking")

    def operation(self, operation: Operation, seconds: float) -> None:
        """An operation that has ended: never its variables, its document or its answer."""
        name = None if operation.name is None else operation.name[:NAME_LENGTH]
        self._span(
            "operation" if name is None else f"operation {name}",
            SpanKind.SERVER,
            operation.outcome,
            seconds,
            {
                "graphql.operation.name": name,
                "graphql.operation.type": "mutation" if operation.mutates else None,
                "learner_tracking.caller": operation.caller,
                "learner_tracking.cost": operation.cost,
            },
        )

    def feed(self, outcome: str, seconds: float) -> None:
        """A feed that has come to its end."""
        self._span("feed", SpanKind.INTERNAL, outcome, seconds, {})

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _span(
        self,
        name: str,
        kind: SpanKind,
        outcome: str,
        seconds: float,
        told: dict[str, AttributeValue | None],
    ) -> None:
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        known = {**told, "learner_tracking.outcome": outcome, "request.id": request_id}
        attributes = {key: value for key, value in known.items() if value is not None}
        now = time.time_ns()
        began = now - round(seconds * 1e9)
        span = self._tracer.start_span(name, kind=kind, attributes=attributes, start_time=began)
        if outcome in _FAULTS:
            span.set_status(Status(StatusCode.ERROR))
        span.end(now)
