"""Flows: the list, and one with its source, what it declares, and how it has been running."""

from collections.abc import Mapping, Sequence

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import words
from accounts.permissions import Action, Resource
from accounts.web import PageRequest, page, tenant_page
from catalog.cursors import BadCursor
from lineage.drawing import Run, run_bars
from lineage.flow_inputs import controls, filled_in, inputs_of, values_text
from lineage.forms import FlowFilters
from lineage.models import Flow
from lineage.models.flows import FlowQuerySet
from lineage.queries import flows, runs
from lineage.queries.dbt import project_of
from lineage.queries.flows import PastRun
from lineage.queries.runs import ExecutionFilter
from lineage.views.execution_rows import execution_rows, picture
from lineage.views.flow_source import diff, source_html
from lineage.views.openlineage_jobs import jobs_of

#: A list says "1,000+" where there are more.
COUNTED = 1_000
#: Fields of the form; more are counted only.
SHOWN_INPUTS = 200
#: Executions on a flow's page, and assets that its source may declare there.
RECENT, DECLARED = 10, 500


@require_safe
@tenant_page
def flow_list(request: PageRequest) -> HttpResponse:
    filters = FlowFilters(request.GET, request.access)
    found = page_of(request, filters.qs)
    total = flows.count_flows(filters.qs, COUNTED)
    context = {
        "registered": filters.form.cleaned_data.get("registered"),
        "found": found,
        "rows": flow_rows(found.rows, flows.recent_runs(request.access, found.rows)),
        "total": total,
        "capped": total == COUNTED,
    }
    return page(request, "lineage/flow_list.html", context, "results")


def page_of(request: PageRequest, wanted: FlowQuerySet) -> flows.Slice[Flow]:
    """The page of the URL's cursor; the first one when that makes no sense."""
    try:
        return flows.list_flows(wanted, cursor=request.GET.get("cursor", ""))
    except BadCursor:
        return flows.list_flows(wanted)


def flow_rows(
    found: Sequence[Flow], past: Mapping[int, Sequence[PastRun]]
) -> list[dict[str, object]]:
    return [
        {
            "flow": flow,
            "last": past[flow.pk][-1] if past.get(flow.pk) else None,
            "bars": bars(past.get(flow.pk, ())),
        }
        for flow in found
    ]


def bars(past: Sequence[PastRun]) -> str:
    """The last runs as a picture, each with its time for the pointer."""
    drawn = [Run(run.state, run.seconds, title(run)) for run in past]
    return picture(run_bars(drawn, slots=flows.RECENT))


def title(run: PastRun) -> str:
    took = "" if run.seconds is None else f", {words.duration(run.seconds)}"
    return f"{run.state.capitalize()}{took}, {words.exact(run.at)}"


@require_safe
@tenant_page
def flow_detail(request: PageRequest, namespace: str, flow_id: str) -> HttpResponse:
    access, flow = request.access, flows.find_flow(request.access, namespace, flow_id)
    past = flows.recent_runs(access, [flow])[flow.pk]
    wanted = ExecutionFilter(flow=flow.public_id, namespace=namespace)
    recent = runs.list_executions(access, wanted, size=RECENT).rows
    context = {
        "flow": flow,
        "bars": bars(past),
        "last": past[-1] if past else None,
        "rows": execution_rows(recent, runs.touched_counts(recent), timezone.now()),
        "reads": flows.reads_of(access, flow),
        "writes": flows.writes_of(access, flow),
        **jobs_of(access, flow),
        "dbt": None if flow.is_registered else project_of(access, flow),
        **(source_context(request, flow) if flow.is_registered else {}),
    }
    if request.htmx.target == "inputs-text":
        return page(request, "lineage/flow_inputs.html", context, "inputs_text")
    return page(request, "lineage/flow_detail.html", context, "source")


def source_context(request: PageRequest, flow: Flow) -> dict[str, object]:
    """The revision asked for (`?revision=`), and its difference from `?against=`."""
    number = asked(request, "revision") or flow.revision
    against = asked(request, "against")
    sources = flows.sources_of(request.access, flow, [number, *([against] if against else [])])
    if number not in sources or (against and against not in sources):
        raise Http404("There is no such revision.")
    parsed = flows.parsed(flow, number)
    declared = parsed.declared_assets()[:DECLARED] if parsed else ()
    inputs = inputs_of(request.access, parsed, filled_in(request.GET, parsed)) if parsed else []
    return {
        "inputs": controls(inputs[:SHOWN_INPUTS]),
        "inputs_text": values_text(inputs),
        "revision": sources[number],
        "revisions": flows.revisions_of(request.access, flow),
        "source": source_html(sources[number].source),
        "against": against,
        "difference": diff(sources[against].source, sources[number].source) if against else None,
        "declared": declared,
        "known": flows.visible_ids(request.access, [asset.id for asset in declared]),
        "may_create": request.access.may(Resource.ASSET, Action.CREATE, flow.namespace.name),
    }


def asked(request: PageRequest, name: str) -> int | None:
    """A revision number of the URL; None without one. Http404 for nonsense."""
    number = request.GET.get(name, "")
    if not number:
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise Http404("There is no such revision.")
    return int(number)
