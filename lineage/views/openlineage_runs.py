"""What OpenLineage told of an execution: runs with their facets, and the events as they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import Access
from accounts.web import PageRequest, page, tenant_page
from catalog.cursors import BadCursor
from lineage.highlighting import highlighted
from lineage.models import Execution, OpenLineageEvent
from lineage.openlineage.readable import masked
from lineage.openlineage.summaries import run_summary
from lineage.queries.keyset import EARLIEST_USE_FIRST, Slice
from lineage.queries.openlineage import (
    ToldJob,
    ToldRun,
    events_of,
    gone_before,
    told_jobs,
    told_runs,
)
from lineage.queries.run_detail import find_execution
from lineage.views.facet_cards import SHOWN, Card, as_json, cards

#: Events of one page; each is loaded when it is opened.
EVENTS = 50


@dataclass(frozen=True, slots=True)
class RunCard:
    """A run with the facets of its own and of its job, of which a list only shows how many."""

    run: ToldRun
    own: list[Card]
    of_job: list[Card]

    @property
    def facets(self) -> int:
        return len(self.own) + len(self.of_job)


def openlineage_of(access: Access, execution: Execution) -> dict[str, Any]:
    """For the execution's page; empty where no OpenLineage client told of it.

    Two statements, or one.
    """
    runs = told_runs(access, execution)
    if not runs:
        return {}
    jobs = {job.task_id: job for job in told_jobs(access, execution.flow, _task_ids(runs))}
    root = next((run for run in runs if run.run_id == run.root_run_id), None)
    return {
        "root_run": root,
        "run_facets": cards(root.facets, "run") if root else [],
        "told": run_summary(dict(root.facets)) if root else None,
        "openlineage_runs": [
            (run, len(run.facets) + len(_job_of(run, jobs).facets)) for run in runs
        ],
        "traces": {
            run.task_run.pk: trace for run in runs if (trace := trace_of(run)) and run.task_run
        },
    }


def trace_of(run: ToldRun) -> str:
    """Where it went wrong, as the errorMessage facet has it."""
    facet = run.facets.get("errorMessage")
    trace = facet.get("stackTrace") if isinstance(facet, Mapping) else None
    return trace[:SHOWN].strip() if isinstance(trace, str) else ""


def _task_ids(runs: Sequence[ToldRun]) -> list[str]:
    return sorted({run.task_run.task_id for run in runs if run.task_run} | {""})


def _job_of(run: ToldRun, jobs: dict[str, ToldJob]) -> ToldJob:
    """A run of its own has the flow's job beside its task's, which bears the same name."""
    task_id = run.task_run.task_id if run.task_run else ""
    nothing = ToldJob(task_id, run.job_namespace, run.job_name, {})
    return jobs.get(task_id) or nothing


@require_safe
@tenant_page
def execution_openlineage(request: PageRequest, execution_id: str) -> HttpResponse:
    """`?run=` shows the facets of a run and its events, `?event=` one event as it came; without,
    the events of all runs."""
    execution = find_execution(request.access, execution_id)
    run_id, digest = request.GET.get("run", ""), request.GET.get("event", "")
    alone = request.htmx and not request.htmx.boosted
    context: dict[str, Any] = {"execution": execution, "run_id": run_id}
    if digest and alone:
        context |= event_context(request.access, execution, digest)
        return page(request, "lineage/openlineage_event.html", context)
    context["chosen"] = run_card(request.access, execution, run_id) if run_id else None
    if alone and "cursor" not in request.GET:
        return page(request, "lineage/openlineage_run.html", context)
    context["found"] = events_page(request, execution, run_id)
    context["gone_before"] = gone_before(request.access, execution)
    if digest:
        context |= event_context(request.access, execution, digest)
    return page(request, "lineage/execution_openlineage.html", context, "events")


def run_card(access: Access, execution: Execution, run_id: str) -> RunCard:
    known = "\0" not in run_id
    runs = told_runs(access, execution, [run_id], limit=1) if known else []
    if not runs:
        raise Http404("The execution has no such run.")
    jobs = {job.task_id: job for job in told_jobs(access, execution.flow, _task_ids(runs))}
    return RunCard(
        runs[0], cards(runs[0].facets, "run"), cards(_job_of(runs[0], jobs).facets, "job")
    )


def events_page(
    request: PageRequest, execution: Execution, run_id: str
) -> Slice[OpenLineageEvent]:
    """In the order of their times."""
    rows = events_of(request.access, execution, run_id).defer("body")
    try:
        return EARLIEST_USE_FIRST.page(rows, EVENTS, request.GET.get("cursor", ""))
    except BadCursor as error:
        raise Http404(str(error)) from None


def event_context(access: Access, execution: Execution, digest: str) -> dict[str, Any]:
    known = digest.isascii() and digest.isalnum()
    event = events_of(access, execution).filter(digest=digest[:64]).first() if known else None
    if event is None:
        gone = gone_before(access, execution)
        raise Http404(
            f"Events that were received before {gone:%Y-%m-%d %H:%M} UTC are no longer kept."
            if gone
            else "The execution has no such event."
        )
    text = as_json(masked(event.body))
    return {
        "event": event,
        "event_text": text[:SHOWN],
        "event_html": highlighted(text[:SHOWN], "json"),
        "event_is_cut": len(text) > SHOWN,
    }
