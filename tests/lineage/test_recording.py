"""Executions in: rows, merges, edges, in any order and any number of deliveries."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.access import Access
from accounts.models import Tenant
from catalog.models import Asset
from lineage.models import AssetUsage, Edge, Execution, LineageEvent, TaskRun
from lineage.recording import record_executions
from lineage.registering import register_flow
from tests.conftest import Cast
from tests.factories import NOW
from tests.lineage.worlds import posted, task_run


def edges(tenant: Tenant) -> set[tuple[str | None, str | None, int]]:
    rows = Edge.objects.unscoped("test").filter(tenant=tenant)
    return set(rows.values_list("upstream__public_id", "downstream__public_id", "runs"))


def test_one_execution_leaves_usages_events_and_edges(cast: Cast) -> None:
    access = cast.access("ingest")
    body = posted("e1", runs=[task_run("t1", reads=["raw"], writes=["orders", "refunds"])])
    [result] = record_executions(access, [body])
    assert (result.status, result.reason) == ("created", "")
    assert edges(cast.main) == {("raw", "orders", 1), ("raw", "refunds", 1)}
    assert AssetUsage.objects.unscoped("test").count() == 3
    raw = Asset.objects.unscoped("test").get(public_id="raw")
    assert raw.type == "io.kestra.core.models.assets.External"
    orders = (
        Asset.objects.unscoped("test").select_related("state", "namespace").get(public_id="orders")
    )
    assert (orders.type, orders.namespace.name) == ("Table", "company.data")
    assert orders.state.last_written_at == NOW + timedelta(minutes=1)
    assert orders.state.writes == 1


def test_the_same_delivery_again_changes_nothing(cast: Cast) -> None:
    access = cast.access("ingest")
    body = posted("e1", runs=[task_run("t1", reads=["raw"], writes=["orders"])])
    record_executions(access, [body])
    [result] = record_executions(access, [body])
    assert result.status == "unchanged"
    assert edges(cast.main) == {("raw", "orders", 1)}
    assert TaskRun.objects.unscoped("test").count() == 1


def test_a_failed_run_is_recorded_but_makes_no_edge(cast: Cast) -> None:
    access = cast.access("ingest")
    body = posted(
        "e1",
        state="FAILED",
        runs=[task_run("t1", state="FAILED", reads=["raw"], writes=["orders"])],
    )
    record_executions(access, [body])
    assert edges(cast.main) == set()
    assert AssetUsage.objects.unscoped("test").filter(state="FAILED").count() == 2
    assert LineageEvent.objects.unscoped("test").get().state == "FAILED"


def test_a_later_delivery_replaces_a_task_run(cast: Cast) -> None:
    access = cast.access("ingest")
    first = posted(
        "e1",
        state="FAILED",
        runs=[task_run("t1", state="FAILED", reads=["raw"], writes=["orders"])],
    )
    again = posted(
        "e1", minutes=5, runs=[task_run("t1", minutes=5, reads=["raw"], writes=["orders"])]
    )
    record_executions(access, [first])
    [result] = record_executions(access, [again])
    assert result.status == "updated"
    assert Execution.objects.unscoped("test").get().state == "SUCCESS"
    assert edges(cast.main) == {("raw", "orders", 1)}
    orders = Asset.objects.unscoped("test").select_related("state").get(public_id="orders")
    assert (orders.state.writes, orders.state.last_failed_at) == (1, None)


def test_what_a_later_delivery_leaves_out_stays(cast: Cast) -> None:
    access = cast.access("ingest")
    started = posted("e1", state="RUNNING", inputs={"region": "eu"}, labels={"team": "data"})
    ended = posted("e1", minutes=2, outputs={"rows": 3})
    for bodies in ([started, ended], [ended, started]):
        for body in bodies:
            record_executions(access, [body])
        found = Execution.objects.unscoped("test").get()
        assert (found.state, found.inputs, found.labels, found.outputs) == (
            "SUCCESS",
            {"region": "eu"},
            {"team": "data"},
            {"rows": 3},
        )
        found.delete()


def test_pieces_in_any_order_see_each_others_outputs(cast: Cast) -> None:
    """A declaration that speaks of another task's outputs, whichever of the two comes first."""
    access = cast.access("ingest")
    register_flow(
        access,
        """
id: daily
namespace: company.data
tasks:
  - {id: fetch, type: T}
  - id: build
    type: T
    assets:
      outputs:
        - {id: "{{ outputs.fetch.name }}", type: Table}
""",
    )
    fetch = posted(
        "e1", state="RUNNING", runs=[task_run("t1", "fetch", outputs={"name": "trips"})]
    )
    build = posted("e1", runs=[task_run("t2", "build")])
    for bodies in ([fetch, build], [build, fetch]):
        for body in bodies:
            record_executions(access, [body])
        run = TaskRun.objects.unscoped("test").get(task_id="build")
        assert (run.asset_errors, run.shown_state) == ([], "SUCCESS")
        assert edges(cast.main) == {(None, "trips", 1)}
        Execution.objects.unscoped("test").all().delete()
        Edge.objects.unscoped("test").all().delete()


def statements(access: Access, count: int) -> int:
    """SQL statements that one request of `count` executions takes; run twice, it is warm."""
    made = []
    for round_ in "ab":
        bodies = [
            posted(
                f"{round_}{count}.{n}",
                runs=[task_run(f"{round_}{n}", reads=["raw", f"in{n}"], writes=[f"out{n}"])],
            )
            for n in range(count)
        ]
        with CaptureQueriesContext(connection) as captured:
            record_executions(access, bodies)
        made.append(len(captured))
    return made[-1]


def test_statements_do_not_depend_on_the_number_of_executions(cast: Cast) -> None:
    access = cast.access("ingest")
    few, many = statements(access, 1), statements(access, 500)
    assert few == many
    assert few <= 18
