"""The catalog page and its facets."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import Action, Resource
from accounts.web import PageRequest, page, tenant_page
from catalog.asset_rows import AssetRow
from catalog.calling import called
from catalog.cursors import BadCursor
from catalog.facet_links import facet_groups
from catalog.facets import facets_of
from catalog.listing import Listing
from catalog.queries import has_assets, list_assets

PAGE = 50


@require_safe
@tenant_page
def asset_list(request: PageRequest) -> HttpResponse:
    listing, now = Listing.of(request.GET), timezone.now()
    here = reverse("catalog:asset_list", args=[request.access.tenant.slug])
    if "t" in request.GET and not request.htmx:
        return redirect(here + listing.url)
    try:
        found = list_assets(request.access, listing.search, now, size=PAGE, cursor=listing.cursor)
    except BadCursor as error:
        raise Http404(str(error)) from None
    rows = [AssetRow.of(asset, now) for asset in found.assets]
    nothing_yet = not rows and not listing.is_filtered and not has_assets(request.access)
    context = {"listing": listing, "rows": rows, "nothing_yet": nothing_yet}
    if listing.query.bad or not rows:  # an address looks like a term
        context["known_as"] = called(request.access, [request.GET.get("q", "").strip()])
    context["may_create"] = request.access.may_somewhere(Resource.ASSET, Action.CREATE)
    context["may_merge"] = request.access.may_somewhere(Resource.ASSET, Action.UPDATE)
    context["next_page"] = listing.next_page(found.next_cursor) if found.next_cursor else ""
    response = page(request, "catalog/asset_list.html", context, "results")
    if request.htmx and not request.htmx.boosted:
        response["HX-Push-Url"] = here + listing.url
    return response


@require_safe
@tenant_page
def asset_facets(request: PageRequest) -> HttpResponse:
    listing = Listing.of(request.GET)
    facets = facets_of(request.access, listing.search, timezone.now())
    context = {"facets": facets, "groups": facet_groups(listing, facets)}
    return page(request, "catalog/asset_facets.html", context)
