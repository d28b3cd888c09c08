"""Query parameters of the catalog API: read, or refused by name with 400."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn

from rest_framework.request import Request

from accounts.problems import Problem
from catalog.cursors import BadCursor
from catalog.filters import FieldSpec, FilterError, Group, parse_filters, read_boolean

MAX_SIZE = 1_000
MAX_PAGE = 10**6


def wrong(name: str, message: str) -> NoReturn:
    raise Problem(400, message, errors=[{"field": name, "message": message}])


def whole(request: Request, name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most`."""
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= most:
        wrong(name, f"“{name}” is a whole number from 1 to {most}.")
    return int(text)


def boolean(request: Request, name: str, *, default: bool = False) -> bool:
    text = request.query_params.get(name)
    try:
        return default if text is None else read_boolean(text)
    except ValueError as error:
        wrong(name, str(error))


def filters(request: Request, allowed: Mapping[str, FieldSpec]) -> Group:
    try:
        return parse_filters(request.query_params, allowed)
    except FilterError as error:
        raise Problem(400, str(error), errors=error.errors) from error


def sorts(request: Request, allowed: Mapping[str, str]) -> list[tuple[str, bool]]:
    """`sort=id:asc`, repeatable → [(what `allowed` calls it, descending)]."""
    found = []
    for text in request.query_params.getlist("sort"):
        field, _, direction = text.partition(":")
        if field not in allowed or direction.lower() not in ("", "asc", "desc"):
            wrong("sort", f"Write field:asc or field:desc. Fields: {', '.join(allowed)}.")
        found.append((allowed[field], direction.lower() == "desc"))
    return found


@contextmanager
def cursor_checked() -> Iterator[None]:
    """A bad cursor is the caller's mistake, wherever it is noticed."""
    try:
        yield
    except BadCursor as error:
        wrong("cursor", str(error))
