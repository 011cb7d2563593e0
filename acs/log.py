"""Structured logs: JSON lines or console text on standard error. Events have stable names.

Secrets never get here; should one, keys that look like secrets are redacted all the same.
"""

import logging
import sys
from typing import TYPE_CHECKING, Literal, cast

import msgspec
import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger
    from twisted.logger import LogEvent


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[log]``.

    Attributes:
        level: events below it are dropped.
        format: ``json`` one object a line; ``console`` for people; ``auto`` decides by whether
            standard error is a terminal.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


_TEXT = 4000  # characters kept of a foreign message
_SECRET = ("password", "secret", "authorization", "cookie", "token", "ha1", "private_key")


def redact(_logger: "WrappedLogger", _method: str, event: "EventDict") -> "EventDict":
    """Blank out every value whose key names a secret."""
    for key in event:
        if any(word in key.lower() for word in _SECRET):
            event[key] = "[redacted]"
    return event


def configure(settings: LogSettings) -> None:
    """Set up structlog, the standard library's and Twisted's logging, all to one stream."""
    as_json = settings.format == "json" or (settings.format == "auto" and not sys.stderr.isatty())
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    last = [structlog.processors.format_exc_info, renderer] if as_json else [renderer]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


def observe_twisted(event: "LogEvent") -> None:
    """Twisted log observer: failures become errors of ours, the rest of its chatter is dropped."""
    # Imported here: the command line must start without Twisted.
    from twisted.logger import LogLevel, formatEvent  # noqa: PLC0415

    level = event.get("log_level")
    failure = event.get("log_failure")
    if failure is None and (level is None or level < LogLevel.warn):
        return
    log = structlog.get_logger("twisted")
    if failure is not None:
        exc = (failure.type, failure.value, failure.getTracebackObject())
        log.error("twisted.failure", exc_info=cast("object", exc))
        return
    log.warning("twisted.warning", text=formatEvent(event)[:_TEXT])
