"""Flows: lists with how they have been running, revisions, and what each reads and writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Max, OuterRef
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.access import Access
from catalog.models import Asset
from lineage import dsl
from lineage.models import Edge, Execution, Flow, FlowRevision
from lineage.models.flows import FlowQuerySet
from lineage.queries.flow_search import documented
from lineage.queries.keyset import BY_ID, Slice
from lineage.queries.run_detail import if_visible, visible_asset
from lineage.queries.runs import known_flow
from lineage.recording.flows import Revisions

#: Runs that a flow's bars show.
RECENT = 24
#: Assets that a flow's page lists in each direction, and revisions.
LISTED = 200


def list_flows(wanted: FlowQuerySet, *, size: int = 50, cursor: str = "") -> Slice[Flow]:
    """One page by id, each with its namespace. Raises BadCursor."""
    return BY_ID.page(wanted.select_related("namespace"), size, cursor)


def count_flows(wanted: FlowQuerySet, cap: int) -> int:
    """At most `cap`."""
    return wanted.order_by()[:cap].count()


@dataclass(frozen=True, slots=True)
class PastRun:
    """One of a flow's latest executions; `seconds` is None until it ends."""

    public_id: str
    state: str
    at: datetime
    seconds: float | None


def recent_runs(access: Access, flows: Iterable[Flow]) -> dict[int, list[PastRun]]:
    """Flow key → its last RECENT executions, the oldest first. One statement for all flows."""
    runs = Execution.objects.listed_to(access).filter(flow=OuterRef("pk"))
    latest = runs.order_by("-sorted_at", "-pk").values(
        run=JSONObject(
            id="public_id", state="state", at="sorted_at", start="started_at", end="ended_at"
        )
    )[:RECENT]
    rows = (
        Flow.objects.unscoped("the flows are visible already")
        .filter(pk__in=[flow.pk for flow in flows])
        .values_list("pk", ArraySubquery(latest))
    )
    return {pk: [past_run(run) for run in reversed(found)] for pk, found in rows}


def past_run(run: dict[str, str]) -> PastRun:
    start, end = (run[key] and datetime.fromisoformat(run[key]) for key in ("start", "end"))
    return PastRun(
        public_id=run["id"],
        state=run["state"],
        at=datetime.fromisoformat(run["at"]),
        seconds=(end - start).total_seconds() if start and end else None,
    )


def find_flow(access: Access, namespace: str, public_id: str) -> Flow:
    """With its namespace; Http404 for what may not be seen."""
    rows = documented(Flow.objects.visible_to(access)).select_related("namespace")
    flow = rows.filter(
        tenant=access.tenant, namespace__name=namespace, public_id=public_id
    ).first()
    if flow is None:
        raise Http404(f"There is no flow “{namespace}.{public_id}”.")
    return flow


def revisions_of(access: Access, flow: Flow) -> list[FlowRevision]:
    """The latest first, without their sources: at most LISTED."""
    rows = FlowRevision.objects.visible_to(access).filter(flow=flow).defer("source")
    return list(rows.select_related("created_by").order_by("-revision")[:LISTED])


def sources_of(access: Access, flow: Flow, numbers: Sequence[int]) -> dict[int, FlowRevision]:
    """Revision number → revision with its source, those of `numbers` that there are."""
    rows = FlowRevision.objects.visible_to(access).select_related("created_by")
    found = rows.filter(flow=flow, revision__in=numbers)
    return {revision.revision: revision for revision in found}


def current_sources(access: Access, flows: Iterable[Flow]) -> dict[int, FlowRevision]:
    """Flow key → its latest revision with its source; unregistered flows have none."""
    rows = FlowRevision.objects.visible_to(access).filter(
        flow__in=[flow.pk for flow in flows], revision=F("flow__revision")
    )
    return {revision.flow_id: revision for revision in rows}


def every_source(access: Access, flow: Flow, limit: int) -> list[FlowRevision]:
    """The last `limit` revisions with their sources, the oldest first."""
    rows = FlowRevision.objects.visible_to(access).filter(flow=flow)
    return list(rows.order_by("-revision")[:limit])[::-1]


def parsed(flow: Flow, revision: int) -> dsl.Flow | None:
    """The flow as that revision declares it. One statement the first time, then none."""
    known = known_flow(flow)
    return Revisions([(known, revision)]).applying(known, revision)[1]


@dataclass(frozen=True, slots=True)
class FlowAsset:
    """What a flow reads or writes; `public_id` and `type` are None for an asset out of reach."""

    public_id: str | None
    type: str | None
    tasks: Sequence[str]
    runs: int
    last_seen: datetime


def reads_of(access: Access, flow: Flow) -> list[FlowAsset]:
    """Assets that successful runs of the flow read, the latest first: at most LISTED."""
    return _touched(access, flow, "upstream")


def writes_of(access: Access, flow: Flow) -> list[FlowAsset]:
    """Assets that successful runs of the flow wrote, the latest first: at most LISTED."""
    return _touched(access, flow, "downstream")


def _touched(access: Access, flow: Flow, end: str) -> list[FlowAsset]:
    """An asset has an edge for each asset at the other end: of these the busiest counts."""
    edges = (
        Edge.objects.unscoped("of a visible flow; each asset is judged in the query")
        .filter(tenant=access.tenant, flow=flow, **{f"{end}__isnull": False})
        .values(end)
        .annotate(
            visible=visible_asset(access, end),
            seen=Max("last_seen"),
            most=Max("runs"),
            tasks=ArrayAgg("task_id", distinct=True),
        )
        .order_by("-seen", end)
        .values_list(
            if_visible(f"{end}__public_id"), if_visible(f"{end}__type"), "tasks", "most", "seen"
        )
    )
    return [
        FlowAsset(public_id, kind, tasks if public_id else (), runs, seen)
        for public_id, kind, tasks, runs, seen in edges[:LISTED]
    ]


def visible_ids(access: Access, public_ids: Iterable[str]) -> set[str]:
    """Those of `public_ids` that are assets which may be seen."""
    found = Asset.objects.visible_to(access).filter(
        tenant=access.tenant, public_id__in=set(public_ids)
    )
    return set(found.values_list("public_id", flat=True))
