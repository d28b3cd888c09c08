"""OpenLineage events in: one a request from 8 clients, and in batches, as clients send them.

Every run posts START and COMPLETE, each with 2 inputs and an output of 10 columns and the lineage
of all columns.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from benchmarks.http import request
from benchmarks.ingest import CLIENTS, run_clients
from benchmarks.report import Report, spread
from benchmarks.scene import Scene

BATCH = 200
#: Clients start far apart, so that they meet on assets about as often as orchestrators do.
JOBS = 400
COLUMNS = 10
PATH = "/api/v1/main/lineage"
START = datetime(2026, 11, 1, tzinfo=UTC)
PRODUCER = "https://example.com/nightly"
NAMESPACE = "postgres://warehouse:5432"
FACET = {
    "_producer": PRODUCER,
    "_schemaURL": "https://openlineage.io/spec/facets/1-2-0/Facet.json",
}


def events(name: int, client: int) -> Iterator[dict[str, Any]]:
    """Without end: START and COMPLETE of one run after the other. `name` keeps runs apart."""
    first = client * JOBS // CLIENTS
    for number in range(10**9):
        run_id = str(UUID(int=(name << 100) + (7 << 76) + (2 << 62) + (client << 40) + number))
        for kind, second in (("START", 0), ("COMPLETE", 30)):
            at = START + timedelta(seconds=number * 60 + second)
            yield event(kind, at, run_id, (first + number) % JOBS)


def event(kind: str, at: datetime, run_id: str, job: int) -> dict[str, Any]:
    sources = [f"shop.raw.orders_{job}", f"shop.raw.customers_{job}"]
    return {
        "eventType": kind,
        "eventTime": at.isoformat(),
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id},
        "job": {"namespace": f"company.n{job}", "name": f"orders_{job}"},
        "inputs": [dataset(source) for source in sources],
        "outputs": [dataset(f"shop.mart.orders_{job}", columnLineage=column_lineage(sources))],
    }


def dataset(name: str, **facets: Any) -> dict[str, Any]:
    fields = [{"name": f"column_{n}", "type": "text"} for n in range(COLUMNS)]
    schema = {**FACET, "fields": fields}
    return {"namespace": NAMESPACE, "name": name, "facets": {"schema": schema, **facets}}


def column_lineage(sources: list[str]) -> dict[str, Any]:
    """Every column from the one of its name, by turns of this source or that."""
    identity = [{"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}]
    fields = {
        f"column_{n}": {
            "inputFields": [
                {
                    "namespace": NAMESPACE,
                    "name": sources[n % len(sources)],
                    "field": f"column_{n}",
                    "transformations": identity,
                }
            ]
        }
        for n in range(COLUMNS)
    }
    return {**FACET, "fields": fields}


def measure(stage: Scene, report: Report) -> None:
    token = stage.tokens["ingest"]
    run_clients(stage.port, [build(1, client, 50, 1, token) for client in range(CLIENTS)])
    each = stage.count(150)
    one = run_clients(stage.port, [build(2, c, each, 1, token) for c in range(CLIENTS)])
    rate = CLIENTS * each / one.seconds
    report.add(
        f"OpenLineage, one event (3 datasets of {COLUMNS} columns, column lineage) a request,"
        f" {CLIENTS} clients",
        f"{rate:,.0f}/s, {spread(one.latencies)}",
        "≥ 400/s",
    )
    batches = stage.count(4)
    many = run_clients(stage.port, [build(3, c, batches, BATCH, token) for c in range(CLIENTS)])
    rate = CLIENTS * batches * BATCH / many.seconds
    report.add(
        f"OpenLineage, batches of {BATCH}, {CLIENTS} clients", f"{rate:,.0f}/s", "≥ 2 500/s"
    )
    report.add("SQL statements a request of OpenLineage events", statements(stage), "≤ 15")


def build(name: int, client: int, requests: int, size: int, token: str) -> list[bytes]:
    following = events(name, client)
    if size == 1:
        return [request(PATH, token=token, body=body) for body in islice(following, requests)]
    return [
        request(f"{PATH}/batch", token=token, body=list(islice(following, size)))
        for _ in range(requests)
    ]


def statements(stage: Scene) -> str:
    """Of jobs that are known: one event, a batch of new runs."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.access import access_of
    from lineage.recording.openlineage import record_events

    access = access_of(stage.users["ingest"], stage.tenant)
    following = events(4, 0)
    counted = []
    for size in (1, 1, BATCH):
        bodies = list(islice(following, size))
        with CaptureQueriesContext(connection) as captured:
            record_events(access, bodies)
        counted.append(f"{len(captured)} for {size}")
    return f"{counted[0]} that starts a run, {counted[1]} that ends it, {counted[2]}"
