"""Lineage without runs goes out too: of dbt, of job and dataset events, and by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from accounts import actions
from accounts.access import access_of
from accounts.models import Tenant
from catalog.models import Asset
from lineage.exporting.actions import change_exporter, create_exporter, retry_refused, rewind
from lineage.exporting.shipping import run_exporter
from lineage.exporting.statements import PAGE
from lineage.models import ColumnEdge, Edge, ExporterPending
from lineage.recording.openlineage import record_events
from tests.conftest import Cast, make_cast, role
from tests.factories import NOW, make_asset, make_flow, make_stated_edge
from tests.lineage.dbt.builders import HARBOUR, read_folder
from tests.lineage.dbt_import.bringing import bring
from tests.lineage.exporting.receiver import Answer
from tests.lineage.openlineage.samples import SPEC, dataset_event, job_event
from tests.lineage.openlineage.spec import violations

ORDERS = {"namespace": "postgres://w:5432", "name": "shop.public.orders"}


@pytest.fixture
def told(cast: Cast) -> Cast:
    """By hand, a → b; of a job's design, x → y and what it only reads."""
    a, b = make_asset(cast.main, "a"), make_asset(cast.main, "b", display_name="Bee")
    make_stated_edge(a, b)
    flow = make_flow(cast.main, "design")
    x, y, z = (make_asset(cast.main, name) for name in "xyz")
    make_stated_edge(x, y, flow=flow, task_id="build", kind="dbt")
    Edge.objects.create(
        tenant=cast.main,
        upstream=z,
        flow=flow,
        task_id="build",
        stated=True,
        runs=0,
        first_seen=NOW,
        last_seen=NOW,
    )
    ColumnEdge.objects.create(
        tenant=cast.main,
        upstream=x,
        upstream_column="id",
        downstream=y,
        downstream_column="id",
        flow=flow,
        task_id="build",
        type="DIRECT",
        subtype="IDENTITY",
        stated=True,
        first_seen=NOW,
        last_seen=NOW,
    )
    return cast


def labels(receiver: Any) -> list[str]:
    return [
        event["job"]["name"] if "job" in event else event["dataset"]["name"]
        for event in receiver.events
    ]


@pytest.mark.django_db
def test_a_job_tells_its_design_and_an_asset_what_it_came_out_of(told, make, run, receiver):
    exporter = make()
    assert run(exporter).sent == 3
    assert labels(receiver) == ["a", "b", "design.build"]
    _, by_hand, design = receiver.events
    assert by_hand["dataset"]["facets"]["lineage"]["inputs"][0]["name"] == "a"
    assert [one["name"] for one in design["inputs"]] == ["x", "z"]
    assert [one["name"] for one in design["outputs"]] == ["y"]
    facets = design["job"]["facets"]
    assert (facets["headwater_job"]["flowId"], facets["headwater_job"]["taskId"]) == (
        "design",
        "build",
    )
    entries = {e.get("name", e["type"]): e["inputs"] for e in facets["lineage"]["entries"]}
    assert {name: [i["name"] for i in inputs] for name, inputs in entries.items()} == {
        "JOB": ["z"],
        "y": ["x"],
    }
    if SPEC.exists():
        assert violations(by_hand) == violations(design) == []


@pytest.mark.django_db
def test_only_what_has_changed_goes_out_again(told, make, run, receiver):
    exporter = make()
    run(exporter)
    assert run(exporter).sent == 0
    Edge.objects.unscoped("test").filter(flow__isnull=False).update(
        last_seen=NOW + timedelta(days=1)
    )
    assert run(exporter).sent == 1
    assert labels(receiver)[-1] == "design.build"
    rewind(access_of(told.users["admin"], told.main), "marquez", "start")
    assert run(exporter).sent == 3


@pytest.mark.django_db
def test_scheduled_runs_look_now_and_then(told, make, run, receiver):
    exporter = make()
    run(exporter, "schedule")
    assert len(receiver.events) == 3
    make_stated_edge(make_asset(told.main, "c"), make_asset(told.main, "d"))
    run(exporter, "schedule")
    assert len(receiver.events) == 3
    exporter.stated_checked_at = timezone.now() - timedelta(minutes=11)
    exporter.save()
    run(exporter, "schedule")
    assert labels(receiver)[-1] == "d"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"flowId": "design"}, ["design.build"]),
        ({"flowNamespace": "company"}, ["design.build"]),
        ({"flowNamespace": "company.finance"}, []),
        ({"taskId": "other"}, []),
        ({"states": ["FAILED"]}, ["a", "b", "design.build"]),
        ({"assetTypes": ["Dashboard"]}, []),
        ({"since": "2026-11-21T00:00:00Z"}, []),
    ],
)
def test_filters(told, make, run, receiver, filters, names):
    run(make(filters=filters))
    assert labels(receiver) == names


@pytest.mark.django_db
def test_a_new_exporter_that_does_not_look_back_leaves_it_out(told, make, run, receiver):
    exporter = make(lookbackPeriod="PT0S")
    run(exporter)
    assert receiver.events == []
    make_stated_edge(
        make_asset(told.main, "c"), make_asset(told.main, "d"), last_seen=timezone.now()
    )
    run(exporter)
    assert labels(receiver) == ["c", "d"]


@pytest.mark.django_db
def test_only_what_the_principal_sees(told, make, run, receiver, grant, cast):
    hidden = make_asset(cast.main, "hidden", "company.finance")
    make_stated_edge(hidden, make_asset(cast.main, "seen"))
    exporter = make()
    exporter.runs_as = grant("narrow", "Viewer", "company.data")
    exporter.save()
    run(exporter)
    assert "hidden" not in str(receiver.events)
    assert labels(receiver) == ["a", "b", "design.build"]


@pytest.mark.django_db
def test_what_is_refused_is_kept_and_tried_again(told, make, run, receiver):
    exporter = make()
    receiver.answer = lambda posted: Answer(422 if "dataset" in posted.body else 200)
    done = run(exporter)
    assert (done.state, done.sent, done.refused) == ("WARNING", 1, 2)
    kept = ExporterPending.objects.unscoped("test").get()
    assert (kept.label, kept.attempts) == ("DATASET of headwater://main / a", 1)
    assert run(exporter).refused == 0, "its pause is not over"
    ExporterPending.objects.unscoped("test").update(last_at=timezone.now() - timedelta(days=1))
    run(exporter)
    assert run(exporter).refused == 2
    assert ExporterPending.objects.unscoped("test").get().attempts == 2
    receiver.answer = lambda posted: Answer()
    retry_refused(access_of(told.users["admin"], told.main), "marquez")
    run(exporter)
    run(exporter)
    assert not ExporterPending.objects.unscoped("test").exists()
    assert labels(receiver).count("b") == 1


@pytest.mark.django_db
def test_a_mapping_that_changes_is_no_reason_to_send_all_again(told, make, run, receiver, admin):
    exporter = make()
    run(exporter)
    change_exporter(admin, "marquez", {"mappings": {"*": {"version": "id"}}}, partial=True)
    assert run(exporter).sent == 0


@pytest.mark.slow
@pytest.mark.django_db
def test_statements_do_not_grow_with_what_is_stated(told, make, run):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(count: int, name: str) -> int:
        for n in range(count):
            make_stated_edge(
                make_asset(told.main, f"{name}-in-{n}"), make_asset(told.main, f"{name}-out-{n}")
            )
        with CaptureQueriesContext(connection) as captured:
            run(exporter)
        return len(captured)

    exporter = make(batchSize=500)
    cost(1, "first")
    assert cost(2, "few") == cost(PAGE - 10, "many")


# --- the other tenant -------------------------------------------------------------------------


def stated(tenant: Tenant) -> dict[str, set[tuple[Any, ...]]]:
    """What holds without runs, apart from when it was said."""
    edges = Edge.objects.unscoped("test").filter(tenant=tenant, stated=True)
    columns = ColumnEdge.objects.unscoped("test").filter(tenant=tenant, stated=True)
    touched = {pk for e in edges.values_list("upstream", "downstream") for pk in e if pk}
    assets = Asset.objects.unscoped("test").filter(pk__in=touched)
    return {
        "edges": set(
            edges.values_list(
                *("upstream__public_id", "downstream__public_id", "flow__namespace__name"),
                *("flow__public_id", "task_id"),
            )
        ),
        "columns": set(
            columns.values_list(
                *("upstream__public_id", "upstream_column", "downstream__public_id"),
                *("downstream_column", "flow__public_id", "task_id", "type", "subtype"),
            )
        ),
        "assets": {
            (a.public_id, a.type, a.display_name, a.description, str(a.metadata), str(a.columns))
            for a in assets
        },
    }


@pytest.mark.slow
def test_the_other_tenant_has_the_same_statements(transactional_db: None, live_server: LiveServer):
    cast = make_cast()
    ingest = cast.access("ingest")
    bring(cast, read_folder(HARBOUR))
    make_stated_edge(make_asset(cast.main, "a"), make_asset(cast.main, "b"))
    lineage = {"lineage": {"inputs": [{**ORDERS, "type": "DATASET"}]}}
    menus = {"namespace": "s3://lake", "name": "menus", "facets": lineage}
    columns = {
        "schema": {"fields": [{"name": "id", "type": "int"}]},
        "columnLineage": {"fields": {"id": {"inputFields": [{**ORDERS, "field": "order_id"}]}}},
    }
    sums = {"namespace": "s3://lake", "name": "sums", "facets": columns}
    events = [
        dataset_event(dataset=menus),
        job_event(job={"namespace": "airflow", "name": "dag.task"}, outputs=[sums]),
    ]
    assert [outcome.reason for outcome in record_events(ingest, events)] == ["", ""]
    copy = actions.create_tenant("copy")
    account = actions.create_service_account(copy, "in")
    actions.bind(account, role(copy, "Ingest"))
    said = {
        "name": "copy",
        "kind": "OPENLINEAGE",
        "url": live_server.url,
        "path": "api/v1/copy/lineage",
        "apiKey": actions.issue_token(account, "exporter")[1],
        "batchSize": 20,
        "lookbackPeriod": "P36500D",
    }
    exporter = create_exporter(cast.access("admin"), said)
    for _ in range(2):
        done = run_exporter(exporter.pk, "manual")
        assert done is not None
        assert (done.state, done.error, done.refused) == ("SUCCESS", "", 0)
        here, there = stated(cast.main), stated(copy)
        assert len(here["edges"]) > 10
        for part in here:
            assert here[part] - there[part] == set(), part
            assert there[part] - here[part] == set(), part
        rewind(cast.access("admin"), "copy", "start")
