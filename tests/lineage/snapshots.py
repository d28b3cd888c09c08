"""The whole state of a tenant as plain values, so that two ways to get there can be compared."""

from typing import Any

from django.db.models import F

from accounts.models import Tenant
from catalog.models import Asset, AssetAlias, AssetMeasurement
from lineage.models import (
    AssetFacet,
    AssetUsage,
    ColumnEdge,
    Edge,
    Execution,
    Flow,
    LineageEvent,
    OpenLineageEvent,
    OpenLineageJob,
    OpenLineageRun,
    TaskRun,
)


def snapshot(tenant: Tenant) -> dict[str, Any]:
    """Everything that has to converge; row ids, arrival times and the history log are left out.

    So are assets that have become another name of another one.
    """
    names = dict(Asset.objects.unscoped("test").values_list("pk", "public_id"))
    return {
        "assets": sorted(
            Asset.objects.unscoped("test")
            .filter(tenant=tenant, merged_into=None)
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
                "owners",
                "tags",
                "columns",
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
            (
                task_run,
                number,
                state,
                at,
                sorted(names[i] for i in ins),
                sorted(names[o] for o in outs),
            )
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
                "stated",
                "sql",
                "note",
            ),
            key=repr,
        ),
    }


def observed(tenant: Tenant) -> dict[str, Any]:
    """What OpenLineage brings besides: columns, facets, measurements, names, jobs and runs."""

    def rows(model: Any, *fields: str) -> list[Any]:
        mine = model.objects.unscoped("test").filter(tenant=tenant)
        return sorted(mine.values_list(*fields), key=repr)

    def standing(found: list[Any]) -> list[Any]:
        """Facets of assets that are another's name are kept for the day they are parted."""
        return [row[:-1] for row in found if row[-1] is None]

    jobs = rows(OpenLineageJob, "flow__public_id", "task_id", "name", "facets")
    tasks = rows(TaskRun, "execution__flow__public_id", "task_id")
    told = OpenLineageRun.objects.unscoped("test").filter(tenant=tenant, run_id=F("root_run_id"))
    roots = told.filter(accumulated__isnull=False).values_list(
        "execution__flow__public_id", flat=True
    )
    # A run that turns out to be another flow's leaves its job's facets with the flow of its own
    # name, where that stays for an event of the job: they are that job's, and not compared.
    live = {*tasks, *((flow, "") for flow in roots)}
    return {
        "flows": rows(Flow, "public_id"),
        "column_edges": rows(
            ColumnEdge,
            "upstream__public_id",
            "upstream_column",
            "downstream__public_id",
            "downstream_column",
            "flow__public_id",
            "task_id",
            "type",
            "subtype",
            "description",
            "kind",
            "first_seen",
            "last_seen",
            "last_execution__public_id",
            "stated",
        ),
        "facets": standing(
            rows(
                AssetFacet,
                *("asset__public_id", "position", "name", "stamp", "body", "asset__merged_into"),
            )
        ),
        "measurements": rows(
            AssetMeasurement, "asset__public_id", "kind", "source_key", "at", "values"
        ),
        "aliases": sorted(
            # by which of several links it became one goes by the order of arrival
            (name, asset, "link" if source in ("symlink", "rename") else source)
            for name, asset, source in rows(AssetAlias, "name", "asset__public_id", "source")
        ),
        "jobs": [row for row in jobs if row[:2] in live],
        "runs": rows(
            OpenLineageRun,
            "run_id",
            "parent_run_id",
            "root_run_id",
            "job_name",
            "state",
            "execution__public_id",
            "task_run__public_id",
            "task_run__execution__public_id",
        ),
        "events": rows(OpenLineageEvent, "digest", "run_id", "at"),
    }
