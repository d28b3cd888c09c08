"""The columns of an asset: what they are, and what each is made of and goes into."""

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.asset_frame import asset_frame
from catalog.columns import Columns, page_of
from lineage.column_pictures import ColumnPicture, column_picture
from lineage.column_sights import ColumnSight
from lineage.queries.column_graph import Column, ColumnGraph, column_lineage
from lineage.queries.columns import beside, columns_of, find_column

#: Columns of a page: each brings what is beside it.
PAGE = 100
#: Rows of the table below a picture; more are only counted.
TOLD = 300
DEPTHS = (1, 2, 3, 5, 10)
LIMITS = (50, 100, 200, 300)


@require_safe
@tenant_page
def asset_columns(request: PageRequest, asset_id: str) -> HttpResponse:
    """`?q=` searches, `?from=` is where the page begins."""
    context = asset_frame(request, asset_id)
    columns = columns_of(context["asset"])
    words = request.GET.get("q", "").strip()
    found = page_of(columns, words, first=start_of(request), size=PAGE)
    context |= {"words": words, "found": found} | neighbours(request, context["asset"].pk, found)
    return page(request, "lineage/asset_columns.html", context, "columns")


def start_of(request: PageRequest) -> int:
    """Nonsense is the beginning."""
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def neighbours(request: PageRequest, asset: int, found: Columns) -> dict[str, Any]:
    """Rows with both sides of each column; on the first page also those of the whole dataset."""
    names = list(dict.fromkeys(column.path for column in found.rows))
    sides = beside(request.access, asset, ["", *names])
    whole = list(zip(("Comes from", "Goes to"), sides[""].values(), strict=True))
    return {
        "rows": [(column, *sides[column.path].values()) for column in found.rows],
        "whole": whole if any(side.is_there for _, side in whole) and not found.first else [],
    }


@require_safe
@tenant_page
def asset_column_lineage(request: PageRequest, asset_id: str) -> HttpResponse:
    """`?column=`: what it is made of and goes into. Without: all columns of the asset."""
    context = asset_frame(request, asset_id)
    asset, sight = context["asset"], ColumnSight.of(request.GET)
    if sight.column and not find_column(asset, sight.column):
        raise Http404(f"“{asset_id}” has no column “{sight.column}”.")
    start = Column(asset.pk, sight.column)
    graph = column_lineage(request.access, start, sight.horizon, indirect=sight.indirect)
    name = f"{asset.label}.{sight.column}" if sight.column else asset.label
    drawn = drawn_for(request, graph, f"Column lineage of {name}")
    context |= {
        "sight": sight,
        "picture": drawn,
        "told": drawn.told[:TOLD],
        "start": graph.nodes[0],
        "depths": DEPTHS,
        "limits": LIMITS,
    }
    return page(request, "lineage/asset_column_lineage.html", context, "graph")


def drawn_for(request: PageRequest, graph: ColumnGraph, title: str) -> ColumnPicture:
    tenant = request.access.tenant.slug

    def card(asset_id: str) -> str:
        return reverse("catalog:asset_detail", args=[tenant, asset_id])

    def row(asset_id: str, column: str) -> str:
        path = reverse("lineage:asset_column_lineage", args=[tenant, asset_id])
        return f"{path}?{urlencode({'column': column})}" if column else path

    return column_picture(graph, title, timezone.now(), card, row)
