"""Structured logs: one event a line, for people or for machines."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import orjson
import structlog


def _json(event: object, default: Callable[[Any], Any], **_: object) -> str:
    try:
        return orjson.dumps(event, default=default).decode()
    except TypeError:  # half of a character in a text, or a number beyond 64 bits
        return json.dumps(event, default=default)


def set_up_logs(form: str) -> None:
    """Write events to standard error, as JSON or coloured text."""
    # Local variables of a traceback may hold a learner's name; they are never written.
    plain = structlog.dev.RichTracebackFormatter(show_locals=False)
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(exception_formatter=plain)
    errors: list[structlog.typing.Processor] = []
    if form == "json":
        renderer = structlog.processors.JSONRenderer(_json)
        discreet = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        errors = [structlog.processors.ExceptionRenderer(discreet)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *errors,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Whatever standard error is when the event happens, not what it was at start-up.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )
