"""What OpenLineage clients told, read back: facets, runs, jobs, and the events as they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, IntegerField, JSONField, QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.lookups import IsNull

from accounts.access import Access
from catalog.models import Asset
from catalog.moments import moment
from lineage.models import (
    AssetFacet,
    EventRetention,
    Execution,
    Flow,
    OpenLineageEvent,
    OpenLineageJob,
    OpenLineageRun,
    TaskRun,
)
from lineage.openlineage.registers import standing
from lineage.queries.flow_search import Documentation

#: Runs of an execution, and jobs of a flow, that a page lists.
LISTED = 200


class _Bytes(Func):
    """How much room a value takes in the database, packed."""

    function = "pg_column_size"
    output_field = IntegerField()


def said_at(stamp: str) -> datetime | None:
    """The event time in a stamp `{µs:016d}|{digest}`; None of another shape."""
    digits = stamp.partition("|")[0]
    return moment(int(digits)) if digits.isascii() and digits.isdigit() else None


def facets_of(access: Access, asset: Asset) -> QuerySet[AssetFacet]:
    """By position and name."""
    found = AssetFacet.objects.visible_to(access).filter(asset=asset)
    return found.order_by("position", "name", "pk")


def facet_names(access: Access, asset: Asset) -> list[AssetFacet]:
    """Each without its body, which may be large; `bytes` says how large."""
    return list(facets_of(access, asset).defer("body").annotate(bytes=_Bytes(F("body"))))


@dataclass(frozen=True, slots=True)
class ToldRun:
    """An OpenLineage run of an execution. `task_run` None: the execution's own.

    `facets`: those of the run that hold, without those of its datasets.
    """

    run_id: str
    parent_run_id: str
    root_run_id: str
    job_namespace: str
    job_name: str
    state: str
    task_run: TaskRun | None
    facets: Mapping[str, Any]


def runs_of(access: Access, execution: Execution) -> QuerySet[OpenLineageRun]:
    """The root first, then as they started, those that have not last."""
    found = OpenLineageRun.objects.visible_to(access).filter(execution=execution)
    started = F("task_run__started_at").asc(nulls_last=True)
    return found.order_by(IsNull(F("task_run"), True).desc(), started, "pk")


def told_runs(
    access: Access,
    execution: Execution,
    run_ids: Sequence[str] = (),
    *,
    first: int = 0,
    limit: int = LISTED,
) -> list[ToldRun]:
    """Runs with their facets: of those named or of all, `limit` from `first`. One statement."""
    found = runs_of(access, execution).select_related("task_run").defer("accumulated")
    if run_ids:
        found = found.filter(run_id__in=run_ids)
    told = KeyTransform("run", F("accumulated"), output_field=JSONField())
    return [
        ToldRun(
            run_id=run.run_id,
            parent_run_id=run.parent_run_id,
            root_run_id=run.root_run_id,
            job_namespace=run.job_namespace,
            job_name=run.job_name,
            state=run.state,
            task_run=run.task_run,
            facets=standing(run.told or {}),
        )
        for run in found.annotate(told=told)[first : first + limit]
    ]


@dataclass(frozen=True, slots=True)
class ToldJob:
    """An OpenLineage job: a flow (`task_id` "") or a task of it, with the facets that hold."""

    task_id: str
    namespace: str
    name: str
    facets: Mapping[str, Any]


def told_jobs(
    access: Access,
    flow: Flow,
    task_ids: Sequence[str] | None = None,
    *,
    first: int = 0,
    limit: int = LISTED,
) -> list[ToldJob]:
    """The flow's own job first, then its tasks' by name; of `task_ids` or all. One statement."""
    found = OpenLineageJob.objects.visible_to(access).filter(flow=flow)
    if task_ids is not None:
        found = found.filter(task_id__in=task_ids)
    return [
        ToldJob(job.task_id, job.namespace, job.name, standing(job.facets))
        for job in found.order_by("task_id")[first : first + limit]
    ]


class _Members(Func):
    """How many members an object has."""

    template = "(SELECT count(*) FROM jsonb_object_keys(%(expressions)s))"
    output_field = IntegerField()


def job_names(access: Access, flow: Flow) -> list[OpenLineageJob]:
    """Those with facets, which are `counted`: its own job, then its tasks' by name. `about`: what
    its documentation says."""
    found = OpenLineageJob.objects.visible_to(access).filter(flow=flow).exclude(facets={})
    counted = found.defer("facets").annotate(
        counted=_Members(F("facets")), about=Documentation("facets")
    )
    return list(counted.order_by("task_id")[:LISTED])


def events_of(
    access: Access, execution: Execution, run_id: str = ""
) -> QuerySet[OpenLineageEvent]:
    """Of an execution that may be seen, so all of its events may: of one run, or of all."""
    runs = OpenLineageRun.objects.visible_to(access).filter(execution=execution)
    runs = runs.filter(run_id=run_id) if run_id else runs
    return OpenLineageEvent.objects.unscoped("of runs of a visible execution").filter(
        tenant=access.tenant, run_id__in=runs.values("run_id")
    )


def gone_before(access: Access, execution: Execution | None = None) -> datetime | None:
    """Events that were received before then are no longer kept; None where all are that there
    were, of the execution or at all."""
    rows = EventRetention.objects.visible_to(access)
    if execution is not None:
        rows = rows.filter(gone_before__gt=execution.created_at)
    return rows.values_list("gone_before", flat=True).first()


def found_events(  # noqa: PLR0913 what one may look for
    access: Access,
    *,
    run_id: str = "",
    kind: str = "",
    event_type: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[OpenLineageEvent]:
    """Events that `access` may see; `since` and `until` are about when they were received."""
    wanted = {
        "run_id": run_id,
        "kind": kind,
        "event_type": event_type,
        "received_at__gte": since,
        "received_at__lte": until,
    }
    found = OpenLineageEvent.objects.visible_to(access)
    return found.filter(**{name: value for name, value in wanted.items() if value})
