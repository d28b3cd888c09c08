"""Rows made directly, for tests of reads; tests of writes post through the real functions."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from accounts.access import prefixes
from accounts.models import Tenant, User
from catalog.models import Asset, AssetState, Namespace
from lineage.models import (
    AssetUsage,
    Edge,
    Execution,
    Exporter,
    Flow,
    FlowRevision,
    LineageEvent,
    TaskRun,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_numbers = count(1)


def make_namespace(tenant: Tenant, name: str) -> Namespace:
    made, _ = Namespace.objects.unscoped("test").get_or_create(
        tenant=tenant, name=name, defaults={"prefixes": prefixes(name)}
    )
    return made


def make_asset(
    tenant: Tenant, public_id: str, namespace: str | None = "company.data", **fields: Any
) -> Asset:
    state = {k: fields.pop(k) for k in list(fields) if k in STATE_FIELDS}
    asset = Asset.objects.create(
        tenant=tenant,
        public_id=public_id,
        namespace=make_namespace(tenant, namespace) if namespace else None,
        **{"type": "io.kestra.plugin.ee.assets.Table", "created_at": NOW} | fields,
    )
    AssetState.objects.create(asset=asset, tenant=tenant, **{"updated_at": NOW} | state)
    return asset


STATE_FIELDS = {
    "updated_at",
    "first_written_at",
    "last_written_at",
    "last_failed_at",
    "last_read_at",
    "writes",
    "stale_at",
}


def make_flow(
    tenant: Tenant, public_id: str, namespace: str = "company.data", **fields: Any
) -> Flow:
    return Flow.objects.create(
        tenant=tenant, public_id=public_id, namespace=make_namespace(tenant, namespace), **fields
    )


def make_execution(flow: Flow, public_id: str = "", **fields: Any) -> Execution:
    start = fields.pop("started_at", NOW)
    return Execution.objects.create(
        **{
            "tenant": flow.tenant,
            "namespace": flow.namespace,
            "flow": flow,
            "public_id": public_id or f"execution-{next(_numbers)}",
            "state": "SUCCESS",
            "started_at": start,
            "ended_at": start + timedelta(minutes=1),
            "sorted_at": start,
        }
        | fields
    )


def make_task_run(execution: Execution, task_id: str = "task", **fields: Any) -> TaskRun:
    state = fields.pop("state", execution.state)
    return TaskRun.objects.create(
        **{
            "tenant": execution.tenant,
            "execution": execution,
            "public_id": f"task-run-{next(_numbers)}",
            "task_id": task_id,
            "state": state,
            "shown_state": state,
            "started_at": execution.started_at,
            "ended_at": execution.ended_at,
        }
        | fields
    )


def make_bundle(task_run: TaskRun, inputs: list[Asset], outputs: list[Asset]) -> LineageEvent:
    """Usages, a lineage event and edges, as one bundle of a task run leaves them."""
    execution = task_run.execution
    at = task_run.ended_at
    for direction, assets in (("READ", inputs), ("WRITE", outputs)):
        for asset in assets:
            AssetUsage.objects.unscoped("test").get_or_create(
                tenant=execution.tenant,
                asset=asset,
                task_run=task_run,
                direction=direction,
                defaults={"execution": execution, "state": task_run.state, "at": at},
            )
    for upstream in inputs or [None]:
        for downstream in outputs or [None]:
            Edge.objects.unscoped("test").get_or_create(
                tenant=execution.tenant,
                upstream=upstream,
                downstream=downstream,
                flow=execution.flow,
                task_id=task_run.task_id,
                defaults={"first_seen": at, "last_seen": at, "last_execution": execution},
            )
    return LineageEvent.objects.create(
        tenant=execution.tenant,
        task_run=task_run,
        execution=execution,
        number=task_run.lineage_events.unscoped("test").count(),
        origin="declared",
        state=task_run.state,
        inputs=[asset.pk for asset in inputs],
        outputs=[asset.pk for asset in outputs],
        at=at,
    )


def make_stated_edge(upstream: Asset, downstream: Asset, **fields: Any) -> Edge:
    return Edge.objects.create(
        **{
            "tenant": upstream.tenant,
            "upstream": upstream,
            "downstream": downstream,
            "kind": "manual",
            "stated": True,
            "runs": 0,
            "first_seen": NOW,
            "last_seen": NOW,
        }
        | fields
    )


def make_exporter(owner: User, tenant: Tenant, name: str, **fields: Any) -> Exporter:
    """Paused, so that no worker wakes it."""
    return Exporter.objects.create(
        **{
            "tenant": tenant,
            "name": name,
            "kind": "OPENLINEAGE",
            "url": "https://marquez.example.com",
            "path": "api/v1/lineage",
            "every": timedelta(minutes=5),
            "enabled": False,
            "runs_as": owner,
            "created_by": owner,
            "created_at": NOW,
            "updated_at": NOW,
        }
        | fields
    )


def make_revision(flow: Flow, source: str, **fields: Any) -> FlowRevision:
    """The next revision of `flow`, and `flow` at it."""
    flow.revision += 1
    flow.save(update_fields=["revision"])
    return FlowRevision.objects.create(
        **{
            "tenant": flow.tenant,
            "flow": flow,
            "revision": flow.revision,
            "source": source,
            "source_hash": sha256(source.encode()).hexdigest(),
            "created_at": NOW,
        }
        | fields
    )
