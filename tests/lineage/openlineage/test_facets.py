"""What each facet of a dataset means for its asset, and that none of them can hurt."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.reading.assets import metadata_problem
from catalog.reading.columns import read_columns
from catalog.reading.rules import validate_type
from lineage.openlineage.about import DATASET, FILE, TABLE
from lineage.openlineage.events import PostedDataset
from lineage.openlineage.facets import Described, described
from lineage.openlineage.identity import Lifecycle
from lineage.openlineage.quality import Measurement
from tests.lineage.openlineage.samples import spec_example, with_spec

WAREHOUSE, ORDERS = "postgres://w:5432", "shop.public.orders"


def told(
    facets: Any = None,
    own: Any = None,
    position: str = "output",
    namespace: str = WAREHOUSE,
    name: str = ORDERS,
) -> Described:
    return described(PostedDataset(namespace, name, facets or {}, own or {}), position)


def metadata(*args: Any, **kwargs: Any) -> dict[str, Any]:
    by_name = {"system": "postgres", "database": "shop", "schema": "public", "name": "orders"}
    found = told(*args, **kwargs).fields["metadata"]
    return {key: value for key, value in found.items() if by_name.get(key) != value}


def test_a_dataset_without_facets_is_told_by_its_name():
    said = told()
    assert (said.type, said.type_is_said, said.display_name) == (TABLE, False, "orders")
    assert said.fields == {
        "metadata": {
            "system": "postgres",
            "database": "shop",
            "schema": "public",
            "name": "orders",
        }
    }
    assert (said.cleared, said.symlinks, said.lifecycle) == (frozenset(), (), None)
    assert (said.measurements, said.problems) == ((), ())


@with_spec
def test_schema():
    said = told({"schema": spec_example("SchemaDatasetFacet/1")})
    columns = said.fields["columns"]
    assert [column["name"] for column in columns[:3]] == ["user_id", "counterparty_id", "currency"]
    assert columns[4] == {
        "name": "phones",
        "type": "array",
        "description": "List of phone numbers",
        "columns": [{"name": "_element", "type": "string", "description": "Phone number"}],
    }
    assert columns[6]["columns"][1]["columns"][1] == {"name": "_1", "type": "int64"}
    errors: list[Any] = []
    assert read_columns(columns, "columns", errors) == columns
    assert errors == []


def test_columns_stand_in_their_order_and_once():
    fields = [
        {"name": "b", "ordinal_position": 2},
        {"name": "a", "ordinal_position": 1},
        {"name": "a", "ordinal_position": 3},
        {"type": "int"},
        {"name": "c", "ordinal_position": 4, "type": {"a": 1}},
        "d",
    ]
    said = told({"schema": {"fields": fields}})
    assert said.fields["columns"] == [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    assert said.problems == (
        "schema.fields[2].name names “a” twice; the first counts",
        "schema.fields[3].name is required",
        "schema.fields[4].type must be text, not a map",
        "schema.fields[5] must be an object, not text",
    )


def test_ten_thousand_columns_and_absurd_nesting():
    fields: Any = [{"name": f"c{n}"} for n in range(10_000)]
    assert len(told({"schema": {"fields": fields}}).fields["columns"]) == 10_000
    deep: Any = {"name": "leaf"}
    for _ in range(30):
        deep = {"name": "f", "fields": [deep]}
    said = told({"schema": {"fields": [deep]}})
    assert any("nested deeper" in problem for problem in said.problems)
    errors: list[Any] = []
    read_columns(said.fields["columns"], "columns", errors)
    assert errors == []


@with_spec
def test_documentation_ownership_and_tags_of_the_dataset():
    said = told(
        {
            "documentation": spec_example("DocumentationDatasetFacet/1"),
            "ownership": spec_example("OwnershipDatasetFacet/1"),
            "tags": spec_example("TagsDatasetFacet/1"),
            "schema": {"fields": [{"name": "email"}]},
        }
    )
    assert said.fields["description"] == "Some dataset description"
    assert said.fields["owners"] == ["owner"]
    assert said.fields["tags"] == ["test_tag2:test_value2"]
    assert said.fields["columns"] == [{"name": "email", "tags": ["test_tag:test_value"]}]


def test_the_same_keys_elsewhere_are_not_the_asset_s():
    facets = {
        "documentation": {"description": "x"},
        "ownership": {"owners": [{"name": "a"}]},
        "tags": {"tags": [{"key": "a", "value": "b"}]},
        "schema": {"fields": [{"name": "a"}]},
    }
    assert told(own=facets).fields == told().fields


def test_tags_read_as_key_or_key_and_value():
    tags = [
        {"key": "pii", "value": "true"},
        {"key": "pii", "value": True},
        {"key": "tier", "value": 1},
        {"key": "plain"},
        {"key": "x" * 200},
        {"key": "a<b"},
        {"key": "nested", "field": "address.zip"},
        {"key": "lost", "field": "gone"},
    ]
    schema = {"fields": [{"name": "address", "fields": [{"name": "zip"}]}]}
    said = told({"tags": {"tags": tags}, "schema": schema})
    assert said.fields["tags"] == ["pii", "tier:1", "plain"]
    assert said.fields["columns"][0]["columns"] == [{"name": "zip", "tags": ["nested"]}]
    assert said.fields["metadata"]["columnTags"] == {"gone": ["lost"]}
    assert len(said.problems) == 2


@with_spec
@pytest.mark.parametrize(
    ("key", "example", "expected"),
    [
        (
            "dataSource",
            "DatasourceDatasetFacet/1",
            {"dataSource": {"name": "datasource_one", "uri": "https://some.location.com/datsource/one"}},
        ),
        ("version", "DatasetVersionDatasetFacet/1", {"version": "2"}),
        ("storage", "StorageDatasetFacet/1", {"storageLayer": "delta", "fileFormat": "parquet"}),
        (
            "hierarchy",
            "HierarchyDatasetFacet/1",
            {
                "hierarchy": [
                    {"type": "DATABASE", "name": "my_db"},
                    {"type": "SCHEMA", "name": "my_schema"},
                    {"type": "TABLE", "name": "my_table"},
                ],
                "database": "my_db",
                "schema": "my_schema",
                "name": "my_table",
            },
        ),
        ("datasetType", "DatasetTypeDatasetFacet/1", {"subType": "MATERIALIZED"}),
    ],
)  # fmt: skip
def test_metadata(key: str, example: str, expected: dict[str, Any]):
    assert metadata({key: spec_example(example)}) == expected


def test_catalog():
    catalog = {
        "framework": "iceberg",
        "type": "glue",
        "name": "lake",
        "metadataUri": "jdbc:postgresql://me:secret@h/db",
        "catalogProperties": {"region": "eu", "n": 1},
    }
    said = told({"catalog": catalog})
    assert said.fields["metadata"]["catalog"] == {
        "framework": "iceberg",
        "type": "glue",
        "name": "lake",
        "metadataUri": "jdbc:postgresql://***@h/db",
        "properties": {"region": "eu"},
    }
    assert said.problems == ("catalog.catalogProperties.n must be text, not a number",)


def test_what_is_deleted_is_taken_back():
    keys = ("schema", "documentation", "ownership", "tags", "dataSource", "version", "symlinks")
    said = told({key: {"_deleted": True, "fields": [{"name": "a"}]} for key in keys})
    assert said.cleared == {"description"}
    assert {key: said.fields[key] for key in ("columns", "owners", "tags")} == {
        "columns": [],
        "owners": [],
        "tags": [],
    }
    assert said.fields["metadata"]["dataSource"] is None
    assert said.fields["metadata"]["version"] is None
    assert "description" not in said.fields and said.symlinks == ()


@pytest.mark.parametrize(
    ("namespace", "name", "facets", "expected"),
    [
        ("x", "y", {"datasetType": {"datasetType": "view"}}, ("View", True)),
        ("x", "y", {"datasetType": {"datasetType": "TABLE"}}, (TABLE, True)),
        ("x", "y", {"datasetType": {"datasetType": "JOB_OUTPUT"}}, ("Job output", True)),
        ("x", "y", {"datasetType": {"datasetType": "a<b"}}, (DATASET, False)),
        ("x", "y", {}, (DATASET, False)),
        ("https://example.com", "y", {}, (DATASET, False)),
        ("bigquery", "p.d.t", {}, (TABLE, False)),
        ("arn:aws:glue:eu:1", "table/d/t", {}, (TABLE, False)),
        ("s3://b", "raw/orders", {}, (DATASET, False)),
        ("s3a://b", "raw/orders.csv", {}, (FILE, False)),
        ("s3://b", "orders", {"storage": {"storageLayer": "Iceberg"}}, (TABLE, False)),
        ("kafka://k", "orders", {}, ("Topic", False)),
    ],
)
def test_types(namespace: str, name: str, facets: Any, expected: tuple[str, bool]):
    said = told(facets, namespace=namespace, name=name)
    assert (said.type, said.type_is_said) == expected


@pytest.mark.parametrize(
    ("namespace", "name", "expected"),
    [
        ("mysql://h", "db.t", {"system": "mysql", "database": "db", "name": "t"}),
        ("postgres://h", "public.t", {"system": "postgres", "schema": "public", "name": "t"}),
        ("bigquery", "p.d.t", {"system": "bigquery", "database": "p", "schema": "d", "name": "t"}),
        ("arn:aws:glue:e:1", "table/d/t", {"system": "glue", "database": "d", "name": "t"}),
        ("s3a://b", "/raw/o/", {"system": "s3", "location": "s3://b/raw/o"}),
        ("s3://b", "o.csv", {"system": "s3", "path": "s3://b/o.csv"}),
        ("file", "/tmp/o", {"system": "file", "location": "/tmp/o"}),
        ("food_delivery", "public.menus", None),
    ],
)
def test_keys_that_the_name_tells(namespace: str, name: str, expected: Any):
    assert told(namespace=namespace, name=name).fields.get("metadata") == expected


@with_spec
def test_symlinks_and_lifecycle():
    facets = {
        "symlinks": spec_example("SymlinksDatasetFacet/1"),
        "lifecycleStateChange": spec_example("LifecycleStateChangeDatasetFacet/1"),
    }
    said = told(facets)
    assert said.symlinks == (("/tmp/alter_test", "default.alter_table_test_new", "TABLE"),)
    assert said.lifecycle == Lifecycle("RENAME", ("file", "/tmp/alter_test/alter_table_test"))


def test_a_symlink_to_itself_is_none_and_odd_ones_are_said():
    same = {"namespace": "POSTGRES://W", "name": ORDERS, "type": "TABLE"}
    other = {"namespace": "s3://b", "name": "k"}
    odd = {"namespace": "s3://b", "name": 5}
    said = told({"symlinks": {"identifiers": [same, other, {**other, "type": "LOCATION"}, odd]}})
    assert said.symlinks == (("s3://b", "k", ""),)
    assert said.problems == ("symlinks.identifiers[3].name must be text, not a number",)
    assert told({"lifecycleStateChange": {"lifecycleStateChange": "drop"}}).lifecycle == Lifecycle(
        "DROP"
    )
    odd_change = told({"lifecycleStateChange": {"lifecycleStateChange": "EXPLODE"}})
    assert odd_change.lifecycle is None and len(odd_change.problems) == 1


@with_spec
def test_measurements():
    metrics = {
        "rowCount": 10,
        "fileCount": 5,
        "lastUpdated": "2023-05-30T10:54:22.355067Z",
        "columnMetrics": {
            "amount": {"count": 10, "max": 1500, "min": 100, "sum": 6600},
            "counterparty_id": {"nullCount": 0},
            "user_id": {"distinctCount": 3, "nullCount": 0},
        },
    }
    said = told(
        {"dataQualityMetrics": spec_example("DataQualityMetricsDatasetFacet/1")},
        {
            "dataQualityMetrics": spec_example("DataQualityMetricsInputDatasetFacet/1"),
            "dataQualityAssertions": spec_example("DataQualityAssertionsDatasetFacet/1"),
            "inputStatistics": {"rowCount": 3, "size": 12},
        },
        "input",
    )
    dataset, own, assertions, statistics = said.measurements
    assert dataset == Measurement("metrics", metrics, "dataQualityMetrics")
    assert own == Measurement("metrics", metrics, "input.dataQualityMetrics")
    assert assertions.kind == "assertions"
    assert assertions.values["assertions"][0] == {
        "assertion": "accepted_values",
        "success": True,
        "column": "status",
    }
    assert len(assertions.values["assertions"]) == 10
    assert statistics == Measurement("input", {"rowCount": 3, "size": 12}, "input.inputStatistics")


@with_spec
def test_output_statistics_and_an_iceberg_commit():
    statistics = spec_example("OutputStatisticsOutputDatasetFacet/1")
    commit = {"commitMetrics": {"totalRecords": 7, "totalFilesSizeInBytes": 9, "addedDVs": 1}}
    said = told(own={"outputStatistics": statistics, "icebergCommitReport": commit})
    assert [(one.kind, one.values) for one in said.measurements] == [
        ("metrics", {"rowCount": 7, "bytes": 9}),
        ("output", {"rowCount": 2000, "size": 2097152, "fileCount": 5}),
    ]
    assert told({"outputStatistics": statistics}).measurements == ()


def test_measurements_of_wrong_types_are_left_out_and_said():
    facets = {
        "dataQualityMetrics": {
            "rowCount": "10",
            "lastUpdated": "never",
            "columnMetrics": {"a": {"nullCount": True, "quantiles": {"0.5": 1, "1": "x"}}, "b": 5},
        },
        "dataQualityAssertions": {"assertions": [{"assertion": "unique"}, {"success": True}, 5]},
    }
    said = told(facets)
    assert said.measurements == (
        Measurement(
            "metrics", {"columnMetrics": {"a": {"quantiles": {"0.5": 1}}}}, "dataQualityMetrics"
        ),
    )
    assert len(said.problems) == 7


def test_metadata_that_is_too_large_loses_its_largest_key():
    properties = {f"k{n}": "x" * 1999 for n in range(40)}
    catalog = {"framework": "a", "type": "b", "name": "c", "catalogProperties": properties}
    said = told({"catalog": catalog, "version": {"datasetVersion": "2"}})
    assert metadata_problem(said.fields["metadata"]) is None
    assert said.fields["metadata"]["version"] == "2"
    assert said.problems == ("catalog is larger than 65536 bytes as JSON; left out",)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
KEYS = (
    "schema", "documentation", "ownership", "tags", "dataSource", "version", "datasetType",
    "storage", "catalog", "hierarchy", "lifecycleStateChange", "symlinks", "columnLineage",
    "lineage", "dataQualityMetrics", "dataQualityAssertions", "icebergCommitReport",
    "inputStatistics", "outputStatistics", "unheardOf",
)  # fmt: skip
MEMBERS = (
    "fields", "owners", "tags", "inputs", "identifiers", "assertions", "columnMetrics", "dataset",
    "hierarchy", "commitMetrics", "previousIdentifier", "lifecycleStateChange", "datasetType",
    "name", "namespace", "catalogProperties", "description", "key", "inputFields",
)  # fmt: skip
bodies = anything | st.dictionaries(st.sampled_from(MEMBERS), anything, max_size=4)
nested = st.dictionaries(
    st.sampled_from(MEMBERS),
    st.lists(st.dictionaries(st.sampled_from(MEMBERS), bodies, max_size=3), max_size=2),
    max_size=3,
)


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(st.sampled_from(KEYS), bodies | nested, max_size=4),
    st.dictionaries(st.sampled_from(KEYS), bodies | nested, max_size=2),
    st.sampled_from(["input", "output", "dataset"]),
)
def test_no_facet_can_hurt(facets: Any, own: Any, position: str):
    said = told(facets, own, position)
    assert said.type is None or validate_type(said.type) is None
    assert metadata_problem(said.fields.get("metadata", {})) is None
    errors: list[Any] = []
    read_columns(said.fields.get("columns"), "columns", errors)
    assert errors == []
    assert all(len(problem) <= 500 for problem in said.problems) and said.column_links is not None
