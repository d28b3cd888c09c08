"""What OpenAPI says of edges."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

SAID: dict[str, Any] = {
    "upstream": "crm.export",
    "downstream": "analytics.orders",
    "note": "Copied by hand every Monday.",
    "columns": [{"upstream": "order_no", "downstream": "order_id"}],
}
EDGE: dict[str, Any] = {
    "id": "4711",
    "upstream": "crm.export",
    "downstream": "analytics.orders",
    "kind": "manual",
    "stated": True,
    "note": "Copied by hand every Monday.",
    "columns": [{"upstream": "order_no", "downstream": "order_id"}],
    "flowNamespace": None,
    "flowId": None,
    "taskId": None,
    "sql": None,
    "runs": 0,
    "firstSeen": "2026-11-21T08:01:30Z",
    "lastSeen": "2026-11-21T08:01:30Z",
    "createdBy": "Mara Lindt",
}
_RESULTS: dict[str, Any] = {
    "status": "partial_success",
    "summary": {"received": 2, "successful": 1, "failed": 1},
    "results": [
        {
            "index": 0,
            "id": "4711",
            "status": "created",
            "upstream": "crm.export",
            "downstream": "analytics.orders",
        },
        {
            "index": 1,
            "id": "",
            "status": "failed",
            "reason": "There is no asset “crm.exprot”.",
            "retriable": False,
            "errors": [{"field": "upstream", "message": "There is no asset “crm.exprot”."}],
            "upstream": "crm.exprot",
            "downstream": "analytics.orders",
        },
    ],
}
_LOCKED = OpenApiResponse(description="Somebody else holds the lock of the downstream asset.")
_STORED = OpenApiResponse(
    OpenApiTypes.OBJECT, "The edge.", examples=[OpenApiExample("By hand", value=EDGE)]
)

EDGE_POST = extend_schema(
    operation_id="createEdges",
    tags=["Lineage"],
    summary="State that one asset feeds another",
    description="One edge, or many as a JSON array or NDJSON (at most 1000) with a result for"
    " each. Needs ASSET:UPDATE of the downstream and VIEW of the upstream asset. The same two"
    " assets again change the note or the columns. 422 when none of many went in.",
    request={"application/json": OpenApiTypes.OBJECT, "application/x-ndjson": OpenApiTypes.STR},
    responses={
        200: OpenApiResponse(
            OpenApiTypes.OBJECT,
            "The edge; of many, a result for each.",
            examples=[OpenApiExample("One", value=EDGE), OpenApiExample("Many", value=_RESULTS)],
        ),
        422: OpenApiResponse(
            OpenApiTypes.OBJECT,
            "A result for each; none went in.",
            examples=[OpenApiExample("Many", value=_RESULTS)],
        ),
        423: _LOCKED,
    },
    examples=[
        OpenApiExample("One", SAID, media_type="application/json", request_only=True),
        OpenApiExample("Many", [SAID], media_type="application/json", request_only=True),
        OpenApiExample(
            "One a line",
            '{"upstream": "crm.export", "downstream": "analytics.orders"}',
            media_type="application/x-ndjson",
            request_only=True,
        ),
    ],
)
EDGE_SEARCH = extend_schema_view(
    get=extend_schema(
        operation_id="searchEdges",
        tags=["Lineage"],
        summary="Search edges",
        description="Edges between live assets. Filter fields: upstream, downstream, asset"
        " (either end), kind (manual, declared, emitted, openlineage, sql, dbt), flowId, stated,"
        " lastSeen.",
        parameters=[
            *(
                OpenApiParameter(f"filters{name}", str, description="Kestra's filters.")
                for name in ("[asset][EQUALS]", "[upstream][EQUALS]", "[kind][IN]")
            ),
            OpenApiParameter("page", int, description="From 1.", default=1),
            OpenApiParameter("size", int, description="From 1 to 500.", default=10),
            OpenApiParameter(
                "cursor", str, description="`nextCursor` of the answer before; wins over `page`."
            ),
            OpenApiParameter(
                "sort", str, enum=("created:desc", "created:asc"), default="created:desc"
            ),
        ],
        responses={
            200: OpenApiResponse(
                OpenApiTypes.OBJECT,
                "`results`, `total`, and `nextCursor` while there is more.",
                examples=[OpenApiExample("A page", value={"results": [EDGE], "total": 1})],
            )
        },
    )
)
EDGE_PATCH = extend_schema(
    operation_id="patchEdge",
    tags=["Lineage"],
    summary="Change the note of an edge",
    request={"application/merge-patch+json": OpenApiTypes.OBJECT},
    responses={200: _STORED, 423: _LOCKED},
    examples=[
        OpenApiExample(
            "A note",
            {"note": "Copied by hand every Monday."},
            media_type="application/merge-patch+json",
            request_only=True,
        )
    ],
)
EDGE_DELETE = extend_schema(
    operation_id="deleteEdge",
    tags=["Lineage"],
    summary="Take back an edge",
    description="What somebody stated, by hand or by an import. An edge that runs show as well"
    " stays as theirs; one that only runs show cannot be taken back.",
    responses={
        200: OpenApiResponse(description="It is gone."),
        409: OpenApiResponse(description="Only runs show this edge."),
        423: _LOCKED,
    },
)
