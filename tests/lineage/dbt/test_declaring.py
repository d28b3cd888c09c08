"""What a node says about its asset."""

from typing import Any

from catalog.reading.columns import MAX_COLUMNS
from catalog.reading.declared import UNSET, AssetDeclaration
from lineage.dbt import Artifacts, Options, declarations_of
from lineage.dbt.declaring import overlaid
from lineage.dbt.notes import Notes
from tests.lineage.dbt.builders import HARBOUR, catalog, manifest, model, read, read_folder


def declared(
    artifacts: Artifacts, unique_id: str, **options: str
) -> tuple[AssetDeclaration, Notes]:
    notes = Notes()
    found = declarations_of(artifacts.manifest, artifacts.catalog, Options(**options), notes)
    return found[unique_id], notes


def test_a_model_with_all_its_words() -> None:
    one, notes = declared(read_folder(HARBOUR), "model.harbour.berth_occupancy")
    assert (one.id, one.type, one.display_name, one.namespace) == (
        "harbour.main.berth_occupancy",
        "Table",
        "berth_occupancy",
        UNSET,
    )
    assert one.lifecycle["owners"] == ["quay-team@example.com", "operations@example.com"]
    assert one.lifecycle["tags"] == ["mart"]
    assert one.lifecycle["columns"] == [
        {"name": "berth_id", "type": "INTEGER", "description": "The berth.", "tags": ["key"]},
        {"name": "berth_name", "type": "VARCHAR"},
        {"name": "calls", "type": "BIGINT"},
        {
            "name": "last_arrival",
            "type": "TIMESTAMP",
            "description": "The latest arrival; null where nobody came yet.",
        },
    ]
    shown = {key: one.metadata[key] for key in ("system", "database", "schema", "name")}
    assert shown == {
        "system": "duckdb",
        "database": "harbour",
        "schema": "main",
        "name": "berth_occupancy",
    }
    assert one.metadata["dbt"] == {
        "uniqueId": "model.harbour.berth_occupancy",
        "project": "harbour",
        "package": "harbour",
        "resourceType": "model",
        "path": "models/marts/berth_occupancy.sql",
        "materialized": "table",
        "access": "protected",
        "group": "operations",
        "language": "sql",
        "tags": ["mart"],
        "meta": {"model_layer": "mart"},
    }
    assert notes.found == []


def test_an_exposure_has_no_relation_and_a_link() -> None:
    one, _ = declared(read_folder(HARBOUR), "exposure.harbour.quay_board")
    assert one.display_name == "The board on the quay"
    assert one.metadata["url"] == "https://example.com/quay"
    assert "schema" not in one.metadata
    assert one.lifecycle == {"owners": ["dora@example.com"]}


def test_what_dbt_leaves_empty_is_not_said() -> None:
    one, _ = declared(read(manifest=manifest(model("a"))), "model.shop.a")
    assert (one.description, one.lifecycle) == (None, {})


def test_names_of_columns_match_in_any_case_and_the_warehouse_spells_them() -> None:
    documented = {"Total": {"name": "Total", "description": "Sum", "data_type": "text"}}
    documented["note"] = {"name": "note", "data_type": "text"}
    artifacts = read(
        manifest=manifest(model("a", columns=documented)),
        catalog=catalog(a={"ID": "NUMBER", "TOTAL": "NUMBER"}),
    )
    one, _ = declared(artifacts, "model.shop.a")
    assert one.lifecycle["columns"] == [
        {"name": "ID", "type": "NUMBER"},
        {"name": "TOTAL", "type": "NUMBER", "description": "Sum"},
        {"name": "note", "type": "text"},
    ]


def test_the_warehouse_knows_a_view_better_than_dbt() -> None:
    told = catalog(a={})
    told["nodes"]["model.shop.a"]["metadata"]["type"] = "MATERIALIZED VIEW"
    custom = manifest(model("a", materialized="my_materialisation"))
    assert declared(read(manifest=custom, catalog=told), "model.shop.a")[0].type == (
        "Materialized View"
    )
    assert declared(read(manifest=custom), "model.shop.a")[0].type == "Table"


def test_too_much_is_cut_and_told() -> None:
    huge = model(
        "a",
        meta={"blob": "x" * 70_000, "n": 1},
        description="d" * 70_000,
        tags=["fine", "t" * 200, "<b>"],
        columns={f"c{n}": {"name": f"c{n}"} for n in range(MAX_COLUMNS + 1)},
    )
    one, notes = declared(read(manifest=manifest(huge)), "model.shop.a")
    assert len(one.description or "") == 65_536
    assert one.lifecycle["tags"] == ["fine"]
    assert len(one.lifecycle["columns"]) == MAX_COLUMNS
    assert "meta" not in one.metadata["dbt"]
    assert {note.field for note in notes.found} == {"meta", "description", "tags", "columns"}


def test_namespaces_by_template() -> None:
    artifacts = read(manifest=manifest(model("a", schema="Sales Mart")))
    one, _ = declared(artifacts, "model.shop.a", asset_namespace="company.{schema}")
    assert one.namespace == "company.sales-mart"
    one, notes = declared(artifacts, "model.shop.a", asset_namespace="{group}")
    assert one.namespace is UNSET
    assert [note.field for note in notes.found] == ["namespace"]


def test_a_manifest_alone_is_laid_over_the_columns_that_are_there() -> None:
    stored: list[dict[str, Any]] = [
        {"name": "ID", "type": "NUMBER", "description": "old"},
        {"name": "TOTAL", "type": "NUMBER"},
    ]
    told = [{"name": "id", "description": "new", "tags": ["key"]}, {"name": "extra"}]
    assert overlaid(stored, told) == [
        {"name": "ID", "type": "NUMBER", "description": "new", "tags": ["key"]},
        {"name": "TOTAL", "type": "NUMBER"},
        {"name": "extra"},
    ]
