"""The small world that the browser finds: everything in it came in through the API.

    shop.raw_orders → stg_orders → orders → metric_north, metric_south     (company.data)
                                   orders → ledger                         (company.finance)
                                   orders → step_1 → … → step_6            (company.data)
                                   orders → customers                      a run that failed

`metric_*` come from a ForEach, `step_*` are a chain longer than the first picture, and `ledger` is
the neighbour that a viewer of company.data may know of, but not see. What OpenLineage clients tell
stands in `port_story`.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from accounts import actions
from tests.browser import port_story
from tests.conftest import PASSWORD, Cast, make_cast, role
from tests.factories import make_exporter

TENANT = "main"
RUN, CHAIN_RUN, FAILED_RUN = "run-orders-1", "run-chain-1", "run-customers-1"
TABLE = "io.kestra.plugin.ee.assets.Table"
CHAIN = [f"step_{n}" for n in range(1, 7)]

ORDERS = f"""\
id: build_orders
namespace: company.data
description: Cleans what the **shop** sells, and measures it region by region.
labels:
  team: commerce
tasks:
  - id: stage
    type: io.kestra.plugin.scripts.python.Script
    assets:
      inputs: [{{id: shop.raw_orders}}]
      outputs: [{{id: stg_orders, type: {TABLE}, metadata: {{model_layer: staging}}}}]
  - id: build
    type: io.kestra.plugin.jdbc.duckdb.Query
    sql: CREATE OR REPLACE TABLE orders AS SELECT * FROM stg_orders WHERE paid
    assets:
      inputs: [{{id: stg_orders}}]
      outputs:
        - id: orders
          type: {TABLE}
          displayName: Orders
          description: One row an **order**, once it is paid.
          metadata: {{model_layer: mart, owner: commerce, checks: [unique, not_null]}}
  - id: regions
    type: io.kestra.plugin.core.flow.ForEach
    values: [north, south]
    tasks:
      - id: measure
        type: io.kestra.plugin.jdbc.duckdb.Query
        assets:
          inputs: [{{id: orders}}]
          outputs: [{{id: "metric_{{{{ taskrun.value }}}}", type: {TABLE}}}]
"""

LEDGER = f"""\
id: close_books
namespace: company.finance
tasks:
  - id: close
    type: io.kestra.plugin.jdbc.postgresql.Query
    assets:
      inputs: [{{id: orders}}]
      outputs: [{{id: ledger, type: {TABLE}, displayName: General ledger}}]
"""

CUSTOMERS = f"""\
id: sync_customers
namespace: company.data
tasks:
  - id: load
    type: io.kestra.plugin.jdbc.postgresql.Query
    assets:
      inputs: [{{id: orders}}]
      outputs: [{{id: customers, type: {TABLE}}}]
"""


def chain() -> str:
    tasks = "".join(
        f"  - id: make_{after}\n    type: io.kestra.plugin.jdbc.duckdb.Query\n    assets:\n"
        f"      inputs: [{{id: {before}}}]\n      outputs: [{{id: {after}, type: {TABLE}}}]\n"
        for before, after in zip(["orders", *CHAIN], CHAIN, strict=False)
    )
    return f"id: long_chain\nnamespace: company.data\ntasks:\n{tasks}"


def executions(now: datetime) -> list[dict[str, Any]]:
    """One of each flow, today; build_orders and sync_customers also ran the day before."""
    return [
        orders_run("run-orders-0", now - timedelta(days=1)),
        orders_run(RUN, now - timedelta(minutes=40)),
        run("run-ledger-1", "close_books", now - timedelta(minutes=30), ["close"])
        | {"namespace": "company.finance"},
        run(CHAIN_RUN, "long_chain", now - timedelta(minutes=20), [f"make_{n}" for n in CHAIN]),
        run("run-customers-0", "sync_customers", now - timedelta(days=1), ["load"]),
        failed_run(now - timedelta(minutes=10)),
    ]


def orders_run(id_: str, at: datetime) -> dict[str, Any]:
    made = run(id_, "build_orders", at, ["stage", "build", "regions"])
    loop = made["taskRunList"][-1]
    made["taskRunList"] += [
        task_run(id_, "measure", at + timedelta(seconds=200 + 20 * n), f"{id_}-{value}")
        | {"parentTaskRunId": loop["id"], "value": value, "iteration": n}
        for n, value in enumerate(["north", "south"])
    ]
    return made | {"labels": {"env": "production"}, "url": "https://orchestrator.example/ui"}


def failed_run(at: datetime) -> dict[str, Any]:
    made = run(FAILED_RUN, "sync_customers", at, ["load"], "FAILED")
    (load,) = made["taskRunList"]
    load["error"] = 'relation "crm.customers" does not exist'
    load["attempts"] = [{"state": state("FAILED", at + timedelta(seconds=n))} for n in (0, 30)]
    return made


def run(
    id_: str, flow: str, at: datetime, tasks: list[str], ended: str = "SUCCESS"
) -> dict[str, Any]:
    runs = [
        task_run(id_, task, at + timedelta(seconds=90 * n), state_=ended)
        for n, task in enumerate(tasks)
    ]
    course = state(ended, at, timedelta(seconds=90 * len(tasks)))
    return {
        "id": id_,
        "namespace": "company.data",
        "flowId": flow,
        "state": course,
        "taskRunList": runs,
    }


def task_run(
    execution: str, task: str, at: datetime, id_: str = "", state_: str = "SUCCESS"
) -> dict[str, Any]:
    return {"id": id_ or f"{execution}-{task}", "taskId": task, "state": state(state_, at)}


def state(current: str, at: datetime, took: timedelta = timedelta(seconds=80)) -> dict[str, str]:
    return {
        "current": current,
        "startDate": at.isoformat(),
        "endDate": (at + took).isoformat(),
    }


def make_people() -> Cast:
    """The cast with passwords; the admin is at home in both tenants, of which `other` is empty."""
    cast = make_cast()
    for user in cast.users.values():
        if not user.is_service_account:
            user.set_password(PASSWORD)
            user.save()
    actions.bind(cast.users["admin"], role(cast.other, "Admin"))
    make_exporter(cast.users["admin"], cast.main, "marquez")
    return cast


def tell(origin: str, token: str) -> None:
    """Posts the flows, then the executions, as an orchestrator does."""
    api = httpx.Client(
        base_url=f"{origin}/api/v1/{TENANT}/", headers={"Authorization": f"Bearer {token}"}
    )
    with api:
        for source in (ORDERS, LEDGER, CUSTOMERS, chain()):
            answer = api.post(
                "flows", content=source, headers={"Content-Type": "application/x-yaml"}
            )
            assert answer.is_success, answer.text
        answer = api.post("executions", json=executions(datetime.now(UTC)), timeout=30)
        assert answer.json()["status"] == "success", json.dumps(answer.json(), indent=1)
        answer = api.post("lineage/batch", json=port_story.events(datetime.now(UTC)), timeout=30)
        assert answer.status_code == 204, answer.text
