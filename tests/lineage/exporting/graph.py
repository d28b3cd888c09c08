"""The lineage of a tenant as plain values, apart from how its runs are numbered and came in."""

from collections import Counter
from typing import Any

from accounts.models import Tenant
from catalog.models import Asset
from lineage.models import AssetUsage, ColumnEdge, Edge, Execution, TaskRun


def graph(tenant: Tenant) -> dict[str, list[Any]]:
    """Of what has left lineage; sorted, so that two tenants can be compared."""

    def rows(model: Any, *fields: str) -> list[str]:
        return listed(model.objects.unscoped("test").filter(tenant=tenant), *fields)

    ran = TaskRun.objects.unscoped("test").filter(tenant=tenant, usages__isnull=False)
    return {
        "assets": rows(
            Asset,
            *("public_id", "type", "namespace__name", "display_name", "description"),
            *("metadata", "owners", "tags", "columns", "status", "part_of", "related_to"),
            *("state__first_written_at", "state__last_written_at", "state__last_read_at"),
            *("state__last_failed_at", "state__writes"),
        ),
        "edges": rows(
            Edge,
            *("upstream__public_id", "downstream__public_id", "flow__namespace__name"),
            *("flow__public_id", "task_id", "runs", "first_seen", "last_seen"),
        ),
        "columns": rows(
            ColumnEdge,
            *("upstream__public_id", "upstream_column", "downstream__public_id"),
            *("downstream_column", "flow__public_id", "task_id", "type", "subtype"),
            *("description", "masking", "first_seen", "last_seen"),
        ),
        "usages": listed(
            AssetUsage.objects.unscoped("test").filter(tenant=tenant),
            *("asset__public_id", "direction", "state", "at"),
            *("execution__flow__public_id", "task_run__task_id"),
        ),
        "task_runs": listed(
            TaskRun.objects.unscoped("test").filter(pk__in=ran.values("pk")),
            *("execution__namespace__name", "execution__flow__public_id", "task_id", "value"),
            *("iteration", "state", "started_at", "ended_at", "error"),
        ),
        "executions": listed(
            Execution.objects.unscoped("test").filter(pk__in=ran.values("execution")),
            *("flow__public_id", "state", "started_at", "ended_at", "labels"),
        ),
    }


def listed(rows: Any, *fields: str) -> list[str]:
    return sorted(map(repr, rows.values_list(*fields)))


def differences(one: Tenant, other: Tenant) -> list[str]:
    """Line by line, as a diff shows them: `-` only in the first, `+` only in the second."""
    first, second = graph(one), graph(other)
    found = []
    for part in first:
        here, there = Counter(first[part]), Counter(second[part])
        found += [f"{part} - {row}" for row in (here - there).elements()]
        found += [f"{part} + {row}" for row in (there - here).elements()]
    return found
