"""Positions: what commits late has a smaller number than what was seen before it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from lineage.exporting.positions import (
    StillWriting,
    behind,
    last_drawn,
    position_before,
    settled_position,
)
from lineage.models import LineageEvent, TaskRun
from tests.conftest import Cast, make_cast
from tests.factories import NOW, make_asset, make_bundle, make_execution, make_flow, make_task_run


@contextmanager
def another() -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection to the same database."""
    settings = connection.settings_dict
    with psycopg.connect(
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"] or None,
        host=settings["HOST"],
        port=settings["PORT"] or None,
    ) as other:
        yield other


INSERT = """
insert into lineage_lineageevent
    (tenant_id, task_run_id, execution_id, number, origin, state, inputs, outputs, at)
select tenant_id, id, execution_id, %s, 'declared', 'SUCCESS', '{}', '{}', now()
from lineage_taskrun where id = %s returning id
"""


def insert(other: psycopg.Connection[Any], number: int, task_run: TaskRun) -> int:
    row = other.execute(INSERT, [number, task_run.pk]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def task_run(transactional_db: None) -> TaskRun:
    cast = make_cast()
    return make_task_run(make_execution(make_flow(cast.main, "daily")))


def test_it_waits_for_whoever_has_drawn_a_number_and_not_ended(task_run):
    with another() as slow, another() as fast:
        late = insert(slow, 1, task_run)
        early = insert(fast, 2, task_run)
        fast.commit()
        assert late < early
        seen = set(LineageEvent.objects.unscoped("test").values_list("pk", flat=True))
        assert seen == {early}, "this is why the largest number that is seen proves nothing"
        with pytest.raises(StillWriting):
            settled_position(patience=0.1)
        ending = threading.Timer(0.2, slow.commit)
        ending.start()
        position = settled_position(patience=5)
        ending.join()
        assert position >= early
        rows = LineageEvent.objects.unscoped("test").filter(pk__lte=position)
        assert {row.pk for row in rows} == {late, early}


def test_a_transaction_that_is_rolled_back_is_not_waited_for_any_longer(task_run):
    with another() as slow:
        insert(slow, 1, task_run)
        slow.rollback()
        assert settled_position(patience=0) == last_drawn()


def test_those_who_begin_later_do_not_hold_it_up(task_run):
    """Under steady load there is always somebody writing."""
    with another() as first, another() as second:
        insert(first, 1, task_run)

        def hand_over() -> None:
            insert(second, 2, task_run)
            first.commit()

        handing = threading.Timer(0.2, hand_over)
        handing.start()
        assert settled_position(patience=5) >= 1
        handing.join()


def test_readers_and_ones_own_transaction_are_no_writers(task_run):
    with another() as reader, transaction.atomic():
        reader.execute("select count(*) from lineage_lineageevent")
        make_bundle(task_run, [], [make_asset(task_run.tenant, "orders")])
        assert settled_position(patience=0) == last_drawn()


@pytest.mark.django_db
def test_a_time_leads_to_the_first_event_from_then_on(cast: Cast):
    flow = make_flow(cast.main, "daily")
    events = []
    for hours in (2, 0, 1, 3):
        run = make_task_run(make_execution(flow, started_at=NOW + timedelta(hours=hours)))
        events.append(make_bundle(run, [], [make_asset(cast.main, f"a{hours}")]))
    position = position_before(cast.main.pk, NOW + timedelta(hours=1))
    assert position == events[0].pk - 1
    assert position_before(cast.main.pk, NOW + timedelta(hours=3)) == events[3].pk - 1
    assert position_before(cast.main.pk, NOW + timedelta(days=9)) == last_drawn()


@pytest.mark.django_db
def test_behind_counts_the_tenants_own_events(cast: Cast):
    from tests.factories import make_exporter

    one = make_exporter(cast.users["admin"], cast.main, "one")
    events = []
    for tenant in (cast.main, cast.other, cast.main):
        run = make_task_run(make_execution(make_flow(tenant, f"f{len(events)}")))
        events.append(make_bundle(run, [], [make_asset(tenant, f"a{len(events)}")]))
    two = make_exporter(cast.users["admin"], cast.main, "two", position=events[0].pk)
    three = make_exporter(cast.users["admin"], cast.main, "three", position=events[2].pk)
    assert behind(cast.main.pk) == {one.pk: 2, two.pk: 1, three.pk: 0}
