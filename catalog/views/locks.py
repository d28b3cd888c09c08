"""Locking and unlocking from the page of an asset."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.web import PageRequest, tenant_page
from catalog.asset_frame import lock_frame
from catalog.calling import find_called
from catalog.locking import Locked, LockRequest, lock_asset, unlock_asset
from catalog.models import Asset


@require_POST
@tenant_page
def asset_lock(request: PageRequest, asset_id: str) -> HttpResponse:
    """`release` gives the lock back, whoever holds it; else the caller takes it for an hour."""
    rows = Asset.objects.select_related("namespace", "lock").defer("search_text")
    asset = find_called(rows, request.access, asset_id)
    releases = "release" in request.POST
    if not lock_frame(request.access, asset)["may_unlock" if releases else "may_lock"]:
        raise PermissionDenied
    refused = False
    if releases:
        unlock_asset(asset.pk)
    else:
        try:
            lock_asset(request.access, asset.pk, LockRequest())
        except Locked:
            refused = True
    if not request.htmx:
        here = [request.access.tenant.slug, asset.public_id]
        return redirect(reverse("catalog:asset_detail", args=here))
    asset = find_called(rows, request.access, asset_id)
    context = lock_frame(request.access, asset) | {"asset": asset, "refused": refused}
    return render(request, "catalog/asset_lock.html", context)
