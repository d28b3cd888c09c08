"""Runs, executions and task runs: what belongs to what, and how each of them ends."""

from itertools import permutations
from typing import Any

import pytest

from accounts.access import Access
from lineage.models import AssetUsage, Edge, Execution, Flow, TaskRun
from tests.conftest import Cast
from tests.lineage.events import DAILY, ORDERS, dataset, event, post, run_id, stored_runs

STREAMING = {"jobType": {"processingType": "STREAMING", "integration": "FLINK", "jobType": "JOB"}}
READ, WRITTEN = "/".join(DAILY), "/".join(ORDERS)


@pytest.fixture
def access(cast: Cast) -> Access:
    return cast.access("ingest")


def task_runs() -> dict[str, tuple[str, str, str]]:
    """id → (execution, task, parent task run)"""
    found = TaskRun.objects.unscoped("test").values_list(
        "public_id", "execution__public_id", "task_id", "parent_public_id"
    )
    return {id_: rest for id_, *rest in ((row[0], *row[1:]) for row in found)}


def state_of(run: int) -> str:
    return Execution.objects.unscoped("test").get(public_id=run_id(run)).state


def edges() -> set[tuple[str | None, str | None]]:
    found = Edge.objects.unscoped("test").filter(upstream__isnull=False)
    return set(found.values_list("upstream__public_id", "downstream__public_id"))


def family() -> list[dict[str, Any]]:
    """DAG 1, its task 2, whose command is 3."""
    return [
        event("COMPLETE", 3, 1, "dag"),
        event("COMPLETE", 2, 2, "dag.task", parent=(1, "dag")),
        event(
            "COMPLETE",
            1,
            3,
            "dag.task.command",
            parent=(2, "dag.task"),
            root=(1, "dag"),
            inputs=[dataset(DAILY)],
            outputs=[dataset(ORDERS)],
        ),
    ]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_dag_its_tasks_and_their_commands(access: Access, order: tuple[int, ...]) -> None:
    for n in order:
        post(access, family()[n])
    assert stored_runs() == {run_id(1)}
    assert task_runs() == {
        run_id(2): [run_id(1), "dag.task", ""],
        run_id(3): [run_id(1), "dag.task.command", run_id(2)],
    }
    assert state_of(1) == "SUCCESS"
    assert set(Flow.objects.unscoped("test").values_list("public_id", flat=True)) == {"dag"}
    [edge] = Edge.objects.unscoped("test").filter(upstream__isnull=False).select_related("flow")
    assert (edge.flow.public_id, edge.task_id, edge.runs) == ("dag", "dag.task.command", 1)


def test_without_the_root_facet_a_late_middle_joins_them(access: Access) -> None:
    command = event("COMPLETE", 1, 3, "dag.task.command", parent=(2, "dag.task"))
    post(access, command)
    assert stored_runs() == {run_id(2)}
    post(access, *family()[:2])
    assert stored_runs() == {run_id(1)}
    assert task_runs()[run_id(3)][0] == run_id(1)


def test_a_parent_that_never_comes(access: Access) -> None:
    post(access, event("COMPLETE", 1, 2, "dag.task", parent=(1, "dag"), outputs=[dataset(ORDERS)]))
    assert stored_runs() == {run_id(1)}
    found = Execution.objects.unscoped("test").select_related("flow").get()
    assert (found.flow.public_id, found.state) == ("dag", "SUCCESS")
    assert found.ended_at is not None
    post(access, event("START", 2, 3, "dag.other", parent=(1, "dag")))
    assert state_of(1) == "RUNNING"
    post(access, event("FAIL", 3, 3, "dag.other", parent=(1, "dag")))
    assert state_of(1) == "FAILED"


def test_a_run_without_a_parent_is_an_execution_with_one_task_run(access: Access) -> None:
    post(access, event("START", 1, 1, inputs=[dataset(DAILY)]))
    post(access, event("COMPLETE", 2, 1, outputs=[dataset(ORDERS)]))
    assert stored_runs() == {run_id(1)}
    assert task_runs() == {run_id(1): [run_id(1), "daily", ""]}
    assert edges() == {(READ, WRITTEN)}


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("START", "RUNNING"),
        ("RUNNING", "RUNNING"),
        ("COMPLETE", "SUCCESS"),
        ("FAIL", "FAILED"),
        ("ABORT", "KILLED"),
    ],
)
def test_one_event_alone(access: Access, kind: str, state: str) -> None:
    post(access, event(kind, 1, 1, inputs=[dataset(DAILY)], outputs=[dataset(ORDERS)]))
    found = Execution.objects.unscoped("test").get()
    assert (found.state, found.ended_at is not None) == (state, state != "RUNNING")
    assert TaskRun.objects.unscoped("test").get().state == state
    assert bool(edges()) == (state == "SUCCESS")


@pytest.mark.parametrize("turned", [False, True])
def test_inputs_of_the_start_count_at_the_end(access: Access, turned: bool) -> None:
    events = [
        event("START", 1, 1, inputs=[dataset(DAILY)]),
        event("COMPLETE", 2, 1, outputs=[dataset(ORDERS)]),
    ]
    for body in events[::-1] if turned else events:
        post(access, body)
    assert edges() == {(READ, WRITTEN)}
    usages = AssetUsage.objects.unscoped("test").values_list("asset__public_id", "direction")
    assert len(set(usages)) == 2


def test_what_failed_says_why(access: Access) -> None:
    error = {"message": "disk full", "programmingLanguage": "java", "stackTrace": "at x"}
    post(access, event("FAIL", 2, 1, run_facets={"errorMessage": error}))
    assert Execution.objects.unscoped("test").get().error == "disk full"
    assert TaskRun.objects.unscoped("test").get().error == "disk full"


def test_a_stream_that_never_ends_makes_edges_meanwhile(access: Access) -> None:
    reads, writes = [dataset(DAILY)], [dataset(ORDERS)]
    for kind, minute in (("START", 1), ("RUNNING", 2), ("RUNNING", 3)):
        post(
            access,
            event(kind, minute, 1, inputs=reads, outputs=writes, job_facets=STREAMING),
        )
    assert state_of(1) == "RUNNING"
    assert edges() == {(READ, WRITTEN)}


def test_a_batch_job_makes_none_before_its_end(access: Access) -> None:
    reads, writes = [dataset(DAILY)], [dataset(ORDERS)]
    post(access, event("RUNNING", 1, 1, inputs=reads, outputs=writes))
    assert edges() == set()


def test_tags_of_a_run_are_labels(access: Access) -> None:
    tags = {"tags": [{"key": "team", "value": "data", "source": "airflow"}]}
    post(access, event("COMPLETE", 1, 1, run_facets={"tags": tags}))
    assert Execution.objects.unscoped("test").get().labels == {"team": "data"}
