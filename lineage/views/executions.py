"""Executions: the list, and one with its task runs."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import words
from accounts.web import PageRequest, page, tenant_page
from catalog.cursors import BadCursor
from lineage.drawing import Stack, histogram
from lineage.forms import PERIODS, execution_filter
from lineage.models.runs import State
from lineage.queries import run_detail, runs
from lineage.queries.runs import ExecutionFilter, Tally
from lineage.views.execution_detail import detail
from lineage.views.execution_rows import execution_rows, picture

#: Chips that always stand there; the others only when there is something to count.
USUAL = (State.RUNNING, State.SUCCESS, State.WARNING, State.FAILED)


@require_safe
@tenant_page
def execution_list(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    wanted = execution_filter(request.GET, now)
    found = page_of(request, wanted)
    tally = runs.tally(request.access, wanted)
    touched = runs.touched_counts(found.rows)
    rows = execution_rows(found.rows, touched, now)
    context = {
        "wanted": wanted,
        "periods": PERIODS,
        "found": found,
        "rows": rows,
        "tally": tally,
        "total": tally.count(wanted.states),
        "chips": chips(tally, wanted),
        "chart": chart(tally),
        "kept": kept(request),
        "refreshes": any(row.is_running for row in rows) and "cursor" not in request.GET,
        "looked_at": runs.LOOKED_AT,
    }
    return page(request, "lineage/execution_list.html", context, "results")


def page_of(request: PageRequest, wanted: ExecutionFilter) -> runs.Slice[runs.Execution]:
    """The page of the URL's cursor; the first one when that makes no sense."""
    try:
        return runs.list_executions(request.access, wanted, cursor=request.GET.get("cursor", ""))
    except BadCursor:
        return runs.list_executions(request.access, wanted)


def kept(request: PageRequest) -> list[tuple[str, str]]:
    """What the search form has to send along: the filters that are links."""
    names = ("state", "ns", "flow", "label", "period")
    return [(name, value) for name in names for value in request.GET.getlist(name)]


def chips(tally: Tally, wanted: ExecutionFilter) -> list[dict[str, object]]:
    """One a state: how many, whether it is chosen, and what to choose when it is clicked."""
    shown = [
        state
        for state in State.values
        if state in USUAL or tally.states.get(state) or state in wanted.states
    ]
    return [
        {
            "state": state,
            "count": tally.states.get(state, 0),
            "chosen": state in wanted.states,
            "next": sorted({*wanted.states} ^ {state}) or None,
        }
        for state in shown
    ]


def chart(tally: Tally) -> dict[str, object] | None:
    """Executions over time; nothing to draw without any."""
    if not tally.columns:
        return None
    every = words.duration(tally.step)
    long = tally.step.days >= 1
    stacks = [Stack(moment(column.start, long), column.counts) for column in tally.columns]
    first, last = tally.columns[0].start, tally.columns[-1].start
    return {
        "every": every,
        "svg": picture(histogram(stacks, label=f"Executions every {every}, by state")),
        "marks": [first + (last - first) / 4 * n for n in range(5)] if last > first else [first],
    }


def moment(when: datetime, long: bool) -> str:
    return when.strftime("%Y-%m-%d" if long else "%Y-%m-%d %H:%M UTC")


@require_safe
@tenant_page
def execution_detail(request: PageRequest, execution_id: str) -> HttpResponse:
    execution = run_detail.find_execution(request.access, execution_id)
    more = request.GET.get("rows") == "all"
    return page(
        request,
        "lineage/execution_detail.html",
        detail(request.access, execution, more=more, now=timezone.now()),
        "gantt",
    )
