"""Real processes: one that is killed, two at once, and a served Headwater with its job worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from accounts import actions
from accounts.access import access_of
from lineage.exporting.actions import create_exporter
from lineage.exporting.shipping import run_exporter
from lineage.jobs import app
from lineage.models import Exporter, ExporterRun
from lineage.recording import record_executions
from tests.browser.site import database_beside, served, url_of_database
from tests.config.checkouts import ROOT
from tests.conftest import Cast, make_cast, role
from tests.factories import NOW
from tests.lineage.exporting.graph import differences, graph
from tests.lineage.exporting.receiver import Answer, Receiver
from tests.lineage.worlds import posted, task_run

pytestmark = pytest.mark.slow
WORK = """
import sys, django
django.setup()
from lineage.exporting.shipping import run_exporter
print(run_exporter(int(sys.argv[1]), "schedule"))
"""
EXECUTIONS = 12


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def exporter(cast: Cast, receiver: Receiver) -> Exporter:
    fill(cast)
    said = {
        "name": "out",
        "kind": "OPENLINEAGE",
        "url": receiver.url,
        "lookbackPeriod": "P36500D",
        "every": "PT1M",
    }
    return create_exporter(access_of(cast.users["admin"], cast.main), said)


def fill(cast: Cast) -> None:
    values = [
        posted(
            f"run-{n}",
            start=NOW + timedelta(hours=n),
            runs=[
                task_run(
                    f"run-{n}-build",
                    start=NOW + timedelta(hours=n),
                    reads=["raw", f"in_{n}"],
                    writes=[f"out_{n}"],
                )
            ],
        )
        for n in range(EXECUTIONS)
    ]
    results = record_executions(access_of(cast.users["ingest"], cast.main), values)
    assert not [result.reason for result in results if result.reason]


def start(exporter: Exporter) -> subprocess.Popen[str]:
    environ = {
        "DATABASE_URL": url_of_database(),
        "SECRET_KEY": settings.SECRET_KEY,
        "EXPORT_ALLOW_PRIVATE_HOSTS": "on",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORK, str(exporter.pk)],
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        text=True,
    )


def eventually(holds: Callable[[], Any], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(holds())


def told(receiver: Receiver) -> list[tuple[str, str]]:
    return [(event["run"]["runId"], event["eventType"]) for event in receiver.events]


def test_killed_in_the_middle_nothing_is_lost(exporter: Exporter, receiver: Receiver):
    receiver.answer = lambda posted: Answer(slowly=0.05)
    process = start(exporter)
    assert eventually(lambda: len(receiver.posted) >= 7)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    sent = len(receiver.events)
    assert sent < 4 * EXECUTIONS
    exporter.refresh_from_db()
    assert exporter.claim is not None
    assert run_exporter(exporter.pk, "schedule") is None, "the lease protects who is only slow"
    Exporter.objects.unscoped("test").update(claimed_until=timezone.now())
    receiver.answer = lambda posted: Answer()
    done = run_exporter(exporter.pk, "schedule")
    assert done is not None and done.state == "SUCCESS"
    assert len(set(told(receiver))) == 4 * EXECUTIONS
    assert ExporterRun.objects.unscoped("test").filter(state="KILLED").count() == 1


def test_two_workers_at_once_send_everything_once(exporter: Exporter, receiver: Receiver):
    receiver.answer = lambda posted: Answer(slowly=0.02)
    processes = [start(exporter), start(exporter)]
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert len(told(receiver)) == 4 * EXECUTIONS
    assert len(set(told(receiver))) == 4 * EXECUTIONS
    assert ExporterRun.objects.unscoped("test").count() <= 1 + sum("None" not in s for s in said)


def test_the_worker_looks_every_minute():
    tasks = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert tasks["lineage.start_exports"] == "* * * * *"


@pytest.fixture
def site(
    django_db_modify_db_settings: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """`manage.py serve` with its worker, on a database beside."""
    monkeypatch.setenv("EXPORT_ALLOW_PRIVATE_HOSTS", "on")
    with django_db_blocker.unblock(), database_beside() as database, served(database) as origin:
        yield origin


def test_a_served_headwater_fills_its_second_tenant(site: str):
    cast = make_cast()
    fill(cast)
    copy = actions.create_tenant("copy")
    account = actions.create_service_account(copy, "in")
    actions.bind(account, role(copy, "Ingest"))
    key = actions.issue_token(account, "exporter")[1]
    with httpx.Client(
        base_url=f"{site}/api/v1/main/",
        headers={"Authorization": f"Bearer {cast.token('admin')}"},
        timeout=30,
    ) as api:
        made = api.post(
            "exporters",
            json={
                "name": "copy",
                "kind": "OPENLINEAGE",
                "url": site,
                "path": "api/v1/copy/lineage",
                "apiKey": key,
                "batchSize": 20,
                "lookbackPeriod": "P36500D",
            },
        )
        assert made.status_code == 200, made.text
        assert api.post("exporters/copy/run").json() == {"status": "queued"}
        assert eventually(lambda: (api.get("exporters/copy").json()["lastRun"] or {}).get("ended"))
        shown = api.get("exporters/copy").json()
    assert shown["lastRun"]["state"] == "SUCCESS", shown
    assert (shown["behind"], shown["lastRun"]["sent"]) == (0, 4 * EXECUTIONS)
    assert len(graph(copy)["edges"]) == 2 * EXECUTIONS
    assert differences(cast.main, copy) == []
