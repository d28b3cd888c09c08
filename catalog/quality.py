"""What was measured of an asset: whether tests hold, how large it is, and how that went so far.

Tests of one asset are run by several flows, each with tests of its own, so what holds is the
latest outcome of each test, not the latest observation alone.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, JSONField
from django.db.models.fields.json import KeyTransform

from accounts.access import Access
from catalog.columns import flattened
from catalog.models import Asset, AssetMeasurement

Kind = AssetMeasurement.Kind

#: Observations that are looked at for outcomes, and outcomes of one test that are shown.
LOOKED_AT, OUTCOMES = 100, 24
#: Tests that are listed, the failing ones first; all are counted.
LISTED = 500
#: Points of a trend.
POINTS = 60
#: Columns with metrics that a page shows.
COLUMNS = 200

PASSED, WARNED, FAILED = "passed", "warned", "failed"
_STATES = {PASSED: "success", WARNED: "warning", FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class Test:
    """The latest outcome of one test. `said` is all that the assertion holds (AssetMeasurement),
    `outcomes` whether it held, the oldest first."""

    name: str
    column: str
    outcome: str
    at: datetime
    source: Mapping[str, Any]
    said: Mapping[str, Any]
    outcomes: Sequence[bool]

    @property
    def state(self) -> str:
        return _STATES[self.outcome]

    @property
    def details(self) -> list[tuple[str, Any]]:
        """What it tells besides: expected, actual, a message, failures."""
        known = ("assertion", "success", "column", "severity")
        return [(key, value) for key, value in self.said.items() if key not in known]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`tests`: the failing ones first, LISTED at most; `counts` of all, by outcome."""

    tests: list[Test] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def failing(self) -> list[Test]:
        return [test for test in self.tests if test.outcome == FAILED]

    @property
    def failed(self) -> int:
        return self.counts.get(FAILED, 0)

    @property
    def warned(self) -> int:
        return self.counts.get(WARNED, 0)

    @property
    def passed(self) -> int:
        return self.counts.get(PASSED, 0)

    @property
    def state(self) -> str:
        """The worst of them; "" without any."""
        for outcome in (FAILED, WARNED, PASSED):
            if self.counts.get(outcome):
                return _STATES[outcome]
        return ""


#: A test is known by what it asserts, of which column, under which name, with which parameters. A
#: run that tells of it twice, as at its start and at its end, has one outcome.
_VERDICT = """
with recent as (
    select id, at, source, values from catalog_assetmeasurement
    where asset_id = %(asset)s and kind = 'assertions'
    order by at desc, id desc limit %(looked_at)s
), told as (
    select recent.id, recent.at, recent.source, one.said,
        jsonb_build_array(one.said->'assertion', one.said->'column', one.said->'name',
            one.said->'test', one.said->'params') as key,
        coalesce((one.said->>'success')::boolean, false) as held,
        coalesce(recent.source->>'taskRunId', recent.id::text) as run
    from recent cross join lateral jsonb_array_elements(
        case jsonb_typeof(recent.values->'assertions')
            when 'array' then recent.values->'assertions' else '[]' end
    ) as one(said)
    where jsonb_typeof(one.said) = 'object'
), latest as (
    select distinct on (key) key, at, source, said, held from told order by key, at desc, id desc
), judged as (
    select *, case when held then 'passed'
        when lower(said->>'severity') in ('warn', 'warning') then 'warned' else 'failed'
        end as outcome
    from latest
)
select said, at, source, outcome, count(*) over (partition by outcome),
    (select array_agg(held order by at, id) from (
        select * from (
            select distinct on (run) held, at, id from told where told.key = judged.key
            order by run, at desc, id desc
        ) as of_a_run
        order by at desc, id desc limit %(outcomes)s) as past)
from judged
order by case outcome when 'failed' then 0 when 'warned' then 1 else 2 end,
    said->>'assertion', said->>'column', key
"""


def verdict_of(asset: Asset) -> Verdict:
    """Of an asset that may be seen; one statement."""
    params = {"asset": asset.pk, "looked_at": LOOKED_AT, "outcomes": OUTCOMES}
    counts: Counter[str] = Counter()
    tests: list[Test] = []
    with connection.cursor() as cursor:
        cursor.execute(_VERDICT, params)
        for said, at, source, outcome, count, outcomes in cursor.fetchall():
            counts[outcome] = count
            if len(tests) < LISTED:
                told = json.loads(said)
                tests.append(
                    Test(
                        name=str(told.get("name") or told.get("assertion") or ""),
                        column=str(told.get("column") or ""),
                        outcome=outcome,
                        at=at,
                        source=json.loads(source),
                        said=told,
                        outcomes=outcomes,
                    )
                )
    return Verdict(tests, counts)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with when it was told last, and its trend: the oldest first."""

    name: str
    value: float
    at: datetime
    trend: Sequence[float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Figures by kind: what the asset holds, what the last run wrote, what the last one read."""

    holds: list[Figure]
    written: list[Figure]
    read: list[Figure]


_FIGURES = {
    Kind.METRICS: ("rowCount", "bytes", "fileCount"),
    Kind.OUTPUT: ("rowCount", "size", "fileCount"),
    Kind.INPUT: ("rowCount", "size", "fileCount"),
}


def sizes_of(access: Access, asset: Asset) -> Sizes:
    """Of the latest POINTS observations of each kind; one statement."""
    parts = []
    for kind in _FIGURES:
        found = AssetMeasurement.objects.visible_to(access).filter(asset=asset, kind=kind)
        parts.append(
            found.annotate(
                rows=_key("rowCount"),
                bytes=_key("bytes"),
                size=_key("size"),
                files=_key("fileCount"),
            )
            .order_by("-at", "-pk")
            .values_list("kind", "at", "rows", "bytes", "size", "files")[:POINTS]
        )
    points = list(parts[0].union(*parts[1:], all=True))
    return Sizes(*(_figures(kind, points) for kind in _FIGURES))


def _key(name: str) -> KeyTransform:
    return KeyTransform(name, F("values"), output_field=JSONField())


_AT = {"rowCount": 2, "bytes": 3, "size": 4, "fileCount": 5}


def _figures(kind: str, points: Sequence[tuple[Any, ...]]) -> list[Figure]:
    found = []
    for name in _FIGURES[Kind(kind)]:
        told = [
            (point[1], point[_AT[name]])
            for point in points
            if point[0] == kind and _is_number(point[_AT[name]])
        ]
        if told:
            trend = [value for _, value in sorted(told, key=lambda pair: pair[0])]
            found.append(Figure(name, trend[-1], max(at for at, _ in told), trend))
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class ColumnMetrics:
    """The latest metrics of columns: (column, metrics) in the order of the schema, COLUMNS at
    most, of `count`."""

    rows: Sequence[tuple[str, Mapping[str, Any]]]
    count: int
    at: datetime


def column_metrics_of(access: Access, asset: Asset) -> ColumnMetrics | None:
    """None where nobody has measured columns; one statement."""
    found = (
        AssetMeasurement.objects.visible_to(access)
        .filter(asset=asset, kind=Kind.METRICS, values__has_key="columnMetrics")
        .order_by("-at", "-pk")
        .first()
    )
    metrics = found.values.get("columnMetrics") if found else None
    if not found or not isinstance(metrics, dict):
        return None
    order = {column.path: n for n, column in enumerate(flattened(asset.columns))}
    rows = [(name, told) for name, told in metrics.items() if isinstance(told, dict)]
    rows.sort(key=lambda row: (order.get(row[0], len(order)), row[0]))
    return ColumnMetrics(rows[:COLUMNS], len(rows), found.at)
