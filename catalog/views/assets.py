"""The pages of one asset."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.api.asset_json import offers_of
from catalog.asset_frame import asset_frame
from catalog.cursors import BadCursor
from catalog.expiry import expiry_of
from catalog.history import history_of
from catalog.provenance import metadata_entries
from catalog.quality import verdict_of
from catalog.relations import relatives_of

#: Columns of the overview; the tab has all of them.
COLUMNS = 12


@require_safe
@tenant_page
def asset_detail(request: PageRequest, asset_id: str) -> HttpResponse:
    context = asset_frame(request, asset_id)
    asset, clock = context["asset"], context["clock"]
    now = timezone.now()
    context |= {
        "entries": metadata_entries(asset.metadata, context["type"].keys, clock),
        "relatives": relatives_of(request.access, asset),
        "expiry": expiry_of(asset.expires_at, now),
        "verdict": verdict_of(asset),
        "columns_shown": asset.columns[:COLUMNS],
        "offers": [action for action in offers_of(asset, now) if action["offered"]],
    }
    return page(request, "catalog/asset_detail.html", context)


@require_safe
@tenant_page
def asset_history(request: PageRequest, asset_id: str) -> HttpResponse:
    context = asset_frame(request, asset_id)
    try:
        entries, cursor = history_of(
            request.access, context["asset"], request.GET.get("cursor", "")
        )
    except BadCursor as error:
        raise Http404(str(error)) from None
    context |= {"entries": entries, "next_cursor": cursor}
    return page(request, "catalog/asset_history.html", context, "entries")
