"""Structured logs: one event a line, for people or for machines."""

import logging
import sys

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
        renderer = structlog.processors.JSONRenderer()
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


class _StandardError:
    """Writes to whatever standard error is when the event happens, not what it was at start-up."""

    def msg(self, line: str) -> None:
        """Write a line, at once."""
        structlog.WriteLogger(sys.stderr).msg(line)

    debug = info = warning = error = critical = msg
