"""What columnLineage and the Lineage facets state, source by source."""

from typing import Any

import pytest

from lineage.openlineage import link_notes
from lineage.openlineage.events import JobName, parse_event
from lineage.openlineage.facets import described
from lineage.openlineage.links import (
    ExplicitLinks,
    FieldLink,
    JobLink,
    JobTouch,
    TableLink,
    explicit_links,
)
from lineage.openlineage.state import accumulate
from tests.lineage.openlineage.samples import (
    dataset_event,
    job_event,
    run_event,
    spec_example,
    with_spec,
)

PG = "postgresql://warehouse:5432"
OWN = JobName("food_delivery", "etl_menus")
TARGET = ("s3://lake", "menus")


def of_output(**facets: Any) -> ExplicitLinks:
    outputs = [{"namespace": "s3://lake", "name": "menus", "facets": facets}]
    return explicit_links(parse_event(run_event(outputs=outputs)))


def of_job(lineage: Any, **changes: Any) -> ExplicitLinks:
    job = {"namespace": OWN.namespace, "name": OWN.name, "facets": {"lineage": lineage}}
    return explicit_links(parse_event(run_event(job=job, **changes)))


def test_an_event_without_such_facets_states_nothing():
    assert explicit_links(parse_event(run_event())) == ExplicitLinks()


@with_spec
def test_column_lineage_of_an_output():
    links = of_output(columnLineage=spec_example("ColumnLineageDatasetFacet/1"))
    customers, discounts = (
        ("SnowflakeOpenLineage", "CUSTOMERS"),
        ("SnowflakeOpenLineage", "DISCOUNTS"),
    )
    assert links.tables == (TableLink(customers, TARGET), TableLink(discounts, TARGET))
    assert not links.exhaustive and not links.spoken_for
    assert FieldLink(customers, "NAME", TARGET, "NAME", "DIRECT", "IDENTITY") in links.columns
    join = "ON (DISCOUNTS.CUSTOMERS_ID=CUSTOMERS.ID)"
    assert FieldLink(customers, "ID", TARGET, "NAME", "INDIRECT", "JOIN", join) in links.columns
    assert len(links.columns) == 12 and links.problems == ()


@with_spec
def test_what_bears_on_the_whole_dataset():
    links = of_output(columnLineage=spec_example("ColumnLineageDatasetFacet/2"))
    people = ("s3://test-bucket", "/iceberg_warehouse/some-database/people")
    assert links.tables == (TableLink(people, TARGET),)
    assert links.columns[3] == FieldLink(
        people, "age", TARGET, "ageNextYear", "DIRECT", "TRANSFORMATION"
    )
    whole = links.columns[4:]
    assert {link.downstream_column for link in whole} == {""}
    assert [(link.upstream_column, link.subtype) for link in whole] == [
        ("last_name", "SORT"),
        ("first_name", "SORT"),
        ("age", "FILTER"),
    ]


def test_columns_as_old_clients_tell_them():
    source = {"namespace": "n", "name": "a", "field": "x"}

    def of_column(**entry: Any) -> FieldLink:
        fields = {"x": {"inputFields": [source], **entry}}
        (link,) = of_output(columnLineage={"fields": fields}).columns
        return link

    assert of_column() == FieldLink(("n", "a"), "x", TARGET, "x")
    identity = of_column(transformationType="IDENTITY", transformationDescription="as is")
    assert (identity.type, identity.subtype, identity.description) == (
        "DIRECT",
        "IDENTITY",
        "as is",
    )
    masked = of_column(transformationType="MASKED")
    assert (masked.type, masked.subtype, masked.masking) == ("DIRECT", "TRANSFORMATION", True)


def test_the_same_link_twice_is_one_and_several_transformations_are_several():
    how = [
        {"type": "direct", "subtype": "Identity"},
        {"type": "DIRECT", "subtype": "IDENTITY", "masking": True, "description": "hash(x)"},
        {"type": "INDIRECT", "subtype": "FILTER"},
    ]
    source = {"namespace": "n", "name": "a", "field": "x", "transformations": how}
    links = of_output(columnLineage={"fields": {"x": {"inputFields": [source, source]}}})
    assert links.columns == (
        FieldLink(("n", "a"), "x", TARGET, "x", "DIRECT", "IDENTITY", "hash(x)", True),
        FieldLink(("n", "a"), "x", TARGET, "x", "INDIRECT", "FILTER"),
    )


def test_odd_columns_are_left_out_and_said():
    fields = {
        "a": {"inputFields": [{"namespace": "n", "field": "x"}, 5]},
        "b": {"inputFields": {}},
        "c": [],
        "d": {"inputFields": [{"namespace": "n", "name": "t", "field": 5}]},
        "e" * 501: {"inputFields": []},
        "f": {"inputFields": [{"namespace": "n", "name": "t", "field": "x" * 501}]},
        "g": {"inputFields": [{"namespace": "n", "name": "t", "field": "ok"}]},
    }
    links = of_output(columnLineage={"fields": fields})
    assert [link.downstream_column for link in links.columns] == ["g"]
    assert len(links.problems) == 7
    assert links.problems[0] == "columnLineage.fields.a.inputFields[0].name is required"


def test_links_without_end_are_cut_and_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(link_notes, "MAX_LINKS", 3)
    fields = {
        f"c{n}": {"inputFields": [{"namespace": "n", "name": "t", "field": "x"}]} for n in range(9)
    }
    links = of_output(columnLineage={"fields": fields})
    assert len(links.columns) == 3
    assert links.problems == ("More than 3 links between columns; the rest is left out",)


@with_spec
def test_dataset_to_dataset():
    customers, active = (PG, "public.customers"), ("postgres://w:5432", "shop.public.orders")
    facets = {"lineage": spec_example("LineageFacet/dataset-to-dataset")}
    column = FieldLink(customers, "id", active, "customer_id", "DIRECT", "IDENTITY", stated=True)
    links = explicit_links(parse_event(dataset_event(facets)))
    assert links.tables == (TableLink(customers, active, stated=True),)
    assert links.columns == (column,)
    assert not links.spoken_for and links.writes == ()
    own = of_output(**facets)
    assert own.tables == (TableLink(customers, TARGET),)
    assert own.spoken_for == {TARGET} and not own.exhaustive
    dataset = parse_event(dataset_event(facets)).dataset
    assert dataset and described(dataset, "dataset").column_links == (column,)


def test_the_lineage_facet_of_a_dataset_beats_its_column_lineage():
    source = {"namespace": "n", "name": "a", "type": "DATASET"}
    column = {"namespace": "n", "name": "b", "field": "x"}
    column_lineage = {"fields": {"x": {"inputFields": [column]}}}
    links = of_output(lineage={"inputs": [source]}, columnLineage=column_lineage)
    assert links.tables == (TableLink(("n", "a"), TARGET),)
    assert links.columns == ()
    unheard = of_output(lineage={"_deleted": True}, columnLineage=column_lineage)
    assert unheard.tables == (TableLink(("n", "b"), TARGET),)


@with_spec
def test_dataset_to_job():
    links = of_job(spec_example("LineageFacet/dataset-to-job"))
    load = JobName("airflow://production", "daily.load")
    assert links == ExplicitLinks(
        reads=(JobTouch(load, "", (PG, "public.staging_orders")),), exhaustive=True
    )


@with_spec
def test_a_job_that_generates():
    links = of_job(spec_example("LineageFacet/generator"))
    assert links == ExplicitLinks(
        writes=(JobTouch(OWN, "", (PG, "public.extracted_data")),), exhaustive=True
    )


@with_spec
def test_the_event_s_own_job_reads():
    links = of_job(spec_example("LineageFacet/implicit-job"))
    transactions = ("postgresql://production:5432", "public.transactions")
    assert links == ExplicitLinks(reads=(JobTouch(OWN, "", transactions),), exhaustive=True)


@with_spec
def test_another_job_writes():
    links = of_job(spec_example("LineageFacet/job-to-dataset"))
    extract = JobName("airflow://production", "daily.extract")
    run = "b7dce052-51a6-4d66-98b9-5fd8b78a79c7"
    assert links == ExplicitLinks(
        writes=(JobTouch(extract, run, (PG, "public.daily_summary"), passes=True),),
        exhaustive=True,
    )


@with_spec
def test_job_to_job():
    links = of_job(spec_example("LineageFacet/job-to-job"))
    transform, load = (
        JobName("airflow://production", f"daily.{n}") for n in ("transform", "load")
    )
    runs = "b7dce052-51a6-4d66-98b9-5fd8b78a79c7", "605f451b-c768-4c77-9ff4-8501f6324513"
    assert links == ExplicitLinks(
        jobs=(JobLink(transform, runs[0], load, runs[1]),), exhaustive=True
    )


@with_spec
def test_datasets_and_jobs_together():
    links = of_job(spec_example("LineageFacet/mixed-sources"))
    orders, enriched = (PG, "public.orders"), (PG, "public.enriched_orders")
    assert links.tables == (TableLink(orders, enriched),)
    assert links.columns == (FieldLink(orders, "customer_id", enriched, "customer_segment"),)
    enrichment = JobName("airflow://production", "daily.enrichment")
    assert links.writes == (
        JobTouch(enrichment, "", enriched, passes=True),
        JobTouch(enrichment, "", enriched),
    ), "as a whole, and one of its columns"


def test_a_target_without_sources_is_made_by_the_job():
    entry = {"namespace": "n", "name": "t", "type": "DATASET", "inputs": []}
    assert of_job({"entries": [entry]}).writes == (JobTouch(OWN, "", ("n", "t")),)


def test_a_column_that_bears_on_the_whole_target():
    source = {"namespace": "n", "name": "s", "type": "DATASET", "field": "day"}
    source["transformations"] = [{"type": "INDIRECT", "subtype": "FILTER"}]  # type: ignore[assignment]
    entry = {"namespace": "n", "name": "t", "type": "DATASET", "inputs": [source]}
    links = of_job({"entries": [entry]})
    assert links.columns == (FieldLink(("n", "s"), "day", ("n", "t"), "", "INDIRECT", "FILTER"),)


def test_the_job_s_facet_beats_the_output_s_own_for_its_targets():
    source = {"namespace": "n", "name": "a", "type": "DATASET"}
    entry = {"namespace": "s3://lake", "name": "menus", "type": "DATASET", "inputs": [source]}
    column = {"namespace": "n", "name": "b", "field": "x"}
    facets = {"columnLineage": {"fields": {"x": {"inputFields": [column]}}}}
    outputs = [
        {"namespace": "s3://lake", "name": "menus", "facets": facets},
        {"namespace": "s3://lake", "name": "other", "facets": facets},
    ]
    links = of_job({"entries": [entry]}, outputs=outputs)
    assert links.tables == (
        TableLink(("n", "a"), TARGET),
        TableLink(("n", "b"), ("s3://lake", "other")),
    )


@pytest.mark.parametrize(
    "entry",
    [
        5,
        {},
        {"type": "TABLE", "namespace": "n", "name": "t"},
        {"type": "DATASET", "name": "t"},
        {"type": "JOB", "name": "t"},
        {"type": "JOB", "inputs": [{"type": "?"}]},
        {"type": "JOB", "inputs": [{"type": "DATASET", "namespace": 5, "name": "t"}]},
    ],
)
def test_odd_entries_are_said(entry: Any):
    links = of_job({"entries": [entry]})
    assert links.exhaustive and links.problems
    assert (links.tables, links.reads, links.writes, links.jobs) == ((), (), (), ())


def test_a_job_facet_of_no_shape_leaves_inputs_and_outputs_as_they_are():
    assert not of_job({"entries": {}}).exhaustive
    assert not of_job("x").exhaustive


@with_spec
def test_of_a_job_event_and_of_what_events_add_up_to():
    facet = {"lineage": spec_example("LineageFacet/mixed-sources")}
    job = {"namespace": OWN.namespace, "name": OWN.name, "facets": facet}
    event = parse_event(job_event(job=job))
    assert explicit_links(event) == explicit_links(accumulate(None, event))
