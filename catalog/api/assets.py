"""Reading assets: search, one by its id, and what a search is made of (K3)."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from catalog.api.asset_json import asset_json
from catalog.api.documents import ASSET_FACETS, ASSET_GET, ASSET_SEARCH
from catalog.api.params import (
    MAX_PAGE,
    MAX_SIZE,
    boolean,
    cursor_checked,
    filters,
    sorts,
    whole,
    wrong,
)
from catalog.asset_filters import FIELDS
from catalog.asset_orders import FIRST_ONLY
from catalog.calling import find_called
from catalog.facets import Bucket, facets_of
from catalog.models import Asset
from catalog.queries import Listed, Search, count_capped, list_assets, matching
from catalog.versions import etag_of

#: Kestra's field → the order's name here.
SORTS = {
    "id": "id",
    "displayName": "name",
    "type": "type",
    "namespace": "namespace",
    "created": "created",
    "updated": "updated",
    "lastWritten": "written",
}


def search_of(request: Request) -> Search:
    """`q`, the filters and `sort`, as one search. Raises Problem 400."""
    words = tuple(request.query_params.get("q", "").replace("\0", "").split()[:20])
    order = sorts(request, SORTS)
    if len({name for name, _ in order}) < len(order):
        wrong("sort", "Sort by a field once.")
    if any(name in FIRST_ONLY for name, _ in order[1:]):
        wrong("sort", "namespace and lastWritten can only come first.")
    return Search(words, filters(request, FIELDS), sorts=tuple(order))


@ASSET_SEARCH
class AssetSearch(TenantAPIView):
    """Assets that the filters let through: by page number as in Kestra, or by cursor."""

    needs = {"GET": (Resource.ASSET, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        search, now = search_of(request), timezone.now()
        size = whole(request, "size", 10, MAX_SIZE)
        offset = (whole(request, "page", 1, MAX_PAGE) - 1) * size
        cursor = request.query_params.get("cursor", "")
        offset = 0 if cursor else offset
        with cursor_checked():
            found = list_assets(self.access, search, now, size=size, cursor=cursor, offset=offset)
        answer: dict[str, Any] = {"results": [asset_json(asset, now) for asset in found.assets]}
        answer |= totals(self.access, search, now, found, None if cursor else offset)
        return Response(answer | ({"nextCursor": found.next_cursor} if found.more else {}))


def totals(
    access: Access, search: Search, now: datetime, found: Listed, offset: int | None
) -> dict[str, Any]:
    """`total`, counted only where the page does not tell; `totalIsCapped` when counting stopped.

    A capped total stays ahead of the page, so that who pages until `total` misses nothing.
    """
    if offset is not None and not found.more and (found.assets or not offset):
        return {"total": offset + len(found.assets)}
    count = count_capped(matching(access, search, now))
    if not count.capped:
        return {"total": count.value}
    seen = (offset or 0) + len(found.assets) + found.more
    return {"total": max(count.value, seen), "totalIsCapped": True}


@ASSET_GET
class AssetItem(TenantAPIView):
    """One asset by the id in the path; ids may hold slashes."""

    needs = {"GET": (Resource.ASSET, Action.VIEW)}

    def get(self, request: Request, tenant: str, asset_id: str) -> Response:
        return asset_response(find_asset(self.access, asset_id, boolean(request, "allowDeleted")))


def asset_response(asset: Asset) -> Response:
    """The asset, and which version of it this is."""
    return Response(asset_json(asset, timezone.now()), headers={"ETag": etag_of(asset)})


def id_param(request: Request) -> str:
    """`?id=`: for ids that a path would read as something else."""
    asset_id = request.query_params.get("id", "")
    if not asset_id:
        wrong("id", "Required.")
    return asset_id


def find_asset(access: Access, asset_id: str, allow_deleted: bool = False) -> Asset:
    """The asset that an id or another name leads to, with its namespace and state, or 404."""
    rows = Asset.objects.select_related("namespace", "state", "lock")
    found = rows.defer("search_text", "state__clock")
    asset = find_called(found, access, asset_id)
    if asset.deleted_at and not allow_deleted:
        raise Http404(f"No asset “{asset_id}”.")
    return asset


@ASSET_FACETS
class AssetFacets(TenantAPIView):
    """How many of a search's assets there are of each type, namespace, state and so on."""

    needs = {"GET": (Resource.ASSET, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        facets = facets_of(self.access, search_of(request), timezone.now())
        return Response(
            {
                "total": facets.total.value,
                "totalIsCapped": facets.total.capped,
                "types": buckets_json(facets.types),
                "namespaces": buckets_json(facets.namespaces),
                "states": buckets_json(facets.states),
                "owners": buckets_json(facets.owners),
                "tags": buckets_json(facets.tags),
                "metadata": {key: buckets_json(own) for key, own in facets.metadata.items()},
            }
        )


def buckets_json(buckets: list[Bucket]) -> list[dict[str, Any]]:
    return [{"value": bucket.value, "count": bucket.count} for bucket in buckets]
