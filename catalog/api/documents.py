"""What OpenAPI says of the catalog's endpoints."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

ASSET: dict[str, Any] = {
    "namespace": "company.data",
    "id": "analytics.orders",
    "type": "io.kestra.plugin.ee.assets.Table",
    "displayName": "Orders",
    "description": "One row per **order**.",
    "metadata": {"system": "postgres", "model_layer": "mart"},
    "created": "2026-11-01T08:00:00Z",
    "updated": "2026-11-21T08:01:30Z",
    "deleted": False,
    "status": "active",
    "ttl": "2026-12-31T00:00:00.000Z",
    "owner": "finance",
    "owners": ["finance"],
    "partOf": {"id": "analytics", "role": "mart"},
    "relatedTo": [{"id": "analytics.orders_backup", "role": "backup"}],
    "assetActions": [
        {
            "namespace": "company.data",
            "flowId": "rebuild_orders",
            "label": "Rebuild",
            "when": [{"field": "status", "op": "EQ", "value": "active"}],
            "offered": True,
        }
    ],
    "tags": ["certified"],
    "columns": [{"name": "order_id", "type": "bigint"}],
    "state": "fresh",
    "stateReason": "Written as often as usual.",
    "lastWrittenAt": "2026-11-21T08:01:30Z",
    "lastFailedAt": None,
    "lastReadAt": "2026-11-21T08:20:00Z",
    "staleAt": "2026-11-22T09:00:00Z",
    "deletedAt": None,
    "lock": None,
}
NAMESPACE: dict[str, Any] = {
    "id": "company.data",
    "description": "What the data team owns.",
    "created": "2026-11-01T08:00:00Z",
    "deleted": False,
}
FACETS: dict[str, Any] = {
    "total": 16,
    "totalIsCapped": False,
    "types": [{"value": "io.kestra.plugin.ee.assets.Table", "count": 16}],
    "namespaces": [{"value": "company", "count": 16}],
    "states": [{"value": "fresh", "count": 15}, {"value": "stale", "count": 1}],
    "owners": [{"value": "finance", "count": 4}],
    "tags": [],
    "metadata": {"model_layer": [{"value": "raw", "count": 11}, {"value": "mart", "count": 5}]},
}
_FILTERS = [
    OpenApiParameter(
        f"filters{name}",
        str,
        description="Kestra's filters: `filters[field][OPERATOR]=value`; lists are comma-joined;"
        " `filters[or][0][type][EQUALS]=…` makes groups.",
    )
    for name in (
        "[namespace][PREFIX]",
        "[type][IN]",
        "[metadata][EQUALS][model_layer]",
        "[state][IN]",
        "[updated][GREATER_THAN]",
    )
]
_Q = OpenApiParameter("q", str, description="Words, all of which must occur somewhere.")
_SORT = OpenApiParameter(
    "sort",
    str,
    many=True,
    description="`field:asc` or `field:desc`; id, displayName, type, namespace, created, updated,"
    " lastWritten. Without it best match first when `q` is given, else by id.",
)
_PAGING = [
    OpenApiParameter("page", int, description="From 1.", default=1),
    OpenApiParameter("size", int, description="From 1 to 1000.", default=10),
]
_CURSOR = OpenApiParameter(
    "cursor", str, description="`nextCursor` of the answer before; wins over `page`."
)
_DELETED = OpenApiParameter("allowDeleted", bool, default=False)
_FOUND = OpenApiResponse(
    OpenApiTypes.OBJECT,
    "Kestra's ApiAsset and more.",
    examples=[OpenApiExample("A table", value=ASSET)],
)

ASSET_SEARCH = extend_schema_view(
    get=extend_schema(
        operation_id="searchAssets",
        tags=["Assets"],
        summary="Search assets",
        description="Filter fields: q, id, type, namespace, displayName, metadata (with a key),"
        " owner, tags, state, created, updated, lastWritten, lastRead, deleted, locked.",
        parameters=[_Q, *_FILTERS, _SORT, *_PAGING, _CURSOR],
        responses={
            200: OpenApiResponse(
                OpenApiTypes.OBJECT,
                "`results`, `total` (counted to 10,000, then `totalIsCapped`), and `nextCursor`"
                " while there is more and one sort.",
                examples=[OpenApiExample("A page", value={"results": [ASSET], "total": 1})],
            )
        },
    )
)
ASSET_GET = extend_schema_view(
    get=extend_schema(
        operation_id="getAsset",
        tags=["Assets"],
        summary="One asset",
        description="Slashes in the id may be percent-encoded or not.",
        parameters=[_DELETED],
        responses={200: _FOUND},
    )
)
ASSET_BY_ID = extend_schema_view(
    get=extend_schema(
        operation_id="getAssetById",
        tags=["Assets"],
        summary="One asset, its id as a parameter",
        parameters=[OpenApiParameter("id", str, required=True), _DELETED],
        responses={200: _FOUND},
    )
)
ASSET_FACETS = extend_schema_view(
    get=extend_schema(
        operation_id="getAssetFacets",
        tags=["Assets"],
        summary="What a search is made of",
        description="Counts of at most 10,000 of the matches by type, namespace, state, owner,"
        " tag and the commonest metadata keys.",
        parameters=[_Q, *_FILTERS],
        responses={
            200: OpenApiResponse(
                OpenApiTypes.OBJECT,
                "Buckets: `{value, count}`.",
                examples=[OpenApiExample("Facets", value=FACETS)],
            )
        },
    )
)
NAMESPACE_SEARCH = extend_schema_view(
    get=extend_schema(
        operation_id="searchNamespaces",
        tags=["Namespaces"],
        summary="Search namespaces",
        description="Filter fields: q, id, namespace.",
        parameters=[
            OpenApiParameter("q", str, description="Part of a name or description."),
            OpenApiParameter("sort", str, enum=["id:asc", "id:desc"]),
            *_PAGING,
        ],
        responses={
            200: OpenApiResponse(
                OpenApiTypes.OBJECT,
                "`results` and `total`.",
                examples=[OpenApiExample("A page", value={"results": [NAMESPACE], "total": 1})],
            )
        },
    )
)
NAMESPACE_GET = extend_schema_view(
    get=extend_schema(
        operation_id="getNamespace",
        tags=["Namespaces"],
        summary="One namespace",
        responses={
            200: OpenApiResponse(
                OpenApiTypes.OBJECT,
                "Kestra's Namespace.",
                examples=[OpenApiExample("A namespace", value=NAMESPACE)],
            )
        },
    )
)
_VARIABLES = OpenApiResponse(
    OpenApiTypes.OBJECT,
    "The namespace's own variables.",
    examples=[OpenApiExample("Variables", value={"region": "eu", "retention_days": 30})],
)
NAMESPACE_VARIABLES = extend_schema_view(
    get=extend_schema(
        operation_id="getNamespaceVariables",
        tags=["Namespaces"],
        summary="Variables of a namespace",
        description="What expressions see as `namespace.*` and `kv()`; children inherit them.",
        responses={200: _VARIABLES},
    ),
    put=extend_schema(
        operation_id="setNamespaceVariables",
        tags=["Namespaces"],
        summary="Replace the variables of a namespace",
        description="A JSON object of at most 64 KiB. Executions recorded from now on see it.",
        request=OpenApiTypes.OBJECT,
        responses={200: _VARIABLES},
        examples=[OpenApiExample("Variables", {"region": "eu"}, request_only=True)],
    ),
)
