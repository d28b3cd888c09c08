"""The OpenLineage facets of an asset: a list that the overview loads, each opened on demand."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.asset_frame import asset_frame
from catalog.calling import find_called
from catalog.models import Asset
from lineage.models import AssetFacet
from lineage.openlineage.readable import readable
from lineage.queries.openlineage import facet_names, facets_of, said_at
from lineage.views.facet_cards import card

POSITIONS = dict(AssetFacet.Position.choices) | {
    "dataset": "of the dataset",
    "input": "as an input",
    "output": "as an output",
}


@require_safe
@tenant_page
def asset_facets(request: PageRequest, asset_id: str) -> HttpResponse:
    """All of them by name; `?position=` and `?name=` open one, which htmx gets alone."""
    name, position = request.GET.get("name", ""), request.GET.get("position", "")
    if request.htmx and not request.htmx.boosted:
        asset = find_called(Asset.objects.only("pk", "public_id"), request.access, asset_id)
        if name:
            context = {"card": facet_card(request, asset, position, name)}
            return page(request, "lineage/facet.html", context)
        context = {"asset": asset, "facets": listed(request, asset)}
        return page(request, "lineage/asset_facet_list.html", context)
    context = asset_frame(request, asset_id)
    asset = context["asset"]
    context["facets"] = listed(request, asset)
    context["card"] = facet_card(request, asset, position, name) if name else None
    return page(request, "lineage/asset_facets.html", context)


def listed(request: PageRequest, asset: Asset) -> list[dict[str, Any]]:
    return [
        {
            "facet": facet,
            "title": readable(facet.name, {}, facet.position).title,
            "where": POSITIONS[facet.position],
            "at": said_at(facet.stamp),
        }
        for facet in facet_names(request.access, asset)
    ]


def facet_card(request: PageRequest, asset: Asset, position: str, name: str) -> Any:
    found = facets_of(request.access, asset)
    facet = None if "\0" in name else found.filter(position=position[:7], name=name).first()
    if facet is None:
        raise Http404(f"“{asset.public_id}” has no facet “{name}”.")
    return card(facet.name, facet.body, facet.position, said_at(facet.stamp))
