"""When exporters run, and when they are put into the queue."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from lineage.exporting.queue import enqueue_due
from lineage.exporting.schedule import cron_problem, next_run, retry_after
from lineage.jobs import start_exports
from lineage.models import Exporter
from tests.conftest import Cast
from tests.factories import make_exporter

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


def test_every_so_often_by_cron_or_never():
    assert next_run(Exporter(every=timedelta(minutes=5)), NOW) == NOW + timedelta(minutes=5)
    assert next_run(Exporter(cron="0 3 * * *"), NOW) == datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert next_run(Exporter(), NOW) is None


@pytest.mark.parametrize("text", ["", "* * * *", "* * * * * *", "60 * * * *", "@daily", "x" * 200])
def test_what_is_no_cron_is_told(text):
    assert cron_problem(text)


def test_retries_wait_longer_each_time_up_to_an_hour():
    waits = [retry_after(n, 0, NOW) - NOW for n in (1, 2, 3, 8, 99)]
    assert [wait.total_seconds() for wait in waits] == [30, 60, 120, 3600, 3600]
    assert retry_after(1, 600, NOW) - NOW == timedelta(minutes=10)
    assert retry_after(1, 10**9, NOW) - NOW == timedelta(hours=1)


def test_those_that_are_due_are_queued_once(cast: Cast):
    now = timezone.now()
    admin = cast.users["admin"]
    due = make_exporter(admin, cast.main, "due", enabled=True, next_run_at=now)
    failing = make_exporter(admin, cast.main, "failing", enabled=True, next_run_at=now, failures=2)
    make_exporter(admin, cast.main, "paused", enabled=False, next_run_at=now)
    make_exporter(admin, cast.main, "later", enabled=True, next_run_at=now + timedelta(minutes=1))
    make_exporter(
        admin,
        cast.main,
        "busy",
        enabled=True,
        next_run_at=now,
        claimed_until=now + timedelta(minutes=1),
    )
    assert set(enqueue_due()) == {due.pk, failing.pk}
    start_exports(timestamp=0)
    jobs = ProcrastinateJob.objects.filter(task_name="lineage.export").order_by("pk")
    assert [(job.args["exporter"], job.args["cause"]) for job in jobs] == [
        (due.pk, "schedule"),
        (failing.pk, "retry"),
    ]
