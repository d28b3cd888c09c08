"""`SELECT *` told apart by the columns that the catalog knows, and that the poster may see."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import actions
from accounts.access import Access
from accounts.models import User
from catalog.known_columns import known_columns
from catalog.models import Asset, AssetAlias
from lineage.models import ColumnEdge, Edge
from lineage.recording import record_executions
from lineage.registering import register_flow
from tests.conftest import Cast, role
from tests.factories import make_asset
from tests.lineage.events import event, post
from tests.lineage.worlds import posted, task_run

STAR = "CREATE TABLE mart.copy AS SELECT * FROM raw.orders"
FLOW = """\
id: daily
namespace: company.data
tasks:
  - id: build
    type: io.kestra.plugin.jdbc.postgresql.Query
    sql: {sql}
    assets: {{enableAuto: true{more}}}
"""


@pytest.fixture
def access(cast: Cast, grant: Callable[..., User]) -> Access:
    """An orchestrator that may see what is in `company.data`, beside posting."""
    actions.bind(cast.users["ingest"], role(cast.main, "Viewer"), "company.data")
    return cast.access("ingest")


def orders(cast: Cast, namespace: str = "company.data", id_: str = "raw.orders") -> Asset:
    columns = [
        {"name": "id", "type": "int"},
        {"name": "place", "type": "record", "columns": [{"name": "city", "type": "text"}]},
    ]
    return make_asset(cast.main, id_, namespace, columns=columns)


def run(access: Access, sql: str = STAR, number: int = 1, more: str = "") -> None:
    register_flow(access, FLOW.format(sql=sql, more=more), replace=True)
    body = posted(f"e{number}", runs=[task_run(f"t{number}")], minutes=number)
    [result] = record_executions(access, [body])
    assert result.status in ("created", "updated"), result.reason


def columns() -> set[tuple[str, ...]]:
    rows = ColumnEdge.objects.unscoped("test")
    return set(
        rows.values_list(
            "upstream__public_id", "upstream_column", "downstream__public_id", "downstream_column"
        )
    )


COPIED = {
    ("raw.orders", "id", "mart.copy", "id"),
    ("raw.orders", "place", "mart.copy", "place"),
}


def test_a_star_over_a_known_table_links_its_columns(cast: Cast, access: Access) -> None:
    orders(cast)
    run(access)
    assert columns() == COPIED
    edge = Edge.objects.unscoped("test").get()
    assert (edge.kind, edge.sql) == ("sql", STAR)


def test_an_unknown_table_links_no_columns(cast: Cast, access: Access) -> None:
    run(access)
    assert columns() == set()
    assert Edge.objects.unscoped("test").get().upstream.public_id == "raw.orders"


def test_the_columns_are_those_of_the_time_when_the_run_is_recorded(
    cast: Cast, access: Access
) -> None:
    asset = orders(cast)
    run(access)
    asset.columns = [{"name": "id"}, {"name": "total"}]
    asset.save(update_fields=["columns"])
    run(access, number=2)
    assert columns() == COPIED | {("raw.orders", "total", "mart.copy", "total")}


@pytest.mark.parametrize("namespace", ["company.secret", None])
def test_what_the_poster_may_not_see_is_not_told(
    cast: Cast, access: Access, namespace: str | None
) -> None:
    orders(cast, namespace)
    run(access)
    assert columns() == set()


def test_who_may_only_post_sees_nothing(cast: Cast) -> None:
    orders(cast)
    with CaptureQueriesContext(connection) as captured:
        run(cast.access("ingest"))
    assert columns() == set()
    assert "jsonb_path_query_array" not in str(captured.captured_queries)


def test_another_tenant_is_another_world(cast: Cast, access: Access) -> None:
    make_asset(cast.other, "raw.orders", "company.data", columns=[{"name": "secret"}])
    run(access)
    assert columns() == set()


def test_a_name_in_the_script_may_be_an_alias(cast: Cast, access: Access) -> None:
    asset = orders(cast, id_="shop.orders")
    AssetAlias.objects.create(tenant=cast.main, name="raw.orders", asset=asset, source="manual")
    run(access)
    assert {row[:2] for row in columns()} == {("shop.orders", "id"), ("shop.orders", "place")}


def test_a_name_may_be_the_end_of_a_declared_one(cast: Cast, access: Access) -> None:
    orders(cast, id_="shop.raw.orders")
    run(access, more=", inputs: [{id: shop.raw.orders}]")
    assert {row[0] for row in columns()} == {"shop.raw.orders"}


def test_a_deleted_asset_tells_nothing(cast: Cast, access: Access) -> None:
    asset = orders(cast)
    asset.deleted_at = asset.created_at
    asset.save(update_fields=["deleted_at"])
    assert known_columns(access, ["raw.orders"]) == {}


def taken(run: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        run()
    return [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]


def test_it_takes_one_statement_more_whatever_the_number_of_scripts(
    cast: Cast, access: Access
) -> None:
    orders(cast)
    register_flow(access, FLOW.format(sql=STAR, more=""), replace=True)
    plain = FLOW.replace("id: daily", "id: plain").format(
        sql="CREATE TABLE mart.copy AS SELECT id FROM raw.orders", more=""
    )
    register_flow(access, plain, replace=True)

    def bodies(flow: str, first: int, count: int) -> list[Any]:
        return [
            posted(f"{flow}{n}", flow, runs=[task_run(f"{flow}-t{n}")], minutes=n)
            for n in range(first, first + count)
        ]

    for flow in ("daily", "plain"):
        record_executions(access, bodies(flow, 0, 1))
    few = len(taken(lambda: record_executions(access, bodies("plain", 10, 1))))
    assert len(taken(lambda: record_executions(access, bodies("daily", 10, 1)))) == few + 1
    assert len(taken(lambda: record_executions(access, bodies("daily", 20, 30)))) == few + 1


def told(kind: str, minute: int, number: int, sql: str = STAR) -> dict[str, Any]:
    facets = {"sql": {"query": sql, "dialect": "postgres"}} if kind == "START" else None
    return event(kind, minute, number, job_facets=facets)


def test_runs_of_openlineage_know_them_too_in_fifteen_statements(
    cast: Cast, access: Access
) -> None:
    orders(cast)
    post(access, told("START", 1, 1), told("COMPLETE", 2, 1))
    assert columns() == COPIED
    post(access, told("START", 3, 2))
    found = taken(lambda: post(access, told("COMPLETE", 4, 2)))
    assert len(found) <= 15, "\n".join(one[:160] for one in found)
    assert sum("jsonb_path_query_array" in one for one in found) == 1
    post(access, *(told("START", 5, n) for n in range(10, 40)))
    many = taken(lambda: post(access, *(told("COMPLETE", 6, n) for n in range(10, 40))))
    assert len(many) == len(found)
