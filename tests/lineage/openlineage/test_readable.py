"""Every facet of the specification reads well, by position; the unknown ones as JSON."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.dsl import SECRET_MASK
from lineage.openlineage.readable import Row, masked, readable
from lineage.openlineage.readable.page import MAX_ROWS
from tests.lineage.openlineage.samples import BASE, SPEC, example_names, spec_example, with_spec
from tests.lineage.openlineage.test_facets import bodies, nested

KINDS = {"text", "code", "link", "time", "markdown", "json"}


def position_of(example: str) -> str:
    """Where the specification puts the facet of an example."""
    folder = example.split("/")[0]
    if folder == "LineageFacet":
        return "dataset" if example.endswith("dataset-to-dataset") else "job"
    for ending, position in (
        ("RunFacet", "run"),
        ("JobFacet", "job"),
        ("InputDatasetFacet", "input"),
        ("OutputDatasetFacet", "output"),
        ("SubsetDatasetFacet", "input"),
    ):
        if folder.endswith(ending):
            return position
    return "dataset"


def rows(name: str, facet: Any, position: str) -> list[tuple[str, Any, str]]:
    return [tuple(row) for row in readable(name, facet, position).rows]


@with_spec
def test_there_are_examples():
    assert len(example_names()) > 40


@pytest.mark.parametrize("example", example_names())
def test_every_example_of_the_specification_is_known_and_reads(example: str):
    (name, facet), *_ = json.loads((SPEC / "tests" / f"{example}.json").read_text()).items()
    shown = readable(name, facet, position_of(example))
    assert shown.is_known and shown.rows and shown.title != name
    assert all(
        row.label and row.value not in (None, "") and row.kind in KINDS for row in shown.rows
    )


@pytest.mark.parametrize(
    "file", sorted(SPEC.glob("registry/*/**/facets/*.json")), ids=lambda f: f.stem
)
def test_facets_of_the_registry_are_known(file: Any):
    (name,) = json.loads(file.read_text())["properties"]
    position = position_of(f"{file.stem}/1")
    assert readable(name, {**BASE, "anything": 1}, position).is_known


@with_spec
def test_how_some_read():
    error = spec_example("ErrorMessageRunFacet/1")
    assert rows("errorMessage", error, "run") == [
        ("Message", "failed", "text"),
        ("Language", "JAVA", "text"),
        ("Stack trace", "<stack_trace>", "code"),
    ]
    condition = spec_example("BaseSubsetDatasetFacet/2")
    assert rows("subset", condition, "input") == [
        ("Condition", "first_name = 'John' AND last_name = 'Smith'", "text")
    ]
    location = spec_example("SourceCodeLocationJobFacet/1")
    assert rows("sourceCodeLocation", location, "job")[0] == ("File", "http://example.com", "link")
    mixed = spec_example("LineageFacet/mixed-sources")
    assert rows("lineage", mixed, "job")[1] == (
        "postgresql://warehouse:5432 public.enriched_orders.customer_segment",
        "public.orders.customer_id, daily.enrichment (DIRECT TRANSFORMATION)",
        "text",
    )


def test_conditions_of_other_operators_are_in_brackets():
    def compare(field: str) -> dict[str, Any]:
        return {
            "type": "compare",
            "comparison": "LESS_THAN",
            "left": {"type": "field", "field": field},
            "right": {"type": "literal", "value": "1"},
        }

    inner = {"type": "binary", "operator": "OR", "left": compare("a"), "right": compare("b")}
    outer = {"type": "binary", "operator": "AND", "left": inner, "right": compare("c")}
    assert rows("subset", {"outputCondition": outer}, "output") == [
        ("Condition", "(a < '1' OR b < '1') AND c < '1'", "text")
    ]


def test_the_same_name_reads_by_its_position():
    tags = {"tags": [{"key": "pii", "value": "true", "field": "email"}]}
    assert rows("tags", tags, "dataset") == [("pii", "true · on email", "text")]
    assert readable("tags", tags, "run").is_known
    assert not readable("tags", tags, "input").is_known
    assert not readable("sql", {"query": "select 1"}, "run").is_known


def test_unknown_facets_are_json():
    facet = {"_producer": "p", "plan": [1, 2]}
    shown = readable("spark.logicalPlan", facet, "run")
    assert (shown.title, shown.rows, shown.is_known) == (
        "spark.logicalPlan",
        [Row("spark.logicalPlan", facet, "json")],
        False,
    )
    assert readable("schema", [1], "dataset").rows == [Row("schema", [1], "json")]
    assert readable("schema", None, "dataset").rows == [Row("schema", None, "json")]


def test_members_that_no_specification_knows_are_shown():
    facet = {**BASE, "name": "Spark", "version": "3.5", "cluster": {"nodes": 3}, "beta": True}
    assert rows("processing_engine", facet, "run")[2:] == [
        ("cluster", {"nodes": 3}, "json"),
        ("beta", "yes", "text"),
    ]


def test_a_deleted_facet_says_so():
    shown = readable("schema", {"_deleted": True}, "dataset")
    assert (shown.title, shown.rows) == ("Columns", [Row("Deleted", "yes")])


def test_secrets_are_not_shown():
    variables = [{"name": "DB_PASSWORD", "value": "x"}, {"name": "HOME", "value": "/root"}]
    assert rows("environmentVariables", {"environmentVariables": variables}, "run") == [
        ("DB_PASSWORD", SECRET_MASK, "text"),
        ("HOME", "/root", "text"),
    ]
    source = {"uri": "postgres://me:secret@host/db"}
    assert rows("dataSource", source, "dataset") == [("Address", "postgres://***@host/db", "text")]


def test_odd_values_are_shown_as_they_are():
    assert rows("version", {"datasetVersion": {"a": 1}}, "dataset") == [
        ("Version", {"a": 1}, "json")
    ]
    assert rows("nominalTime", {"nominalStartTime": "soon"}, "run") == [("From", "soon", "text")]
    assert rows("sourceCodeLocation", {"url": "javascript:alert(1)"}, "job")[0][2] == "text"
    assert rows("ownership", {"owners": {"a": 1}}, "job") == [("owners", {"a": 1}, "json")]
    shown = readable("columnLineage", {"fields": 5}, "dataset")
    assert shown.rows == [Row("columnLineage", {"fields": 5}, "json")] and not shown.is_known


def test_rows_end():
    fields = [{"name": f"c{n}"} for n in range(10_000)]
    found = rows("schema", {"fields": fields}, "dataset")
    assert len(found) == MAX_ROWS + 1 and found[-1][0] == "More"


NAMES = [
    "errorMessage", "parent", "extractionError", "jobDependencies", "environmentVariables", "test",
    "documentation", "ownership", "tags", "jobType", "lineage", "sql", "schema", "catalog",
    "lifecycleStateChange", "symlinks", "columnLineage", "dataQualityMetrics", "hierarchy",
    "dataQualityAssertions", "subset", "icebergScanReport", "icebergCommitReport",
]  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(NAMES),
    bodies | nested,
    st.sampled_from(["run", "job", "dataset", "input", "output"]),
)
def test_anything_can_be_shown(name: str, facet: Any, position: str):
    shown = readable(name, facet, position)
    assert all(isinstance(row.label, str) and row.kind in KINDS for row in shown.rows)
    assert all(isinstance(row.value, str) for row in shown.rows if row.kind != "json")


def test_the_json_of_a_page_hides_what_its_rows_hide():
    facet = {
        "variables": [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "STAGE", "value": 1}],
        "apiKey": "abc",
        "tokens": {"count": 3},
        "uri": "postgres://me:pw@db/x",
        "none": None,
    }
    shown = masked(facet)
    assert shown["variables"][0] == {"name": "DB_PASSWORD", "value": SECRET_MASK}
    assert shown["variables"][1] == facet["variables"][1]
    assert shown["apiKey"] == SECRET_MASK
    assert shown["tokens"] == {"count": 3}
    assert "pw" not in shown["uri"]
    assert facet["apiKey"] == "abc", "what is stored stays as it is"
