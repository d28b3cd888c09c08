"""Manifests of every version and every odd writer: taken as far as understood, the rest told."""

import json

import pytest

from lineage.dbt import InvalidArtifact, read_artifacts
from tests.lineage.dbt.builders import (
    HARBOUR,
    as_file,
    catalog,
    manifest,
    model,
    node,
    read,
    read_folder,
    source,
)


def test_nodes_of_the_harbour() -> None:
    nodes = read_folder(HARBOUR).manifest.nodes
    assert {one.unique_id: (one.id, one.type) for one in nodes.values()} == {
        "source.harbour.traffic.port_calls": ("harbour.main.port_calls", "Table"),
        "seed.harbour.berths": ("harbour.main.berths", "Table"),
        "model.harbour.stg_port_calls": ("harbour.main.stg_port_calls", "View"),
        "model.harbour.open_calls": ("harbour.main.open_calls", "Ephemeral Model"),
        "model.harbour.berth_occupancy": ("harbour.main.berth_occupancy", "Table"),
        "model.harbour.ships_in_port": ("harbour.main.ships_in_port", "Table"),
        "model.harbour.deep_ships": ("harbour.main.deep_ships", "Table"),
        "model.harbour.after_deep_ships": ("harbour.main.after_deep_ships", "Table"),
        "snapshot.harbour.berth_history": ("harbour.main.berth_history", "Table"),
        "exposure.harbour.quay_board": ("dbt.harbour.exposure.quay_board", "Dashboard"),
        "analysis.harbour.busiest": ("dbt.harbour.analysis.busiest", "Analysis"),
    }


def test_what_a_node_tells() -> None:
    node = read_folder(HARBOUR).manifest.nodes["model.harbour.berth_occupancy"]
    assert node.title == "berth_occupancy"
    assert node.description.startswith("How busy each berth is.\n\n* **calls**")
    assert node.owners == ("quay-team@example.com", "operations@example.com")
    assert node.tags == ("mart",)
    assert node.sql.startswith("select\n    berths.berth_id")
    assert [(column.name, column.tags) for column in node.columns] == [
        ("berth_id", ("key",)),
        ("calls", ()),
        ("last_arrival", ()),
    ]
    assert node.facts["materialized"] == "table"
    assert node.facts["path"] == "models/marts/berth_occupancy.sql"
    assert node.facts["meta"]["model_layer"] == "mart"


def test_a_group_that_stands_behind_its_models_owns_them() -> None:
    groups = {"group.shop.sales": {"name": "sales", "owner": {"name": "Sales", "email": None}}}
    owned = model("a", group="sales")
    assert read(manifest=manifest(owned, groups=groups)).manifest.nodes["model.shop.a"].owners == (
        "Sales",
    )


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("dora@example.com", ("dora@example.com",)),
        (["dora", {"name": "Ed", "email": "ed@example.com"}], ("dora", "ed@example.com")),
        ({"email": ["a@example.com", "b@example.com"]}, ("a@example.com", "b@example.com")),
        (7, ()),
        (["<script>", "", "x" * 300, ["nested"]], ()),
    ],
)
def test_owners_however_they_are_written(owner: object, expected: tuple[str, ...]) -> None:
    artifacts = read(manifest=manifest(model("a", meta={"owner": owner})))
    assert artifacts.manifest.nodes["model.shop.a"].owners == expected


@pytest.mark.parametrize("version", [10, 11, 12, 20])
def test_known_versions_say_nothing(version: int) -> None:
    assert read(manifest=manifest(model("a"), version=version)).notes.found == []


@pytest.mark.parametrize(("version", "word"), [(7, "older"), (9, "older"), (13, "newer")])
def test_other_versions_are_read_and_told(version: int, word: str) -> None:
    old = model("a", compiled_sql="select 1", materialized="view")
    artifacts = read(manifest=manifest(old, version=version))
    assert artifacts.manifest.nodes["model.shop.a"].sql == "select 1"
    assert word in artifacts.notes.found[0].message


def test_an_untold_version_is_told() -> None:
    artifacts = read(manifest=manifest(metadata={"dbt_schema_version": None}))
    assert artifacts.notes.found[0].field == "manifest.metadata.dbt_schema_version"


def test_unknown_sections_and_kinds_are_told() -> None:
    table = node("vector.shop.v", relation_name='"shop"."main"."v"')
    nothing = node("agent.shop.w")
    artifacts = read(manifest=manifest(table, nothing, wishes={"a": {}, "b": {}}))
    assert set(artifacts.manifest.nodes) == {"vector.shop.v"}
    told = {(note.node, note.field, note.is_loss) for note in artifacts.notes.found}
    assert told == {
        ("", "manifest.wishes", False),
        ("vector.shop.v", "resource_type", False),
        ("agent.shop.w", "resource_type", True),
    }


def test_odd_values_keep_no_project_out() -> None:
    odd = model(
        "a",
        tags="alone",
        meta=["no", "map"],
        columns={"x": None, "y": {"name": 7, "description": {"no": "text"}}},
        description=None,
        config=None,
        alias=None,
        compiled_code=12,
    )
    odd["depends_on"] = {"nodes": [None, 3, "model.shop.a"]}
    broken = {"model.shop.b": "no object"}
    raw = manifest(odd)
    raw["nodes"] |= broken
    artifacts = read(manifest=raw)
    found = artifacts.manifest.nodes["model.shop.a"]
    assert (found.tags, found.columns[0].name, found.parents) == (("alone",), "7", ())
    assert [(note.node, note.is_loss) for note in artifacts.notes.found] == [
        ("model.shop.b", True)
    ]


def test_what_postgres_cannot_hold_is_mended() -> None:
    mended = read(
        manifest=manifest(model("a", description="nul \x00 half \ud800"))
    ).manifest.nodes["model.shop.a"]
    assert mended.description == "nul  half ?"


def test_versions_of_a_model() -> None:
    one = model("m", version=2, alias="m_v2") | {"unique_id": "model.shop.m.v2"}
    [found] = read(manifest=manifest(one)).manifest.nodes.values()
    assert found.title == "m.v2"


def test_a_relation_is_made_of_its_parts_where_it_is_not_written() -> None:
    bare = model("a", relation_name=None)
    assert read(manifest=manifest(bare)).manifest.nodes["model.shop.a"].id == "shop.main.a"
    spark = source("s", relation_name=None, database=None)
    assert read(manifest=manifest(spark)).manifest.nodes["source.shop.crm.s"].id == "raw.s"


def test_only_the_manifest_must_be_there() -> None:
    with pytest.raises(InvalidArtifact) as caught:
        read(catalog=catalog())
    assert caught.value.field == "manifest"


def test_a_file_in_another_ones_place() -> None:
    with pytest.raises(InvalidArtifact, match="is a dbt catalog, not a manifest") as caught:
        read(manifest=catalog())
    assert caught.value.field == "manifest"
    with pytest.raises(InvalidArtifact, match="has no `metadata`") as caught:
        read(manifest=manifest(), catalog={"nodes": {}})
    assert caught.value.field == "catalog"
    with pytest.raises(InvalidArtifact, match="expected “{”") as caught:
        read_artifacts({"manifest": as_file(manifest()), "run_results": as_file([])})
    assert caught.value.field == "run_results"


def test_project_without_a_name_is_called_as_most_of_its_nodes_are() -> None:
    raw = manifest(model("a"), node("model.pkg.b"), model("c"), metadata={"project_name": None})
    assert read(manifest=raw).manifest.project == "shop"


def test_the_artifacts_of_the_harbour_hold_no_paths() -> None:
    """They are shipped: what dbt writes of the machine that it ran on is taken out."""
    for path in HARBOUR.glob("*.json"):
        text = path.read_text()
        assert json.loads(text)
        assert "/tmp/" not in text
        assert "/home/" not in text
