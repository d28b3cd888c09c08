"""OpenLineage facets, runs, jobs and events on pages and through the API."""

import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from catalog.models import Asset
from catalog.moments import micros
from lineage.models import AssetFacet, OpenLineageEvent, OpenLineageJob, OpenLineageRun
from tests.factories import NOW, make_task_run
from tests.lineage.pages import cost, piece, visit
from tests.world import World

BASE = {"_producer": "https://example.com/p", "_schemaURL": "https://example.com/s"}
STAMP = f"{micros(NOW):016d}|d"
ROOT, CHILD = (f"0193a3f0-6d5c-7c4e-8e5a-00000000000{n}" for n in (1, 2))
EXECUTION = "/executions/run-orders"
TOLD = f"{EXECUTION}/-/openlineage"
API = "/api/v1/main"
ERROR = BASE | {
    "message": "no space left",
    "programmingLanguage": "PYTHON",
    "stackTrace": "Traceback …\nOSError",
}
ENVIRONMENT = BASE | {
    "environmentVariables": [
        {"name": "STAGE", "value": "prod"},
        {"name": "DB_PASSWORD", "value": "hunter2"},
    ]
}


def facet(asset: Asset, name: str, body: Any, position: str = "dataset") -> AssetFacet:
    return AssetFacet.objects.create(
        tenant=asset.tenant, asset=asset, position=position, name=name, stamp=STAMP, body=body
    )


@pytest.fixture
def described(world: World) -> World:
    facet(world.orders, "storage", BASE | {"storageLayer": "iceberg", "fileFormat": "parquet"})
    facet(world.orders, "company_contract", {"owner": "data", "url": "pg://me:secret@db"})
    facet(world.orders, "outputStatistics", BASE | {"rowCount": 5}, "output")
    return world


@pytest.fixture
def told(world: World) -> World:
    """run-orders as Airflow tells it: a root run, a task below it, and their events."""
    main, execution = world.cast.main, world.run_orders
    run = make_task_run(execution, "load", state="FAILED", error="no space left")
    common = {
        "tenant": main,
        "root_run_id": ROOT,
        "job_namespace": "airflow",
        "execution": execution,
    }
    facets = {"nominalTime": BASE | {"nominalStartTime": "2026-11-20T11:00:00Z"}}
    facets["processing_engine"] = BASE | {"name": "Airflow", "version": "2.9.1"}
    OpenLineageRun.objects.create(
        run_id=ROOT, job_name="daily", state="SUCCESS", accumulated=accumulated(facets), **common
    )
    OpenLineageRun.objects.create(
        run_id=CHILD,
        parent_run_id=ROOT,
        job_name="daily.load",
        state="FAILED",
        task_run=run,
        accumulated=accumulated({"errorMessage": ERROR, "environmentVariables": ENVIRONMENT}),
        **common,
    )
    job(world, "", {"documentation": BASE | {"description": "Loads **orders**."}})
    job(world, "load", {"sql": BASE | {"query": "select 1 -- why", "dialect": "postgres"}})
    for number, (run_id, kind) in enumerate([(ROOT, "START"), (CHILD, "START"), (CHILD, "FAIL")]):
        event(world, number, run_id, kind)
    return world


def accumulated(facets: dict[str, Any]) -> dict[str, Any]:
    """As `lineage.openlineage.state` dumps it, as far as pages read it."""
    return {"run": {name: [0, body] for name, body in facets.items()}, "datasets": [["x"] * 9]}


def job(world: World, task_id: str, facets: dict[str, Any]) -> None:
    OpenLineageJob.objects.create(
        tenant=world.cast.main,
        flow=world.build_orders,
        task_id=task_id,
        namespace="airflow",
        name=f"daily.{task_id}" if task_id else "daily",
        facets={name: [STAMP, body] for name, body in facets.items()},
    )


def event(world: World, number: int, run_id: str, kind: str) -> OpenLineageEvent:
    at = NOW + timedelta(minutes=number)
    body = {"eventType": kind, "run": {"runId": run_id, "facets": {"env": ENVIRONMENT}}}
    return OpenLineageEvent.objects.create(
        tenant=world.cast.main,
        digest=f"{number:064x}",
        kind="run",
        event_type=kind,
        run_id=run_id,
        at=at,
        received_at=at,
        body=body,
    )


# --- facets of an asset --------------------------------------------------------------------------


def test_the_overview_lists_the_facets_and_opens_them(described: World):
    path = "/assets/orders/-/facets"
    assert f"/main{path}" in visit(described, "/assets/orders").html
    listed = piece(described, path).html
    for text in ("Storage", "company_contract", "as an output"):
        assert text in listed
    assert "iceberg" not in listed, "each is loaded when it is opened"
    opened = piece(described, f"{path}?position=dataset&name=storage").html
    assert "<h1" not in opened
    for text in ("Layer", "iceberg", "Copy JSON"):
        assert text in opened
    whole = visit(described, f"{path}?position=dataset&name=storage").html
    assert "iceberg" in whole
    assert "<h1" in whole


def test_an_unknown_facet_is_json_without_passwords(described: World):
    path = "/assets/orders/-/facets?position=dataset&name=company_contract"
    html = piece(described, path).html
    assert "<details open>" in html
    assert "me:secret" not in html
    assert "//***@db" in html


def test_no_facets_say_nothing_on_the_overview(world: World):
    assert "facets" not in piece(world, "/assets/orders/-/facets").html
    assert "No facets" in visit(world, "/assets/orders/-/facets").html
    client = world.cast.browser("admin")
    for query in ("?name=none&position=dataset", "?name=%00", "?name=storage&position=nowhere"):
        response = client.get(f"/main/assets/orders/-/facets{query}")
        assert response.status_code in (404, 200 if "%00" in query else 404)


def test_facets_through_the_api(described: World):
    client = described.cast.api("viewer")
    answer = client.get(f"{API}/assets/orders/facets").json()
    assert [(one["position"], one["name"]) for one in answer["results"]] == [
        ("dataset", "company_contract"),
        ("dataset", "storage"),
        ("output", "outputStatistics"),
    ]
    contract = answer["results"][0]
    assert contract["body"] == {"owner": "data", "url": "pg://me:secret@db"}, "verbatim"
    assert contract["at"] == "2026-11-20T12:00:00Z"
    first = client.get(f"{API}/assets/orders/facets", {"size": 2}).json()
    rest = client.get(
        f"{API}/assets/orders/facets", {"size": 2, "cursor": first["nextCursor"]}
    ).json()
    assert first["results"] + rest["results"] == answer["results"]
    one = client.get(f"{API}/assets/orders/facets", {"position": "output", "name": "x"}).json()
    assert one == {"results": []}
    for wrong in ({"position": "run"}, {"cursor": "x"}, {"size": "0"}):
        assert client.get(f"{API}/assets/orders/facets", wrong).status_code == 400
    by_id = client.get(f"{API}/assets/by-id/facets", {"id": "orders"}).json()
    assert by_id == answer


# --- an execution --------------------------------------------------------------------------------


def test_an_execution_tells_what_openlineage_told(told: World):
    html = visit(told, EXECUTION, "viewer").html
    for text in ("Scheduled for", "20 Nov 2026, 11:00", "Airflow 2.9.1", "daily.load", CHILD):
        assert text in html, text
    assert "Stack trace" in html
    assert "OSError" in html


def test_one_without_datasets_says_what_its_events_lack(world: World):
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-20T12:00:00Z",
        "run": {"runId": ROOT},
        "job": {"namespace": "company.data", "name": "ping"},
    }
    answer = world.cast.api("ingest").post(f"{API}/lineage", event, format="json")
    assert answer.status_code == 200
    html = visit(world, f"/executions/{ROOT}").html
    assert "Its OpenLineage events name no dataset" in html
    assert "Nothing declared" not in html


def test_another_execution_has_no_such_section(world: World):
    assert "OpenLineage" not in visit(world, EXECUTION).html


def test_a_run_shows_its_facets_and_those_of_its_job(told: World):
    html = unescape(piece(told, f"{TOLD}?run={CHILD}").html)
    for text in ("no space left", "select", "prod", "SQL", "Parent run"):
        assert text in html, text
    assert "hunter2" not in html
    assert '<span class="k">select</span>' in html, "highlighted"
    client = told.cast.browser("viewer")
    assert client.get(f"/main{TOLD}", {"run": "none"}).status_code == 404


def test_events_as_they_came(told: World):
    html = visit(told, TOLD).html
    assert html.index(">START<") < html.index(">FAIL<")
    digest = f"{2:064x}"
    opened = piece(told, f"{TOLD}?event={digest}").html
    assert "FAIL" in opened
    assert "hunter2" not in opened
    assert "<h1" not in opened
    assert "FAIL" in visit(told, f"{TOLD}?event={digest}").html
    assert "FAIL" not in visit(told, f"{TOLD}?run={ROOT}").html
    client = told.cast.browser("viewer")
    for query in ({"event": "none"}, {"event": "…"}, {"cursor": "x"}):
        assert client.get(f"/main{TOLD}", query).status_code == 404


def test_events_come_in_pages(told: World):
    for number in range(3, 120):
        event(told, number, ROOT, "RUNNING")
    first = visit(told, TOLD)
    assert first.html.count("?event=") == 100, "twice each: to open, and to go to"
    older = [link for link in first.links if "cursor=" in link]
    assert "RUNNING" in piece(told, f"{TOLD}{older[0]}").html


def test_statements_of_an_execution_do_not_grow_with_its_runs(told: World):
    before = cost(told, EXECUTION)
    for number in range(20):
        run = make_task_run(told.run_orders, f"t{number}")
        OpenLineageRun.objects.create(
            tenant=told.cast.main,
            run_id=f"run-{number}",
            root_run_id=ROOT,
            parent_run_id=ROOT,
            job_name=f"daily.t{number}",
            execution=told.run_orders,
            task_run=run,
            accumulated=accumulated({"tags": BASE | {"tags": []}}),
        )
    assert cost(told, EXECUTION) == before


def test_runs_and_events_through_the_api(told: World):
    client = told.cast.api("viewer")
    runs = client.get(f"{API}{EXECUTION}/openlineage-runs").json()["results"]
    assert [(run["runId"], run["parentRunId"]) for run in runs] == [(ROOT, None), (CHILD, ROOT)]
    assert runs[1]["facets"]["errorMessage"] == ERROR
    assert runs[0]["taskRunId"] is None
    url = f"{API}{EXECUTION}/openlineage-events"
    first = client.get(url, {"size": 2}).json()
    assert [one["eventType"] for one in first["results"]] == ["START", "START"]
    rest = client.get(url, {"size": 2, "cursor": first["nextCursor"]}).json()
    [failed] = rest["results"]
    assert failed["event"]["run"]["runId"] == CHILD
    assert "hunter2" in json.dumps(failed), "as they came"
    assert [one["runId"] for one in client.get(url, {"runId": ROOT}).json()["results"]] == [ROOT]
    for wrong in ({"cursor": "x"}, {"size": "201"}):
        assert client.get(url, wrong).status_code == 400


def test_events_are_searched(told: World):
    url = f"{API}/openlineage/events/search"

    def found(who: str = "viewer", **params: str) -> list[str]:
        answer = told.cast.api(who).get(url, params)
        assert answer.status_code == 200, answer.content
        return [one["eventType"] for one in answer.json()["results"]]

    assert found() == ["FAIL", "START", "START"]
    assert found(runId=ROOT.upper()) == ["START"]
    assert found(eventType="fail", kind="run") == ["FAIL"]
    assert found(since="2026-11-20T12:01:30Z") == ["FAIL"]
    assert found(until="2026-11-20T12:00:30Z") == ["START"]
    assert found(runId="\0") == []
    told.run_orders.namespace = told.run_ledger.namespace
    told.run_orders.save(update_fields=["namespace"])
    assert found() == []
    assert len(found("admin")) == 3
    for wrong in ({"kind": "guess"}, {"since": "soon"}, {"cursor": "x"}, {"size": "0"}):
        problem = told.cast.api("viewer").get(url, wrong)
        assert problem.json()["errors"][0]["field"] == next(iter(wrong))


# --- a flow --------------------------------------------------------------------------------------


def test_a_flow_shows_what_clients_told_of_its_job(told: World):
    seen = visit(told, "/flows/company.data/build_orders", "viewer")
    assert "Loads <strong>orders</strong>." in seen.html
    assert "1 facet" in seen.html
    html = piece(told, "/flows/company.data/build_orders/-/openlineage?task=load").html
    assert '<span class="k">select</span>' in html
    assert "<h1" not in html
    assert "<h1" in visit(told, "/flows/company.data/build_orders/-/openlineage?task=load").html
    client = told.cast.browser("viewer")
    url = "/main/flows/company.data/build_orders/-/openlineage"
    assert client.get(url, {"task": "none"}).status_code == 404


def test_jobs_of_a_flow_through_the_api(told: World):
    url = f"{API}/flows/company.data/build_orders/openlineage-jobs"
    answer = told.cast.api("viewer").get(url).json()
    assert [(one["taskId"], one["name"]) for one in answer["results"]] == [
        (None, "daily"),
        ("load", "daily.load"),
    ]
    assert answer["results"][1]["facets"]["sql"]["dialect"] == "postgres"
    assert told.cast.api("viewer").get(url, {"size": 1}).json()["nextCursor"]


def test_runs_are_listed_as_they_started(told: World):
    execution = told.run_orders
    for name, minutes in (("late", 9), ("early", -9), ("waiting", None)):
        started = None if minutes is None else NOW + timedelta(minutes=minutes)
        OpenLineageRun.objects.create(
            tenant=told.cast.main,
            run_id=f"0193a3f0-6d5c-7c4e-8e5a-{name:x>12}",
            root_run_id=ROOT,
            job_name=f"daily.{name}",
            state="SUCCESS",
            execution=execution,
            task_run=make_task_run(execution, name, started_at=started),
        )
    html = visit(told, EXECUTION).html.partition('id="openlineage"')[2]
    names = ("daily.early", "daily.load", "daily.late", "daily.waiting")
    assert sorted(names, key=html.index) == list(names)
