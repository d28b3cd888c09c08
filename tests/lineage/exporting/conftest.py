"""A tenant that has run something, an endpoint beside it, and an exporter between the two."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.access import Access, access_of
from lineage.exporting.actions import create_exporter
from lineage.exporting.shipping import run_exporter
from lineage.models import Exporter, ExporterRun
from lineage.recording import record_executions
from tests.conftest import Cast
from tests.lineage.exporting.receiver import Receiver, receiving
from tests.lineage.worlds import posted, task_run


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def allow_loopback(settings: Any) -> None:
    settings.EXPORT_ALLOW_PRIVATE_HOSTS = True


@pytest.fixture
def admin(cast: Cast) -> Access:
    return access_of(cast.users["admin"], cast.main)


@pytest.fixture
def record(cast: Cast) -> Callable[..., None]:
    """`record("run-1", reads=…, writes=…)`: an execution of one task run, as a client posts it."""
    access = access_of(cast.users["ingest"], cast.main)

    def record(id: str, reads: Any = None, writes: Any = None, **fields: Any) -> None:
        task = {"reads": reads or ["raw"], "writes": writes or ["orders"]}
        task |= {key: fields[key] for key in ("state", "start") if key in fields}
        runs = fields.pop("runs", [task_run(f"{id}-build", **task)])
        (result,) = record_executions(access, [posted(id, runs=runs, **fields)])
        assert not result.reason

    return record


@pytest.fixture
def make(admin: Access, receiver: Receiver) -> Callable[..., Exporter]:
    """`make(batchSize=10)`: an exporter to the receiver that starts from the first event."""

    def make(**fields: Any) -> Exporter:
        said = {
            "name": "marquez",
            "kind": "OPENLINEAGE",
            "url": receiver.url,
            "lookbackPeriod": "P36500D",
            "every": "PT1M",
        }
        return create_exporter(admin, {k: v for k, v in (said | fields).items() if v is not None})

    return make


@pytest.fixture
def run() -> Callable[..., ExporterRun]:
    """`run(exporter)` as the job does."""

    def run(exporter: Exporter, cause: str = "manual") -> ExporterRun:
        done = run_exporter(exporter.pk, cause)
        assert done is not None
        exporter.refresh_from_db()
        return done

    return run
