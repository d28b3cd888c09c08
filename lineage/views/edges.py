"""Edges by hand on the pages of an asset: listed, stated, taken back."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Access
from accounts.permissions import Action, Resource
from accounts.toasts import Undo, done
from accounts.web import PageRequest, page, tenant_page
from catalog.asset_frame import asset_frame
from catalog.calling import find_called
from catalog.models import Asset
from catalog.writing import Refused
from lineage.edge_bodies import EdgeBody
from lineage.edge_form import EdgeForm, pairs_text
from lineage.models import Edge
from lineage.queries.edges import LISTED, columns_of, find_edge, stated_edges
from lineage.unlinking import RunsSay, may_change, remove_edge


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """`other`: the asset at the far end; `side`: where it stands."""

    edge: Edge
    other: Asset
    side: str
    columns: int
    may_remove: bool


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def asset_edges(request: PageRequest, asset_id: str) -> HttpResponse:
    """The edges that people have stated of an asset, and the form that states one more."""
    form = EdgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        asset = find_called(Asset.objects.only("pk", "public_id"), request.access, asset_id)
        if not request.access.may_somewhere(Resource.ASSET, Action.UPDATE):
            raise PermissionDenied
        if form.state(request.access, asset.public_id):
            done(request, "The edge is stated.")
            return back(request, asset_id)
    context = asset_frame(request, asset_id)
    context |= edges_context(request.access, context["asset"]) | {
        "edge_form": form,
        "back_to": back_to(request, asset_id),
    }
    response = page(request, "lineage/asset_edges.html", context, "edges")
    response.status_code = 422 if form.errors and not request.htmx else 200
    return response


@require_POST
@tenant_page
def edge_removal(request: PageRequest, asset_id: str, edge_id: str) -> HttpResponse:
    """Take an edge back, and offer to state it again."""
    find_called(Asset.objects.only("pk"), request.access, asset_id)
    edge = find_edge(request.access, edge_id)
    if edge is None or not (edge.upstream and edge.downstream):
        raise Http404
    if not may_change(request.access, edge):
        raise PermissionDenied
    try:
        body = remove_edge(request.access, edge)
    except Refused as exc:
        messages.error(request, exc.refusal.message)
    except RunsSay:
        messages.error(request, "Runs have shown this edge: it stays.")
    else:
        done(request, "The edge is taken back.", undo(request, asset_id, body))
    return back(request, asset_id)


def undo(request: PageRequest, asset_id: str, body: EdgeBody) -> Undo:
    side = "downstream" if body.upstream == asset_id else "upstream"
    return Undo(
        reverse("lineage:asset_edges", args=[request.access.tenant.slug, asset_id]),
        {
            "side": side,
            "asset": getattr(body, side),
            "note": body.note or "",
            "columns": pairs_text(body),
            "next": back_to(request, asset_id),
        },
    )


def edges_context(access: Access, asset: Asset) -> dict[str, Any]:
    """What `lineage/asset_edges.html#edges` shows: two statements."""
    found = stated_edges(access, asset.pk)
    columns = columns_of(found)
    rows = []
    for edge in found:
        assert edge.upstream and edge.downstream
        side = "downstream" if edge.upstream.pk == asset.pk else "upstream"
        other = edge.downstream if side == "downstream" else edge.upstream
        count = len(columns.get(edge.pk, ()))
        rows.append(EdgeRow(edge, other, side, count, may_change(access, edge)))
    return {
        "edge_rows": rows,
        "edges_listed": LISTED if len(rows) == LISTED else 0,
        "edge_form": EdgeForm(),
        "may_link": not asset.deleted_at and access.may_somewhere(Resource.ASSET, Action.UPDATE),
    }


def back_to(request: PageRequest, asset_id: str) -> str:
    """The page that the form stands on; the asset's lineage when it does not say."""
    said = request.POST.get("next") or request.GET.get("next") or ""
    if said and url_has_allowed_host_and_scheme(said, allowed_hosts=None):
        return said
    return reverse("lineage:asset_lineage", args=[request.access.tenant.slug, asset_id])


def back(request: PageRequest, asset_id: str) -> HttpResponse:
    """The page anew: what is drawn on it has changed."""
    url = back_to(request, asset_id)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
