"""An asset and its names: the card of the overview, merging it with another, and undoing that."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Access
from accounts.toasts import Undo, done
from accounts.web import PageRequest, page, tenant_page
from catalog.aliasing import InvalidAlias, add_alias, list_aliases, remove_alias
from catalog.asset_frame import asset_frame
from catalog.calling import called, find_called
from catalog.locking import Locked
from catalog.models import Asset
from lineage.queries.duplicates import likely_of
from lineage.queries.merges import (
    find_merge,
    may_undo,
    may_update,
    merges_of,
    preview_merge,
)
from lineage.unifying import CannotMerge, MergeForbidden, merge_assets, unmerge

#: Names and merges that the card shows at once.
SHOWN, MERGES = 8, 10


@require_safe
@tenant_page
def asset_names(request: PageRequest, asset_id: str) -> HttpResponse:
    """A piece of the overview; a page where there is no script."""
    context = asset_frame(request, asset_id)
    context |= names_context(request.access, context["asset"])
    return page(request, "lineage/asset_names.html", context, "names")


def names_context(
    access: Access, asset: Asset, problem: str = "", name: str = ""
) -> dict[str, Any]:
    """What `lineage/asset_names.html#names` shows: four statements."""
    aliases = list_aliases(access, asset)
    merges = list(merges_of(access, asset).order_by("-pk")[: MERGES + 1])
    undoable = {m.absorbed.public_id: m for m in merges if may_undo(access, m)}
    rows = [(alias, undoable.get(alias.name)) for alias in aliases]
    may_name = may_update(access, asset) and not asset.deleted_at
    return {
        "asset": asset,
        "name_count": len(rows),
        "names_shown": rows[:SHOWN],
        "names_more": rows[SHOWN:],
        "merges": [(merge, may_undo(access, merge)) for merge in merges[:MERGES]],
        "may_name": may_name,
        "likely": likely(access, asset) if may_name else [],
        "name_problem": problem,
        "name_typed": name,
    }


def likely(access: Access, asset: Asset) -> list[dict[str, Any]]:
    """What may be the same, seen from the asset: the other one, and what they have in common."""
    return [
        {"id": other, "common": pair.common, "columns": pair.columns}
        for pair in likely_of(access, asset)
        for other in [pair.other[1] if pair.kept[0] == asset.pk else pair.kept[1]]
    ]


@require_POST
@tenant_page
def asset_naming(request: PageRequest, asset_id: str) -> HttpResponse:
    """`name`: one more, or with `remove` one less."""
    asset = find_called(Asset.objects.select_related("namespace"), request.access, asset_id)
    if not may_update(request.access, asset):
        raise PermissionDenied
    name = request.POST.get("name", "").strip()
    problem = ""
    try:
        if "remove" in request.POST:
            if remove_alias(request.access, asset, name):
                undo = naming_undo(request, asset, name)
                done(request, f"“{name}” is no name of it any more.", undo)
        else:
            add_alias(request.access, asset, name)
            done(request, f"“{name}” leads here now.")
    except (InvalidAlias, Locked) as exc:
        problem = str(exc)
    if request.htmx and problem:
        context = names_context(request.access, asset, problem, name)
        return page(request, "lineage/asset_names.html", context, "names")
    if problem:
        messages.error(request, problem)
    return back(request, asset)


def naming_undo(request: PageRequest, asset: Asset, name: str) -> Undo:
    url = reverse("lineage:asset_naming", args=[request.access.tenant.slug, asset.public_id])
    return Undo(url, {"name": name})


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def asset_merge(request: PageRequest, asset_id: str) -> HttpResponse:
    """`asset`: with which one, `keep`: whose id stays, "other" or this one's.

    GET shows what would move.
    """
    context = asset_frame(request, asset_id)
    asset, said = context["asset"], request.POST or request.GET
    if not may_update(request.access, asset):
        raise PermissionDenied
    name = said.get("asset", "").strip()
    found = called(request.access, {name}) if name else {}
    keeps_other = said.get("keep") == "other"
    context |= {"other": name, "keeps_other": keeps_other}
    if name and name not in found:
        context["problem"] = f"There is no asset “{name}”."
    elif name:
        rows = Asset.objects.select_related("namespace")
        other = find_called(rows, request.access, name)
        pair = (other, asset) if keeps_other else (asset, other)
        if request.method == "POST" and (merged := carry_out(request, *pair)):
            return merged
        context["preview"] = preview_merge(request.access, *pair)
    response = page(request, "lineage/asset_merge.html", context, "preview")
    response.status_code = 422 if request.method == "POST" and not request.htmx else 200
    return response


def carry_out(request: PageRequest, kept: Asset, absorbed: Asset) -> HttpResponse | None:
    try:
        merge = merge_assets(request.access, kept, absorbed)
    except MergeForbidden as exc:
        raise PermissionDenied(str(exc)) from exc
    except (CannotMerge, Locked) as exc:
        messages.error(request, str(exc))
        return None
    slug = request.access.tenant.slug
    undo = Undo(reverse("lineage:merge_undoing", args=[slug, merge.pk]), {})
    done(request, f"“{absorbed.public_id}” is another name of it now.", undo)
    return redirect("catalog:asset_detail", slug, kept.public_id)


@require_POST
@tenant_page
def merge_undoing(request: PageRequest, merge_id: str) -> HttpResponse:
    """The two are two again."""
    merge = find_merge(request.access, merge_id)
    if merge is None:
        raise Http404
    try:
        unmerge(request.access, merge)
    except MergeForbidden as exc:
        raise PermissionDenied(str(exc)) from exc
    except (CannotMerge, Locked) as exc:
        messages.error(request, str(exc))
    else:
        done(request, f"“{merge.absorbed.public_id}” is an asset of its own again.")
    return back(request, merge.kept)


def back(request: PageRequest, asset: Asset) -> HttpResponse:
    """The page that the form stands on; the asset's when it does not say."""
    said = request.POST.get("next", "")
    if not (said and url_has_allowed_host_and_scheme(said, allowed_hosts=None)):
        said = reverse("catalog:asset_detail", args=[request.access.tenant.slug, asset.public_id])
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": said})
    return redirect(said)
