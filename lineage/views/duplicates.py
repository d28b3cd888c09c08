"""Assets that are likely to be one, for who may merge them."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Action, Resource
from accounts.toasts import done
from accounts.web import PageRequest, page, tenant_page
from catalog.apart import keep_apart
from catalog.calling import find_called
from catalog.cursors import BadCursor
from catalog.models import Asset
from lineage.queries.duplicates import Pair, likely_pairs
from lineage.queries.merges import may_update
from lineage.views.asset_names import back


@require_safe
@tenant_page
def duplicate_list(request: PageRequest) -> HttpResponse:
    """A stretch of names at a time; the next one comes by itself where there is script."""
    if not request.access.may_somewhere(Resource.ASSET, Action.UPDATE):
        raise PermissionDenied("This needs ASSET:UPDATE.")
    try:
        found = likely_pairs(request.access, request.GET.get("cursor", ""))
    except BadCursor as error:
        raise Http404(str(error)) from None
    context = {"pairs": whole(request, found.pairs), "next_cursor": found.next_cursor}
    return page(request, "lineage/duplicate_list.html", context, "pairs")


def whole(request: PageRequest, pairs: list[Pair]) -> list[dict[str, object]]:
    """The pairs with their assets, as a list shows them: one statement."""
    keys = {key for pair in pairs for key in (pair.kept[0], pair.other[0])}
    rows = Asset.objects.visible_to(request.access).select_related("namespace")
    assets = rows.defer("search_text", "metadata", "columns").in_bulk(list(keys))
    return [
        {"kept": assets[pair.kept[0]], "other": assets[pair.other[0]], "pair": pair}
        for pair in pairs
        if {pair.kept[0], pair.other[0]} <= assets.keys()
    ]


@require_POST
@tenant_page
def duplicate_dismissal(request: PageRequest) -> HttpResponse:
    """`one` and `other` are two: never suggested again, and never made one by a name."""
    rows = Asset.objects.select_related("namespace")
    one, other = (
        find_called(rows, request.access, request.POST.get(field, ""))
        for field in ("one", "other")
    )
    if not (may_update(request.access, one) and may_update(request.access, other)):
        raise PermissionDenied("This needs ASSET:UPDATE of both.")
    keep_apart(request.access, [(one.public_id, other.public_id)])
    if request.htmx:
        return HttpResponse(b"")
    done(request, f"“{one.public_id}” and “{other.public_id}” stay two.")
    if "next" in request.POST:
        return back(request, one)
    return redirect("lineage:duplicate_list", request.access.tenant.slug)
