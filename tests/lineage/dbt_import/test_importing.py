"""A dbt project, brought in: assets, lineage, runs, quality; again, and by whoever may."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from catalog.finding import find_assets
from catalog.locking import LockRequest, lock_asset
from catalog.models import Asset, AssetAlias, AssetChange, AssetMeasurement, AssetState
from catalog.reading.bodies import read_body
from catalog.writing import write_assets
from lineage.dbt import Artifacts, Options
from lineage.dbt_import import ImportRefused, ImportResult, import_dbt
from lineage.models import ColumnEdge, DbtNode, DbtProject, Edge, Execution, LineageEvent, TaskRun
from lineage.purging import purge_assets
from lineage.unifying import merge_assets
from tests.conftest import Cast
from tests.factories import make_asset
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
    source,
    sql,
)
from tests.statements import statements

IN_DATA = Options(namespace="company.data")
WHY = "test"


def bring(cast: Cast, artifacts: Artifacts, who: str = "ingest", **more: Any) -> ImportResult:
    options = more.pop("options", IN_DATA)
    return import_dbt(cast.access(who), artifacts, options, **more)


def asset(public_id: str) -> Asset:
    return Asset.objects.unscoped(WHY).select_related("namespace").get(public_id=public_id)


def edges() -> set[tuple[str | None, str | None]]:
    rows = Edge.objects.unscoped(WHY).values_list("upstream__public_id", "downstream__public_id")
    return set(rows)


def everything() -> dict[str, list[Any]]:
    """All rows that an import may touch, without their times of recording."""
    tables: list[Any] = [Asset, Edge, Execution, TaskRun, LineageEvent, AssetMeasurement]
    tables += [AssetAlias, AssetChange, ColumnEdge, DbtNode]
    left_out = {"imported_at", "updated_at", "created_at", "recorded_at"}
    return {
        table.__name__: [
            {key: value for key, value in row.items() if key not in left_out}
            for row in table.objects.unscoped(WHY).order_by("pk").values()
        ]
        for table in tables
    }


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


def test_the_same_again_changes_nothing(cast: Cast) -> None:
    bring(cast, read_folder(HARBOUR))
    before = everything()
    found = bring(cast, read_folder(HARBOUR))
    assert found.is_unchanged
    assert found.counts["unchanged"] == 11
    assert everything() == before


def test_a_dry_run_tells_it_and_writes_nothing(cast: Cast) -> None:
    found = bring(cast, read_folder(HARBOUR), dry_run=True)
    assert (found.is_dry, found.counts["created"], found.edges) == (True, 11, 12)
    assert not Asset.objects.unscoped(WHY).exists()
    assert not DbtProject.objects.unscoped(WHY).exists()
    assert not Execution.objects.unscoped(WHY).exists()


def later(days: int) -> dict[str, Any]:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(days=days)
    return {"metadata": {"generated_at": at.isoformat()}}


def test_what_changed_is_told_and_kept_as_history(cast: Cast) -> None:
    bring(cast, read(manifest=manifest(model("a"), model("b", ["model.shop.a"]))))
    changed = model("a", description="Now with words", tags=["new"])
    found = bring(cast, read(manifest=manifest(changed, model("b", ["model.shop.a"]), **later(1))))
    [one] = found.changed
    assert (one.unique_id, one.status) == ("model.shop.a", "updated")
    assert one.changes == ("description", "metadata.dbt", "tags")
    entry = AssetChange.objects.unscoped(WHY).filter(asset__public_id="shop.main.a").latest("pk")
    assert entry.source == {
        "kind": "dbt",
        "label": "dbt project shop",
        "namespace": "company.data",
        "flowId": "shop",
    }


def test_a_model_that_is_gone_is_marked_and_comes_back(cast: Cast) -> None:
    both = [model("a"), model("b", ["model.shop.a"])]
    bring(cast, read(manifest=manifest(*both)))
    found = bring(cast, read(manifest=manifest(model("b"), **later(1))))
    assert [(one.unique_id, one.status) for one in found.changed if one.status != "updated"] == [
        ("model.shop.a", "removed")
    ]
    gone = asset("shop.main.a")
    assert (gone.status, gone.metadata["removedAt"]) == ("removed", "2026-11-21T12:00:00Z")
    assert gone.deleted_at is None
    edge = Edge.objects.unscoped(WHY).get(upstream=gone)
    assert edge.last_seen == datetime(2026, 11, 20, 12, tzinfo=UTC)
    again = bring(cast, read(manifest=manifest(model("b"), **later(2))))
    assert again.is_unchanged
    found = bring(cast, read(manifest=manifest(*both, **later(3))))
    assert [one.status for one in found.nodes] == ["restored", "unchanged"]
    back = asset("shop.main.a")
    assert (back.status, "removedAt" in back.metadata) == ("active", False)
    assert Edge.objects.unscoped(WHY).get(upstream=back).last_seen > edge.last_seen


def test_a_source_that_nobody_reads_any_more_is_still_a_table(cast: Cast) -> None:
    bring(cast, read(manifest=manifest(source("orders"), model("a", ["source.shop.crm.orders"]))))
    bring(cast, read(manifest=manifest(model("a"), **later(1))))
    assert asset("shop.raw.orders").status == "active"
    row = DbtNode.objects.unscoped(WHY).get(unique_id="source.shop.crm.orders")
    assert row.removed_at is not None


def test_a_model_that_moved_to_another_relation(cast: Cast) -> None:
    bring(cast, read(manifest=manifest(model("a"))))
    moved = model("a", alias="a2", relation_name='"shop"."main"."a2"')
    found = bring(cast, read(manifest=manifest(moved, **later(1))))
    assert {(one.asset_id, one.status) for one in found.nodes} == {
        ("shop.main.a2", "created"),
        ("shop.main.a", "removed"),
    }
    assert asset("shop.main.a").status == "removed"
    alias = AssetAlias.objects.unscoped(WHY).get(name="model.shop.a")
    assert alias.asset.public_id == "shop.main.a2"


def test_a_node_with_another_unique_id_is_the_same_asset(cast: Cast) -> None:
    bring(cast, read(manifest=manifest(model("a"))))
    renamed = model("b", alias="a", relation_name='"shop"."main"."a"')
    found = bring(cast, read(manifest=manifest(renamed, **later(1))))
    assert [one.status for one in found.nodes] == ["updated"]
    assert asset("shop.main.a").status == "active"


VERSIONS = (
    manifest(model("a", description="one"), model("b"), **later(0)),
    manifest(model("b", description="two"), model("c"), **later(1)),
    manifest(model("a", description="three"), model("c"), **later(2)),
)


@pytest.mark.parametrize(
    "order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0)]
)
def test_older_manifests_that_come_later_overwrite_nothing(
    cast: Cast, order: tuple[int, ...]
) -> None:
    for n in order:
        found = bring(cast, read(manifest=VERSIONS[n]))
        assert found.is_older == (n < max(order[: order.index(n) + 1]))
    state = {
        name: (asset(f"shop.main.{name}").status, asset(f"shop.main.{name}").description)
        for name in "abc"
    }
    assert state == {
        "a": ("active", "three"),
        "b": ("removed", "two"),
        "c": ("active", None),
    }
    rows = DbtNode.objects.unscoped(WHY).values_list("unique_id", "removed_at")
    assert {unique_id: at is not None for unique_id, at in rows} == {
        "model.shop.a": False,
        "model.shop.b": True,
        "model.shop.c": False,
    }


def test_a_manifest_alone_does_not_take_the_types_of_columns_away(cast: Cast) -> None:
    documented = model("a", columns={"id": {"name": "id", "description": "Key"}})
    typed = catalog(a={"ID": "NUMBER", "TOTAL": "NUMBER"})
    bring(cast, read(manifest=manifest(documented), catalog=typed))
    described = model("a", columns={"id": {"name": "id", "description": "The key"}})
    bring(cast, read(manifest=manifest(described, **later(1))))
    assert asset("shop.main.a").columns == [
        {"name": "ID", "type": "NUMBER", "description": "The key"},
        {"name": "TOTAL", "type": "NUMBER"},
    ]


def test_what_may_not_be_written_is_told_and_the_rest_goes_in(
    cast: Cast, grant: Callable[..., User]
) -> None:
    grant("loader", "Ingest", "company.data")
    make_asset(cast.main, "shop.main.a", "company.finance", description="theirs", type="Table")
    AssetState.objects.unscoped(WHY).update(clock={"namespace": "0000000000000001|x|000000"})
    nodes = [model("a", description="ours"), model("b", ["model.shop.a"]), source("s")]
    ran = run_results(result("model.shop.a"), result("model.shop.b"))
    found = bring(cast, read(manifest=manifest(*nodes), run_results=ran), "loader")
    assert {one.unique_id: one.status for one in found.nodes} == {
        "model.shop.a": "failed",
        "model.shop.b": "created",
        "source.shop.crm.s": "created",
    }
    [problem] = found.problems
    assert (problem.node, problem.is_loss) == ("model.shop.a", True)
    assert "may not write" in problem.message
    assert asset("shop.main.a").description == "theirs"
    assert ("shop.main.a", "shop.main.b") in edges()
    assert not DbtNode.objects.unscoped(WHY).filter(unique_id="model.shop.a").exists()
    run = TaskRun.objects.unscoped(WHY).get(task_id="model.shop.a")
    assert "may not write" in run.asset_errors[0]["message"]


def test_who_may_not_post_there_is_refused(cast: Cast, grant: Callable[..., User]) -> None:
    grant("loader", "Ingest", "company.data")
    artifacts = read_folder(HARBOUR)
    with pytest.raises(ImportRefused) as caught:
        bring(cast, artifacts, "loader", options=Options(namespace="company.finance"))
    assert caught.value.forbidden
    with pytest.raises(ImportRefused, match="must start"):
        bring(cast, artifacts, options=Options(namespace="No Good"))
    with pytest.raises(ImportRefused) as caught:
        bring(cast, artifacts, options=Options(namespace="company.data", flow="a b"))
    assert (caught.value.field, caught.value.forbidden) == ("flow", False)


def test_a_tenant_that_requires_namespaces(cast: Cast) -> None:
    cast.main.requires_existing_namespaces = True
    cast.main.save()
    with pytest.raises(ImportRefused, match="requires existing"):
        bring(cast, read_folder(HARBOUR))


def test_assets_by_template(cast: Cast) -> None:
    options = replace(IN_DATA, asset_namespace="company.{schema}")
    bring(cast, read(manifest=manifest(model("a"), source("s"))), options=options)
    namespaces = {one: asset(one).namespace for one in ("shop.main.a", "shop.raw.s")}
    assert {one: str(namespace) for one, namespace in namespaces.items()} == {
        "shop.main.a": "company.main",
        "shop.raw.s": "company.raw",
    }


def test_an_alias_takes_nobodys_asset_over(cast: Cast) -> None:
    make_asset(cast.main, "model.shop.a", "company.finance")
    found = bring(cast, read(manifest=manifest(model("a"))))
    assert [(one.node, one.field) for one in found.problems] == [("model.shop.a", "alias")]
    assert not AssetAlias.objects.unscoped(WHY).exists()
    other = replace(IN_DATA, flow="shop_prod")
    bring(cast, read(manifest=manifest(model("b"))))
    twin = model("b", database="prod", relation_name='"prod"."main"."b"')
    again = bring(cast, read(manifest=manifest(twin)), options=other)
    assert [(one.node, one.field) for one in again.problems] == [("model.shop.b", "alias")]
    assert AssetAlias.objects.unscoped(WHY).get(name="model.shop.b").asset.public_id == (
        "shop.main.b"
    )


def test_a_name_that_is_not_of_dbts_shape_is_no_alias(cast: Cast) -> None:
    odd = model("a") | {"unique_id": "analytics.public.orders"}
    bring(cast, read(manifest=manifest(odd)))
    assert asset("shop.main.a")
    assert not AssetAlias.objects.unscoped(WHY).exists()


def test_an_asset_that_became_another_one_is_neither_gone_nor_made_anew(cast: Cast) -> None:
    nodes = [model("a"), model("b", ["model.shop.a"])]
    bring(cast, read(manifest=manifest(*nodes)))
    kept = make_asset(cast.main, "warehouse/a", "company.data")
    merge_assets(cast.access("editor"), kept, asset("shop.main.a"))
    for day in (1, 2):
        assert bring(cast, read(manifest=manifest(*nodes, **later(day)))).is_unchanged
    assert asset("warehouse/a").status == "active"
    assert asset("warehouse/a").metadata["dbt"]["uniqueId"] == "model.shop.a"
    assert ("warehouse/a", "shop.main.b") in edges()
    found = bring(cast, read(manifest=manifest(model("b"), **later(3))))
    assert [(one.asset_id, one.status) for one in found.nodes if one.status == "removed"] == [
        ("warehouse/a", "removed")
    ]


def test_assets_of_a_project_can_be_deleted_for_good(cast: Cast) -> None:
    bring(cast, read_folder(HARBOUR))
    pks = list(Asset.objects.unscoped(WHY).values_list("pk", flat=True))
    assert purge_assets(cast.access("admin"), pks) == 11
    assert not DbtNode.objects.unscoped(WHY).exists()
    assert bring(cast, read_folder(HARBOUR)).counts["created"] == 11


def test_a_locked_asset_keeps_its_words(cast: Cast) -> None:
    bring(cast, read(manifest=manifest(model("a", description="one"))))
    lock_asset(cast.access("editor"), asset("shop.main.a").pk, LockRequest())
    changed = read(manifest=manifest(model("a", description="two"), **later(1)))
    found = bring(cast, changed)
    assert [one.status for one in found.nodes] == ["failed"]
    assert "is locked by" in found.problems[0].message
    assert asset("shop.main.a").description == "one"


def test_a_person_has_the_last_word_until_dbt_says_something_later(cast: Cast) -> None:
    bring(cast, read(manifest=manifest(model("a", description="dbt's"))))
    body, _ = read_body({"id": "shop.main.a", "type": "Table", "description": "Dora's"})
    assert body is not None
    write_assets(cast.access("editor"), [body])
    bring(cast, read(manifest=manifest(model("a", description="dbt's"))))
    assert asset("shop.main.a").description == "Dora's"


def test_runs_of_an_older_artifact_count_once(cast: Cast) -> None:
    nodes = [model("a"), model("b", ["model.shop.a"])]
    for n in (2, 1, 2, 1):
        ran = run_results(result("model.shop.a"), result("model.shop.b"), invocation_id=f"inv-{n}")
        bring(cast, read(manifest=manifest(*nodes, **later(n)), run_results=ran))
    state = AssetState.objects.unscoped(WHY).get(asset__public_id="shop.main.b")
    assert state.writes == 2
    edge = Edge.objects.unscoped(WHY).get(upstream__public_id="shop.main.a")
    assert (edge.runs, edge.stated) == (2, True)
    assert Execution.objects.unscoped(WHY).count() == 2


@pytest.mark.parametrize("order", [(1, 2, 9), (9, 2, 1), (9, 1, 2), (2, 9, 1)])
def test_an_edge_names_its_last_run_also_when_a_later_manifest_states_it(
    cast: Cast, order: tuple[int, ...]
) -> None:
    nodes = [model("a"), sql("b", 'select id from "shop"."main"."a"', ["model.shop.a"])]
    for n in order:
        at = f"2026-11-{20 + n}T12:05:00Z"
        ran = run_results(
            result("model.shop.b", timing=[]), invocation_id=f"inv-{n}", generated_at=at
        )
        own = {"run_results": ran} if n < 9 else {}
        bring(cast, read(manifest=manifest(*nodes, **later(n)), **own))
    for table in (Edge, ColumnEdge):
        edge = table.objects.unscoped(WHY).get(upstream__public_id="shop.main.a")
        assert edge.last_execution is not None
        assert edge.last_execution.public_id == "inv-2"


def test_an_execution_of_another_flow_stays_its_own(cast: Cast) -> None:
    ran = run_results(result("model.shop.a"))
    bring(cast, read(manifest=manifest(model("a")), run_results=ran))
    found = bring(
        cast,
        read(manifest=manifest(model("a")), run_results=ran),
        options=replace(IN_DATA, flow="shop_prod"),
    )
    assert found.run is None
    assert "belongs to another flow" in [one.message for one in found.problems][0]


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
