"""Executions in: one a request from 8 clients, in batches, and the same rows by raw SQL."""

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from benchmarks.http import Connection, request
from benchmarks.report import Report, spread
from benchmarks.scene import Scene

CLIENTS = 8
BATCH = 500
#: Clients start far apart, so that they meet on assets about as often as orchestrators do.
FLOWS = 400
PATH = "/api/v1/main/executions"
START = datetime(2026, 11, 1, tzinfo=UTC)
YAML = """id: daily{n}
namespace: company.n{n}
tasks:
  - id: stage
    type: io.kestra.plugin.jdbc.duckdb.Query
    assets:
      inputs:
        - id: raw.a{n}
        - id: raw.b{n}
      outputs:
        - id: "stg_{{{{ inputs.region }}}}_{n}"
          type: io.kestra.plugin.ee.assets.Table
          metadata: {{model_layer: staging}}
  - id: mart
    type: io.kestra.plugin.jdbc.duckdb.Query
    assets:
      inputs:
        - id: "stg_{{{{ inputs.region }}}}_{n}"
      outputs:
        - id: mart_{n}
          type: io.kestra.plugin.ee.assets.Table
          metadata: {{model_layer: mart}}
"""


def execution(name: str, number: int) -> dict[str, Any]:
    """2 task runs, 3 reads and 2 writes, rendered from the flow's declarations."""
    start = START + timedelta(seconds=number)
    state = {
        "current": "SUCCESS",
        "startDate": start.isoformat(),
        "endDate": (start + timedelta(seconds=30)).isoformat(),
    }
    flow = number % FLOWS
    return {
        "id": f"{name}-{number}",
        "namespace": f"company.n{flow}",
        "flowId": f"daily{flow}",
        "state": state,
        "inputs": {"region": "eu"},
        "labels": [{"key": "team", "value": "data"}],
        "taskRunList": [
            {"id": f"{name}-{number}-{task}", "taskId": task, "state": state}
            for task in ("stage", "mart")
        ],
    }


def measure(stage: Scene, report: Report) -> None:
    register_flows(stage)
    token = stage.tokens["ingest"]
    run_clients(stage.port, [build("warm", c, 20, 1, token) for c in range(CLIENTS)])
    each = stage.count(1_000)
    one = run_clients(stage.port, [build("one", c, each, 1, token) for c in range(CLIENTS)])
    rate = CLIENTS * each / one.seconds
    report.add(
        "ingest, one execution (2 task runs, 3 reads, 2 writes) a request, 8 clients",
        f"{rate:,.0f}/s, {spread(one.latencies)}",
        "≥ 500/s, p95 < 30 ms",
    )
    batches = stage.count(10)
    many = run_clients(
        stage.port, [build("many", c, batches, BATCH, token) for c in range(CLIENTS)]
    )
    batch_rate = CLIENTS * batches * BATCH / many.seconds
    report.add(f"ingest, batches of {BATCH}, 8 clients", f"{batch_rate:,.0f}/s", "≥ 5 000/s")
    raw = raw_rate(stage)
    report.add(
        "the same rows by raw set-based SQL, one connection",
        f"{raw:,.0f}/s; Headwater reaches {batch_rate / raw:.0%} of it",
        "≥ 30 %",
    )
    report.add("SQL statements a request", statements(stage), "constant")


def register_flows(stage: Scene) -> None:
    from django.db import transaction

    from accounts.access import access_of
    from lineage.registering import register_flow

    access = access_of(stage.users["ingest"], stage.tenant)
    with transaction.atomic():
        for n in range(FLOWS):
            register_flow(access, YAML.format(n=n))


class Outcome:
    """`seconds` from the first request to the last answer; `latencies` of every request."""

    def __init__(self, seconds: float, latencies: list[float]) -> None:
        self.seconds, self.latencies = seconds, latencies


def build(name: str, client: int, requests: int, size: int, token: str) -> list[bytes]:
    numbers = itertools.count(client * (1_000_000 + FLOWS // CLIENTS))
    bodies: Iterator[Any] = (
        [execution(f"{name}{client}", next(numbers)) for _ in range(size)] for _ in range(requests)
    )
    return [request(PATH, token=token, body=body[0] if size == 1 else body) for body in bodies]


def run_clients(port: int, plans: list[list[bytes]]) -> Outcome:
    """Every plan from a process of its own, all at once."""
    with ProcessPoolExecutor(len(plans), mp_context=get_context("fork")) as pool:
        starting = time.time() + 0.5
        jobs = [pool.submit(run_client, port, plan, starting) for plan in plans]
        outcomes = [job.result() for job in jobs]
    ended = max(end for end, _ in outcomes)
    return Outcome(ended - starting, [second for _, seconds in outcomes for second in seconds])


def run_client(port: int, plan: list[bytes], starting: float) -> tuple[float, list[float]]:
    connection = Connection(port)
    time.sleep(max(0.0, starting - time.time()))
    latencies = []
    for content in plan:
        begun = time.perf_counter()
        status, body = connection.send(content)
        latencies.append(time.perf_counter() - begun)
        if status not in (200, 204) or b"partial_success" in body:
            raise SystemExit(f"{status}: {body[:500]!r}")
    return time.time(), latencies


#: What one recorded execution leaves, parents first.
TABLES = (
    "lineage_execution",
    "lineage_taskrun",
    "lineage_assetusage",
    "lineage_lineageevent",
)


#: PostgreSQL's names of types, as `accounts.bulk` has them.
SHORT = {
    "timestamp with time zone": "timestamptz",
    "integer": "int",
    "smallint": "int",
    "character varying": "text",
}


def raw_rate(stage: Scene) -> float:
    """Executions a second that plain `insert … select unnest` writes: the same rows again.

    The rows of recorded executions are read, the executions deleted, and the very same rows
    inserted 500 executions at a time, edges and states updated as recording does.
    """
    from django.db import transaction

    total = stage.count(5_000)
    copies = [copy_rows(stage, offset, BATCH) for offset in range(0, total, BATCH)]
    for copy in copies:
        forget(copy["executions"])
    started = time.perf_counter()
    for copy in copies:
        with transaction.atomic():
            for write in copy["writes"]:
                write()
    return total / (time.perf_counter() - started)


def forget(executions: list[int]) -> None:
    from accounts.bulk import run

    for table in ("lineage_assetusage", "lineage_lineageevent", "lineage_taskrun"):
        run(f"delete from {table} where execution_id = any(%s::bigint[])", [executions])
    run("delete from lineage_execution where id = any(%s::bigint[])", [executions])


def copy_rows(stage: Scene, offset: int, limit: int) -> dict[str, Any]:
    """`executions`: their rows; `writes`: calls that insert everything again."""
    from accounts.bulk import run

    executions = [
        pk
        for (pk,) in run(
            "select id from lineage_execution where tenant_id = %s and public_id like 'many%%'"
            " order by id offset %s limit %s",
            [stage.tenant.pk, offset, limit],
        )
    ]
    writes: list[Callable[[], Any]] = []
    for table in TABLES:
        key = "id" if table == "lineage_execution" else "execution_id"
        writes.append(inserting(table, key, executions))
    writes += [edge_update(executions), state_update(executions)]
    return {"executions": executions, "writes": writes}


def inserting(table: str, key: str, executions: list[int]) -> Callable[[], Any]:
    from accounts.bulk import insert, run

    columns = {
        name: SHORT.get(kind, kind)
        for name, kind in run(
            "select attname, format_type(atttypid, null) from pg_attribute"
            " where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
            [table],
        )
    }
    picked = ", ".join(
        f"{name}::text" if kind in ("jsonb", "bigint[]") else name
        for name, kind in columns.items()
    )
    rows = run(f"select {picked} from {table} where {key} = any(%s::bigint[])", [executions])
    return lambda: insert(table, columns, rows)


def edge_update(executions: list[int]) -> Callable[[], Any]:
    from accounts.bulk import run

    edges = [
        pk
        for (pk,) in run(
            "select distinct e.id from lineage_edge e join lineage_execution x"
            " on x.flow_id = e.flow_id where x.id = any(%s::bigint[])",
            [executions],
        )
    ]
    sql = (
        "update lineage_edge set runs = runs + 1, last_seen = last_seen"
        " where id = any(%s::bigint[])"
    )
    return lambda: run(sql, [edges])


def state_update(executions: list[int]) -> Callable[[], Any]:
    from accounts.bulk import run

    assets = [
        pk
        for (pk,) in run(
            "select distinct asset_id from lineage_assetusage"
            " where execution_id = any(%s::bigint[])",
            [executions],
        )
    ]
    sql = (
        "update catalog_assetstate set writes = writes + 1, clock = clock"
        " where asset_id = any(%s::bigint[])"
    )
    return lambda: run(sql, [assets])


def statements(stage: Scene) -> str:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.access import access_of
    from lineage.recording import record_executions

    access = access_of(stage.users["ingest"], stage.tenant)
    counted = []
    for size in (1, BATCH):
        bodies = [execution(f"count{size}", n) for n in range(size)]
        with CaptureQueriesContext(connection) as captured:
            record_executions(access, bodies)
        counted.append(f"{len(captured)} for {size}")
    return ", ".join(counted)
