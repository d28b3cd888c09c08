"""Lineage from the SQL of a flow's tasks, as it is recorded with their runs (K1.12)."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Asset
from lineage.models import AssetUsage, ColumnEdge, Edge, LineageEvent, TaskRun
from lineage.recording import record_executions
from lineage.registering import register_flow
from tests.conftest import Cast
from tests.lineage.snapshots import snapshot
from tests.lineage.worlds import posted, task_run

TABLE = "io.kestra.plugin.ee.assets.Table"
FILE = "io.kestra.plugin.ee.assets.File"
SQL = "CREATE TABLE mart.daily AS SELECT day, sum(amount) AS total FROM raw.orders GROUP BY day"


def flow(*lines: str, type: str = "io.kestra.plugin.jdbc.postgresql.Query", head: str = "") -> str:
    body = "\n    ".join(lines)
    return (
        f"id: daily\nnamespace: company.data\n{head}\n"
        f"tasks:\n  - id: build\n    type: {type}\n    {body}\n"
    )


def run(cast: Cast, source: str, **fields: Any) -> TaskRun:
    access = cast.access("ingest")
    register_flow(access, source, replace=True)
    execution = fields.pop("execution", {})
    body = posted("e1", runs=[task_run("t1", **fields)], **execution)
    [result] = record_executions(access, [body])
    assert result.status in ("created", "updated"), result.reason
    return TaskRun.objects.unscoped("test").get(public_id="t1")


def edges(kind: str = "") -> set[tuple[str | None, str | None]]:
    rows = Edge.objects.unscoped("test")
    rows = rows.filter(kind=kind) if kind else rows
    return set(rows.values_list("upstream__public_id", "downstream__public_id"))


def columns() -> set[tuple[str, ...]]:
    return set(
        ColumnEdge.objects.unscoped("test").values_list(
            "upstream__public_id",
            "upstream_column",
            "downstream__public_id",
            "downstream_column",
            "subtype",
        )
    )


def types() -> dict[str, str]:
    return dict(Asset.objects.unscoped("test").values_list("public_id", "type"))


AUTO = "assets: {enableAuto: true}"


def test_a_task_that_asks_for_it_has_its_sql_read(cast: Cast) -> None:
    run(cast, flow(f"sql: {SQL}", AUTO))
    edge = Edge.objects.unscoped("test").get()
    assert edges("sql") == {("raw.orders", "mart.daily")}
    assert edge.sql == SQL
    assert types() == {"raw.orders": TABLE, "mart.daily": TABLE}
    assert columns() == {
        ("raw.orders", "day", "mart.daily", "day", "IDENTITY"),
        ("raw.orders", "amount", "mart.daily", "total", "AGGREGATION"),
        ("raw.orders", "day", "mart.daily", "", "GROUP_BY"),
    }
    usages = AssetUsage.objects.unscoped("test").values_list("asset__public_id", "direction")
    assert set(usages) == {("raw.orders", "READ"), ("mart.daily", "WRITE")}


@pytest.mark.parametrize(
    ("asks", "tenant", "read"),
    [
        ("", False, False),
        ("", True, True),
        ("assets: {enableAuto: false}", True, False),
        ("assets: {enableAuto: true}", False, True),
        ('assets: {enableAuto: "{{ inputs.auto }}"}', False, True),
        ("assets: {inputs: [{id: raw.orders}]}", True, True),
        ("assets: {inputs: [{id: raw.orders}]}", False, False),
    ],
)
def test_the_task_decides_and_then_the_tenant(
    cast: Cast, asks: str, tenant: bool, read: bool
) -> None:
    cast.main.infers_sql = tenant
    cast.main.save()
    run(cast, flow(f"sql: {SQL}", asks), execution={"inputs": {"auto": "true"}})
    assert (edges("sql") == {("raw.orders", "mart.daily")}) is read


@pytest.mark.parametrize(
    ("type", "key"),
    [
        ("io.kestra.plugin.jdbc.postgresql.Queries", "sql"),
        ("io.kestra.plugin.aws.athena.Query", "query"),
        ("io.kestra.plugin.databricks.sql.Query", "statement"),
        ("io.kestra.plugin.jdbc.duckdb.Query", "script"),
    ],
)
def test_the_keys_of_database_plugins(cast: Cast, type: str, key: str) -> None:
    run(cast, flow(f"{key}: {SQL}", AUTO, type=type))
    assert edges("sql") == {("raw.orders", "mart.daily")}


def test_a_list_of_scripts(cast: Cast) -> None:
    run(cast, flow("queries:", "  - INSERT INTO b SELECT x FROM a", "  - nonsense", AUTO))
    assert edges() == {("a", "b")}
    [error] = TaskRun.objects.unscoped("test").get().asset_errors
    assert error["field"] == "tasks.build.queries[1]"


@pytest.mark.parametrize(
    "type", ["io.kestra.plugin.scripts.shell.Commands", "io.kestra.plugin.core.log.Log"]
)
def test_only_tasks_of_databases_have_sql(cast: Cast, type: str) -> None:
    run(cast, flow("script: SELECT x FROM a", AUTO, type=type))
    assert edges() == set()


def test_a_jdbc_url_tells_the_dialect(cast: Cast) -> None:
    url = "url: jdbc:sqlserver://host;databaseName=x"
    run(cast, flow("sql: SELECT x INTO [my].[b] FROM [a]", url, AUTO, type="acme.jdbc.Query"))
    assert edges() == {("a", "my.b")}


def test_expressions_are_rendered_with_the_context_of_the_run(cast: Cast) -> None:
    sql = (
        'sql: "INSERT INTO mart.sales_{{ taskrun.value }} SELECT a FROM {{ vars.raw }}.sales'
        " WHERE shop = '{{ inputs.shop }}' AND token = '{{ secret('X') }}'\""
    )
    head = "variables: {raw: lake}\ninputs:\n  - {id: shop, type: SECRET}"
    run(cast, flow(sql, AUTO, head=head), value="eu", execution={"inputs": {"shop": "paris"}})
    assert edges() == {("lake.sales", "mart.sales_eu")}
    assert Edge.objects.unscoped("test").get().sql == (
        "INSERT INTO mart.sales_eu SELECT a FROM lake.sales"
        " WHERE shop = '******' AND token = '******'"
    )


def test_a_secret_that_an_output_repeats_is_not_kept(cast: Cast) -> None:
    sql = "sql: \"INSERT INTO b SELECT x FROM a WHERE t = '{{ outputs.build.said }}'\""
    run(
        cast,
        flow(sql, AUTO, head="inputs:\n  - {id: key, type: SECRET}"),
        outputs={"said": "key is hunter22"},
        execution={"inputs": {"key": "hunter22"}},
    )
    assert "hunter22" not in Edge.objects.unscoped("test").get().sql


def test_what_cannot_be_rendered_is_reported_and_the_rest_recorded(cast: Cast) -> None:
    sql = 'sql: "INSERT INTO mart.t SELECT a FROM raw.s JOIN {{ outputs.gone.table }} USING (a)"'
    task = run(cast, flow(sql, AUTO))
    assert edges() == {("raw.s", "mart.t")}
    [error] = task.asset_errors
    assert error == {
        "field": "tasks.build.sql",
        "message": "Line 1, column 45: The name “{{ outputs.gone.table }}” is not known.",
        "behavior": "IGNORE",
    }


def test_what_is_not_understood_changes_no_state(cast: Cast) -> None:
    assets = "assets: {enableAuto: true, assetFailureBehavior: FAIL}"
    task = run(cast, flow("sql: CALL refresh()", assets))
    assert (task.state, task.shown_state) == ("SUCCESS", "SUCCESS")
    assert [error["behavior"] for error in task.asset_errors] == ["IGNORE"]
    assert task.asset_note == ""


def test_a_failed_run_makes_no_edges(cast: Cast) -> None:
    run(cast, flow(f"sql: {SQL}", AUTO), state="FAILED")
    assert edges() == set()
    assert AssetUsage.objects.unscoped("test").count() == 2


# What is declared wins


def test_a_declaration_of_both_sides_is_complete(cast: Cast) -> None:
    assets = (
        "assets: {enableAuto: true, inputs: [{id: shop.raw.orders}],"
        " outputs: [{id: mart.daily, type: MART}]}"
    )
    sql = "sql: INSERT INTO mart.daily SELECT day FROM raw.orders JOIN other.t ON t.k = orders.k"
    run(cast, flow(sql, assets))
    assert edges("declared") == edges() == {("shop.raw.orders", "mart.daily")}
    assert types()["mart.daily"] == "MART"
    assert columns() == {("shop.raw.orders", "k", "mart.daily", "", "JOIN")}
    assert Edge.objects.unscoped("test").get().sql.startswith("INSERT INTO mart.daily")


def test_declared_outputs_get_inferred_inputs(cast: Cast) -> None:
    assets = "assets: {enableAuto: true, outputs: [{id: warehouse.mart.daily, type: MART}]}"
    run(cast, flow(f"sql: {SQL}; INSERT INTO audit SELECT 1", assets))
    assert edges() == {(None, "warehouse.mart.daily"), ("raw.orders", "warehouse.mart.daily")}
    assert "audit" not in types()


def test_declared_inputs_stay_alone(cast: Cast) -> None:
    assets = "assets: {enableAuto: true, inputs: [{id: raw.orders}]}"
    run(cast, flow("sql: INSERT INTO b SELECT x FROM raw.orders, c", assets))
    assert edges("sql") == {("raw.orders", "b")}


def test_emitted_assets_are_the_ones_that_the_sql_means(cast: Cast) -> None:
    emitted = [{"inputs": [], "outputs": [{"id": "shop.daily", "type": TABLE}]}]
    sql = "sql: CREATE TABLE daily AS SELECT a FROM orders"
    run(cast, flow(sql, AUTO), assetEmits=emitted)
    assert edges() == {(None, "shop.daily"), ("orders", "shop.daily")}


def test_an_inferred_type_gives_way_to_any_other(cast: Cast) -> None:
    access = cast.access("ingest")
    record_executions(
        access, [posted("e0", "other", runs=[task_run("t0", writes=["mart.daily"])])]
    )
    run(cast, flow(f"sql: {SQL}", AUTO), minutes=60)
    assert types()["mart.daily"] == "Table"


# Names


def test_files_are_called_as_openlineage_calls_them(cast: Cast) -> None:
    sql = "COPY (SELECT a FROM read_csv('s3a://raw/x.csv')) TO '/data/out.csv'"
    run(cast, flow(f'sql: "{sql}"', AUTO, type="io.kestra.plugin.jdbc.duckdb.Query"))
    assert edges() == {("s3://raw/x.csv", "file/data/out.csv")}
    assert set(types().values()) == {FILE}


def test_files_of_the_run_alone_are_no_assets(cast: Cast) -> None:
    sql = (
        "INSERT INTO t SELECT a FROM read_csv('{{ workingDir }}/x.csv')"
        " UNION ALL SELECT a FROM read_csv('{{ outputs.build.uri }}')"
    )
    task = run(
        cast,
        flow(f'sql: "{sql}"', AUTO, type="io.kestra.plugin.jdbc.duckdb.Query"),
        outputs={"uri": "kestra:///company/x.csv"},
    )
    assert edges() == {(None, "t")}
    assert task.asset_errors == []


def test_a_table_that_is_read_and_written_does_not_feed_itself(cast: Cast) -> None:
    run(cast, flow("sql: INSERT INTO t SELECT x FROM t JOIN u USING (x)", AUTO))
    assert edges() == {("u", "t"), ("t", None)}


def test_bigquerys_destination_table(cast: Cast) -> None:
    destination = "destinationTable: acme.mart.daily"
    query = "sql: SELECT day, total FROM raw.orders"
    run(cast, flow(query, destination, AUTO, type="io.kestra.plugin.gcp.bigquery.Query"))
    assert edges() == {("raw.orders", "acme.mart.daily")}
    assert ("raw.orders", "day", "acme.mart.daily", "day", "IDENTITY") in columns()
    assert Edge.objects.unscoped("test").get().sql == "SELECT day, total FROM raw.orders"


def test_snowflakes_database_and_schema(cast: Cast) -> None:
    where = ('database: "{{ vars.db }}"', "schema: mart", "sql: INSERT INTO t SELECT a FROM raw.s")
    source = flow(
        *where, AUTO, type="io.kestra.plugin.jdbc.snowflake.Query", head="variables: {db: shop}"
    )
    run(cast, source)
    assert edges() == {("shop.raw.s", "shop.mart.t")}


# How it is recorded


def test_equal_statements_are_one_event(cast: Cast) -> None:
    inserts = "; ".join(f"INSERT INTO t VALUES ({n})" for n in range(50))
    run(cast, flow(f"sql: {inserts}", AUTO))
    assert LineageEvent.objects.unscoped("test").count() == 1


def test_the_same_in_any_order(cast: Cast) -> None:
    access = cast.access("ingest")
    body = posted("e1", runs=[task_run("t1")])
    record_executions(access, [body])
    register_flow(access, flow(f"sql: {SQL}", AUTO))
    late = snapshot(cast.main)
    record_executions(access, [body])
    assert snapshot(cast.main) == late
    assert edges("sql") == {("raw.orders", "mart.daily")}


def test_the_number_of_statements_does_not_depend_on_the_scripts(cast: Cast) -> None:
    access = cast.access("ingest")
    sql = 'sql: "INSERT INTO t_{{ taskrun.value }} SELECT a FROM s_{{ taskrun.value }}"'
    register_flow(access, flow(sql, AUTO))
    record_executions(access, [posted("e0", runs=[task_run("t0", value="0")])])

    def count(name: str, number: int) -> int:
        runs = [task_run(f"{name}-{n}", value=f"{name}_{n}") for n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            record_executions(access, [posted(name, runs=runs)])
        return len(captured)

    assert count("one", 1) == count("many", 40)


def test_an_output_out_of_reach_changes_no_state(cast: Cast, grant: Any) -> None:
    access = cast.access("ingest")
    register_flow(access, flow(f"sql: {SQL}", AUTO))
    record_executions(
        cast.access("editor"),
        [posted("e0", "other", "company.other", runs=[task_run("t0", writes=["mart.daily"])])],
    )
    grant("limited", "Ingest", "company.data")
    record_executions(cast.access("limited"), [posted("e1", runs=[task_run("t1")])])
    task = TaskRun.objects.unscoped("test").get(public_id="t1")
    assert task.shown_state == "SUCCESS"
    assert "may not write" in task.asset_errors[0]["message"]
