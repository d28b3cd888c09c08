"""Mappings of asset types to OpenLineage fields (K4.5)."""

import pytest

from lineage.openlineage.outgoing.mappings import mapped, mapped_facets, read_mappings
from tests.lineage.openlineage.outgoing.samples import TABLE, asset

ORDERS = asset(
    "orders",
    namespace="company.data",
    display_name="Orders",
    metadata={"system": "postgres://w:5432", "schema": "public", "a.b": "dotted", "rows": 7},
)


def test_kestras_own_example_names_the_dataset_by_the_assets_namespace():
    mappings, errors = read_mappings({TABLE: {"namespace": "namespace"}})
    assert not errors
    assert mapped(mappings, ORDERS) == {"namespace": "company.data"}


def test_metadata_comes_before_the_field_of_the_same_name():
    known = asset("orders", namespace="company.data", metadata={"namespace": "postgres://w"})
    assert mapped({"*": {"namespace": "namespace"}}, known) == {"namespace": "postgres://w"}


def test_keys_are_taken_literally_and_what_is_not_there_maps_to_nothing():
    fields = {"name": "a.b", "version": "rows", "dataSource.uri": "nothing"}
    assert mapped({TABLE: fields}, ORDERS) == {"name": "dotted", "version": "7"}


@pytest.mark.parametrize("type_", ["Table", "table", TABLE, "*"])
def test_a_type_is_meant_by_its_short_name_too(type_):
    assert mapped({type_: {"name": "displayName"}}, ORDERS) == {"name": "Orders"}


def test_the_types_own_mapping_wins_over_that_of_all_others():
    mappings = {"*": {"name": "id"}, "Table": {"name": "displayName"}}
    assert mapped(mappings, ORDERS) == {"name": "Orders"}
    assert mapped(mappings, asset("x", "Dashboard")) == {"name": "x"}


def test_facets_are_made_of_their_fields_and_left_out_where_they_would_lack_one():
    whole = mapped_facets({"storage": "delta", "storage.fileFormat": "parquet", "version": "3"})
    assert whole["storage"]["storageLayer"] == "delta"
    assert whole["storage"]["fileFormat"] == "parquet"
    assert whole["version"]["datasetVersion"] == "3"
    assert mapped_facets({"storage.fileFormat": "parquet"}) == {}
    owners = mapped_facets({"ownership": "team:a, team:b"})["ownership"]["owners"]
    assert owners == [{"name": "team:a"}, {"name": "team:b"}]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "mappings"),
        ({"Table": []}, "mappings.Table"),
        ({"Table": {"nothing": "x"}}, "mappings.Table.nothing"),
        ({"Table": {"storage.size": "x"}}, "mappings.Table.storage.size"),
        ({"Table": {"name": ""}}, "mappings.Table.name"),
        ({"Table": {"name": 7}}, "mappings.Table.name"),
    ],
)
def test_what_is_wrong_is_named(value, field):
    mappings, errors = read_mappings(value)
    assert mappings == {}
    assert [error["field"] for error in errors] == [field]
