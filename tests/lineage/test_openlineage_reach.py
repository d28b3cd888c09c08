"""Who may post which OpenLineage events, in which tenant, about which runs and assets."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import actions
from accounts.models import User
from catalog.models import Asset
from lineage.models import AssetFacet, Edge, Execution, OpenLineageEvent, OpenLineageRun, TaskRun
from tests.conftest import Cast, role
from tests.factories import make_namespace
from tests.lineage.events import (
    BATCH,
    DAILY,
    ONE,
    ORDERS,
    dataset,
    dataset_event,
    event,
    job_event,
    run_id,
    send,
    stored_runs,
)

HOME_ONE, HOME_BATCH = "/api/v1/lineage", "/api/v1/lineage/batch"
FOREIGN = "company.finance"


def claimed(cast: Cast, namespace: str = FOREIGN) -> None:
    """ORDERS as an asset that somebody has put into a namespace."""
    body = {"id": "/".join(ORDERS), "type": "Table", "namespace": namespace}
    assert cast.api("admin").post("/api/v1/main/assets", body, format="json").status_code == 200


def found_asset() -> Asset:
    return Asset.objects.unscoped("test").select_related("state").get(public_id="/".join(ORDERS))


@pytest.fixture
def narrow(grant: Callable[..., User], cast: Cast) -> APIClient:
    """A token that may post for company.data alone."""
    grant("dora", "Ingest", "company.data")
    return cast.api("dora")


def test_forbidden_ones_fail_and_the_rest_goes_in(narrow: APIClient) -> None:
    bodies = [
        event("COMPLETE", 1, 1),
        event("COMPLETE", 1, 2, namespace=FOREIGN),
        event("COMPLETE", 1, 3),
    ]
    body = send(narrow, BATCH, bodies).json()
    [failed] = body["failed_events"]
    assert failed["index"] == 1
    assert FOREIGN in failed["reason"]
    assert failed["errors"][0]["field"] == "job.namespace"
    assert stored_runs() == {run_id(1), run_id(3)}


def test_a_forbidden_event_alone_is_answered_403(narrow: APIClient) -> None:
    answer = send(narrow, ONE, event("COMPLETE", 1, 2, namespace=FOREIGN))
    assert answer.status_code == 403
    assert FOREIGN in answer.json()["detail"]
    assert not stored_runs()


def test_events_that_are_all_forbidden_leave_nothing(narrow: APIClient) -> None:
    body = send(narrow, BATCH, [event("START", n, n, namespace=FOREIGN) for n in range(3)]).json()
    assert body["summary"]["failed"] == 3
    assert not OpenLineageEvent.objects.unscoped("test").exists()
    assert not OpenLineageRun.objects.unscoped("test").exists()


@pytest.mark.parametrize("path", ["parent", "root"])
def test_a_child_of_a_run_out_of_reach_is_refused(narrow: APIClient, path: str) -> None:
    child = event("COMPLETE", 1, 2, "daily.task", parent=(1, "daily"), root=(1, "daily"))
    named = child["run"]["facets"]["parent"]
    (named["root"] if path == "root" else named)["job"]["namespace"] = FOREIGN
    answer = send(narrow, ONE, child)
    assert answer.status_code == 403
    assert FOREIGN in answer.json()["detail"]
    assert not stored_runs()


def test_a_child_below_an_execution_out_of_reach_is_refused(cast: Cast, narrow: APIClient) -> None:
    """Its parent stands in reach, what that one turned out to be part of does not."""
    middle = event("START", 1, 2, "middle", parent=(1, "dag"))
    middle["run"]["facets"]["parent"]["job"]["namespace"] = FOREIGN
    assert send(cast.api("ingest"), ONE, middle).status_code == 200
    child = event("COMPLETE", 2, 3, "middle.task", parent=(2, "middle"))
    answer = send(narrow, ONE, child)
    assert answer.status_code == 403
    assert FOREIGN in answer.json()["detail"]
    assert not TaskRun.objects.unscoped("test").filter(public_id=run_id(3)).exists()


def test_somebody_elses_run_cannot_be_taken_over(cast: Cast, narrow: APIClient) -> None:
    own = event("START", 1, 1, "secret", namespace=FOREIGN)
    assert send(cast.api("ingest"), ONE, own).status_code == 200
    answer = send(narrow, ONE, event("FAIL", 2, 1, "mine"))
    assert answer.status_code == 403
    assert "secret" not in json.dumps(answer.json())
    found = Execution.objects.unscoped("test").select_related("namespace").get()
    assert (found.state, found.namespace.name) == ("RUNNING", FOREIGN)
    run = OpenLineageRun.objects.unscoped("test").get()
    assert (run.job_namespace, run.job_name) == (FOREIGN, "secret")


def test_another_tenants_run_of_the_same_id_is_another(cast: Cast) -> None:
    sender = actions.create_service_account(cast.other, "spark")
    actions.bind(sender, role(cast.other, "Ingest"))
    cast.users["spark"] = sender
    assert send(cast.api("ingest"), ONE, event("START", 1, 1)).status_code == 200
    assert send(cast.api("spark"), HOME_ONE, event("FAIL", 2, 1)).status_code == 200
    states = Execution.objects.unscoped("test").values_list("tenant__slug", "state")
    assert set(states) == {("main", "RUNNING"), ("other", "FAILED")}
    assert send(cast.api("spark"), ONE, event("START", 1, 2)).status_code == 404


def test_an_output_out_of_reach_stays_as_it_is(cast: Cast, narrow: APIClient) -> None:
    claimed(cast)
    facets = {"documentation": {"description": "Mine now."}, "schema": {"fields": [{"name": "x"}]}}
    body = event("COMPLETE", 1, 1, inputs=[dataset(DAILY)], outputs=[dataset(ORDERS, **facets)])
    assert send(narrow, ONE, body).status_code == 200
    answer = cast.api("admin").get(f"/api/v1/main/executions/{run_id(1)}")
    [run] = answer.json()["taskRunList"]
    assert "may not write" in json.dumps(run["assetErrors"])
    assert FOREIGN not in json.dumps(run["assetErrors"])
    found = found_asset()
    assert (found.description or "", found.columns or [], found.state.writes) == ("", [], 0)
    assert not AssetFacet.objects.unscoped("test").filter(asset=found).exists()
    edges = Edge.objects.unscoped("test").filter(downstream=found)
    assert not edges.exists()


def test_an_input_out_of_reach_is_read_but_not_described(cast: Cast, narrow: APIClient) -> None:
    claimed(cast)
    read = dataset(ORDERS, documentation={"description": "Mine now."})
    body = event("COMPLETE", 1, 1, inputs=[read], outputs=[dataset(DAILY)])
    assert send(narrow, ONE, body).status_code == 200
    assert not found_asset().description
    ends = Edge.objects.unscoped("test").values_list(
        "upstream__public_id", "downstream__public_id"
    )
    assert ("/".join(ORDERS), "/".join(DAILY)) in ends


def test_a_dataset_event_out_of_reach_is_refused(cast: Cast, narrow: APIClient) -> None:
    claimed(cast)
    body = dataset_event(1, ORDERS, documentation={"description": "Mine now."})
    assert send(narrow, ONE, body).status_code == 403
    assert not found_asset().description


def test_a_job_event_out_of_reach_is_refused(narrow: APIClient) -> None:
    body = job_event(1, outputs=[dataset(ORDERS)]) | {"job": {"namespace": FOREIGN, "name": "j"}}
    assert send(narrow, ONE, body).status_code == 403
    assert not Asset.objects.unscoped("test").exists()


@pytest.mark.parametrize("url", [ONE, BATCH, HOME_ONE, HOME_BATCH])
def test_who_may_not_post(cast: Cast, url: str) -> None:
    body: Any = event("START", 1, 1)
    body = [body] if url.endswith("batch") else body
    anonymous = send(cast.api("anonymous"), url, body)
    assert anonymous.status_code == 401
    assert "WWW-Authenticate" in anonymous
    assert send(cast.api("viewer"), url, body).status_code == 403
    assert not stored_runs()


def test_a_tenant_that_one_is_no_part_of_is_not_found(cast: Cast) -> None:
    for name in ("outsider", "ingest"):
        tenant = "main" if name == "outsider" else "other"
        answer = send(cast.api(name), f"/api/v1/{tenant}/lineage", event("START", 1, 1))
        assert answer.status_code == 404
    assert send(cast.api("ingest"), "/api/v1/nowhere/lineage", {}).status_code == 404


def test_the_tenant_of_a_service_account_is_its_own(cast: Cast) -> None:
    assert send(cast.api("ingest"), HOME_ONE, event("START", 1, 1)).status_code == 200
    assert send(cast.api("ingest"), HOME_BATCH, [event("COMPLETE", 2, 1)]).status_code == 204
    found = Execution.objects.unscoped("test").get()
    assert (found.tenant.slug, found.state) == ("main", "SUCCESS")


def test_the_tenant_of_a_person_is_the_only_one(cast: Cast) -> None:
    assert send(cast.api("editor"), HOME_ONE, event("START", 1, 1)).status_code == 200
    assert stored_runs() == {run_id(1)}
    actions.bind(cast.users["editor"], role(cast.other, "Editor"))
    answer = send(cast.api("editor"), HOME_ONE, event("START", 1, 2))
    assert answer.status_code == 404
    assert "/api/v1/<tenant>/lineage" in answer.json()["detail"]


def test_a_tenant_may_require_existing_namespaces(cast: Cast) -> None:
    cast.main.requires_existing_namespaces = True
    cast.main.save()
    make_namespace(cast.main, "company.data")
    bodies = [
        event("COMPLETE", 1, 1, outputs=[dataset(ORDERS)]),
        event("COMPLETE", 1, 2, namespace="company.typo"),
        job_event(1) | {"job": {"namespace": "company.typo", "name": "design"}},
    ]
    body = send(cast.api("ingest"), BATCH, bodies).json()
    assert [failed["index"] for failed in body["failed_events"]] == [1, 2]
    for failed in body["failed_events"]:
        assert "requires existing namespaces" in failed["reason"]
        assert "company.typo" in failed["reason"]
    assert stored_runs() == {run_id(1)}
