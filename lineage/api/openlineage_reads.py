"""What OpenLineage clients told, read back as they told it: facets, runs, jobs and events."""

from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from catalog.api.of_asset import OfAsset
from catalog.api.params import cursor_checked, whole, wrong
from catalog.cursors import BadCursor, decode_cursor, encode_cursor
from catalog.filters import read_time
from catalog.models import Asset
from lineage.api.openlineage_read_documents import (
    EVENT_SEARCH,
    EXECUTION_EVENTS,
    EXECUTION_RUNS,
    FACETS,
    FACETS_BY_ID,
    FLOW_JOBS,
)
from lineage.models import AssetFacet, OpenLineageEvent
from lineage.openlineage.events import DATASET, JOB, RUN
from lineage.queries.flows import find_flow
from lineage.queries.job_links import JobLinks, LinkedJob, job_links
from lineage.queries.keyset import EARLIEST_USE_FIRST, LATEST_RECEIVED_FIRST, Keyset
from lineage.queries.openlineage import (
    ToldRun,
    events_of,
    facets_of,
    found_events,
    gone_before,
    said_at,
    told_jobs,
    told_runs,
)
from lineage.queries.run_detail import find_execution

#: Facets, runs and events of one answer: each may be large.
MAX_SIZE = 200
KINDS = (RUN, JOB, DATASET)


@FACETS
class OpenLineageFacets(OfAsset):
    """The latest facets of an asset, verbatim, by position and name."""

    def answer(self, request: Request, asset: Asset) -> dict[str, Any]:
        position = request.query_params.get("position", "")
        if position and position not in AssetFacet.Position.values:
            wrong("position", f"Expected one of {', '.join(AssetFacet.Position.values)}.")
        found = facets_of(self.access, asset)
        found = found.filter(position=position) if position else found
        if name := request.query_params.get("name", "").replace("\0", "\ufffd"):
            found = found.filter(name=name)
        size, first = whole(request, "size", 50, MAX_SIZE), first_of(request, "facets")
        rows = list(found[first : first + size + 1])
        results = [
            {
                "position": row.position,
                "name": row.name,
                "at": said_at(row.stamp),
                "body": row.body,
            }
            for row in rows[:size]
        ]
        return paged(results, "facets", first + size if len(rows) > size else None)


@FACETS_BY_ID
class OpenLineageFacetsById(OpenLineageFacets):
    pass


@EXECUTION_RUNS
class ExecutionRuns(TenantAPIView):
    """The OpenLineage runs of an execution, each with its facets."""

    needs = {"GET": (Resource.EXECUTION, Action.VIEW)}

    def get(self, request: Request, tenant: str, execution_id: str) -> Response:
        execution = find_execution(self.access, execution_id)
        size, first = whole(request, "size", 50, MAX_SIZE), first_of(request, "runs")
        runs = told_runs(self.access, execution, first=first, limit=size + 1)
        results = [run_json(run) for run in runs[:size]]
        return Response(paged(results, "runs", first + size if len(runs) > size else None))


@FLOW_JOBS
class FlowJobs(TenantAPIView):
    """The OpenLineage jobs that are a flow and its tasks, each with its facets."""

    needs = {"GET": (Resource.FLOW, Action.VIEW)}

    def get(self, request: Request, tenant: str, namespace: str, flow_id: str) -> Response:
        flow = find_flow(self.access, namespace, flow_id)
        size, first = whole(request, "size", 50, MAX_SIZE), first_of(request, "jobs")
        jobs = told_jobs(self.access, flow, first=first, limit=size + 1)
        results = [
            {
                "taskId": job.task_id or None,
                "namespace": job.namespace,
                "name": job.name,
                "facets": job.facets,
            }
            for job in jobs[:size]
        ]
        answer = paged(results, "jobs", first + size if len(jobs) > size else None)
        links = job_links(self.access, flow) or JobLinks()
        told = {"fedBy": links.fed_by, "feeds": links.feeds}
        return Response(answer | {side: [linked_json(one) for one in told[side]] for side in told})


@EXECUTION_EVENTS
class ExecutionEvents(TenantAPIView):
    """The events of an execution as they came, in the order of their times."""

    needs = {"GET": (Resource.EXECUTION, Action.VIEW)}

    def get(self, request: Request, tenant: str, execution_id: str) -> Response:
        execution = find_execution(self.access, execution_id)
        run_id = plain(request, "runId")
        found = events_of(self.access, execution, run_id)
        since = gone_before(self.access, execution)
        return Response(page(request, found, EARLIEST_USE_FIRST) | kept(since))


@EVENT_SEARCH
class OpenLineageEventSearch(TenantAPIView):
    """Events as they came, the latest received first."""

    needs = {"GET": (Resource.EXECUTION, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        kind = plain(request, "kind")
        if kind and kind not in KINDS:
            wrong("kind", f"Expected one of {', '.join(KINDS)}.")
        found = found_events(
            self.access,
            run_id=plain(request, "runId").lower(),
            kind=kind,
            event_type=plain(request, "eventType").upper(),
            since=moment_of(request, "since"),
            until=moment_of(request, "until"),
        )
        since = gone_before(self.access)
        return Response(page(request, found, LATEST_RECEIVED_FIRST) | kept(since))


def page(request: Request, found: Any, order: Keyset) -> dict[str, Any]:
    size = whole(request, "size", 20, MAX_SIZE)
    with cursor_checked():
        rows = order.page(found, size, request.query_params.get("cursor", ""))
    results = [event_json(event) for event in rows.rows]
    return {"results": results} | ({"nextCursor": rows.after} if rows.after else {})


def kept(since: datetime | None) -> dict[str, Any]:
    """Says so where events are missing because they were kept for long enough."""
    return {} if since is None else {"keptSince": since}


def event_json(event: OpenLineageEvent) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "eventType": event.event_type or None,
        "runId": event.run_id or None,
        "eventTime": event.at,
        "receivedAt": event.received_at,
        "digest": event.digest,
        "event": event.body,
    }


def run_json(run: ToldRun) -> dict[str, Any]:
    return {
        "runId": run.run_id,
        "parentRunId": run.parent_run_id or None,
        "rootRunId": run.root_run_id,
        "job": {"namespace": run.job_namespace, "name": run.job_name},
        "state": run.state or None,
        "taskRunId": run.task_run.public_id if run.task_run else None,
        "facets": run.facets,
    }


def linked_json(job: LinkedJob) -> dict[str, Any]:
    namespace, flow_id = job.flow or (None, None)
    return {
        "taskId": job.task_id or None,
        "job": {"namespace": job.namespace, "name": job.name},
        "flow": {"namespace": namespace, "id": flow_id} if job.flow else None,
    }


def plain(request: Request, name: str) -> str:
    """Text that the database can compare."""
    return request.query_params.get(name, "").replace("\0", "\ufffd")


def moment_of(request: Request, name: str) -> Any:
    text = request.query_params.get(name, "")
    try:
        return read_time(text) if text else None
    except ValueError as error:
        wrong(name, str(error))


def first_of(request: Request, order: str) -> int:
    """Where a page of a short list begins, as its cursor says. Raises Problem 400."""
    cursor = request.query_params.get("cursor", "")
    if not cursor:
        return 0
    with cursor_checked():
        values = decode_cursor(cursor, order)
        if len(values) != 1 or not isinstance(values[0], int) or not 0 <= values[0] < 10**9:
            raise BadCursor("The cursor cannot be read.")
    return values[0]


def paged(results: list[Any], order: str, after: int | None) -> dict[str, Any]:
    more = {} if after is None else {"nextCursor": encode_cursor(order, [after])}
    return {"results": results} | more
