"""Events as they came go after their time; what was made of them stays, and it is said."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts.access import Access
from catalog.models import AssetMeasurement
from lineage.jobs import app
from lineage.models import (
    AssetFacet,
    ColumnEdge,
    Edge,
    EventRetention,
    Execution,
    Flow,
    OpenLineageEvent,
    OpenLineageRun,
)
from lineage.retention import forget_events
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
from tests.statements import statements

KEPT = (AssetFacet, AssetMeasurement, ColumnEdge, Edge, Execution, Flow, OpenLineageRun)
API = "/api/v1/main"
LINK = {"namespace": DAILY[0], "name": DAILY[1], "field": "id"}
FACETS: dict[str, Any] = {
    "schema": {"fields": [{"name": "id"}]},
    "columnLineage": {"fields": {"id": {"inputFields": [LINK]}}},
    "dataQualityMetrics": {"rowCount": 3},
}


def told(run: int = 1) -> list[dict[str, Any]]:
    written = dataset(ORDERS, **FACETS)
    return [
        event("START", 1, run, inputs=[dataset(DAILY)]),
        event("COMPLETE", 2, run, inputs=[dataset(DAILY)], outputs=[written]),
        job_event(3, inputs=[dataset(DAILY)], outputs=[dataset(ORDERS)]),
        dataset_event(4, ORDERS, documentation={"description": "All orders."}),
    ]


def events() -> Any:
    return OpenLineageEvent.objects.unscoped("test")


def age(days: int) -> None:
    """As if all had happened so long ago."""
    before = timezone.now() - timedelta(days=days)
    events().update(received_at=before)
    Execution.objects.unscoped("test").update(created_at=before)


def rows() -> dict[str, list[Any]]:
    return {
        model.__name__: list(model.objects.unscoped("test").order_by("pk").values())
        for model in KEPT
    }


@pytest.fixture
def access(cast: Cast) -> Access:
    access = cast.access("ingest")
    post(access, *told())
    return access


def test_they_stay_for_ever_unless_told_otherwise(access: Access) -> None:
    age(5000)
    assert forget_events() == 0
    assert events().count() == 4


@override_settings(OPENLINEAGE_EVENT_DAYS=30)
def test_what_was_made_of_them_stays(access: Access) -> None:
    age(31)
    post(access, event("COMPLETE", 5, 2))
    before = rows()
    assert forget_events() == 4
    assert events().get().run_id == run_id(2)
    assert rows() == before
    assert forget_events() == 0


@override_settings(OPENLINEAGE_EVENT_DAYS=30)
def test_one_that_comes_again_changes_nothing(access: Access) -> None:
    age(31)
    forget_events()
    before = rows()
    post(access, *told())
    assert events().count() == 4
    after = rows()
    for old, new in ((before, after), (after, before)):
        for name in ("Edge", "ColumnEdge", "AssetMeasurement", "AssetFacet"):
            assert old[name] == new[name]


@override_settings(OPENLINEAGE_EVENT_DAYS=30)
def test_it_goes_in_steps_and_stops_between_them(access: Access) -> None:
    post(access, *(event("COMPLETE", 5, n) for n in range(10, 20)))
    age(31)
    asked: list[int] = []

    def stops() -> bool:
        asked.append(events().count())
        return len(asked) > 2

    assert forget_events(stops, step=5) == 10
    assert asked[:3] == [14, 9, 4]
    assert forget_events(step=5) == 4


@override_settings(OPENLINEAGE_EVENT_DAYS=30)
def test_statements_do_not_depend_on_their_number(access: Access) -> None:
    age(31)
    few = statements(forget_events)
    post(access, *(event("COMPLETE", 5, n) for n in range(10, 60)))
    age(31)
    assert statements(forget_events) == few


@override_settings(OPENLINEAGE_EVENT_DAYS=30)
def test_a_flow_that_one_event_alone_tells_of_keeps_it(access: Access) -> None:
    post(access, job_event(1, "planned"))
    age(31)
    forget_events()
    assert events().get().flow.public_id == "planned"


@override_settings(OPENLINEAGE_EVENT_DAYS=30)
def test_the_page_and_the_api_say_so(cast: Cast, access: Access) -> None:
    age(31)
    forget_events()
    gone = EventRetention.objects.unscoped("test").get(tenant=cast.main).gone_before
    api, page = cast.api("editor"), f"/main/executions/{run_id(1)}/-/openlineage"
    answer = api.get(f"{API}/executions/{run_id(1)}/openlineage-events").json()
    assert answer == {"results": [], "keptSince": gone.isoformat().replace("+00:00", "Z")}
    assert api.get(f"{API}/openlineage/events/search").json()["keptSince"]
    html = cast.browser("editor").get(page).content.decode()
    assert "Its events are no longer kept" in html
    assert "was not told by an OpenLineage client" not in html
    headers = {"HX-Request": "true"}
    lost = cast.browser("editor").get(f"{page}?event={'0' * 64}", headers=headers)
    assert lost.status_code == 404


@override_settings(OPENLINEAGE_EVENT_DAYS=30)
def test_an_execution_that_came_later_has_all_of_them(cast: Cast, access: Access) -> None:
    age(31)
    forget_events()
    post(access, event("COMPLETE", 5, 2))
    found = cast.api("editor").get(f"{API}/executions/{run_id(2)}/openlineage-events").json()
    assert len(found["results"]) == 1
    assert "keptSince" not in found
    page = cast.browser("editor").get(f"/main/executions/{run_id(2)}/-/openlineage")
    assert "no longer kept" not in page.content.decode()


def test_another_tenant_learns_nothing_of_it(cast: Cast) -> None:
    EventRetention.objects.create(tenant=cast.other, gone_before=timezone.now())
    answer = cast.api("editor").get(f"{API}/openlineage/events/search").json()
    assert answer == {"results": []}


def test_the_worker_looks_every_hour() -> None:
    tasks = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert tasks["lineage.forget_events"] == "23 * * * *"
