"""What is refused with which field, and what is taken although it bends the specification."""

import json
import re
from typing import Any

import pytest

from lineage.openlineage.events import InvalidEvent, JobName, ParentRun, parse_event
from tests.lineage.openlineage.samples import (
    MARQUEZ,
    RUN,
    RUN_ID,
    SPEC,
    dataset_event,
    job_event,
    run_event,
    with_marquez,
    with_spec,
)

AT = 1_795_249_800_500_000


def problems_of(value: Any) -> dict[str, str]:
    with pytest.raises(InvalidEvent) as caught:
        parse_event(value)
    return {problem["field"]: problem["message"] for problem in caught.value.problems}


def test_a_run_event_in_plain_values():
    event = parse_event(RUN)
    assert (event.kind, event.event_type, event.at, event.run_id) == (
        "run",
        "COMPLETE",
        AT,
        RUN_ID,
    )
    assert event.job == JobName("food_delivery", "etl_menus")
    assert [(one.namespace, one.name) for one in event.inputs + event.outputs] == [
        ("postgres://w:5432", "shop.public.orders"),
        ("s3://lake", "menus"),
    ]
    assert event.producer == "https://example.com/client"
    assert (event.parent, event.dataset, event.raw) == (None, None, RUN)


def test_a_job_event_and_a_dataset_event():
    job = parse_event(job_event())
    assert (job.kind, job.event_type, job.run_id) == ("job", "", "")
    assert job.job and len(job.inputs) == len(job.outputs) == 1
    event = parse_event(dataset_event({"version": {"datasetVersion": "2"}}))
    assert (event.kind, event.job, event.run_id) == ("dataset", None, "")
    assert event.dataset and event.dataset.facets == {"version": {"datasetVersion": "2"}}


def test_the_digest_is_of_the_content_and_not_of_its_order():
    turned = dict(reversed(RUN.items()))
    assert parse_event(turned).digest == parse_event(RUN).digest
    assert parse_event(run_event(eventType="START")).digest != parse_event(RUN).digest


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"run": {}}, "run.runId"),
        ({"run": {"runId": ""}}, "run.runId"),
        ({"run": {"runId": "not-a-uuid"}}, "run.runId"),
        ({"run": {"runId": 7}}, "run.runId"),
        ({"run": "x"}, "run"),
        ({"run": None}, "run"),
        ({"job": None}, "job"),
        ({"job": []}, "job"),
        ({"job": {"namespace": "n"}}, "job.name"),
        ({"job": {"namespace": "", "name": "x"}}, "job.namespace"),
        ({"job": {"namespace": 5, "name": "x"}}, "job.namespace"),
        ({"job": {"namespace": "n", "name": "x" * 4001}}, "job.name"),
        ({"eventTime": None}, "eventTime"),
        ({"eventTime": "yesterday"}, "eventTime"),
        ({"eventTime": 1795249800}, "eventTime"),
        ({"eventTime": "1899-01-01T00:00:00Z"}, "eventTime"),
        ({"eventType": 5}, "eventType"),
        ({"inputs": {}}, "inputs"),
        ({"inputs": [None]}, "inputs[0]"),
        ({"outputs": [{"namespace": "n", "name": "a"}, {"name": "b"}]}, "outputs[1].namespace"),
        ({"outputs": [{"namespace": "n", "name": ["b"]}]}, "outputs[0].name"),
        ({"inputs": [{"namespace": "n", "name": "a"}] * 20_001}, "inputs"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_field(changes: Any, field: str):
    assert list(problems_of(run_event(**changes))) == [field]


@pytest.mark.parametrize("value", [None, [], "x", 5])
def test_an_event_is_an_object(value: Any):
    assert problems_of(value) == {"": "An event is a JSON object."}


def test_nothing_at_all_says_what_is_missing():
    assert set(problems_of({})) == {"run", "job", "eventTime"}


def test_every_problem_is_told_and_the_run_it_belongs_to():
    broken = run_event(eventTime="x", job={"name": "j"}, inputs=[{"namespace": "n"}])
    with pytest.raises(InvalidEvent) as caught:
        parse_event(broken)
    assert caught.value.run_id == RUN_ID
    fields = [problem["field"] for problem in caught.value.problems]
    assert fields == ["job.namespace", "eventTime", "inputs[0].name"]
    assert str(caught.value).startswith("job.namespace: Required.; eventTime: “x” is no time")


def test_a_dataset_event_needs_its_dataset_to_be_named():
    assert list(problems_of(dataset_event(dataset={"namespace": "n"}))) == ["dataset.name"]
    assert list(problems_of(dataset_event(dataset="n"))) == ["dataset"]


@pytest.mark.parametrize(
    ("value", "said"),
    [("a\x00b", "NUL"), ("\ud800", "surrogate"), (float("inf"), "JSON"), (float("nan"), "JSON")],
)
def test_what_no_database_can_keep_is_refused(value: Any, said: str):
    found = problems_of(run_event(run={"runId": RUN_ID, "facets": {"x": {"y": value}}}))
    assert list(found) == ["run"]
    assert said in found["run"]


def test_a_backslash_before_u0000_is_text():
    query = {"sql": {"query": r"select '\u0000'"}}
    job = {"namespace": "n", "name": "j", "facets": query}
    assert parse_event(run_event(job=job)).job_facets == query


def test_absurd_depth_is_refused():
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert problems_of(run_event(deep=deep)) == {"": "Nested deeper than 100 levels."}


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-21T08:30:00.5",
        "2026-11-21T08:30:00.500000123Z",
        "2026-11-21t08:30:00.5z",
        "2026-11-21 08:30:00.5+00:00",
        "2026-11-21T09:30:00.500+01:00[Europe/Paris]",
        "2026-11-21T09:30:00.5+0100",
    ],
)
def test_times_as_producers_send_them(time: str):
    assert parse_event(run_event(eventTime=time)).at == AT


@pytest.mark.parametrize(
    ("sent", "read"), [("start", "START"), ("UNHEARD_OF", "OTHER"), (None, "OTHER"), ("", "OTHER")]
)
def test_event_types_as_producers_send_them(sent: str | None, read: str):
    assert parse_event(run_event(eventType=sent)).event_type == read


def test_what_is_missing_or_odd_elsewhere_is_kept():
    facets = {"nulled": None, "text": "x", "bare": {"message": "m"}, "gone": {"_deleted": True}}
    event = parse_event(
        run_event(
            producer=None,
            schemaURL=None,
            run={"runId": RUN_ID.upper(), "facets": facets},
            job={"namespace": "n", "name": "j", "facets": []},
            inputs=None,
            outputs=[{"namespace": "n", "name": "d", "facets": None, "outputFacets": {"a": 1}}],
        )
    )
    assert (event.producer, event.run_id) == ("", RUN_ID)
    assert (event.run_facets, event.job_facets, event.inputs) == (facets, {}, ())
    assert (event.outputs[0].facets, event.outputs[0].position_facets) == ({}, {"a": 1})
    assert parse_event(run_event(run={"runId": RUN_ID.replace("-", "")})).run_id == RUN_ID


PARENT_ID, ROOT_ID = "f99310b4-3c3c-1a1a-2b2b-c1b95c24ff11", "a0000000-3c3c-1a1a-2b2b-c1b95c24ff11"


def with_parent(facet: Any, key: str = "parent") -> ParentRun | None:
    return parse_event(run_event(run={"runId": RUN_ID, "facets": {key: facet}})).parent


def test_the_parent_and_the_root():
    facet: dict[str, Any] = {
        "run": {"runId": PARENT_ID},
        "job": {"namespace": "airflow", "name": "dag.task"},
    }
    assert with_parent(facet) == ParentRun(PARENT_ID, JobName("airflow", "dag.task"))
    assert with_parent(facet, "parentRun") == with_parent(facet)
    facet["root"] = {"run": {"runId": ROOT_ID}, "job": {"namespace": "airflow", "name": "dag"}}
    parent = with_parent(facet)
    assert parent and (parent.root_run_id, parent.root_job) == (ROOT_ID, JobName("airflow", "dag"))
    facet["root"] = {"run": "?"}
    assert with_parent(facet) == ParentRun(PARENT_ID, JobName("airflow", "dag.task"))


@pytest.mark.parametrize(
    "facet",
    [
        None,
        "x",
        {},
        {"run": {"runId": "x"}, "job": {"namespace": "a", "name": "b"}},
        {"run": {"runId": PARENT_ID}},
        {"run": {"runId": RUN_ID}, "job": {"namespace": "a", "name": "b"}},
        {"_deleted": True, "run": {"runId": PARENT_ID}, "job": {"namespace": "a", "name": "b"}},
    ],
)
def test_a_parent_that_cannot_be_read_is_none(facet: Any):
    assert with_parent(facet) is None


@with_spec
def test_the_full_example_of_the_specification():
    event = parse_event(json.loads((SPEC / "tests" / "example_full_event.json").read_text()))
    assert (event.kind, event.event_type) == ("run", "COMPLETE")
    assert event.dataset and (event.dataset.namespace, event.dataset.name) == ("123", "1")


@with_marquez
def test_marquez_seed_is_understood():
    text = re.sub(r"\{\{[^}]*\}\}", "2026-11-21T08:30:00Z", MARQUEZ.read_text())
    events = [parse_event(event) for event in json.loads(text)]
    assert len(events) == 26
    assert {event.kind for event in events} == {"run"}
