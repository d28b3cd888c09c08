"""Headwater → Headwater, over HTTP: another tenant has the same graph afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts import actions
from accounts.access import access_of
from accounts.models import Tenant
from catalog.models import AssetAlias
from lineage.exporting.actions import create_exporter
from lineage.exporting.shipping import run_exporter
from lineage.models import Exporter
from lineage.recording import record_executions
from lineage.recording.openlineage import record_events
from lineage.registering import register_flow
from tests.conftest import Cast, make_cast, role
from tests.factories import NOW
from tests.lineage.exporting.graph import differences, graph
from tests.lineage.openlineage.samples import run_event
from tests.lineage.worlds import posted, task_run

pytestmark = pytest.mark.slow
TABLE = "io.kestra.plugin.ee.assets.Table"
FLOW = """\
id: daily
namespace: company.data
description: Builds **orders**.
labels:
  team: shop
tasks:
  - id: build
    type: io.kestra.plugin.core.log.Log
    assets:
      inputs: [{id: shop.raw}, {id: "gs://bucket/raw.csv", type: io.kestra.plugin.ee.assets.File}]
      outputs:
        - id: shop.orders
          type: io.kestra.plugin.ee.assets.Table
          displayName: Orders
          description: One row an *order*.
          metadata: {model_layer: mart, checks: [unique, null]}
          owners: ["team:shop"]
"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def copy(cast: Cast) -> Tenant:
    return actions.create_tenant("copy", "Copy")


@pytest.fixture
def shipped(cast: Cast, copy: Tenant, live_server: LiveServer) -> Any:
    """`shipped(batchSize=10)`: everything that `main` has, sent to `copy`; twice if asked."""
    account = actions.create_service_account(copy, "from-main")
    actions.bind(account, role(copy, "Ingest"))
    token = actions.issue_token(account, "exporter")[1]

    def ship(times: int = 1, **fields: Any) -> Exporter:
        said = {
            "name": "copy",
            "kind": "OPENLINEAGE",
            "url": live_server.url,
            "path": "api/v1/copy/lineage",
            "apiKey": token,
            "lookbackPeriod": "P36500D",
            "batchSize": 100,
        }
        exporter = create_exporter(access_of(cast.users["admin"], cast.main), said | fields)
        for _ in range(times):
            Exporter.objects.unscoped("test").update(position=0)
            done = run_exporter(exporter.pk, "manual")
            assert done is not None
            assert (done.state, done.error, done.refused) == ("SUCCESS", "", 0)
        return exporter

    return ship


def tell(cast: Cast) -> None:
    """A little of everything that leaves lineage."""
    ingest = access_of(cast.users["ingest"], cast.main)
    register_flow(ingest, FLOW)
    runs = [
        posted("run-1", runs=[task_run("run-1-build", reads=["x"], writes=["y"])], labels=[]),
        posted(
            "run-2",
            start=NOW + timedelta(hours=1),
            state="WARNING",
            labels=[{"key": "env", "value": "prod"}],
            runs=[
                task_run(
                    "run-2-build",
                    state="WARNING",
                    start=NOW + timedelta(hours=1),
                    assetEmits=[
                        {"inputs": [{"id": "a"}], "outputs": [{"id": "b", "type": "Dashboard"}]},
                        {"inputs": [{"id": "c"}], "outputs": [{"id": "d", "type": "Table"}]},
                        {"inputs": [{"id": "lonely"}], "outputs": []},
                        {"inputs": [], "outputs": [{"id": "from-nothing", "type": "Table"}]},
                    ],
                ),
                *(
                    task_run(
                        f"run-2-each-{value}",
                        task="each",
                        value=value,
                        iteration=n,
                        start=NOW + timedelta(hours=1),
                        reads=["b"],
                        writes=[f"metric_{value}"],
                    )
                    for n, value in enumerate(("north", "south"))
                ),
            ],
        ),
        posted(
            "run-3",
            flow="close",
            namespace="company.finance",
            state="FAILED",
            start=NOW + timedelta(hours=2),
            runs=[
                task_run(
                    "run-3-close",
                    task="close",
                    state="FAILED",
                    start=NOW + timedelta(hours=2),
                    reads=["shop.orders"],
                    writes=["ledger"],
                )
            ],
        ),
        posted(
            "run-4",
            flow="close",
            namespace="company.finance",
            state="CANCELLED",
            start=NOW + timedelta(hours=3),
            runs=[
                task_run(
                    "run-4-close",
                    task="close",
                    state="CANCELLED",
                    start=NOW + timedelta(hours=3),
                    reads=["shop.orders"],
                    writes=["ledger"],
                )
            ],
        ),
    ]
    assert not [r.reason for r in record_executions(ingest, runs) if r.reason]
    assert not [r.reason for r in record_events(ingest, openlineage()) if r.reason]


def openlineage() -> list[Any]:
    """A DAG with a task, and a streaming job of its own."""
    root, child = "0193a3f0-6d5c-7c4e-8e5a-000000000001", "0193a3f0-6d5c-7c4e-8e5a-000000000002"
    dag = {"namespace": "Airflow Prod", "name": "etl"}
    task = {"namespace": "Airflow Prod", "name": "etl.menus"}
    parent = {"parent": {"run": {"runId": root}, "job": dag}}
    orders = {"namespace": "postgres://W", "name": "shop.public.orders"}
    described = {"facets": {"documentation": {"description": "What was **ordered**."}}}
    menus = {
        "namespace": "s3a://lake/",
        "name": "menus",
        "facets": {
            "schema": {"fields": [{"name": "id", "type": "int"}, {"name": "n", "type": "int"}]},
            "storage": {"storageLayer": "delta", "fileFormat": "parquet"},
            "symlinks": {
                "identifiers": [
                    {"namespace": "hive://meta:9083", "name": "shop.menus", "type": "TABLE"}
                ]
            },
            "tags": {"tags": [{"key": "pii", "value": "true", "field": "n"}]},
            "columnLineage": {
                "fields": {
                    "id": {
                        "inputFields": [
                            orders
                            | {
                                "field": "order_id",
                                "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}],
                            }
                        ]
                    },
                    "n": {"inputFields": [orders | {"field": "amount"}]},
                },
                "dataset": [
                    orders
                    | {
                        "field": "paid",
                        "transformations": [
                            {"type": "INDIRECT", "subtype": "FILTER", "masking": True}
                        ],
                    }
                ],
            },
        },
        "outputFacets": {"outputStatistics": {"rowCount": 3}},
    }
    stream = {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}}
    return [
        run_event(
            eventType="START",
            eventTime="2026-11-20T07:00:00Z",
            run={"runId": root},
            job=dag,
            inputs=[],
            outputs=[],
        ),
        run_event(
            eventType="START",
            eventTime="2026-11-20T07:01:00Z",
            run={"runId": child, "facets": parent},
            job=task,
            inputs=[orders | described],
            outputs=[],
        ),
        run_event(
            eventTime="2026-11-20T07:05:00Z",
            run={"runId": child, "facets": parent},
            job=task | {"facets": {"sql": {"query": "select 1"}}},
            inputs=[orders | described],
            outputs=[menus],
        ),
        run_event(
            eventTime="2026-11-20T07:06:00Z", run={"runId": root}, job=dag, inputs=[], outputs=[]
        ),
        run_event(
            eventType="RUNNING",
            eventTime="2026-11-20T08:00:00Z",
            run={"runId": "0193a3f0-6d5c-7c4e-8e5a-000000000003"},
            job={"namespace": "flink", "name": "enrich", "facets": stream},
            inputs=[{"namespace": "kafka://broker:9092", "name": "orders"} | described],
            outputs=[{"namespace": "food_delivery", "name": "public.enriched"}],
        ),
    ]


@pytest.mark.parametrize("batch", [1, 100])
def test_the_other_tenant_has_the_same_graph(cast, copy, shipped, batch):
    tell(cast)
    shipped(batchSize=batch)
    assert differences(cast.main, copy) == []
    assert (
        aliases(copy) == aliases(cast.main) == {"s3://lake/menus": "hive://meta:9083/shop.menus"}
    )


def aliases(tenant: Tenant) -> dict[str, str]:
    """Other names of assets, but for those that the naming of shipped assets leaves."""
    rows = AssetAlias.objects.unscoped("test").filter(tenant=tenant)
    rows = rows.exclude(source=AssetAlias.Source.RULE)
    return dict(rows.values_list("name", "asset__public_id"))


def test_delivered_twice_it_is_the_same_still(cast, copy, shipped):
    tell(cast)
    shipped(times=2)
    assert differences(cast.main, copy) == []


def test_what_came_back_to_its_own_tenant_goes_no_further(cast, copy, shipped):
    """A ring of exporters comes to rest: run ids, ids of assets and jobs are the same."""
    tell(cast)
    before = graph(cast.main)
    exporter = shipped()
    token = actions.issue_token(cast.users["ingest"], "back")[1]
    admin = actions.create_person("copy@example.com", None)
    actions.bind(admin, role(copy, "Admin"))
    said = {
        "name": "back",
        "kind": "OPENLINEAGE",
        "url": exporter.url,
        "path": "api/v1/main/lineage",
        "apiKey": token,
        "lookbackPeriod": "P36500D",
        "batchSize": 100,
    }
    back = create_exporter(access_of(admin, copy), said)
    assert run_exporter(back.pk, "manual").state == "SUCCESS"
    again = graph(cast.main)
    assert {row.split(",")[0] for row in again["assets"]} == {
        row.split(",")[0] for row in before["assets"]
    }
    done = run_exporter(exporter.pk, "manual")
    assert done.state == "SUCCESS"
    first = graph(copy)
    assert run_exporter(back.pk, "manual").state == "SUCCESS"
    assert run_exporter(exporter.pk, "manual").state == "SUCCESS"
    assert graph(copy) == first
