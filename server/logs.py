"""Structured logs: one event a line, for people or for machines."""

import json
import logging
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TextIO

import orjson
import structlog


def set_up_logs(form: str) -> None:
    """Write events to standard error, as JSON or as text, coloured on a terminal."""
    # Local variables of a traceback may hold a learner's name; they are never written.
    coloured = sys.stderr is not None and sys.stderr.isatty()
    plain = structlog.dev.RichTracebackFormatter(
        color_system="truecolor" if coloured else None, show_locals=False
    )
    renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(
        colors=coloured, exception_formatter=plain
    )
    errors: list[structlog.typing.Processor] = []
    if form == "json":
        renderer = structlog.processors.JSONRenderer(_in_json)
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
        logger_factory=lambda *_: _StandardError(),
    )


def _in_json(event: dict[str, Any], default: Callable[[Any], Any]) -> str:
    """An event as a line of ASCII, whatever standard error takes."""

    def plain(value: object) -> object:
        return [*value] if isinstance(value, tuple) else default(value)

    try:
        line = orjson.dumps(event, plain)
    except TypeError:  # a number or a text that it does not know
        return json.dumps(event, default=default)
    return line.decode() if line.isascii() else json.dumps(event, default=default)


@lru_cache(maxsize=1)
def _writer(stream: TextIO) -> structlog.WriteLogger:
    return structlog.WriteLogger(stream)


class _StandardError:
    """Writes to whatever standard error is when the event happens, not what it was at start-up."""

    def msg(self, line: str) -> None:
        """Write a line, at once."""
        _writer(sys.stderr).msg(line)

    debug = info = warning = error = critical = msg
