"""Logs: one event a line, with the request's id; JSON for machines, colours for a terminal."""

import logging
import re
import time
import uuid
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware as StructlogMiddleware

REQUEST_ID = re.compile(r"[A-Za-z0-9._=/+-]{8,128}")
PROBES = {"/healthz", "/readyz"}  # asked every few seconds; only a bad answer is news
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


class Expected(logging.Filter):
    """Drops the web server's advice against more threads than cores: ours wait for PostgreSQL,
    and those that wait are recorded together (`lineage.recording.gathering`)."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = str(record.msg)
        return not (record.name == "_granian" and said.startswith("Configuration allows spawning"))


def logging_settings(level: str, style: str) -> dict[str, Any]:
    """Django's `LOGGING`: everything to stderr, whether it came through structlog or logging."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: list[Any] = [structlog.dev.ConsoleRenderer()]
    if style == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder()],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "filters": {"expected": {"()": Expected}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "events",
                "filters": ["expected"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level},
            # The middleware below tells of each request once, with its id.
            "django.request": {"level": "CRITICAL"},
            "procrastinate": {"level": "WARNING" if level == "INFO" else level},
        },
    }


class RequestMiddleware(StructlogMiddleware):
    """Gives each request an id that its log lines carry and the answer repeats.

    A client or proxy may choose the id in `X-Request-Id`; one that could disturb the log is
    replaced. The query string stays out of the log: people search for private things.
    """

    def prepare(self, request: HttpRequest) -> None:
        request.started = time.perf_counter()  # type: ignore[attr-defined]
        if not REQUEST_ID.fullmatch(request.META.get("HTTP_X_REQUEST_ID", "")):
            request.META["HTTP_X_REQUEST_ID"] = uuid.uuid4().hex
        super().prepare(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        response["X-Request-Id"] = request.META["HTTP_X_REQUEST_ID"]
        passed = time.perf_counter() - request.started  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(milliseconds=round(passed * 1000, 1))
        if request.path in PROBES and response.status_code < 400:
            structlog.contextvars.clear_contextvars()
            return
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"
