"""What OpenAPI says of column lineage."""

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
            "uid": "cR4nV0cXb2Lw8tQzK",
            "type": "COLUMN",
            "assetUid": "aR4nV0cXb2Lw8tQzK",
            "restricted": False,
            "level": 0,
            "hidden": {"upstream": 0, "downstream": 2},
            "id": "analytics.orders",
            "namespace": "company.data",
            "displayName": "Orders",
            "assetType": "io.kestra.plugin.ee.assets.Table",
            "column": "amount_eur",
            "columnType": "numeric",
        },
        {
            "uid": "cM1sY7uEo5Hd3fGjP",
            "type": "COLUMN",
            "assetUid": "aM1sY7uEo5Hd3fGjP",
            "restricted": True,
            "level": -1,
            "hidden": {"upstream": 1, "downstream": 0},
        },
        {
            "uid": "cT6kB9iNq0Wx4ZvCe",
            "type": "COLUMN",
            "assetUid": "aT6kB9iNq0Wx4ZvCe",
            "restricted": False,
            "level": -1,
            "hidden": {"upstream": 0, "downstream": 0},
            "id": "raw.orders",
            "namespace": "company.data",
            "displayName": None,
            "assetType": "io.kestra.plugin.ee.assets.Table",
            "column": "amount",
            "columnType": "integer",
        },
    ],
    "edges": [
        {
            "source": "cT6kB9iNq0Wx4ZvCe",
            "target": "cR4nV0cXb2Lw8tQzK",
            "type": "DIRECT",
            "restricted": False,
            "subtype": "TRANSFORMATION",
            "description": "amount / 100.0 * rate",
            "masking": False,
            "kind": "sql",
            "flow": {"namespace": "company.data", "id": "daily_orders"},
            "taskId": "build",
            "firstSeen": "2026-11-01T08:01:30Z",
            "lastSeen": "2026-11-21T08:01:30Z",
        },
        {
            "source": "cM1sY7uEo5Hd3fGjP",
            "target": "cR4nV0cXb2Lw8tQzK",
            "type": "INDIRECT",
            "restricted": True,
        },
    ],
    "truncated": False,
}

_PARAMETERS = [
    OpenApiParameter(
        "column",
        str,
        description="A column's name, the names of nested ones joined by dots. Without it all of"
        " the asset's columns.",
    ),
    OpenApiParameter(
        "direction", str, enum=[d.value for d in Direction], default=Direction.BOTH.value
    ),
    OpenApiParameter(
        "depth", str, description="Steps from column to column, or `all`.", default="1"
    ),
    OpenApiParameter(
        "limit", int, description=f"Columns, from 1 to {MAX_LIMIT}.", default=DEFAULT_LIMIT
    ),
    OpenApiParameter(
        "indirect",
        bool,
        default=True,
        description="Also what only decides which rows there are, or their order: filters, joins,"
        " groupings.",
    ),
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="Edges seen since then."),
    OpenApiParameter("asOf", OpenApiTypes.DATETIME, description="The graph as it was known then."),
]
_TELLS = (
    "Which columns a column is made of, and which are made of it. `type` and `subtype` of an edge"
    " are those of OpenLineage's columnLineage facet; `description` is the expression or what the"
    " producer says of it. A node of the type DATASET is the dataset as a whole: a link that names"
    " no column, or that holds for every one. `level` counts steps, negative upstream; `hidden`"
    " counts neighbours that the answer leaves out, up to 1000; `truncated` says that the limits"
    " left something out. A column out of reach keeps its place with `restricted: true`, without"
    " id or name; so does an edge that names something out of reach, without how."
)


def _document(operation_id: str, *more: OpenApiParameter) -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation_id,
            tags=["Assets"],
            summary="The lineage of a column",
            description=_TELLS,
            parameters=[*more, *_PARAMETERS],
            responses={200: OpenApiResponse(OpenApiTypes.OBJECT, "The graph of columns.")},
            examples=[OpenApiExample("Graph", GRAPH, response_only=True)],
        )
    )


COLUMN_LINEAGE = _document("getColumnLineage")
COLUMN_LINEAGE_BY_ID = _document(
    "getColumnLineageById",
    OpenApiParameter("id", str, required=True, description="The asset's id, whatever it holds."),
)
