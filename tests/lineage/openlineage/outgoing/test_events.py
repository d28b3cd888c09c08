"""Events that go out: valid by OpenLineage's schemas, and read back as what was meant."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.openlineage.accumulated import said_by
from lineage.openlineage.events import JobName, parse_event
from lineage.openlineage.outgoing.events import execution_messages, task_run_messages
from lineage.openlineage.outgoing.names import execution_run_id, task_run_id
from lineage.openlineage.outgoing.shipped import ShippedAsset, ShippedJob
from lineage.openlineage.state import accumulate
from tests.lineage.openlineage.outgoing.samples import (
    NOW,
    SOURCE,
    TABLE,
    asset,
    bundle,
    execution,
    task_run,
)
from tests.lineage.openlineage.samples import run_event, with_spec
from tests.lineage.openlineage.spec import violations

ORDERS = asset(
    "orders",
    namespace="company.data",
    display_name="Orders",
    description="One row an **order**.",
    metadata={"model_layer": "mart", "nested": {"nothing": None, "list": [{}]}},
    owners=["team:shop"],
    tags=["tier:gold", "pii"],
    columns=[
        {"name": "id", "type": "int", "tags": ["key"]},
        {"name": "buyer", "columns": [{"name": "name", "description": "Full.", "tags": ["pii"]}]},
    ],
)
LINK = ("stg", "id", "orders", "id", "DIRECT", "IDENTITY", "", False)
FILTER = ("stg", "paid", "orders", "", "INDIRECT", "FILTER", "paid", True)


def last(run: Any, mappings: Any = None) -> dict[str, Any]:
    return dict(task_run_messages(SOURCE, run, mappings or {})[-1].body)


def facet(dataset: dict[str, Any], name: str) -> dict[str, Any]:
    body = dataset["facets"][name]
    return {key: value for key, value in body.items() if not key.startswith("_")}


@with_spec
def test_a_whole_run_is_valid_by_the_schemas():
    run = task_run(
        bundle("stg", "orders", LINK, FILTER, sql="create table orders as …"),
        bundle("orders", "metrics", ("orders", "", "metrics", "n", "DIRECT", "", "", False)),
        bundle("lonely"),
        assets=[ORDERS],
        execution=execution(
            labels={"env": "prod", "n": 1}, error="No.", url="https://k/1", state="FAILED"
        ),
        job=ShippedJob("company.data", "daily", "build", description="Builds.", labels={"a": "b"}),
        error="Broke.",
    )
    messages = [
        *execution_messages(SOURCE, run.execution),
        *task_run_messages(SOURCE, run, {"Table": {"version": "model_layer"}}),
    ]
    assert [message.body["eventType"] for message in messages] == [
        "START",
        "FAIL",
        "START",
        "COMPLETE",
    ]
    assert [violations(message.body) for message in messages] == [[]] * 4


@pytest.mark.parametrize(
    ("state", "types"),
    [
        ("SUCCESS", ["START", "COMPLETE"]),
        ("WARNING", ["START", "COMPLETE"]),
        ("FAILED", ["START", "FAIL"]),
        ("KILLED", ["START", "ABORT"]),
        ("CANCELLED", ["START", "ABORT"]),
        ("SKIPPED", ["START", "ABORT"]),
        ("RUNNING", ["START", "RUNNING"]),
        ("PAUSED", ["START", "RUNNING"]),
        ("CREATED", ["OTHER"]),
        ("QUEUED", ["OTHER"]),
    ],
)
def test_every_state_has_its_events(state, types):
    messages = task_run_messages(SOURCE, task_run(bundle("a", "b"), state=state), {})
    assert [message.body["eventType"] for message in messages] == types
    facets = messages[-1].body["run"]["facets"]
    assert facets["headwater_run"]["state"] == state


def test_a_run_whose_start_is_not_known_only_ends():
    messages = task_run_messages(SOURCE, task_run(bundle("a", "b"), started_at=None), {})
    assert [message.body["eventType"] for message in messages] == ["COMPLETE"]
    assert messages[0].body["eventTime"] == (NOW + timedelta(minutes=1)).isoformat()


def test_the_execution_is_parent_and_root():
    event = last(task_run(bundle("a", "b")))
    parent = parse_event(event).parent
    assert parent is not None
    root = execution_run_id(SOURCE, execution())
    assert (parent.run_id, parent.root_run_id) == (root, root)
    assert parent.job == parent.root_job == JobName("company.data", "daily")
    assert event["job"]["name"] == "daily.build"


def test_an_openlineage_run_of_its_own_has_no_parent():
    run_id = "4d3b8069-69b6-4708-ade0-3275112c9f04"
    event = last(task_run(bundle("a", "b"), id=run_id, execution=execution(id=run_id)))
    assert event["run"]["runId"] == run_id
    assert "parent" not in event["run"]["facets"]


def test_what_the_catalog_knows_of_an_asset_is_in_facets():
    run = task_run(bundle("stg", "orders", LINK, FILTER), assets=[ORDERS])
    (orders,) = last(run)["outputs"]
    assert facet(orders, "documentation")["description"] == "One row an **order**."
    assert facet(orders, "ownership") == {"owners": [{"name": "team:shop"}]}
    assert facet(orders, "datasetType") == {"datasetType": "TABLE"}
    assert facet(orders, "dataSource") == {"name": "headwater://main", "uri": "headwater://main"}
    tags = [(t["key"], t["value"], t.get("field")) for t in facet(orders, "tags")["tags"]]
    assert tags == [
        ("tier", "gold", None),
        ("pii", "true", None),
        ("key", "true", "id"),
        ("pii", "true", "buyer.name"),
    ]
    assert facet(orders, "schema")["fields"] == [
        {"name": "id", "type": "int"},
        {"name": "buyer", "fields": [{"name": "name", "description": "Full."}]},
    ]
    lineage = facet(orders, "columnLineage")
    assert lineage["fields"]["id"]["inputFields"] == [
        {
            "namespace": "headwater://main",
            "name": "stg",
            "field": "id",
            "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}],
        }
    ]
    assert lineage["dataset"][0]["transformations"] == [
        {"type": "INDIRECT", "subtype": "FILTER", "description": "paid", "masking": True}
    ]


def test_headwaters_own_facet_loses_nothing_not_even_null():
    (orders,) = last(task_run(bundle("stg", "orders"), assets=[ORDERS]))["outputs"]
    body = facet(orders, "headwater_asset")
    assert body["metadata"] == ORDERS.metadata
    assert (body["id"], body["type"], body["displayName"]) == ("orders", TABLE, "Orders")


def test_one_bundle_needs_no_lineage_facet_and_several_tell_which_input_went_where():
    assert "lineage" not in last(task_run(bundle("a b", "c")))["job"]["facets"]
    event = last(task_run(bundle("a", "b"), bundle("c", "d"), bundle("e"), bundle("", "f")))
    entries = event["job"]["facets"]["lineage"]["entries"]
    told = {
        entry.get("name", entry["type"]): [one["name"] for one in entry.get("inputs", [])]
        for entry in entries
    }
    assert told == {"b": ["a"], "d": ["c"], "f": [], "JOB": ["e"]}
    assert [one["name"] for one in event["inputs"]] == ["a", "c", "e"]


def test_facets_that_came_go_out_again_but_for_what_speaks_of_others():
    came = run_event(
        run={
            "runId": "4d3b8069-69b6-4708-ade0-3275112c9f04",
            "facets": {
                "nominalTime": {"nominalStartTime": "2026-11-21T08:00:00Z"},
                "environmentVariables": {
                    "environmentVariables": [{"name": "DB_PASSWORD", "value": "hush"}]
                },
            },
        },
        inputs=[],
        outputs=[
            {
                "namespace": "s3a://lake/",
                "name": "menus",
                "facets": {"storage": {"storageLayer": "delta"}, "columnLineage": {"fields": {}}},
                "outputFacets": {"outputStatistics": {"rowCount": 3}},
            }
        ],
    )
    run = task_run(
        bundle("", "s3://lake/menus"),
        assets=[asset("s3://lake/menus", facets={"catalog": {"name": "c"}, "lineage": {}})],
        told=accumulate(None, parse_event(came)),
        names={"s3://lake/menus": ("s3a://lake/", "menus")},
    )
    event = last(run)
    (menus,) = event["outputs"]
    assert (menus["namespace"], menus["name"]) == ("s3://lake", "menus")
    assert menus["facets"]["storage"] == {"storageLayer": "delta"}
    assert menus["facets"]["catalog"] == {"name": "c"}
    assert menus["outputFacets"] == {"outputStatistics": {"rowCount": 3}}
    assert not {"columnLineage", "lineage"} & set(menus["facets"])
    assert event["run"]["facets"]["nominalTime"]
    assert "environmentVariables" in event["run"]["facets"]
    assert "hush" not in json.dumps(event)


def test_a_mapping_names_the_dataset_and_links_to_it():
    known = asset("orders", metadata={"table": "shop.orders"}, namespace="company.data")
    mappings = {"Table": {"namespace": "namespace", "name": "table"}}
    event = last(
        task_run(
            bundle("orders", "sums", ("orders", "x", "sums", "y", "DIRECT", "", "", False)),
            assets=[known],
        ),
        mappings,
    )
    assert (event["inputs"][0]["namespace"], event["inputs"][0]["name"]) == (
        "company.data",
        "shop.orders",
    )
    source = event["outputs"][0]["facets"]["columnLineage"]["fields"]["y"]["inputFields"][0]
    assert (source["namespace"], source["name"]) == ("company.data", "shop.orders")


IDS = st.sampled_from(["a", "b", "c.d", "postgres://w:5432/x.y", "file/tmp/x", "é/ü"])
#: What PostgreSQL can hold, as assets come from there.
LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
TEXTS = st.text(LETTERS, max_size=8)
SIDE = st.lists(IDS, max_size=3, unique=True).map(" ".join)
COLUMNS = st.lists(
    st.tuples(
        IDS,
        st.sampled_from(["", "x", "y"]),
        IDS,
        st.sampled_from(["", "z"]),
        st.sampled_from(["", "DIRECT", "INDIRECT"]),
        st.sampled_from(["", "JOIN"]),
        TEXTS,
        st.booleans(),
    ),
    max_size=4,
)


@settings(deadline=None)  # the first call imports the client's classes
@given(
    bundles=st.lists(
        st.builds(lambda i, o, c: bundle(i, o, *c), SIDE, SIDE, COLUMNS), min_size=1, max_size=3
    ),
    metadata=st.dictionaries(TEXTS, st.none() | TEXTS | st.lists(TEXTS), max_size=3),
    tags=st.lists(st.text(LETTERS, min_size=1, max_size=8), max_size=3),
    state=st.sampled_from(["SUCCESS", "FAILED", "RUNNING", "CREATED"]),
)
def test_whatever_is_shipped_reads_back_as_one_run(bundles, metadata, tags, state):
    everything = {id_ for one in bundles for row in one.columns for id_ in (row[0], row[2])}
    everything |= {id_ for one in bundles for id_ in (*one.inputs, *one.outputs)}
    assets = [ShippedAsset(id_, TABLE, metadata=metadata, tags=tags) for id_ in everything]
    run = task_run(*bundles, assets=assets, state=state)
    messages = task_run_messages(SOURCE, run, {})
    events = [parse_event(json.loads(json.dumps(message.body))) for message in messages]
    told = said_by(events[-1])
    assert {event.run_id for event in events} == {task_run_id(SOURCE, run)}
    assert len(told.inputs) == len({id_ for one in bundles for id_ in one.inputs})
    assert len(told.outputs) == len({id_ for one in bundles for id_ in one.outputs})
    assert told.state in (state, "RUNNING")
    again = task_run_messages(SOURCE, run, {})
    assert [message.body for message in again] == [message.body for message in messages]
