"""Counts above a list of executions, and what a search within bounds looks at."""

from datetime import timedelta

import pytest

from lineage.queries import runs
from lineage.queries.runs import ExecutionFilter, list_executions, tally, touched_counts
from tests.factories import NOW, make_bundle, make_execution, make_task_run
from tests.world import World


def hourly(world: World, count: int) -> None:
    for n in range(count):
        make_execution(
            world.build_orders,
            state="FAILED" if n % 4 == 0 else "SUCCESS",
            started_at=NOW + timedelta(hours=n),
        )


def test_a_tally_counts_by_state_and_fills_gaps(world: World):
    make_execution(world.build_orders, state="FAILED", started_at=NOW + timedelta(hours=10))
    found = tally(world.cast.access("admin"), ExecutionFilter())
    assert dict(found.states) == {"SUCCESS": 2, "FAILED": 1}
    assert (found.count(), found.count(["FAILED"]), found.capped) == (3, 1, False)
    assert sum(sum(column.counts.values()) for column in found.columns) == 3
    starts = [column.start for column in found.columns]
    assert all(b - a == found.step for a, b in zip(starts, starts[1:], strict=False))
    assert len(starts) <= runs.BUCKETS


@pytest.mark.parametrize("days", [0, 1, 40, 4_000, 20_000])
def test_however_long_the_span_there_are_few_bars(world: World, days: int):
    make_execution(world.build_orders, started_at=NOW - timedelta(days=days))
    found = tally(world.cast.access("admin"), ExecutionFilter())
    assert 1 <= len(found.columns) <= runs.BUCKETS
    assert found.columns[0].start <= NOW - timedelta(days=days)
    assert found.columns[-1].start + found.step > NOW


def test_a_tally_of_a_period_spans_it(world: World):
    wanted = ExecutionFilter(since=NOW - timedelta(hours=5), until=NOW + timedelta(hours=5))
    found = tally(world.cast.access("admin"), wanted)
    assert found.columns[0].start <= NOW - timedelta(hours=5)
    assert found.columns[-1].start + found.step >= NOW + timedelta(hours=5)


def test_a_tally_stops_at_the_newest(world: World, monkeypatch: pytest.MonkeyPatch):
    hourly(world, 8)
    monkeypatch.setattr(runs, "COUNTED", 5)
    found = tally(world.cast.access("admin"), ExecutionFilter(since=NOW - timedelta(days=900)))
    assert (found.count(), found.capped) == (5, True)
    assert found.columns[0].start >= NOW


def test_nothing_found_is_an_empty_tally(world: World):
    found = tally(world.cast.access("admin"), ExecutionFilter(flow="nothing"))
    assert (found.count(), list(found.columns)) == (0, [])


def test_without_any_grant_there_is_nothing(world: World):
    nobody = world.cast.access("outsider")
    assert tally(nobody, ExecutionFilter()).count() == 0
    assert list_executions(nobody, ExecutionFilter()).rows == []


def test_a_tally_counts_what_may_be_seen(world: World):
    assert tally(world.cast.access("viewer"), ExecutionFilter()).count() == 1


def test_text_is_looked_for_in_the_newest(world: World, monkeypatch: pytest.MonkeyPatch):
    hourly(world, 8)
    monkeypatch.setattr(runs, "LOOKED_AT", 3)
    access = world.cast.access("admin")
    assert len(list_executions(access, ExecutionFilter(q="build_orders")).rows) == 3
    assert len(list_executions(access, ExecutionFilter(flow="build_orders")).rows) == 9


def test_a_whole_id_is_found_however_old(world: World, monkeypatch: pytest.MonkeyPatch):
    hourly(world, 8)
    monkeypatch.setattr(runs, "LOOKED_AT", 3)
    wanted = ExecutionFilter(q="run-ledger")
    found = list_executions(world.cast.access("admin"), wanted).rows
    assert [execution.public_id for execution in found] == ["run-ledger"]
    assert tally(world.cast.access("admin"), wanted).count() == 1
    assert list_executions(world.cast.access("viewer"), wanted).rows == []


def test_touched_assets_are_counted_once_in_each_direction(world: World):
    run = make_execution(world.build_orders)
    for name in ("one", "two"):
        make_bundle(make_task_run(run, name), [world.stg_orders, world.bucket], [world.orders])
    quiet = make_execution(world.build_orders)
    counts = touched_counts([run, quiet])
    assert counts[run.pk] == {"READ": 2, "WRITE": 1}
    assert quiet.pk not in counts
