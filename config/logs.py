"""Logging: one structured line per entry, from structlog and the standard library alike, masked."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from config.masking import mask_value

# Set by the chain itself; nothing personal can be in them.
PLAIN_KEYS = frozenset({"timestamp", "level", "logger", "request_id"})


def mask(logger: object, method: str, event_dict: EventDict) -> EventDict:
    """The last processor before rendering, so that nothing gets past it, tracebacks included."""
    plain = {key: event_dict.pop(key) for key in PLAIN_KEYS if key in event_dict}
    return {**plain, **mask_value(event_dict)}


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


def configure_structlog() -> None:
    """Route structlog through the standard library, whose handlers render."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *(processor for processor in SHARED if not isinstance(processor, structlog.stdlib.ExtraAdder)),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def renderer(log_format: str) -> Processor:
    """JSON for machines, aligned text for people."""
    if log_format == "json":
        return structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), pad_event_to=0)


def logging_config(*, log_format: str, level: str) -> dict[str, Any]:
    """Django's LOGGING."""
    configure_structlog()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    mask,
                    renderer(log_format),
                ],
            }
        },
        "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": sys.stdout, "formatter": "structured"}},
        "root": {"handlers": ["stdout"], "level": level},
        "loggers": {
            # Django would bring handlers of its own.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # Every answered request is logged once, by ObservationMiddleware; tracebacks of 500s still come from here.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "apscheduler": {"level": "WARNING"},
            # Says in forty lines that the broker is away; the scheduler says it in one.
            "apscheduler.executors": {"level": "CRITICAL"},
            # Says five times that RabbitMQ is away; we say it once.
            "pika": {"level": "CRITICAL"},
            "dramatiq": {"level": "INFO" if level == "DEBUG" else "WARNING"},
        },
    }
