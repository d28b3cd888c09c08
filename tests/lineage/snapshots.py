"""The whole state of a tenant as plain values, so that two ways to get there can be compared."""

from typing import Any

from accounts.models import Tenant
from catalog.models import Asset
from lineage.models import AssetUsage, Edge, Execution, LineageEvent, TaskRun


def snapshot(tenant: Tenant) -> dict[str, Any]:
    """Everything that has to converge; row ids, arrival times and the history log are left out."""
    names = dict(Asset.objects.unscoped("test").values_list("pk", "public_id"))
    return {
        "assets": sorted(
            Asset.objects.unscoped("test")
            .filter(tenant=tenant)
            .values_list(
                "public_id",
                "type",
                "namespace__name",
                "display_name",
                "description",
                "metadata",
                "status",
                "expires_at",
                "part_of",
                "created_at",
                "deleted_at",
                "state__updated_at",
                "state__first_written_at",
                "state__last_written_at",
                "state__last_failed_at",
                "state__last_read_at",
                "state__writes",
                "state__stale_at",
            ),
            key=repr,
        ),
        "executions": sorted(
            Execution.objects.unscoped("test")
            .filter(tenant=tenant)
            .values_list("public_id", "state", "started_at", "ended_at", "labels", "outputs"),
            key=repr,
        ),
        "task_runs": sorted(
            TaskRun.objects.unscoped("test")
            .filter(tenant=tenant)
            .values_list("public_id", "state", "shown_state", "started_at", "ended_at", "outputs"),
            key=repr,
        ),
        "usages": sorted(
            AssetUsage.objects.unscoped("test")
            .filter(tenant=tenant)
            .values_list("asset__public_id", "task_run__public_id", "direction", "state", "at"),
            key=repr,
        ),
        "events": sorted(
            (task_run, number, state, at, [names[i] for i in ins], [names[o] for o in outs])
            for task_run, number, state, at, ins, outs in LineageEvent.objects.unscoped("test")
            .filter(tenant=tenant)
            .values_list("task_run__public_id", "number", "state", "at", "inputs", "outputs")
        ),
        "edges": sorted(
            Edge.objects.unscoped("test")
            .filter(tenant=tenant)
            .values_list(
                "upstream__public_id",
                "downstream__public_id",
                "flow__public_id",
                "task_id",
                "kind",
                "runs",
                "first_seen",
                "last_seen",
                "last_execution__public_id",
            ),
            key=repr,
        ),
    }
