"""How the columns of an asset changed: its versions, and two of them side by side."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.asset_frame import asset_frame
from catalog.column_history import (
    Difference,
    columns_at,
    difference,
    offered_versions,
    versions_of,
)
from catalog.columns import FlatColumn, flattened
from catalog.cursors import BadCursor
from catalog.models import Asset

#: Changes that a comparison shows; more are only counted.
COMPARED = 1_000


@require_safe
@tenant_page
def asset_column_versions(request: PageRequest, asset_id: str) -> HttpResponse:
    """`?before=` and `?after=` compare two versions; `after` left out is now."""
    context = asset_frame(request, asset_id)
    asset = context["asset"]
    try:
        versions, cursor = versions_of(request.access, asset, request.GET.get("cursor", ""))
    except BadCursor as error:
        raise Http404(str(error)) from None
    before, after = (request.GET.get(name, "") for name in ("before", "after"))
    context |= {
        "versions": versions,
        "next_cursor": cursor,
        "offered": offered_versions(request.access, asset),
        "before": before,
        "after": after,
        "compared": compared(request, asset, before, after) if before else None,
        "most": COMPARED,
    }
    return page(request, "catalog/asset_column_versions.html", context, "versions")


def compared(request: PageRequest, asset: Asset, before: str, after: str) -> Difference:
    return difference(*(columns_of(request, asset, version) for version in (before, after)))


def columns_of(request: PageRequest, asset: Asset, version: str) -> list[FlatColumn]:
    """Http404 for a version that the asset never had."""
    if not version:
        return flattened(asset.columns)
    known = version.isascii() and version.isdigit() and len(version) < 19
    found = columns_at(request.access, asset, int(version)) if known else None
    if found is None:
        raise Http404("There is no such version of the columns.")
    return found
