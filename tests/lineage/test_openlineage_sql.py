"""OpenLineage runs that tell their SQL and no datasets."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions
from accounts.models import User
from catalog.models import Asset
from lineage.models import AssetUsage, ColumnEdge, Edge, TaskRun
from lineage.recording.openlineage import record_events
from lineage.recording.openlineage.sql import infer_for_openlineage
from tests.conftest import Cast, role
from tests.factories import make_asset
from tests.lineage.events import event as run_event
from tests.lineage.events import job_event, post

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


# Job events: what a job is meant to do


def design(minute: int = 5, sql: str = SQL, **changes: Any) -> dict[str, Any]:
    told = job_event(minute, **changes)
    told["job"]["facets"] = {"sql": {"query": sql, "dialect": "postgres"}}
    return told


def test_a_design_states_what_its_statement_says(cast: Cast) -> None:
    record(cast, design())
    assert edges() == {("raw.orders", "mart.daily", "sql")}
    edge = Edge.objects.unscoped("test").select_related("flow", "downstream__namespace").get()
    assert (edge.stated, edge.runs, edge.sql, edge.task_id) == (True, 0, SQL, "daily")
    assert edge.flow and edge.flow.public_id == "daily"
    assert edge.downstream.namespace and edge.downstream.namespace.name == "company.data"
    types = set(Asset.objects.unscoped("test").values_list("type", flat=True))
    assert types == {"io.kestra.plugin.ee.assets.Table"}
    rows = ColumnEdge.objects.unscoped("test").values_list("downstream_column", "stated")
    assert set(rows) == {("day", True), ("total", True), ("", True)}
    assert not AssetUsage.objects.unscoped("test").exists()


def test_datasets_and_lineage_facets_of_a_design_win(cast: Cast) -> None:
    record(cast, design(inputs=[DATASET], outputs=[DATASET | {"name": "shop.public.b"}]))
    assert {kind for _, _, kind in edges()} == {"openlineage"}
    facet = {"inputs": [], "outputs": []}
    told = design(sql="INSERT INTO a SELECT x FROM b", job="other")
    told["job"]["facets"]["lineage"] = facet
    record(cast, told)
    assert not Asset.objects.unscoped("test").filter(public_id="a").exists()


def test_a_run_supports_what_its_design_states(cast: Cast) -> None:
    first = run_event("COMPLETE", 1, 1, job_facets={"sql": {"query": SQL, "dialect": "postgres"}})
    for told in ([design(), first], [first, design()]):
        record(cast, *told)
        [edge] = Edge.objects.unscoped("test")
        assert (edge.stated, edge.runs, edge.kind) == (True, 1, "sql")


def test_a_design_that_is_not_understood_goes_in_without_edges(cast: Cast) -> None:
    record(cast, design(sql="CALL refresh()"))
    assert edges() == set()


def test_a_design_of_what_the_poster_may_not_write_fails_alone(
    cast: Cast, grant: Callable[..., User]
) -> None:
    grant("bot", "Ingest", "company.data")
    theirs = design(sql="CREATE TABLE mart.secret (a int)", job="theirs")
    theirs["job"]["namespace"] = "company.secret"
    record(cast, theirs)
    secret = design(sql="INSERT INTO mart.secret SELECT a FROM b", job="other")
    bad, good = record_events(cast.access("bot"), [secret, design()])
    assert (bad.forbidden, bad.problems[0]["field"]) == (True, "job.facets.sql")
    assert not good.reason
    assert ("b", "mart.secret", "sql") not in edges()
    assert ("raw.orders", "mart.daily", "sql") in edges()


def test_designs_take_a_constant_number_of_statements(cast: Cast) -> None:
    actions.bind(cast.users["ingest"], role(cast.main, "Viewer"))
    make_asset(cast.main, "raw.orders", columns=[{"name": "id"}])
    star = "CREATE TABLE mart.copy AS SELECT * FROM raw.orders"
    access = cast.access("ingest")

    def taken(minute: int, count: int) -> int:
        bodies = [design(minute, star, job=f"j{n}") for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            post(access, *bodies)
        return sum("SAVEPOINT" not in one["sql"] for one in captured)

    taken(1, 50)
    assert taken(2, 1) == taken(3, 50) <= 15
    columns = ColumnEdge.objects.unscoped("test").values_list("upstream_column", flat=True)
    assert set(columns) == {"id"}


def test_for_a_facet_alone() -> None:
    found = infer_for_openlineage("SELECT a INTO b FROM c", "postgresql")
    assert [(s.reads, s.writes) for s in found.statements] == [(("c",), ("b",))]
