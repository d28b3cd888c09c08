"""One small world for tests that need something to be there, and what its things are called.

orders, stg_orders   assets in company.data, written by the flow build_orders in run-orders
ledger               asset in company.finance, written by close_books in run-ledger
bucket               asset without a namespace
marquez              a paused exporter
rule                 a naming rule
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.models import Asset, AssetAlias, NamingRule
from lineage.models import CatalogImport, Execution, Flow
from tests.factories import (
    make_asset,
    make_bundle,
    make_execution,
    make_exporter,
    make_flow,
    make_stated_edge,
    make_task_run,
)

if TYPE_CHECKING:
    from tests.conftest import Cast


@dataclass(frozen=True)
class Thing:
    """How a request names something: every kwarg that a route may want, and what it posts."""

    kwargs: dict[str, str] = field(default_factory=dict)
    body: str | bytes = b""
    content_type: str = "application/json"


def _asset(asset_id: str) -> Thing:
    return Thing({"asset_id": asset_id, "id": asset_id})


def _new_asset(namespace: str | None) -> Thing:
    body = {"id": "fresh", "type": "Table", "namespace": namespace}
    return Thing(body=json.dumps(body))


def _new_edge(upstream: str, downstream: str) -> Thing:
    return Thing(body=json.dumps({"upstream": upstream, "downstream": downstream}))


def _patch(asset_id: str) -> Thing:
    return Thing(_asset(asset_id).kwargs, "{}", "application/merge-patch+json")


def _flow(namespace: str, flow_id: str) -> Thing:
    return Thing({"namespace": namespace, "flow_id": flow_id, "id": flow_id})


def _execution(execution_id: str) -> Thing:
    return Thing({"execution_id": execution_id, "id": execution_id})


def _namespace(name: str) -> Thing:
    return Thing({"namespace": name, "name": name, "id": name})


def _new_flow(namespace: str) -> Thing:
    body = f"id: fresh\nnamespace: {namespace}\ntasks: [{{id: log, type: io.kestra.core.Log}}]"
    return Thing(body=body, content_type="application/x-yaml")


def _yaml_of(namespace: str, flow_id: str) -> Thing:
    body = f"id: {flow_id}\nnamespace: {namespace}\ntasks: [{{id: log, type: io.kestra.core.Log}}]"
    return Thing(_flow(namespace, flow_id).kwargs, body, "application/x-yaml")


def _new_run(namespace: str) -> Thing:
    state = {"current": "SUCCESS", "startDate": "2026-11-20T12:00:00Z"}
    return Thing(
        body=json.dumps({"id": "x", "namespace": namespace, "flowId": "fresh", "state": state})
    )


def _event(namespace: str) -> str:
    return json.dumps(
        {
            "eventType": "COMPLETE",
            "eventTime": "2026-11-20T12:00:00Z",
            "run": {"runId": "0193a3f0-6d5c-7c4e-8e5a-5d2b1c0f9a11"},
            "job": {"namespace": namespace, "name": "fresh"},
        }
    )


def _manifest() -> Thing:
    metadata = {"project_name": "shop", "generated_at": "2026-11-20T12:00:00Z"}
    return Thing(body=json.dumps({"manifest": {"metadata": metadata, "nodes": {}}}))


def _exporter(name: str) -> str:
    url = "https://marquez.example.com"
    return json.dumps({"name": name, "kind": "OPENLINEAGE", "url": url, "every": "PT5M"})


def _rule(pattern: str) -> str:
    return json.dumps({"kind": "dataset", "pattern": pattern, "idTemplate": "{name}"})


THINGS = {
    "-": Thing(),
    "orders": _asset("orders"),
    "ledger": _asset("ledger"),
    "bucket": _asset("bucket"),
    "build_orders": _flow("company.data", "build_orders"),
    "close_books": _flow("company.finance", "close_books"),
    "run-orders": _execution("run-orders"),
    "run-ledger": _execution("run-ledger"),
    "company.data": _namespace("company.data"),
    "company.finance": _namespace("company.finance"),
    "settings": Thing({}, '{"infersSql": true}'),
    "data-variables": Thing({"name": "company.data"}, '{"region": "eu"}'),
    "finance-variables": Thing({"name": "company.finance"}, '{"region": "eu"}'),
    "new-data-flow": _new_flow("company.data"),
    "new-finance-flow": _new_flow("company.finance"),
    "build_orders.yaml": _yaml_of("company.data", "build_orders"),
    "close_books.yaml": _yaml_of("company.finance", "close_books"),
    "new-data-run": _new_run("company.data"),
    "new-finance-run": _new_run("company.finance"),
    "data-event": Thing(body=_event("company.data")),
    "finance-event": Thing(body=_event("company.finance")),
    "[data-event]": Thing(body=f"[{_event('company.data')}]"),
    "new-data-asset": _new_asset("company.data"),
    "new-tenant-asset": _new_asset(None),
    "[new-data-asset]": Thing(body=f"[{_new_asset('company.data').body!s}]"),
    "orders-patch": _patch("orders"),
    "ledger-patch": _patch("ledger"),
    "bucket-patch": _patch("bucket"),
    "new-data-edge": _new_edge("stg_orders", "orders"),
    "new-finance-edge": _new_edge("orders", "ledger"),
    "type": Thing({"field": "type"}),
    "csv": Thing({"form": "csv"}),
    "import": Thing({"import_id": "1000001"}),
    "orders-data-edge": Thing({"asset_id": "orders", "edge_id": "1000001"}),
    "orders-finance-edge": Thing({"asset_id": "orders", "edge_id": "1000002"}),
    "data-edge": Thing({"edge_id": "1000001"}, '{"note": "x"}', "application/merge-patch+json"),
    "finance-edge": Thing({"edge_id": "1000002"}, '{"note": "x"}', "application/merge-patch+json"),
    "data.csv": Thing(body="id,type,namespace\nfresh,T,company.data", content_type="text/csv"),
    "finance.csv": Thing(
        body="id,type,namespace\nfresh,T,company.finance", content_type="text/csv"
    ),
    "[orders]": Thing(body='["orders"]'),
    "[ledger]": Thing(body='["ledger"]'),
    "dbt-manifest": _manifest(),
    "dbt-form": Thing(body="--x--\r\n", content_type="multipart/form-data; boundary=x"),
    "marquez": Thing({"name": "marquez"}),
    "new-exporter": Thing(body=_exporter("another")),
    "marquez-new": Thing({"name": "marquez"}, _exporter("marquez")),
    "marquez-patch": Thing({"name": "marquez"}, '{"enabled": false}'),
    "marquez-reset": Thing({"name": "marquez"}, '{"to": "start"}'),
    "orders-name": Thing({"asset_id": "orders"}, '{"name": "s3://lake/orders"}'),
    "ledger-name": Thing({"asset_id": "ledger"}, '{"name": "s3://lake/ledger"}'),
    "bucket-name": Thing({"asset_id": "bucket"}, '{"name": "s3://lake/bucket"}'),
    "orders-known": Thing({"asset_id": "orders", "name": "s3://lake/known"}),
    "ledger-known": Thing({"asset_id": "ledger", "name": "s3://lake/known"}),
    "orders-stg": Thing({"asset_id": "orders"}, '{"absorb": "stg_orders"}'),
    "ledger-stg": Thing({"asset_id": "ledger"}, '{"absorb": "stg_orders"}'),
    "merged": Thing({"merge_id": "1000004"}),
    "two": Thing(body='{"assets": ["orders", "stg_orders"]}'),
    "rule": Thing({"rule_id": "1000003"}),
    "rule-new": Thing(body=_rule("postgres://other:5432")),
    "rule-said": Thing({"rule_id": "1000003"}, _rule("postgres://warehouse:5432")),
    "name": Thing(body='{"namespace": "postgres://warehouse:5432", "name": "orders"}'),
    "anything": Thing({"path": "v1/nothing/here/at/all"}),
    "reset": Thing({"uidb36": "1", "key": "x-y"}),
}


@dataclass
class World:
    """The cast and what there is in its tenant `main`, by name."""

    cast: Cast
    orders: Asset
    stg_orders: Asset
    ledger: Asset
    bucket: Asset
    build_orders: Flow
    close_books: Flow
    run_orders: Execution
    run_ledger: Execution


def make_world(cast: Cast) -> World:
    main = cast.main
    stg_orders = make_asset(main, "stg_orders", display_name="Staged orders")
    orders = make_asset(main, "orders", display_name="Orders", description="One row an **order**.")
    ledger = make_asset(main, "ledger", "company.finance")
    bucket = make_asset(main, "bucket", None, type="io.kestra.plugin.ee.assets.Dataset")
    build_orders = make_flow(main, "build_orders")
    close_books = make_flow(main, "close_books", "company.finance")
    run_orders = make_execution(build_orders, "run-orders")
    run_ledger = make_execution(close_books, "run-ledger")
    make_bundle(make_task_run(run_orders, "build"), [stg_orders], [orders])
    make_bundle(make_task_run(run_ledger, "close"), [orders, bucket], [ledger])
    make_exporter(cast.users["admin"], main, "marquez")
    AssetAlias.objects.create(tenant=main, name="s3://lake/known", asset=orders, source="manual")
    NamingRule.objects.create(
        pk=1_000_003,
        tenant=main,
        kind="dataset",
        pattern="postgres://warehouse:5432",
        id_template="{name}",
    )
    return World(
        cast, orders, stg_orders, ledger, bucket, build_orders, close_books, run_orders, run_ledger
    )


def add_by_hand(world: World) -> None:
    """Stated by hand: 1000001 from stg_orders to orders, 1000002 from orders to ledger. And
    1000001, a file that the editor has imported."""
    make_stated_edge(world.stg_orders, world.orders, pk=1_000_001)
    make_stated_edge(world.orders, world.ledger, pk=1_000_002)
    CatalogImport.objects.create(
        pk=1_000_001,
        tenant=world.cast.main,
        by=world.cast.users["editor"],
        name="catalog.csv",
        format="csv",
        size=7,
        state="done",
    )
