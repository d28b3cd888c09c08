"""The actions that an asset offers, as links to their flows (K1.9)."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.api.asset_json import offers_of
from catalog.calling import find_called
from catalog.models import Asset
from lineage.queries.orchestrator import flow_urls


@require_safe
@tenant_page
def asset_offers(request: PageRequest, asset_id: str) -> HttpResponse:
    """A piece of the overview: each action leads to its flow in the orchestrator, else here."""
    assets = Asset.objects.select_related("namespace", "state", "lock").defer("search_text")
    asset = find_called(assets, request.access, asset_id)
    offers = [action for action in offers_of(asset, timezone.now()) if action["offered"]]
    urls = flow_urls(request.access, ((o["namespace"], o["flowId"]) for o in offers))
    for offer in offers:
        key = offer["namespace"], offer["flowId"]
        offer |= {"known": key in urls, "url": urls.get(key, "")}
    return page(request, "lineage/asset_offers.html", {"offers": offers})
