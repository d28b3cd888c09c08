"""What OpenLineage told of a flow's job, and of the jobs that are its tasks."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import Access
from accounts.web import PageRequest, page, tenant_page
from lineage.models import Flow
from lineage.openlineage.summaries import job_summary
from lineage.queries.flows import find_flow
from lineage.queries.job_links import job_links
from lineage.queries.openlineage import job_names, told_jobs
from lineage.views.facet_cards import cards


def jobs_of(access: Access, flow: Flow) -> dict[str, Any]:
    """For the flow's page: the facets of its own job, and which tasks have some.

    Six statements at the most, or one where no client told of it.
    """
    links = job_links(access, flow)
    names = job_names(access, flow) if links is not None else []
    if not names:
        return {"job_links": links, "job_is_named": links is not None}
    own = told_jobs(access, flow, [""], limit=1)
    return {
        "job_facets": cards(own[0].facets, "job") if own else [],
        "job_told": job_summary(dict(own[0].facets)) if own else None,
        "task_jobs": [job for job in names if job.task_id],
        "job_links": links,
    }


@require_safe
@tenant_page
def flow_openlineage(request: PageRequest, namespace: str, flow_id: str) -> HttpResponse:
    """`?task=` shows the facets of a task's job; without it those of the flow's own."""
    flow = find_flow(request.access, namespace, flow_id)
    task_id = request.GET.get("task", "")
    found = told_jobs(request.access, flow, [task_id], limit=1) if "\0" not in task_id else []
    if not found and task_id:
        raise Http404("The flow has no such task that OpenLineage told of.")
    context = {
        "flow": flow,
        "job": found[0] if found else None,
        "cards": cards(found[0].facets, "job") if found else [],
    }
    return page(request, "lineage/flow_openlineage.html", context, "job")
