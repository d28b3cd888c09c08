"""One error shape for the whole API: RFC 9457 problem details that name the field."""

from http import HTTPStatus
from json import JSONDecodeError
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import Http404, JsonResponse
from psycopg.errors import InvalidRegularExpression
from rest_framework import exceptions, status
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """An error that a client can act on.

    `errors`: `[{"field": "state.current", "message": "…", "line"?: 3, "column"?: 7}]`, one a bad
    field, or one for a body that cannot be read at all, with an empty field. `members`: further
    members of the problem, as RFC 9457 allows.
    """

    def __init__(
        self,
        status_code: int,
        detail: str,
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        members: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status_code = status_code
        self.errors = errors or []
        self.members = members or {}
        self.headers = headers or {}


def body(code: int, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The members of RFC 9457; `type` stays about:blank, so `title` is the status phrase."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
    if errors:
        problem["errors"] = errors
    return problem


def problem_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: every exception it knows becomes a problem; others stay a 500."""
    if isinstance(exc, Http404):
        exc = exceptions.NotFound(str(exc) or "Not found.")
    elif isinstance(exc, DataError) and isinstance(exc.__cause__, InvalidRegularExpression):
        # What Python takes for a pattern, PostgreSQL does not always.
        reason = exc.__cause__.diag.message_primary
        exc = Problem(400, f"A filter's pattern cannot be used: {reason}.")
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied(str(exc) or "Not allowed.")
    if not isinstance(exc, exceptions.APIException):
        return None
    headers = dict(getattr(exc, "headers", {}))
    if header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    errors = getattr(exc, "errors", None) or syntax_errors(exc) or field_errors(exc.detail)
    detail = exc.detail if isinstance(exc.detail, str) else "The request has invalid fields."
    if not isinstance(exc.detail, str) and not errors:
        detail = str(exc.detail)
    return Response(
        body(exc.status_code, str(detail), errors) | getattr(exc, "members", {}),
        status=exc.status_code,
        headers=headers,
        content_type=CONTENT_TYPE,
    )


def syntax_errors(exc: exceptions.APIException) -> list[dict[str, Any]]:
    """Where a JSON body breaks off: line and column, both counted from 1."""
    cause = exc.__cause__ or exc.__context__
    if not isinstance(cause, JSONDecodeError):
        return []
    return [{"field": "", "message": cause.msg, "line": cause.lineno, "column": cause.colno}]


def field_errors(detail: Any, path: str = "") -> list[dict[str, Any]]:
    """DRF's nested validation errors, flattened to one entry a message."""
    if isinstance(detail, dict):
        nested = [(member(path, key), value) for key, value in detail.items()]
    elif isinstance(detail, list):
        if all(isinstance(item, str) for item in detail):
            return [{"field": path, "message": str(item)} for item in detail]
        nested = [(member(path, n), value) for n, value in enumerate(detail)]
    else:
        return [{"field": path, "message": str(detail)}] if path else []
    return [error for where, value in nested for error in field_errors(value, where)]


def member(path: str, key: str | int) -> str:
    """`lines` and 1 → `lines[1]`, `lines[1]` and "quantity" → `lines[1].quantity`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def problem_page(code: int, detail: str) -> JsonResponse:
    """A problem outside DRF: unknown API paths and unhandled errors."""
    return JsonResponse(body(code, detail), status=code, content_type=CONTENT_TYPE)


NOT_FOUND = status.HTTP_404_NOT_FOUND
