"""The pages of one asset."""

from django.http import HttpResponse

from accounts.web import PageRequest, page, tenant_page
from catalog.asset_frame import asset_frame


@tenant_page
def asset_detail(request: PageRequest, asset_id: str) -> HttpResponse:
    return page(request, "catalog/asset_detail.html", asset_frame(request, asset_id))
