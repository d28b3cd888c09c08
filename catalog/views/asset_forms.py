"""Making and editing an asset by hand; taking it out of the catalog and bringing it back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Action, Resource
from accounts.toasts import Undo, done
from accounts.web import PageRequest, page, tenant_page
from catalog.asset_draft import AssetDraft
from catalog.asset_frame import asset_frame, may
from catalog.calling import find_called
from catalog.deleting import delete_assets, restore_assets
from catalog.editing import Saving, conflicts, save_changes, save_new
from catalog.locking import Locked
from catalog.models import Asset
from catalog.suggesting import suggest
from catalog.versions import etag_of

SAVE = "save"
#: What the field for the status offers.
STATUSES = ("active", "deprecated", "experimental", "archived")


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def asset_create(request: PageRequest) -> HttpResponse:
    """A new asset; the address may say some of it already."""
    if not request.access.may_somewhere(Resource.ASSET, Action.CREATE):
        raise PermissionDenied
    if request.method != "POST":
        return form_page(request, "create", AssetDraft.blank(request.GET))
    draft = AssetDraft.posted(request.POST)
    step = request.POST.get("then", SAVE)
    if step != SAVE:
        draft.then(step)
        return form_page(request, "create", draft, step=step)
    saving = save_new(request.access, draft)
    if saving.is_done:
        done(request, f"“{draft.id.strip()}” is in the catalog.")
        return leave(request, draft.id.strip())
    return form_page(request, "create", draft, saving, {"there": there(request, draft)})


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page
def asset_edit(request: PageRequest, asset_id: str) -> HttpResponse:
    """What people may say of an asset. The form carries the version that it was made from."""
    frame = asset_frame(request, asset_id)
    asset = frame["asset"]
    if not frame["may_edit"]:
        raise PermissionDenied
    if request.method != "POST":
        return form_page(request, "edit", AssetDraft.of(asset), context=frame)
    draft = AssetDraft.posted(request.POST)
    draft.id = asset.public_id
    step = request.POST.get("then", SAVE)
    etag = request.POST.get("etag", "")
    if step != SAVE:
        draft.then(step)
        return form_page(request, "edit", draft, context=frame | {"etag": etag}, step=step)
    saving = save_changes(request.access, asset, draft, etag)
    if saving.is_done:
        done(request, "Saved.")
        return leave(request, asset.public_id)
    if saving.conflict:
        frame = asset_frame(request, asset_id)
        frame |= {"conflicts": conflicts(frame["asset"], draft), "conflict": True}
    else:
        frame["etag"] = etag
    return form_page(request, "edit", draft, saving, frame)


def form_page(
    request: PageRequest,
    kind: str,
    draft: AssetDraft,
    saving: Saving | None = None,
    context: dict[str, Any] | None = None,
    step: str = "",
) -> HttpResponse:
    """`asset_create.html` or `asset_edit.html`, or the form alone for a swap."""
    context = context or {}
    if "asset" in context:
        context = {"etag": etag_of(context["asset"])} | context
    shown = {
        "draft": draft,
        "errors": saving.errors if saving else {},
        "whole": saving.errors.get("", []) if saving else [],
        "types": suggest(request.access, "type", ""),
        "namespaces_offered": suggest(request.access, "namespace", ""),
        "statuses": STATUSES,
        "previews": step == "preview",
    }
    response = page(request, f"catalog/asset_{kind}.html", shown | context, "form")
    response.status_code = 422 if saving and not request.htmx else 200
    return response


def there(request: PageRequest, draft: AssetDraft) -> Asset | None:
    """The visible asset that the id leads to already."""
    access, name = request.access, draft.id.strip()
    found = Asset.objects.visible_to(access).called(access.tenant, name)
    return found.only("public_id", "deleted_at").first()


def leave(request: PageRequest, asset_id: str) -> HttpResponse:
    url = detail_url(request, asset_id)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def detail_url(request: PageRequest, asset_id: str) -> str:
    """The asset's page; that of all assets for who may write it and not see it."""
    tenant = request.access.tenant.slug
    seen = Asset.objects.visible_to(request.access).called(request.access.tenant, asset_id)
    if seen.exists():
        return reverse("catalog:asset_detail", args=[tenant, asset_id])
    return reverse("catalog:asset_list", args=[tenant])


@require_POST
@tenant_page
def asset_deletion(request: PageRequest, asset_id: str) -> HttpResponse:
    """Out of the catalog, softly, with a way to undo it."""
    asset = wanted(request, asset_id, Action.DELETE)
    try:
        delete_assets(request.access, [asset.pk])
    except Locked as exc:
        messages.error(request, str(exc))
    else:
        url = reverse("catalog:asset_restoration", args=[request.access.tenant.slug, asset_id])
        done(request, f"“{asset.label}” is deleted.", Undo(url, {}))
    return redirect(detail_url(request, asset_id))


@require_POST
@tenant_page
def asset_restoration(request: PageRequest, asset_id: str) -> HttpResponse:
    """Back into the catalog."""
    asset = wanted(request, asset_id, Action.UPDATE)
    try:
        restore_assets(request.access, [asset.pk])
    except Locked as exc:
        messages.error(request, str(exc))
    else:
        done(request, f"“{asset.label}” is back.")
    return redirect(detail_url(request, asset_id))


def wanted(request: PageRequest, asset_id: str, action: Action) -> Asset:
    """404 for what may not be seen, 403 for what may be seen but not this."""
    rows = Asset.objects.select_related("namespace").defer("search_text")
    asset = find_called(rows, request.access, asset_id)
    if not may(request.access, action, asset):
        raise PermissionDenied
    return asset
