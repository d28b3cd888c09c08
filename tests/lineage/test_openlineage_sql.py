"""OpenLineage runs that tell their SQL and no datasets."""

from itertools import permutations
from typing import Any

import pytest

from catalog.models import Asset
from lineage.models import AssetUsage, ColumnEdge, Edge, TaskRun
from lineage.recording.openlineage import record_events
from lineage.recording.openlineage.sql import infer_for_openlineage
from tests.conftest import Cast

RUN = "01941d7c-0000-7000-8000-000000000001"
SQL = "INSERT INTO mart.daily (day, total) SELECT day, sum(amount) FROM raw.orders GROUP BY day"
DATASET = {"namespace": "postgres://db:5432", "name": "shop.public.told"}


def event(kind: str, minute: int, **changes: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventTime": f"2026-01-01T00:{minute:02}:00Z",
        "producer": "https://example.com/producer",
        "run": {"runId": RUN, "facets": {}},
        "job": {"namespace": "airflow", "name": "dag.load", "facets": {}},
        "inputs": [],
        "outputs": [],
    } | changes


def job(sql: str, **facets: Any) -> dict[str, Any]:
    return {"namespace": "airflow", "name": "dag.load", "facets": {"sql": {"query": sql} | facets}}


def record(cast: Cast, *events: dict[str, Any]) -> None:
    for outcome in record_events(cast.access("ingest"), list(events)):
        assert not outcome.reason, outcome


def edges() -> set[tuple[str | None, str | None, str]]:
    rows = Edge.objects.unscoped("test")
    return set(rows.values_list("upstream__public_id", "downstream__public_id", "kind"))


def test_the_statement_says_what_is_read_and_written(cast: Cast) -> None:
    record(cast, event("START", 0, job=job(SQL, dialect="postgres")), event("COMPLETE", 1))
    assert edges() == {("raw.orders", "mart.daily", "sql")}
    assert Edge.objects.unscoped("test").get().sql == SQL
    types = dict(Asset.objects.unscoped("test").values_list("public_id", "type"))
    assert set(types.values()) == {"io.kestra.plugin.ee.assets.Table"}
    columns = ColumnEdge.objects.unscoped("test").values_list("downstream_column", "subtype")
    assert set(columns) == {("day", "IDENTITY"), ("total", "AGGREGATION"), ("", "GROUP_BY")}


def test_datasets_that_come_later_take_their_place(cast: Cast) -> None:
    record(cast, event("START", 0, job=job(SQL)))
    record(cast, event("COMPLETE", 1, inputs=[DATASET]))
    usages = AssetUsage.objects.unscoped("test").values_list("asset__public_id", flat=True)
    assert set(usages) == {"postgres://db:5432/shop.public.told"}
    assert {kind for _, _, kind in edges()} == {"openlineage"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_same_in_any_order(cast: Cast, order: tuple[int, ...]) -> None:
    events = [event("START", 0, job=job(SQL)), event("RUNNING", 1), event("COMPLETE", 2)]
    for n in order:
        record(cast, events[n])
    assert edges() == {("raw.orders", "mart.daily", "sql")}
    assert ColumnEdge.objects.unscoped("test").count() == 3
    assert Edge.objects.unscoped("test").get().runs == 1


@pytest.mark.parametrize(
    ("facets", "run"),
    [
        ({"dialect": "mssql"}, {}),
        ({}, {"processing_engine": {"version": "16", "name": "SQL Server"}}),
    ],
)
def test_facets_tell_the_dialect(cast: Cast, facets: Any, run: Any) -> None:
    told = job("SELECT [a b] INTO [my].[table] FROM [their].[table]", **facets)
    record(cast, event("COMPLETE", 1, job=told, run={"runId": RUN, "facets": run}))
    assert edges() == {("their.table", "my.table", "sql")}


def test_what_is_not_understood_is_noted(cast: Cast) -> None:
    record(cast, event("COMPLETE", 1, job=job("CALL refresh()")))
    [task] = TaskRun.objects.unscoped("test")
    assert task.shown_state == "SUCCESS"
    assert [error["field"] for error in task.asset_errors] == ["job.facets.sql"]


def test_for_a_facet_alone() -> None:
    found = infer_for_openlineage("SELECT a INTO b FROM c", "postgresql")
    assert [(s.reads, s.writes) for s in found.statements] == [(("c",), ("b",))]
