"""Set-based writing: many rows, one statement, parameters as one array a column."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper
from psycopg import RawCursor

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dump(value: Any) -> str:
    """JSON text for a `jsonb` column."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # integers beyond 64 bits, keys that are no text
        return _encode(value)


def _plain(value: Any) -> str:
    return "NULL" if value is None else str(value)


@lru_cache(maxsize=4096)
def _time(value: datetime | None) -> str:
    return "NULL" if value is None else f'"{value.isoformat()}"'


def _text(value: str | None) -> str:
    if value is None:
        return "NULL"
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if '"' in value:
        value = value.replace('"', '\\"')
    return f'"{value}"'


_ELEMENTS: Mapping[str, Callable[[Any], str]] = {
    "bigint": _plain,
    "int": _plain,
    "boolean": _plain,
    "timestamptz": _time,
}


def bigints(ids: Iterable[int]) -> str:
    """An array literal for a `bigint[]` column: unnest() would flatten a nested list."""
    return "{" + ",".join(map(str, ids)) + "}"


def texts(values: Iterable[str]) -> str:
    """An array literal for a `text[]` column."""
    return "{" + ",".join(map(_text, values)) + "}"


def unnested(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """(`select … from unnest(…) as rows(…)`, its parameters) for `columns`: name → SQL type.

    Arrays travel as text, because unnest() takes no arrays of arrays; and all as array literals,
    which are far cheaper to make than a driver's arrays.
    """
    select, elements = _shape(tuple(columns.items()))
    return select, [
        "{" + ",".join(map(element, column)) + "}"
        for element, column in zip(elements, zip(*rows, strict=True), strict=True)
    ]


@cache
def _shape(columns: tuple[tuple[str, str], ...]) -> tuple[str, list[Callable[[Any], str]]]:
    """What depends on the columns alone: the statement, and how to write values of each."""
    sent = ["text" if kind.endswith("[]") else kind for _, kind in columns]
    arrays = ", ".join(f"%s::{kind}[]" for kind in sent)
    picked = ", ".join(
        f"rows.{name}::{kind}" if kind != travels else f"rows.{name}"
        for (name, kind), travels in zip(columns, sent, strict=True)
    )
    names = ", ".join(name for name, _ in columns)
    select = f"select {picked} from unnest({arrays}) as rows({names})"  # noqa: S608 names from code
    return select, [_ELEMENTS.get(kind, _text) for kind in sent]


#: One SQL statement and its parameters.
type Statement = tuple[str, list[Any]]


def insertion(
    table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]], then: str = ""
) -> Statement | None:
    """A statement that inserts `rows` in their order; None for no rows.

    `then`: ON CONFLICT and RETURNING. Callers sort rows by the unique key, so that concurrent
    writers lock in one order. Table and column names come from code only.
    """
    if not rows:
        return None
    select, parameters = unnested(columns, rows)
    return f"insert into {table} ({', '.join(columns)}) {select} {then}", parameters  # noqa: S608


def changing(
    table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> Statement | None:
    """A statement that sets all columns but the first, the key, of rows that are locked."""
    if not rows:
        return None
    key, *rest = columns
    select, parameters = unnested(columns, rows)
    sets = ", ".join(f"{name} = new.{name}" for name in rest)
    return (
        f"update {table} as old set {sets} from ({select}) as new({', '.join(columns)})"  # noqa: S608
        f" where old.{key} = new.{key}",
        parameters,
    )


def insert(
    table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]], then: str = ""
) -> list[tuple[Any, ...]]:
    """`insertion`, run: what RETURNING yields, else nothing."""
    statement = insertion(table, columns, rows, then)
    return run(*statement) if statement else []


def update(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """`changing`, run."""
    run_together([changing(table, columns, rows)])


def run_together(statements: Iterable[Statement | None]) -> None:
    """Several writes in one round trip, none of which needs to see another's rows.

    PostgreSQL runs them in no promised order, so only one of them may lock rows that others
    also lock.
    """
    wanted = [statement for statement in statements if statement]
    if not wanted:
        return
    *first, last = wanted
    names = ", ".join(f"part{n} as ({sql})" for n, (sql, _) in enumerate(first))
    parameters = [value for _, values in wanted for value in values]
    run(f"with {names} {last[0]}" if first else last[0], parameters)


class _NumberingCursor(RawCursor[Any]):
    """Takes `%s` and `%(name)s` as every cursor, and reads a statement for them only once.
    psycopg's own reads one of more than 50 values, as ingest has them, anew each time."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "_NumberingCursor":
        text, names = numbered(query)
        values = [params[name] for name in names] if names else params
        return super().execute(text, values, **options)


_PLACEHOLDER = re.compile(r"%(?:%|s|\((\w+)\)s)")


@lru_cache(maxsize=1_000)
def numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """(the statement as PostgreSQL takes it, names of its values if they have names)"""
    names: dict[str, int] = {}
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "%%":
            return "%"
        if found[1]:
            return f"${names.setdefault(found[1], len(names) + 1)}"
        count += 1
        return f"${count}"

    return _PLACEHOLDER.sub(number, sql).encode(), tuple(names)


def prepared_cursor() -> CursorWrapper:
    """As `connection.cursor()`, but values travel beside the statement, which PostgreSQL parses
    and plans once a connection. Django's own cursor writes them into the text: for the ten
    statements of an ingest request, planning would cost more than running."""
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    cursor: Any = _NumberingCursor(connection.connection)
    make = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return make(cursor)


def run(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """One statement; its rows, if it has any."""
    with prepared_cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.pgresult.nfields else []
