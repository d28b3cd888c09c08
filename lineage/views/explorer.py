"""The lineage explorer: choose an asset, look around it, take the picture along."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.asset_rows import AssetRow
from catalog.models import Asset
from catalog.provenance import metadata_entries
from catalog.queries import Search, list_assets
from lineage.entries import Entry
from lineage.exploring import Exploration, explore
from lineage.highlighting import highlighted
from lineage.queries.edge_details import TOLD
from lineage.queries.starting_points import busiest, written_last
from lineage.sights import WINDOWS, Sight
from lineage.svg_file import standalone
from lineage.views.edges import edges_context

SUGGESTIONS = 8
#: Metadata keys that the inspector shows.
SUMMARY = 6
DEPTHS = (1, 2, 3, 5, 10)
LIMITS = (50, 100, 200, 500)


@require_safe
@tenant_page
def explorer(request: PageRequest) -> HttpResponse:
    """`?asset=`: the graph around it. Without: where to begin."""
    sight = Sight.of(request.GET)
    if not sight.asset:
        return choose(request)
    found = explore(request.access, sight, timezone.now())
    context = graph_context(found) | inspection(request, found)
    response = page(request, "lineage/explorer.html", context, "graph")
    if request.htmx:
        response["HX-Push-Url"] = request.get_full_path()
    return response


@require_safe
@tenant_page
def explorer_svg(request: PageRequest) -> HttpResponse:
    """The same picture as a file of its own."""
    sight, now = Sight.of(request.GET), timezone.now()
    found = explore(request.access, sight, now, leads=lambda uid, node: "", linked=False)
    response = HttpResponse(standalone(found.picture.svg), content_type="image/svg+xml")
    response["Content-Disposition"] = 'attachment; filename="lineage.svg"'
    return response


def choose(request: PageRequest) -> HttpResponse:
    """Suggestions while one types; before that, what was written last and what is busy."""
    words, now = request.GET.get("q", "").strip(), timezone.now()
    context: dict[str, Any] = {"words": words}
    if words:
        search = Search(words=tuple(words.split()))
        found = list_assets(request.access, search, now, size=SUGGESTIONS).assets
        context["found"] = [AssetRow.of(asset, now) for asset in found]
    else:
        context["written"] = [AssetRow.of(asset, now) for asset in written_last(request.access)]
        context["busy"] = [AssetRow.of(asset, now) for asset in busiest(request.access)]
    return page(request, "lineage/explorer_choose.html", context, "suggestions")


def graph_context(found: Exploration) -> dict[str, Any]:
    """What the toolbar, the canvas and the table want."""
    return {
        "sight": found.sight,
        "picture": found.picture,
        "selected": found.selected,
        "start": found.picture.entries[found.graph.start],
        "truncated": found.graph.truncated,
        "column": found.column,
        "edge": edge_panel(found),
        "depths": DEPTHS,
        "limits": LIMITS,
        "windows": WINDOWS,
    }


def edge_panel(found: Exploration) -> dict[str, Any] | None:
    """What is told of the line that was chosen: its ends and the edges behind it."""
    ends, told = found.sight.ends, found.picture.told
    if found.edges is None or not ends or not {*ends} <= told.keys():
        return None
    return {
        "source": told[ends[0]],
        "target": told[ends[1]],
        "details": [(one, highlighted(one.edge.sql, "sql")) for one in found.edges],
        "most": TOLD,
    }


def inspection(request: PageRequest, found: Exploration) -> dict[str, Any]:
    """What the inspector tells of the selected node."""
    context: dict[str, Any] = {"sides": sides(found), "writers": found.writers}
    if found.key is None:
        return context
    asset = Asset.objects.visible_to(request.access).defer("search_text").get(pk=found.key)
    entries = metadata_entries(asset.metadata, found.selected.type.keys, {})  # type: ignore[union-attr]
    context["asset"] = asset
    context["metadata"] = entries[:SUMMARY]
    context["more_metadata"] = max(len(entries) - SUMMARY, 0)
    return context | edges_context(request.access, asset) | {"back_to": request.get_full_path()}


def sides(found: Exploration) -> list[tuple[str, list[Entry], int]]:
    """(title, what is one step away in this picture, how much more there is)."""
    hidden = found.selected.hidden
    return [
        ("Direct upstream", found.above, hidden.get("upstream", 0)),
        ("Direct downstream", found.below, hidden.get("downstream", 0)),
    ]
