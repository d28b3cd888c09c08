"""GET of an asset's dependencies: the graph around it (K3, DESIGN §6)."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api.assets import id_param
from catalog.api.params import boolean
from catalog.calling import find_called
from catalog.models import Asset
from lineage.api.graph_documents import DEPENDENCIES, DEPENDENCIES_BY_ID
from lineage.graph_params import BadParameters, read_horizon
from lineage.kestra.graph_json import graph_json
from lineage.queries.graph import dependencies


class _Dependencies(TenantAPIView):
    """What both spellings of the address share."""

    needs = {"GET": (Resource.ASSET, Action.VIEW)}

    def answer(self, request: Request, asset_id: str) -> Response:
        """404 for an asset that is deleted or out of reach, 400 naming a bad parameter."""
        try:
            horizon = read_horizon(request.query_params)
        except BadParameters as error:
            raise Problem(400, str(error), errors=error.errors) from error
        live = Asset.objects.filter(deleted_at__isnull=True).only("pk")
        asset = find_called(live, self.access, asset_id)
        relatives = boolean(request, "relations")
        graph = dependencies(self.access, asset.pk, horizon, relatives=relatives)
        return Response(graph_json(graph))


@DEPENDENCIES
class AssetDependencies(_Dependencies):
    """`/assets/{id}/dependencies`."""

    def get(self, request: Request, tenant: str, asset_id: str) -> Response:
        return self.answer(request, asset_id)


@DEPENDENCIES_BY_ID
class AssetDependenciesById(_Dependencies):
    """`/assets/by-id/dependencies?id=`: for ids that a path cannot carry."""

    def get(self, request: Request, tenant: str) -> Response:
        return self.answer(request, id_param(request))
