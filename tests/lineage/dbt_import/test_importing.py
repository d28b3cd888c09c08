"""A dbt project, brought in: assets, lineage, runs and quality."""

import json
from dataclasses import replace

import pytest

from catalog.finding import find_assets
from catalog.models import Asset, AssetAlias, AssetMeasurement, AssetState
from lineage.dbt import Artifacts
from lineage.dbt_import import import_dbt
from lineage.models import ColumnEdge, DbtProject, Edge, Execution, TaskRun
from tests.conftest import Cast
from tests.lineage.dbt.builders import (
    HARBOUR,
    JAFFLE_SHOP,
    catalog,
    manifest,
    model,
    node,
    read,
    read_folder,
    result,
    run_results,
)
from tests.lineage.dbt_import.bringing import IN_DATA, WHY, asset, bring, edges
from tests.statements import statements


def test_the_harbour(cast: Cast) -> None:
    found = bring(cast, read_folder(HARBOUR))
    assert found.problems == ()
    assert found.counts["created"] == 11
    assert (found.project, found.namespace, found.flow) == ("harbour", "company.data", "harbour")
    made = asset("harbour.main.berth_occupancy")
    assert made.namespace is not None
    assert (made.type, made.label, made.namespace.name, made.status) == (
        "Table",
        "berth_occupancy",
        "company.data",
        "active",
    )
    assert made.description is not None
    assert made.description.startswith("How busy each berth is.")
    assert made.owners == ["quay-team@example.com", "operations@example.com"]
    assert made.tags == ["mart"]
    assert [column["name"] for column in made.columns] == [
        "berth_id",
        "berth_name",
        "calls",
        "last_arrival",
    ]
    assert made.metadata["system"] == "duckdb"
    assert made.metadata["dbt"]["materialized"] == "table"


def test_edges_are_dbts(cast: Cast) -> None:
    found = bring(cast, read_folder(HARBOUR))
    key = json.loads((HARBOUR / "manifest.json").read_bytes())["child_map"]
    ids = {one.unique_id: one.asset_id for one in found.nodes}
    expected = {
        (ids[parent], ids[child])
        for parent, children in key.items()
        for child in children
        if child in ids
    }
    assert {pair for pair in edges() if pair[0]} == expected
    assert found.edges == len(expected) == 12
    edge = Edge.objects.unscoped(WHY).get(downstream__public_id="harbour.main.deep_ships",
                                          upstream__public_id="harbour.main.berths")  # fmt: skip
    assert edge.flow is not None
    assert (edge.flow.public_id, edge.task_id, edge.kind) == (
        "harbour",
        "model.harbour.deep_ships",
        "dbt",
    )
    assert edge.stated
    assert edge.runs == 0
    assert edge.sql.startswith("select ships.ship_name")


@pytest.mark.skipif(not JAFFLE_SHOP.exists(), reason="the fixtures are not beside this checkout")
def test_the_jaffle_shop_is_its_child_map(cast: Cast) -> None:
    found = bring(cast, read_folder(JAFFLE_SHOP))
    key = json.loads((JAFFLE_SHOP / "manifest.json").read_bytes())["child_map"]
    ids = {one.unique_id: one.asset_id for one in found.nodes}
    assert {pair for pair in edges() if pair[0]} == {
        (ids[parent], ids[child])
        for parent, children in key.items()
        for child in children
        if not child.startswith(("test.", "unit_test."))
    }
    assert (found.counts["created"], found.edges, found.run) == (59, 70, None)
    assert found.problems == ()


def test_runs_are_an_execution_of_the_project(cast: Cast) -> None:
    artifacts = read_folder(HARBOUR)
    found = bring(cast, artifacts)
    assert artifacts.invocation is not None
    execution = Execution.objects.unscoped(WHY).get(public_id=artifacts.invocation.id)
    assert (execution.state, execution.flow.public_id) == ("FAILED", "harbour")
    assert execution.labels == {"dbt.command": "build"}
    assert found.run is not None
    assert (found.run.status, found.run.task_runs, found.run.assertions) == ("created", 17, 8)
    runs = {run.task_id: run for run in TaskRun.objects.unscoped(WHY).filter(execution=execution)}
    assert runs["seed.harbour.berths"].outputs["adapterResponse"]["rows_affected"] == 3
    assert "no_such_column" in runs["model.harbour.deep_ships"].error
    assert runs["model.harbour.after_deep_ships"].state == "SKIPPED"
    written = AssetState.objects.unscoped(WHY).get(asset__public_id="harbour.main.berths")
    assert (written.writes, written.last_written_at) == (
        1,
        runs["seed.harbour.berths"].ended_at,
    )
    assert written.last_read_at is not None
    failed = AssetState.objects.unscoped(WHY).get(asset__public_id="harbour.main.deep_ships")
    assert (failed.writes, failed.last_failed_at is None) == (0, False)
    unbuilt = AssetState.objects.unscoped(WHY).get(
        asset__public_id="harbour.main.after_deep_ships"
    )
    assert (unbuilt.writes, unbuilt.last_failed_at, unbuilt.last_read_at) == (0, None, None)


def test_tests_are_quality_of_their_assets(cast: Cast) -> None:
    bring(cast, read_folder(HARBOUR))
    measured = AssetMeasurement.objects.unscoped(WHY)
    quality = measured.get(asset__public_id="harbour.main.berth_occupancy", kind="assertions")
    held = {item["assertion"]: item["success"] for item in quality.values["assertions"]}
    assert held == {
        "unique": True,
        "relationships": True,
        "accepted_values": False,
        "not_null": False,
    }
    written = measured.get(asset__public_id="harbour.main.berths", kind="output")
    assert written.values == {"rowCount": 3}
    assert (written.source["kind"], written.source["taskId"]) == (
        "execution",
        "seed.harbour.berths",
    )


def test_columns_come_out_of_columns(cast: Cast) -> None:
    found = bring(cast, read_folder(HARBOUR))
    rows = ColumnEdge.objects.unscoped(WHY).filter(
        downstream__public_id="harbour.main.berth_occupancy", type="DIRECT"
    )
    fields = ("upstream__public_id", "upstream_column", "downstream_column", "subtype", "kind")
    assert set(rows.values_list(*fields)) == {
        ("harbour.main.berths", "berth_id", "berth_id", "IDENTITY", "dbt"),
        ("harbour.main.berths", "berth_name", "berth_name", "IDENTITY", "dbt"),
        ("harbour.main.stg_port_calls", "call_id", "calls", "AGGREGATION", "dbt"),
        ("harbour.main.stg_port_calls", "arrived_at", "last_arrival", "AGGREGATION", "dbt"),
    }
    assert all(row.stated and row.last_execution_id for row in rows)
    assert found.column_edges == ColumnEdge.objects.unscoped(WHY).count() == 31


def test_unique_ids_are_other_names(cast: Cast) -> None:
    bring(cast, read_folder(HARBOUR))
    names = AssetAlias.objects.unscoped(WHY).values_list("name", "asset__public_id", "source")
    assert ("model.harbour.open_calls", "harbour.main.open_calls", "dbt") in names
    assert len(names) == 11


def test_a_dry_run_tells_it_and_writes_nothing(cast: Cast) -> None:
    found = bring(cast, read_folder(HARBOUR), dry_run=True)
    assert (found.is_dry, found.counts["created"], found.edges) == (True, 11, 12)
    assert not Asset.objects.unscoped(WHY).exists()
    assert not DbtProject.objects.unscoped(WHY).exists()
    assert not Execution.objects.unscoped(WHY).exists()


def many(count: int) -> Artifacts:
    nodes = [model("m0", tags=["x"])]
    nodes += [model(f"m{n}", [f"model.shop.m{n - 1}"]) for n in range(1, count)]
    checks = [
        node(f"test.shop.t{n}", [f"model.shop.m{n}"], attached_node=f"model.shop.m{n}")
        for n in range(count)
    ]
    ran = [result(f"model.shop.m{n}") for n in range(count)]
    ran += [result(f"test.shop.t{n}", "pass") for n in range(count)]
    tables = {f"m{n}": {"id": "INTEGER"} for n in range(count)}
    return read(
        manifest=manifest(*nodes, *checks),
        catalog=catalog(**tables),
        run_results=run_results(*ran),
    )


def test_statements_do_not_depend_on_the_size_of_the_project(cast: Cast) -> None:
    access = cast.access("ingest")
    small, large = many(2), many(60)
    first = statements(lambda: import_dbt(access, small, replace(IN_DATA, flow="small")))
    second = statements(lambda: import_dbt(access, large, replace(IN_DATA, flow="large")))
    assert first == second < 40


def test_progress_is_told(cast: Cast) -> None:
    told: list[tuple[int, int, str]] = []
    bring(cast, read(manifest=manifest(model("a"))), progress=lambda *step: told.append(step))
    assert [done for done, _, _ in told] == [0, 1, 2, 3, 4]


def test_assets_are_found_by_their_unique_ids(cast: Cast) -> None:
    bring(cast, read_folder(HARBOUR))
    found = find_assets(cast.main, ["harbour.main.berths"])
    assert found["harbour.main.berths"].namespace == "company.data"


def test_long_unique_ids_are_tasks_apart(cast: Cast) -> None:
    long = [node(f"test.shop.{'x' * 220}.{n}", ["model.shop.a"]) for n in range(2)]
    ran = run_results(*(result(one["unique_id"], "pass") for one in long))
    bring(cast, read(manifest=manifest(model("a"), *long), run_results=ran))
    tasks = list(TaskRun.objects.unscoped(WHY).values_list("task_id", flat=True))
    assert len(set(tasks)) == 2
    assert {len(task) for task in tasks} == {200}
