"""What OpenAPI says of the lineage graph."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from lineage.queries.horizon import DEFAULT_LIMIT, MAX_LIMIT, Direction

GRAPH: dict[str, Any] = {
    "nodes": [
        {
            "uid": "aR4nV0cXb2Lw8tQzK",
            "type": "ASSET",
            "restricted": False,
            "level": 0,
            "hidden": {"upstream": 0, "downstream": 2},
            "id": "analytics.orders",
            "namespace": "company.data",
            "displayName": "Orders",
            "assetType": "io.kestra.plugin.ee.assets.Table",
            "updated": "2026-11-21T08:01:30Z",
            "lastWrittenAt": "2026-11-21T08:01:30Z",
            "deleted": False,
        },
        {
            "uid": "aM1sY7uEo5Hd3fGjP",
            "type": "ASSET",
            "restricted": True,
            "level": -1,
            "hidden": {"upstream": 1, "downstream": 0},
        },
        {
            "uid": "fT6kB9iNq0Wx4ZvCe",
            "type": "FLOW",
            "restricted": False,
            "id": "daily_orders",
            "namespace": "company.data",
            "state": "SUCCESS",
        },
    ],
    "edges": [
        {"source": "aM1sY7uEo5Hd3fGjP", "target": "aR4nV0cXb2Lw8tQzK", "relation": "USED_BY"},
        {"source": "aM1sY7uEo5Hd3fGjP", "target": "fT6kB9iNq0Wx4ZvCe", "relation": "USED_BY"},
        {"source": "fT6kB9iNq0Wx4ZvCe", "target": "aR4nV0cXb2Lw8tQzK", "relation": "UPSERT"},
    ],
    "truncated": False,
}

_PARAMETERS = [
    OpenApiParameter(
        "direction", str, enum=[d.value for d in Direction], default=Direction.BOTH.value
    ),
    OpenApiParameter(
        "depth", str, description="Steps from asset to asset, or `all`.", default="1"
    ),
    OpenApiParameter(
        "limit", int, description=f"Assets, from 1 to {MAX_LIMIT}.", default=DEFAULT_LIMIT
    ),
    OpenApiParameter(
        "type",
        str,
        many=True,
        description="Only assets of these types, besides the start; others are passed through.",
    ),
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="Edges seen since then."),
    OpenApiParameter("asOf", OpenApiTypes.DATETIME, description="The graph as it was known then."),
    OpenApiParameter(
        "destinationOnly", bool, default=False, description="Kestra's `direction=downstream`."
    ),
    OpenApiParameter(
        "relations",
        bool,
        default=False,
        description="Also what the asset is part of, its parts and its peers, with edges PART_OF"
        " and RELATED.",
    ),
    OpenApiParameter("expandAll", bool, default=False, description="Kestra's `depth=all`."),
]
_TELLS = (
    "What the asset comes from and what comes from it, in Kestra's AssetTopologyGraph. Without"
    " parameters, the direct neighbours on both sides. `level` counts steps, negative upstream;"
    " `hidden` counts neighbours that the answer leaves out, up to 1000; `truncated` says that"
    " the limits left something out. A node out of reach keeps its place with `restricted: true`,"
    " without id, namespace or name."
)


def _document(operation_id: str, *more: OpenApiParameter) -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation_id,
            tags=["Assets"],
            summary="What an asset depends on, and what depends on it",
            description=_TELLS,
            parameters=[*more, *_PARAMETERS],
            responses={200: OpenApiResponse(OpenApiTypes.OBJECT, "The graph.")},
            examples=[OpenApiExample("Graph", GRAPH, response_only=True)],
        )
    )


DEPENDENCIES = _document("getAssetDependencies")
DEPENDENCIES_BY_ID = _document(
    "getAssetDependenciesById",
    OpenApiParameter("id", str, required=True, description="The asset's id, whatever it holds."),
)
