"""GET of a column's lineage: which columns it is made of, and which are made of it."""

from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api.assets import find_asset, id_param
from catalog.api.params import boolean
from lineage.api.column_documents import COLUMN_LINEAGE, COLUMN_LINEAGE_BY_ID
from lineage.graph_params import BadParameters, read_horizon
from lineage.kestra.times import instant
from lineage.queries.column_graph import (
    Column,
    ColumnGraph,
    ColumnLink,
    ColumnNode,
    column_lineage,
)
from lineage.queries.columns import find_column


class _ColumnLineage(TenantAPIView):
    """What both spellings of the address share."""

    needs = {"GET": (Resource.ASSET, Action.VIEW)}

    def answer(self, request: Request, asset_id: str) -> Response:
        """404 for an asset that is deleted or out of reach, and for a column that nobody knows."""
        try:
            horizon = read_horizon(request.query_params)
        except BadParameters as error:
            raise Problem(400, str(error), errors=error.errors) from error
        indirect = boolean(request, "indirect", default=True)
        start = start_of(self.access, asset_id, request.query_params.get("column", ""))
        found = column_lineage(self.access, start, horizon, indirect=indirect)
        return Response(column_graph_json(found))


@COLUMN_LINEAGE
class ColumnLineage(_ColumnLineage):
    """`/assets/{id}/column-lineage`."""

    def get(self, request: Request, tenant: str, asset_id: str) -> Response:
        return self.answer(request, asset_id)


@COLUMN_LINEAGE_BY_ID
class ColumnLineageById(_ColumnLineage):
    """`/assets/by-id/column-lineage?id=`: for ids that a path cannot carry."""

    def get(self, request: Request, tenant: str) -> Response:
        return self.answer(request, id_param(request))


def start_of(access: Access, asset_id: str, name: str) -> Column:
    """Where a walk begins; "" is the dataset as a whole. Raises Http404."""
    asset = find_asset(access, asset_id)
    if name and not find_column(asset, name):
        raise Http404(f"The asset “{asset_id}” has no column “{name}”.")
    return Column(asset.pk, name)


def column_graph_json(graph: ColumnGraph) -> dict[str, Any]:
    return {
        "nodes": [node_json(node) for node in graph.nodes],
        "edges": [link_json(link) for link in graph.links],
        "truncated": graph.truncated,
    }


def node_json(node: ColumnNode) -> dict[str, Any]:
    """Of a restricted column nothing but its place."""
    placed = {
        "uid": node.uid,
        "type": "DATASET" if node.whole else "COLUMN",
        "assetUid": node.card,
        "restricted": node.restricted,
        "level": node.level,
        "hidden": node.hidden,
    }
    if node.asset is None:
        return placed
    return placed | {
        "id": node.asset.public_id,
        "namespace": node.asset.namespace,
        "displayName": node.asset.display_name,
        "assetType": node.asset.type,
        "column": node.name or None,
        "columnType": node.type or None,
    }


def link_json(link: ColumnLink) -> dict[str, Any]:
    placed = {
        "source": link.source,
        "target": link.target,
        "type": "INDIRECT" if link.indirect else "DIRECT",
    }
    how = link.how
    if how is None:
        return placed | {"restricted": True}
    return placed | {
        "restricted": False,
        "subtype": how.subtype or None,
        "description": how.description or None,
        "masking": how.masking,
        "kind": how.kind,
        "flow": {"namespace": how.flow.namespace, "id": how.flow.public_id} if how.flow else None,
        "taskId": how.task or None,
        "firstSeen": instant(how.first_seen),
        "lastSeen": instant(how.last_seen),
    }
