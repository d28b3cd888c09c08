"""Lineage on the pages of one asset: the tab, the neighbours of the overview, the impact."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.asset_frame import asset_frame
from catalog.calling import find_called
from catalog.models import Asset
from lineage.drawing import Run, run_bars
from lineage.exploring import explore, opens
from lineage.models import Flow
from lineage.pictures import Leads, Picture, Style, picture
from lineage.queries.flows import RECENT, PastRun, recent_runs
from lineage.queries.graph import Graph, dependencies
from lineage.queries.horizon import Direction, Horizon, Side
from lineage.queries.impact import reach
from lineage.queries.touching import flows_touching
from lineage.sights import Sight
from lineage.views.edges import edges_context
from lineage.views.explorer import graph_context

#: The preview shows the start and this many neighbours.
NEIGHBOURS = 12


@require_safe
@tenant_page
def asset_lineage(request: PageRequest, asset_id: str) -> HttpResponse:
    """The tab: the explorer's canvas, where a node leads to its page."""
    context = asset_frame(request, asset_id)
    sight = Sight.of(request.GET, asset_id)
    found = explore(request.access, sight, timezone.now(), leads=opens(request.access))
    context |= graph_context(found) | edges_context(request.access, context["asset"])
    context |= {"tab": True, "back_to": request.get_full_path()}
    response = page(request, "lineage/asset_lineage.html", context, "graph")
    if request.htmx:
        response["HX-Push-Url"] = request.get_full_path()
    return response


@require_safe
@tenant_page
def asset_neighbours(request: PageRequest, asset_id: str) -> HttpResponse:
    """A piece of the overview: one step to both sides, and the flows that read or write it."""
    access, now = request.access, timezone.now()
    asset = find_called(Asset.objects.only("pk", "public_id"), access, asset_id)
    graph = dependencies(access, asset.pk, Horizon(Direction.BOTH, 1, NEIGHBOURS + 1))
    drawn = preview(graph, opens(access), f"One step around {asset_id}", now)
    start = drawn.entries[graph.start]
    context = {
        "asset": asset,
        "picture": drawn,
        "sides": [
            (title, [entry for entry in drawn.assets if is_near(entry.level)], start.hidden[side])
            for title, side, is_near in _SIDES
        ],
        "touches": (touches := touching(request, asset.pk)),
        "touch_count": touches[1],
    }
    return page(request, "lineage/asset_neighbours.html", context | {"touches": touches[0]})


def preview(graph: Graph, leads: Leads, title: str, now: datetime) -> Picture:
    """Three columns at the most, so that the page has room for all of it: what the neighbours have
    to do with each other is left out, and so are the flows, which a table lists. Those of an asset
    without neighbours are all that there is to draw."""
    near = tuple(link for link in graph.links if graph.start in (link.source, link.target))
    alone = len(graph.assets) == 1
    style = Style(leads=leads, selected=graph.start, prefix="preview-", flows=alone)
    return picture(replace(graph, links=near), style, title, now)


_SIDES: Any = (
    ("Upstream", "upstream", lambda level: level == -1),
    ("Downstream", "downstream", lambda level: level == 1),
)


def touching(request: PageRequest, asset: int) -> tuple[list[dict[str, Any]], int]:
    """(rows of the table of flows, how many there are)."""
    touches, count = flows_touching(request.access, asset)
    runs = recent_runs(request.access, [Flow(pk=pk) for pk in {t.flow for t in touches}])
    return [
        {
            "touch": touch,
            "last": runs[touch.flow][-1] if runs.get(touch.flow) else None,
            "bars": bars(runs.get(touch.flow, [])),
        }
        for touch in touches
    ], count


def bars(runs: list[PastRun]) -> SafeString:
    drawn = run_bars([Run(run.state, run.seconds) for run in runs], slots=RECENT)
    return mark_safe(drawn)  # noqa: S308 lineage.drawing escapes its texts


@require_safe
@tenant_page
def asset_impact(request: PageRequest, asset_id: str) -> HttpResponse:
    """A piece: what a change of the asset reaches. It may count for long, so it comes later."""
    asset = find_called(Asset.objects.only("pk", "public_id"), request.access, asset_id)
    side: Side = "upstream" if request.GET.get("side") == "upstream" else "downstream"
    impact = reach(request.access, asset.pk, side)
    context = {"asset": asset, "impact": impact, "side": side, "brief": "brief" in request.GET}
    return page(request, "lineage/asset_impact.html", context)
