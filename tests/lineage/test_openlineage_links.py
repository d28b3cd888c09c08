"""Edges by the Lineage facets: what they link, also for other jobs than the event's own, and what
they keep from being linked."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import Access
from accounts.models import User
from lineage.models import AssetFacet, Edge, Flow, OpenLineageEvent, OpenLineageJob, TaskRun
from lineage.recording.openlineage import record_events
from tests.conftest import Cast
from tests.lineage.events import (
    DAILY,
    ORDERS,
    dataset,
    dataset_event,
    event,
    job_event,
    post,
    run_id,
)
from tests.lineage.openlineage.samples import spec_example, with_spec
from tests.lineage.snapshots import observed, snapshot
from tests.lineage.test_recording_order import tenant_access

PG = "postgresql://warehouse:5432"
OLD = ("postgres://db:5432", "shop.public.old_orders")
COPY = ("s3://lake", "copy")
OTHER = {"namespace": "company.finance", "name": "books", "type": "JOB"}
OWN = {"type": "JOB"}
#: (upstream, downstream, flow, task, whether it is stated)
type Ends = tuple[str | None, str | None, str | None, str, bool]


def edges() -> set[Ends]:
    rows = Edge.objects.unscoped("test").values_list(
        "upstream__public_id", "downstream__public_id", "flow__public_id", "task_id", "stated"
    )
    assert len(rows) == len(set(rows))
    return set(rows)


def id_of(name: tuple[str, str]) -> str:
    return "/".join(name)


def source(name: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"namespace": name[0], "name": name[1], "type": "DATASET", **more}


def done(minute: int = 1, run: int = 1, **more: Any) -> dict[str, Any]:
    return event("COMPLETE", minute, run, **more)


def entries(*listed: dict[str, Any]) -> dict[str, Any]:
    return {"lineage": {"entries": list(listed)}}


@pytest.fixture
def access(cast: Cast) -> Access:
    return cast.access("ingest")


# --- of datasets ---------------------------------------------------------------------------------


def test_an_output_that_tells_its_sources_has_no_others(access: Access) -> None:
    facet = {"inputs": [source(DAILY)]}
    outputs = [dataset(ORDERS, lineage=facet), dataset(COPY)]
    post(access, done(inputs=[dataset(DAILY), dataset(OLD)], outputs=outputs))
    daily, old, orders, copy = map(id_of, (DAILY, OLD, ORDERS, COPY))
    assert edges() == {
        (daily, orders, "daily", "daily", False),
        (daily, copy, "daily", "daily", False),
        (old, copy, "daily", "daily", False),
    }


def test_an_output_that_another_job_made_as_well(access: Access) -> None:
    facet = {"inputs": [source(DAILY), OTHER]}
    post(access, done(inputs=[dataset(OLD)], outputs=[dataset(ORDERS, lineage=facet)]))
    daily, old, orders = map(id_of, (DAILY, OLD, ORDERS))
    assert edges() == {
        (daily, orders, "daily", "daily", False),
        (old, None, "daily", "daily", False),
        (None, orders, "books", "books", True),
    }
    assert Flow.objects.unscoped("test").get(public_id="books").namespace.name == "company.finance"


@pytest.mark.parametrize("position", ["input", "dataset event"])
def test_what_an_input_or_a_dataset_event_tells_holds_without_the_run(
    access: Access, position: str
) -> None:
    facet = {"inputs": [source(OLD), OTHER]}
    bodies = {
        "input": done(inputs=[dataset(DAILY, lineage=facet)], outputs=[dataset(ORDERS)]),
        "dataset event": dataset_event(1, DAILY, lineage=facet),
    }
    post(access, bodies[position])
    daily, old, orders = map(id_of, (DAILY, OLD, ORDERS))
    run = {(daily, orders, "daily", "daily", False)} if position == "input" else set()
    assert edges() == run | {(old, daily, None, "", True), (None, daily, "books", "books", True)}


# --- of jobs -------------------------------------------------------------------------------------


def test_a_job_lists_all_that_it_does(access: Access) -> None:
    """Inputs and outputs add none. What a job reads goes into what has the job as its source."""
    facet = entries(
        source(ORDERS, inputs=[source(DAILY)]),
        source(COPY, inputs=[OTHER]),
        {**OTHER, "inputs": [source(OLD)]},
        {**OWN, "inputs": [source(OLD)]},
    )
    post(access, done(inputs=[dataset(OLD)], outputs=[dataset(ORDERS)], job_facets=facet))
    daily, old, orders, copy = map(id_of, (DAILY, OLD, ORDERS, COPY))
    assert edges() == {
        (daily, orders, "daily", "daily", False),
        (old, None, "daily", "daily", False),
        (old, copy, "books", "books", True),
    }


@pytest.mark.parametrize("named", [OWN, OTHER], ids=["own", "other"])
def test_what_a_job_reads_goes_into_nothing_else_that_it_makes(
    access: Access, named: dict[str, Any]
) -> None:
    """Not into what has no tracked source, and of which it makes but a column."""
    column = {"total": {"inputs": [named]}}
    facet = entries(
        {**named, "inputs": [source(DAILY), source(OLD)]},
        source(ORDERS, inputs=[named]),
        source(COPY, inputs=[], fields=column),
    )
    post(access, done(job_facets=facet))
    flow, stated = ("books", True) if named is OTHER else ("daily", False)
    daily, old, orders, copy = map(id_of, (DAILY, OLD, ORDERS, COPY))
    assert edges() == {
        (daily, orders, flow, flow, stated),
        (old, orders, flow, flow, stated),
        (None, copy, flow, flow, stated),
    }


def test_an_output_that_names_its_job_comes_of_what_it_lists_alone(access: Access) -> None:
    facet = {"inputs": [OWN, source(OLD)]}
    outputs = [dataset(ORDERS, lineage=facet), dataset(COPY, lineage={"inputs": [source(OLD)]})]
    post(access, done(inputs=[dataset(DAILY)], outputs=outputs))
    daily, old, orders, copy = map(id_of, (DAILY, OLD, ORDERS, COPY))
    assert edges() == {
        (daily, None, "daily", "daily", False),
        (old, orders, "daily", "daily", False),
        (old, copy, "daily", "daily", False),
    }


def test_a_run_that_fails_did_nothing_but_others_are_as_they_are(access: Access) -> None:
    facet = entries(source(ORDERS, inputs=[source(DAILY), OTHER]))
    post(access, event("FAIL", 1, 1, job_facets=facet))
    assert edges() == {(None, id_of(ORDERS), "books", "books", True)}


def test_an_orchestrator_that_only_links(access: Access) -> None:
    """A root run with children and without datasets of its own says it all the same."""
    facet = entries(source(ORDERS, inputs=[source(DAILY)]), source(COPY, inputs=[OTHER]))
    child = done(2, 2, job="daily.load", parent=(1, "daily"), inputs=[dataset(OLD)])
    post(access, done(job_facets=facet), child)
    assert {
        (id_of(DAILY), id_of(ORDERS), "daily", "daily", False),
        (None, id_of(COPY), "books", "books", True),
    } <= edges()


def test_sql_adds_nothing_to_what_a_job_lists(access: Access) -> None:
    sql = {"query": "insert into t select * from s", "dialect": "postgres"}
    post(access, done(job_facets=entries({**OWN, "inputs": [source(OLD)]}) | {"sql": sql}))
    assert edges() == {(id_of(OLD), None, "daily", "daily", False)}


def test_a_job_event_states_those_of_others_too(access: Access) -> None:
    facet = entries(source(ORDERS, inputs=[source(DAILY), OTHER]))
    job = {"namespace": "company.data", "name": "design", "facets": facet}
    post(access, job_event(1) | {"job": job})
    assert edges() == {
        (id_of(DAILY), id_of(ORDERS), "design", "design", True),
        (None, id_of(ORDERS), "books", "books", True),
    }


def test_a_stated_edge_is_the_runs_as_well_once_they_do_it(access: Access) -> None:
    post(access, done(job_facets=entries(source(ORDERS, inputs=[OTHER]))))
    books = {"namespace": "company.finance", "outputs": [dataset(ORDERS)]}
    post(access, done(2, 2, job="books", **books))
    edge = Edge.objects.unscoped("test").get(flow__public_id="books")
    assert (edge.stated, edge.runs) == (True, 1)


# --- who may say so ------------------------------------------------------------------------------


@pytest.fixture
def narrow(grant: Callable[..., User], cast: Cast) -> Access:
    """May post for company.data alone."""
    grant("dora", "Ingest", "company.data")
    return cast.access("dora")


def test_of_a_job_out_of_reach_nothing_is_said(narrow: Access) -> None:
    facet = entries(source(ORDERS, inputs=[source(DAILY), OTHER]))
    post(narrow, done(job_facets=facet))
    assert edges() == {(id_of(DAILY), id_of(ORDERS), "daily", "daily", False)}
    [error] = TaskRun.objects.unscoped("test").get().asset_errors
    assert error["field"] == "facets.lineage"
    assert "company.finance" in error["message"]
    assert not Flow.objects.unscoped("test").filter(public_id="books").exists()


@pytest.mark.parametrize("kind", ["job", "dataset"])
def test_an_event_without_a_run_that_names_one_fails(narrow: Access, kind: str) -> None:
    facet = {"lineage": {"entries": [source(ORDERS, inputs=[OTHER])]}}
    job = {"namespace": "company.data", "name": "design", "facets": facet}
    bodies = {
        "job": job_event(1) | {"job": job},
        "dataset": dataset_event(1, ORDERS, lineage={"inputs": [OTHER]}),
    }
    [outcome] = record_events(narrow, [bodies[kind]])
    assert outcome.forbidden
    assert "company.finance" in outcome.reason
    assert edges() == set()
    assert not Flow.objects.unscoped("test").filter(public_id="books").exists()
    assert not OpenLineageEvent.objects.unscoped("test").exists()


def test_another_job_does_not_write_what_the_token_may_not(cast: Cast, narrow: Access) -> None:
    body = {"id": id_of(ORDERS), "type": "Table", "namespace": "company.finance"}
    assert cast.api("admin").post("/api/v1/main/assets", body, format="json").status_code == 200
    own = {"namespace": "company.data", "name": "books", "type": "JOB"}
    post(narrow, done(job_facets=entries(source(ORDERS, inputs=[own]))))
    assert edges() == set()
    [error] = TaskRun.objects.unscoped("test").get().asset_errors
    assert "may not write" in error["message"]


# --- in any order --------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_any_order_leads_to_the_same(db: None, order: tuple[int, ...]) -> None:
    listed = entries(source(ORDERS, inputs=[OTHER]), {**OTHER, "inputs": [source(DAILY)]})
    sources = {"inputs": [source(OLD), OTHER]}
    bodies = [
        event("START", 1, 1, job_facets=listed),
        done(3, 1, outputs=[dataset(COPY, lineage=sources)]),
        dataset_event(2, COPY, lineage=sources),
        done(4, 2, job="books", namespace="company.finance", outputs=[dataset(ORDERS)]),
    ]
    straight, mixed = tenant_access("straight"), tenant_access("mixed")
    post(straight, *bodies)
    for number in (*order, *order[:2]):
        post(mixed, bodies[number])
    for tell in (snapshot, observed):
        assert tell(mixed.tenant) == tell(straight.tenant)


def test_statements_do_not_depend_on_how_many_jobs_are_named(access: Access) -> None:
    def links(count: int) -> dict[str, Any]:
        jobs = [{**OTHER, "name": f"books{n}"} for n in range(count)]
        return entries(*(source(("s3://lake", f"t{n}"), inputs=[j]) for n, j in enumerate(jobs)))

    def taken(run: int, count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            post(access, event("COMPLETE", 3, run, job_facets=links(count)))
        return sum("SAVEPOINT" not in one["sql"] for one in captured)

    post(access, done(job_facets=links(100)))
    assert taken(2, 1) == taken(3, 100) <= 15


# --- the spec's own examples, wherever they may stand -------------------------------------------

LOADED = f"{PG}/public"
PRODUCTION = "postgresql://production:5432/public.transactions"
#: Example → edges of a run's job facet.
OF_A_JOB: dict[str, set[Ends]] = {
    "dataset-to-job": {
        (f"{LOADED}.staging_orders", None, "daily.load", "daily.load", True),
    },
    "generator": {(None, f"{LOADED}.extracted_data", "daily", "daily", False)},
    "implicit-job": {(PRODUCTION, None, "daily", "daily", False)},
    "job-to-dataset": {
        (None, f"{LOADED}.daily_summary", "daily.extract", "daily.extract", True),
    },
    "job-to-job": set(),
    "mixed-sources": {
        (f"{LOADED}.orders", f"{LOADED}.enriched_orders", "daily", "daily", False),
        (None, f"{LOADED}.enriched_orders", "daily.enrichment", "daily.enrichment", True),
    },
}


@with_spec
@pytest.mark.parametrize("name", sorted(OF_A_JOB))
@pytest.mark.parametrize("kind", ["run", "job"])
def test_the_examples_of_a_job(access: Access, name: str, kind: str) -> None:
    facet = spec_example(f"LineageFacet/{name}")
    told = {"namespace": "company.data", "name": "daily", "facets": {"lineage": facet}}
    body = done() if kind == "run" else job_event(1)
    post(access, body | {"job": told})
    expected = OF_A_JOB[name]
    assert edges() == {(*ends, kind == "job" or stated) for *ends, stated in expected}
    job = OpenLineageJob.objects.unscoped("test").get(flow__public_id="daily")
    assert job.facets["lineage"][1] == facet


@with_spec
@pytest.mark.parametrize("position", ["output", "input", "dataset event"])
def test_the_example_of_a_dataset(access: Access, position: str) -> None:
    facet = spec_example("LineageFacet/dataset-to-dataset")
    made = dataset(ORDERS, lineage=facet)
    bodies = {
        "output": done(inputs=[dataset(OLD)], outputs=[made]),
        "input": done(inputs=[made], outputs=[dataset(COPY)]),
        "dataset event": dataset_event(1, ORDERS, lineage=facet),
    }
    post(access, bodies[position])
    customers, orders = f"{LOADED}.customers", id_of(ORDERS)
    assert (
        edges()
        == {
            "output": {
                (customers, orders, "daily", "daily", False),
                (id_of(OLD), None, "daily", "daily", False),
            },
            "input": {
                (customers, orders, None, "", True),
                (orders, id_of(COPY), "daily", "daily", False),
            },
            "dataset event": {(customers, orders, None, "", True)},
        }[position]
    )
    kept = AssetFacet.objects.unscoped("test").get(name="lineage")
    assert (kept.position, kept.body) == ("dataset", facet)


EXAMPLES = [
    *(f"LineageFacet/{name}" for name in (*sorted(OF_A_JOB), "dataset-to-dataset")),
    *(f"BaseSubsetDatasetFacet/{n}" for n in range(1, 5)),
]
PLACES = ("facets", "inputFacets", "outputFacets", "run", "job")


@with_spec
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_in_any_place_is_kept_and_harms_nothing(
    cast: Cast, access: Access, example: str, place: str
) -> None:
    """Read back as it was sent; where it has no meaning, it has none."""
    name = "lineage" if example.startswith("Lineage") else "subset"
    facet = spec_example(example)
    body = done(inputs=[dataset(DAILY)], outputs=[dataset(ORDERS)])
    holder = {
        "facets": body["outputs"][0],
        "inputFacets": body["inputs"][0],
        "outputFacets": body["outputs"][0],
        "run": body["run"],
        "job": body["job"],
    }[place]
    key = place if place.lower().endswith("facets") else "facets"
    holder[key] = {**(holder.get(key) or {}), name: facet}
    post(access, body)
    if (place, name) not in {("job", "lineage"), ("facets", "lineage")}:
        assert edges() == {(id_of(DAILY), id_of(ORDERS), "daily", "daily", False)}
    api = cast.api("editor")
    paths = {
        "run": f"executions/{run_id(1)}/openlineage-runs",
        "job": "flows/company.data/daily/openlineage-jobs",
    }
    if place in paths:
        results = api.get(f"/api/v1/main/{paths[place]}").json()["results"]
        assert [one["facets"][name] for one in results if name in one["facets"]] == [facet]
    else:
        asset = DAILY if place == "inputFacets" else ORDERS
        asked = {"id": id_of(asset), "name": name}
        [one] = api.get("/api/v1/main/assets/by-id/facets", asked).json()["results"]
        where = {"facets": "dataset", "inputFacets": "input", "outputFacets": "output"}[place]
        assert (one["position"], one["body"]) == (where, facet)
