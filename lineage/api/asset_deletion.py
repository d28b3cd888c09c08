"""Deleting assets by query: softly, or for good with all that lineage knows of them (K3)."""

from django.utils import timezone
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from catalog.api.asset_writes import deletion_problems
from catalog.api.assets import search_of
from catalog.api.params import boolean, wrong
from catalog.deleting import delete_assets
from catalog.queries import matching
from lineage.api.trace_documents import ASSETS_BY_QUERY
from lineage.purging import purge_assets
from lineage.queries.trace_search import may_delete_all


class AssetsByQuery(TenantAPIView):
    """Delete what the filters of a search find: all of it or nothing."""

    needs = {"DELETE": (Resource.ASSET, Action.DELETE)}

    @ASSETS_BY_QUERY
    def delete(self, request: Request, tenant: str) -> Response:
        search, purge = search_of(request), boolean(request, "purge")
        if not search.tree.children and not search.words:
            wrong("filters", "Say what to delete: at least one filter is required.")
        found = matching(self.access, search, timezone.now())
        if not may_delete_all(self.access, found):
            raise PermissionDenied("Some of what the filters find may not be deleted; none was.")
        pks = list(found.order_by().values_list("pk", flat=True))
        act = purge_assets if purge else delete_assets
        with deletion_problems():
            return Response({"count": act(self.access, pks)})
