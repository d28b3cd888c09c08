"""The same project again, a later or an older one: what changes, goes, returns and stays."""

from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.models import Asset, AssetAlias, AssetChange, AssetMeasurement, AssetState
from catalog.reading.bodies import read_body
from catalog.writing import write_assets
from lineage.models import ColumnEdge, DbtNode, Edge, Execution, LineageEvent, TaskRun
from tests.conftest import Cast
from tests.lineage.dbt.builders import (
    HARBOUR,
    catalog,
    manifest,
    model,
    read,
    read_folder,
    result,
    run_results,
    source,
    sql,
)
from tests.lineage.dbt_import.bringing import WHY, asset, bring, later


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


def test_the_same_again_changes_nothing(cast: Cast) -> None:
    bring(cast, read_folder(HARBOUR))
    before = everything()
    found = bring(cast, read_folder(HARBOUR))
    assert found.is_unchanged
    assert found.counts["unchanged"] == 11
    assert everything() == before


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
