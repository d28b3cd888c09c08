"""Any order, any number of deliveries, same result: and it does not grow with time."""

import json
from functools import reduce
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.openlineage import accumulated
from lineage.openlineage.accumulated import Accumulated
from lineage.openlineage.events import JobName, PostedEvent, parse_event
from lineage.openlineage.state import accumulate, dump_accumulated, load_accumulated, merged
from tests.lineage.openlineage.samples import RUN_ID, dataset_event, job_event, run_event

PARENT = {
    "run": {"runId": "f99310b4-3c3c-1a1a-2b2b-c1b95c24ff11"},
    "job": {"namespace": "airflow", "name": "dag"},
    "root": {
        "run": {"runId": "a0000000-3c3c-1a1a-2b2b-c1b95c24ff11"},
        "job": {"namespace": "airflow", "name": "root"},
    },
}


def add_up(events: Any) -> Accumulated:
    known = None
    for event in events:
        known = accumulate(known, event)
    assert known is not None
    return known


def time(second: int) -> str:
    return f"2026-11-21T08:{second // 60:02d}:{second % 60:02d}Z"


def posted(kind: str, second: int = 0, **changes: Any) -> PostedEvent:
    return parse_event(run_event(eventType=kind, eventTime=time(second), **changes))


facets = st.dictionaries(
    st.sampled_from(["schema", "sql", "parent", "jobType", "x"]),
    st.sampled_from(
        [None, {}, PARENT, {"v": 1}, {"_deleted": True}, {"processingType": "SERVICE"}]
    ),
    max_size=3,
)
datasets = st.lists(
    st.fixed_dictionaries(
        {
            "namespace": st.sampled_from(["s3://b", "n"]),
            "name": st.sampled_from(["a", "b", "c"]),
            "facets": facets,
            "inputFacets": facets,
            "outputFacets": facets,
        }
    ),
    max_size=3,
)
times = st.integers(0, 5).map(time)
jobs = st.fixed_dictionaries(
    {"namespace": st.just("n"), "name": st.sampled_from(["j", "k"]), "facets": facets}
)
kinds = st.sampled_from(["START", "RUNNING", "COMPLETE", "FAIL", "ABORT", "OTHER", None])
runs = st.builds(
    lambda run_facets, **members: run_event(
        run={"runId": RUN_ID, "facets": run_facets}, **members
    ),
    facets,
    eventType=kinds,
    eventTime=times,
    job=jobs,
    inputs=datasets,
    outputs=datasets,
)
of_jobs = st.builds(job_event, eventTime=times, job=jobs, inputs=datasets, outputs=datasets)
of_datasets = st.builds(dataset_event, facets, eventTime=times)


@settings(deadline=None)
@given(st.data(), st.sampled_from([runs, of_jobs, of_datasets, runs | of_jobs | of_datasets]))
def test_any_order_any_number_of_deliveries_same_result(data: st.DataObject, events: Any):
    first = [parse_event(event) for event in data.draw(st.lists(events, min_size=1, max_size=6))]
    again = data.draw(st.permutations(first + data.draw(st.lists(st.sampled_from(first)))))
    one, other = add_up(first), add_up(again)
    assert one == other
    assert (one.state, one.at, one.histories, one.inputs) == (
        other.state,
        other.at,
        other.histories,
        other.inputs,
    )


@settings(deadline=None)
@given(st.lists(runs.map(parse_event), min_size=3, max_size=6))
def test_grouping_and_storing_in_between_change_nothing(events: list[PostedEvent]):
    whole = add_up(events)
    halves = merged(add_up(events[:2]), add_up(events[2:]))
    stored = [
        load_accumulated(json.loads(json.dumps(dump_accumulated(add_up([e]))))) for e in events
    ]
    assert whole == halves == reduce(merged, stored)
    assert load_accumulated(dump_accumulated(whole)) == whole


def test_start_tells_the_inputs_and_complete_the_outputs():
    start = posted("START", 1, outputs=[])
    complete = posted("COMPLETE", 9, inputs=[])
    run = add_up([complete, start])
    assert (run.state, run.started_at, run.ended_at) == ("SUCCESS", start.at, complete.at)
    assert [one.name for one in run.inputs] == ["shop.public.orders"]
    assert [one.name for one in run.outputs] == ["menus"]
    assert run.job == JobName("food_delivery", "etl_menus")
    assert [entry["state"] for entry in run.histories] == ["RUNNING", "SUCCESS"]
    assert run.histories[0]["date"] == "2026-11-21T08:00:01+00:00"


def test_states():
    said = {
        "SUCCESS": ["COMPLETE"],
        "RUNNING": ["OTHER", "START"],
        "CREATED": ["OTHER"],
        "FAILED": ["START", "RUNNING", "FAIL"],
        "KILLED": ["ABORT", "RUNNING"],
    }
    for state, kinds in said.items():
        assert add_up(posted(kind, n) for n, kind in enumerate(kinds)).state == state
    assert add_up([posted("FAIL", 5), posted("COMPLETE", 4)]).state == "FAILED"
    assert (
        add_up([posted("FAIL", 5), posted("COMPLETE", 6), posted("START", 7)]).state == "SUCCESS"
    )
    assert add_up([parse_event(job_event())]).state == ""


def test_what_waits_before_the_start_is_told_as_created():
    run = add_up([posted("START", 5), posted("OTHER", 2), posted("OTHER", 8)])
    assert [entry["state"] for entry in run.histories] == ["CREATED", "RUNNING", "RUNNING"]
    assert run.started_at == posted("START", 5).at


def test_the_latest_of_each_facet_counts_and_a_deleted_one_is_gone():
    def with_facets(second: int, **facets: Any) -> PostedEvent:
        outputs = [{"namespace": "n", "name": "d", "facets": facets}]
        return posted("RUNNING", second, outputs=outputs)

    old, new = with_facets(1, schema={"v": 1}, x={"v": 1}, y={"v": 1}), {"v": 2}
    run = add_up([with_facets(2, schema=new, x={"_deleted": True}, y=None), old])
    assert run.outputs[0].facets == {"schema": new, "x": {"_deleted": True}, "y": {"v": 1}}
    job = {"namespace": "n", "name": "j", "facets": {"x": {"_deleted": True}}}
    assert add_up([posted("RUNNING", job=job)]).job_facets == {}
    assert (
        add_up([old, with_facets(2, x={"_deleted": True}), with_facets(3, x=new)])
        .outputs[0]
        .facets["x"]
        == new
    )


def test_a_dataset_named_twice_in_one_event_is_one():
    inputs = [
        {"namespace": "n", "name": "d", "facets": {"a": {"v": 1}}},
        {"namespace": "n", "name": "d", "facets": {"a": {"v": 2}, "b": {}}},
    ]
    (dataset,) = add_up([posted("START", inputs=inputs)]).inputs
    assert dataset.facets == {"a": {"v": 2}, "b": {}}


def test_parent_producer_and_schedule():
    facets = {"parent": PARENT, "nominalTime": {"nominalStartTime": "1970-01-01T00:00:01Z"}}
    run = add_up([posted("START", 1, run={"runId": RUN_ID, "facets": facets}), posted("FAIL", 2)])
    assert run.parent and run.parent.root_job == JobName("airflow", "root")
    assert run.producer == "https://example.com/client"
    assert run.nominal_start == 1_000_000
    assert not run.is_streaming
    assert add_up([posted("START")]).nominal_start is None


def test_a_stream_that_never_ends_takes_no_more_room():
    kind = {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}}
    job = {"namespace": "n", "name": "j", "facets": kind}
    events = [posted("START", 0, job=job)]
    events += [
        posted("RUNNING", n, run={"runId": RUN_ID, "facets": {"n": n}}) for n in range(3000)
    ]
    run = add_up(events[:20])
    size = len(json.dumps(dump_accumulated(run)))
    run = merged(run, add_up(events))
    assert run.is_streaming and run.state == "RUNNING" and run.ended_at is None
    assert len(json.dumps(dump_accumulated(run))) < size + 20
    assert len(run.histories) == 2


def test_more_datasets_than_fit_are_told(monkeypatch: Any):
    monkeypatch.setattr(accumulated, "MAX_DATASETS", 3)
    events = [
        posted("RUNNING", n, inputs=[], outputs=[{"namespace": "s3://b", "name": f"day={n}"}])
        for n in range(6)
    ]
    run, back = add_up(events), add_up(reversed(events))
    assert run == back and run.more
    assert [one.name for one in run.outputs] == ["day=3", "day=4", "day=5"]
    assert not add_up(events[:3]).more


def test_a_dataset_event_adds_up_to_its_dataset():
    version = {"datasetVersion": "2"}
    said = add_up([parse_event(dataset_event({"version": version})), parse_event(dataset_event())])
    assert said.dataset and said.dataset.facets == {"version": version}
    assert (said.state, said.inputs, said.job) == ("", (), None)
