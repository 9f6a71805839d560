"""Log lines as JSON, one an event, for people and machines. No bodies, no addresses, no codes."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(level: int = logging.INFO) -> None:
    """JSON lines on standard error; hostile names cannot break a line, for JSON escapes them."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # A line and its end in one write: the processes of a host share their stream.
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        # A logger that remembers its stream would go on writing to it after it was closed.
        cache_logger_on_first_use=False,
    )
