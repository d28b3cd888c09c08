"""Thirty days of executions: believable, repeatable, and over when they say so."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lineage.demo.company import Script, scripts
from lineage.demo.history import executions
from lineage.kestra.executions import PostedExecution
from lineage.kestra.posted import parse_execution

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)

type Json = dict[str, Any]


@pytest.fixture(scope="module")
def written() -> list[Script]:
    """All flows of `main`, the statements but for ten: the others differ in name only."""
    return scripts("main")[:-190]


@pytest.fixture(scope="module")
def history(written: list[Script]) -> list[Json]:
    return executions(written, NOW)


@pytest.fixture(scope="module")
def posted(history: list[Json]) -> list[PostedExecution]:
    return [parse_execution(execution) for execution in history]


def of(history: list[Json], flow: str) -> list[Json]:
    return [execution for execution in history if execution["flowId"] == flow]


def state(thing: Json) -> str:
    return thing["state"]["current"]


def age(execution: Json) -> timedelta:
    return NOW - datetime.fromisoformat(execution["state"]["startDate"])


def task_runs(history: list[Json]) -> Iterator[Json]:
    return (run for execution in history for run in execution["taskRunList"])


def test_the_same_moment_gives_the_same_history(
    written: list[Script], history: list[Json]
) -> None:
    assert executions(written, NOW) == history


def test_a_later_load_differs_in_its_dates_alone(
    written: list[Script], history: list[Json]
) -> None:
    later = executions(written, NOW + 7 * DAY)
    shapes = [
        Counter((e["id"], e["flowId"], state(e)) for e in of(each, "gauge_readings"))
        for each in (history, later)
    ]
    assert shapes[0] == shapes[1]


def test_ids_are_unique(history: list[Json]) -> None:
    ids = [execution["id"] for execution in history]
    ids += [run["id"] for run in task_runs(history)]
    assert len(ids) == len(set(ids))


def test_nothing_happens_after_now_or_before_it_began(history: list[Json]) -> None:
    for thing in (*history, *task_runs(history)):
        dates = [datetime.fromisoformat(each["date"]) for each in thing["state"]["histories"]]
        assert dates == sorted(dates)
        assert dates[-1] <= NOW
        assert ("endDate" in thing["state"]) == (
            state(thing) not in {"CREATED", "RUNNING", "RETRYING", "PAUSED"}
        )


def test_task_runs_lie_within_their_execution(posted: list[PostedExecution]) -> None:
    for execution in posted:
        for run in execution.task_runs:
            assert execution.state.started_at is not None and run.state.started_at is not None
            assert execution.state.started_at <= run.state.started_at
            if execution.state.ended_at:
                assert run.state.ended_at is not None
                assert run.state.ended_at <= execution.state.ended_at


def test_something_runs_something_waits_and_something_just_ended(history: list[Json]) -> None:
    running = [each["flowId"] for each in history if state(each) == "RUNNING"]
    assert running == ["position_consumer", "draught_model_training"]
    assert [each["flowId"] for each in history if state(each) == "PAUSED"] == ["board_pack"]
    assert any(state(e) == "SUCCESS" and age(e) < timedelta(hours=1) for e in history)


def test_the_fuel_import_failed_all_week_and_never_before(history: list[Json]) -> None:
    for execution in of(history, "fuel_card_import"):
        assert state(execution) == ("FAILED" if age(execution) < 7 * DAY else "SUCCESS")
        assert ("Auth fail" in execution.get("error", "")) == (state(execution) == "FAILED")


def test_the_lock_scraper_stopped_nine_days_ago(history: list[Json]) -> None:
    assert min(map(age, of(history, "lock_waiting_times"))) >= 9 * DAY


def test_a_retry_is_an_attempt_that_failed_and_one_that_did_not(history: list[Json]) -> None:
    retried = [
        run
        for execution in of(history, "gauge_readings")
        for run in execution["taskRunList"]
        if len(run.get("attempts", ())) == 2
    ]
    assert len(retried) > 30
    for run in retried:
        assert [state(attempt) for attempt in run["attempts"]] == ["FAILED", "SUCCESS"]
        assert "503" in run["attempts"][0]["error"]
        assert "RETRYING" in [each["state"] for each in run["state"]["histories"]]
        assert state(run) == "SUCCESS" and not run["error"]


def test_a_failed_task_ends_the_flow_and_its_loops(history: list[Json]) -> None:
    failed = [each for each in of(history, "bookings_sync") if state(each) == "FAILED"]
    assert failed
    for execution in failed:
        loop, *iterations = execution["taskRunList"]
        assert state(loop) == "FAILED"
        assert {run["value"]: state(run) for run in iterations}["legs"] == "FAILED"
        assert {run["iteration"] for run in iterations} == {0, 1, 2}
        assert {run["parentTaskRunId"] for run in iterations} == {loop["id"]}


def test_subflows_know_their_parent_and_pass_failure_on(posted: list[PostedExecution]) -> None:
    parents = {each.id: each for each in posted if each.flow_id == "morning_run"}
    children = [each for each in posted if each.parent_id]
    assert {each.flow_id for each in children} == {
        "stage_sources",
        "staging_checks",
        "dbt_build",
        "refresh_dashboards",
    }
    for child in children:
        parent = parents[child.parent_id]
        assert child.id in [run.outputs.get("executionId") for run in parent.task_runs]
        if child.state.current == "FAILED":
            assert parent.state.current == "FAILED"
            assert child.flow_id in parent.error


def test_a_long_task_makes_task_runs_of_its_own(history: list[Json]) -> None:
    execution = of(history, "dbt_finance")[0]
    build, *models = execution["taskRunList"]
    assert [run["taskId"] for run in models][:2] == ["stg_invoices", "invoice_lines"]
    assert {run["parentTaskRunId"] for run in models} == {build["id"]}
    assert all(len(run["assetEmits"]) == 1 for run in models)


def test_weekends_are_quieter(history: list[Json]) -> None:
    days = Counter(
        datetime.fromisoformat(each["state"]["startDate"]).weekday() >= 5 for each in history
    )
    weekend_days, week_days = 8, 22
    assert days[True] / weekend_days < days[False] / week_days


def test_revisions_follow_each_other(history: list[Json]) -> None:
    for execution in of(history, "gauge_readings"):
        assert execution["flowRevision"] == (1 if age(execution) >= 13 * DAY else 2)
