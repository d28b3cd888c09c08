"""Lineage is exactly what dbt's `child_map` says, tests left out."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.dbt import Artifacts, Options, bundles_of, declarations_of
from lineage.dbt.notes import Notes
from tests.lineage.dbt.builders import (
    HARBOUR,
    JAFFLE_SHOP,
    manifest,
    model,
    node,
    read,
    read_folder,
    source,
)

type Edges = set[tuple[str, str]]


def answer_key(folder: Path) -> Edges:
    children = json.loads((folder / "manifest.json").read_bytes())["child_map"]
    return {
        (parent, child)
        for parent, found in children.items()
        for child in found
        if not child.startswith(("test.", "unit_test."))
    }


def edges_of(artifacts: Artifacts) -> Edges:
    """By dbt's unique ids, from the assets that the bundles name."""
    project = artifacts.manifest
    unique_ids = {one.id: one.unique_id for one in project.nodes.values()}
    assert len(unique_ids) == len(project.nodes)
    declared = declarations_of(project, artifacts.catalog, Options(), Notes())
    return {
        (unique_ids[upstream.id], unique_ids[downstream.id])
        for bundle in bundles_of(project, declared, Notes()).values()
        for upstream in bundle.inputs
        for downstream in bundle.outputs
    }


@pytest.mark.skipif(not JAFFLE_SHOP.exists(), reason="the fixtures are not beside this checkout")
def test_jaffle_shop() -> None:
    artifacts = read_folder(JAFFLE_SHOP)
    expected = answer_key(JAFFLE_SHOP)
    assert len(expected) == 70
    assert edges_of(artifacts) == expected
    assert not artifacts.notes.found
    assert len(artifacts.manifest.nodes) == 59
    assert len(artifacts.manifest.checks) == 30


def test_what_dbt_itself_wrote() -> None:
    artifacts = read_folder(HARBOUR)
    expected = answer_key(HARBOUR)
    assert len(expected) == 12
    assert edges_of(artifacts) == expected
    assert not artifacts.notes.found


@given(st.lists(st.lists(st.integers(0, 30), max_size=5), max_size=12), st.data())
def test_any_graph(parents: list[list[int]], data: st.DataObject) -> None:
    """Node n may read any node before it, whatever their kinds."""
    names: list[str] = []
    nodes = []
    for n, wanted in enumerate(parents):
        reads = [names[one % n] for one in wanted] if n else []
        kind = data.draw(st.sampled_from(["model", "ephemeral", "exposure", "source"]))
        if kind == "source":
            nodes.append(source(f"t{n}"))
        elif kind == "exposure":
            nodes.append(node(f"exposure.shop.e{n}", reads))
        else:
            materialized = "table" if kind == "model" else kind
            nodes.append(model(f"m{n}", reads, materialized=materialized))
        names.append(nodes[-1]["unique_id"])
    expected = {
        (parent, one["unique_id"]) for one in nodes for parent in one["depends_on"]["nodes"]
    }
    assert edges_of(read(manifest=manifest(*nodes))) == expected


def test_parents_come_from_the_parent_map_where_a_node_has_none() -> None:
    """As some tools that write manifests leave `depends_on` out."""
    nodes = [model("a"), model("b")]
    for one in nodes:
        del one["depends_on"]
    parent_map = {"model.shop.a": [], "model.shop.b": ["model.shop.a"]}
    artifacts = read(manifest=manifest(*nodes, parent_map=parent_map))
    assert edges_of(artifacts) == {("model.shop.a", "model.shop.b")}


def test_a_parent_that_is_not_there_is_told() -> None:
    artifacts = read(manifest=manifest(model("a", ["model.other.gone", "macro.shop.m"])))
    [note] = artifacts.notes.found
    assert (note.node, note.is_loss) == ("model.shop.a", True)
    assert "model.other.gone" in note.message


def test_two_nodes_of_one_relation_are_one_asset() -> None:
    """A source that is somebody's model in the same project: the model speaks for it."""
    table = {"relation_name": '"shop"."main"."a"', "schema": "main"}
    artifacts = read(manifest=manifest(model("a"), source("a", **table), model("b")))
    notes = Notes()
    declared = declarations_of(artifacts.manifest, None, Options(), notes)
    assert set(declared) == {"model.shop.a", "model.shop.b"}
    assert [note.node for note in notes.found] == ["source.shop.crm.a"]


def test_a_node_that_reads_its_own_asset_makes_no_circle() -> None:
    table = {"relation_name": '"shop"."main"."a"', "schema": "main"}
    reading = model("a", ["source.shop.crm.a"])
    artifacts = read(manifest=manifest(reading, source("a", **table)))
    notes = Notes()
    bundles = bundles_of(artifacts.manifest, {}, notes)
    assert bundles["model.shop.a"].inputs == ()
    assert [note.field for note in notes.found] == ["depends_on"]
