"""The observations of an asset one by one: what was measured when, and by whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, Func, JSONField, Q
from django.db.models.query import QuerySet

from accounts.access import Access
from catalog.cursors import BadCursor, decode_cursor, encode_cursor
from catalog.models import Asset, AssetMeasurement

Kind = AssetMeasurement.Kind
#: Lines of a page, and tests that one of them names.
PAGE, NAMED = 25, 5

type Rows = QuerySet[AssetMeasurement]


def page_of(
    access: Access,
    asset: Asset,
    kind: str = "",
    *,
    size: int,
    cursor: str = "",
    shape: Callable[[Rows], Rows] = lambda rows: rows,
) -> tuple[list[AssetMeasurement], str]:
    """(observations of one kind or of all, the latest first; the next page's cursor or "").

    One statement, a stretch of the index for each kind. Raises BadCursor.
    """
    beyond = Q()
    if cursor:
        at, pk = _place(cursor)
        beyond = Q(at__lte=at) & (Q(at__lt=at) | Q(pk__lt=pk))
    visible = AssetMeasurement.objects.visible_to(access).filter(beyond, asset=asset)
    first, *others = [
        shape(visible.filter(kind=one)).order_by("-at", "-pk")[: size + 1]
        for one in ([kind] if kind else Kind.values)
    ]
    found = list(first.union(*others, all=True) if others else first)
    found.sort(key=lambda row: (row.at, row.pk), reverse=True)
    more, found = len(found) > size, found[:size]
    after = encode_cursor("measured", [found[-1].at, found[-1].pk]) if more else ""
    return found, after


@dataclass(frozen=True, slots=True)
class Observation:
    """`values` without assertions and the metrics of columns: `tests` and `failed` count the
    ones, `failing` names the first that did not hold, `columns` counts the others."""

    kind: str
    at: datetime
    values: Mapping[str, Any]
    source: Mapping[str, Any]
    tests: int
    failed: int
    failing: list[Any]
    columns: int

    @property
    def state(self) -> str:
        """Of tests; "" of everything else."""
        return ("failed" if self.failed else "success") if self.tests else ""


def observations_of(
    access: Access, asset: Asset, kind: str = "", cursor: str = ""
) -> tuple[list[Observation], str]:
    """A page of lines, and the next one's cursor or "". Raises BadCursor."""
    rows, after = page_of(access, asset, kind, size=PAGE, cursor=cursor, shape=_light)
    return [_observation(row) for row in rows], after


class _Light(Func):
    """Assertions and the metrics of columns may be very many: a line only counts them."""

    template = "(%(expressions)s - 'assertions' - 'columnMetrics')"
    output_field = JSONField()


class _Assertions(Func):
    """How many there are."""

    template = "jsonb_array_length(jsonb_path_query_array(%(expressions)s, '$.assertions[*]'))"
    output_field = BigIntegerField()


class _Failing(Func):
    """What the tests assert that did not hold."""

    template = (
        "jsonb_path_query_array(%(expressions)s,"
        " '$.assertions[*] ? (@.success == false).assertion')"
    )
    output_field = JSONField()


class _Columns(Func):
    """How many have metrics."""

    template = (
        "jsonb_array_length(jsonb_path_query_array(%(expressions)s,"
        " '$.columnMetrics ? (@.type() == \"object\").keyvalue().key'))"
    )
    output_field = BigIntegerField()


def _light(rows: Rows) -> Rows:
    values = F("values")
    return rows.defer("values").annotate(
        told=_Light(values),
        tests=_Assertions(values),
        failing=_Failing(values),
        measured=_Columns(values),
    )


def _observation(row: Any) -> Observation:
    return Observation(
        kind=row.kind,
        at=row.at,
        values=_sane(row.told),
        source=row.source,
        tests=row.tests,
        failed=len(row.failing),
        failing=row.failing[:NAMED],
        columns=row.measured,
    )


def _sane(values: Any) -> dict[str, Any]:
    """Numbers and texts: what a line can show."""
    known = values.items() if isinstance(values, dict) else ()
    return {
        name: value
        for name, value in known
        if isinstance(value, str if name in ("change", "previous", "lastUpdated") else int | float)
    }


def _place(cursor: str) -> list[Any]:
    values = decode_cursor(cursor, "measured")
    if len(values) != 2 or isinstance(values[0], str | int) or not isinstance(values[1], int):
        raise BadCursor("The cursor cannot be read.")
    return values
