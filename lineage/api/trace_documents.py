"""What OpenAPI says of usages and lineage events."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

_RUN: dict[str, Any] = {
    "namespace": "company.data",
    "flowId": "daily_orders",
    "flowRevision": 3,
    "executionId": "6FZ2wC0x9bVhK4aR1mJq3d",
    "taskId": "build",
    "taskRunId": "2hq6nS8yTt",
}
USAGE: dict[str, Any] = {
    "assetId": "analytics.orders",
    **_RUN,
    "created": "2026-11-21T08:01:30Z",
    "direction": "WRITE",
    "state": "SUCCESS",
}
EVENT: dict[str, Any] = {
    "uid": "eR4nV0cXb2Lw8tQzK",
    **_RUN,
    "state": "SUCCESS",
    "inputs": [{"id": "raw.orders", "type": "io.kestra.core.models.assets.External"}],
    "outputs": [{"id": "analytics.orders", "type": "io.kestra.plugin.ee.assets.Table"}],
    "restricted": 0,
    "created": "2026-11-21T08:01:30Z",
    "startDate": "2026-11-21T08:00:05Z",
    "endDate": "2026-11-21T08:01:30Z",
}
_FIELDS = (
    "assetId, assetType, namespace (with PREFIX), flowId, flowRevision, executionId, taskId,"
    " taskRunId, state, created"
)
_FILTERS = [
    OpenApiParameter(f"filters{name}", str, description="Kestra's filters.")
    for name in (
        "[assetId][EQUALS]",
        "[namespace][PREFIX]",
        "[executionId][EQUALS]",
        "[created][LESS_THAN_OR_EQUAL_TO]",
    )
]
_PAGING = [
    OpenApiParameter("page", int, description="From 1.", default=1),
    OpenApiParameter("size", int, description="From 1 to 500.", default=10),
    OpenApiParameter(
        "cursor", str, description="`nextCursor` of the answer before; wins over `page`."
    ),
    OpenApiParameter("sort", str, enum=("created:desc", "created:asc"), default="created:desc"),
]


def _search(operation_id: str, summary: str, fields: str, example: dict[str, Any]) -> Any:
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation_id,
            tags=["Assets"],
            summary=summary,
            description=f"Filter fields: {fields}.",
            parameters=[*_FILTERS, *_PAGING],
            responses={
                200: OpenApiResponse(
                    OpenApiTypes.OBJECT,
                    "`results`, `total`, and `nextCursor` while there is more.",
                    examples=[OpenApiExample("A page", value={"results": [example], "total": 1})],
                )
            },
        )
    )


def _delete(operation_id: str, summary: str, fields: str) -> Any:
    return extend_schema(
        operation_id=operation_id,
        tags=["Assets"],
        summary=summary,
        description=f"For good, and all or none. At least one filter. Fields: {fields}.",
        parameters=_FILTERS,
        responses={
            200: OpenApiResponse(
                OpenApiTypes.OBJECT,
                "How many.",
                examples=[OpenApiExample("Two", value={"count": 2})],
            )
        },
    )


USAGE_SEARCH = _search(
    "searchAssetUsages", "Search usages", f"{_FIELDS}, direction (READ, WRITE)", USAGE
)
EVENT_SEARCH = _search("searchAssetLineageEvents", "Search lineage events", _FIELDS, EVENT)
DELETE_USAGES = _delete("deleteAssetUsagesByQuery", "Delete usages", f"{_FIELDS}, direction")
DELETE_EVENTS = _delete("deleteAssetLineageEventsByQuery", "Delete lineage events", _FIELDS)
ASSETS_BY_QUERY = extend_schema(
    operation_id="deleteAssetsByQuery",
    tags=["Assets"],
    summary="Delete what filters find",
    description="Softly, or for good with `purge`: then with history, usages and edges. At least"
    " one filter, of those of the search; all or none.",
    parameters=[
        OpenApiParameter("filters[namespace][PREFIX]", str, description="Kestra's filters."),
        OpenApiParameter("purge", bool, default=False),
    ],
    responses={
        200: OpenApiResponse(
            OpenApiTypes.OBJECT,
            "How many.",
            examples=[OpenApiExample("Two", value={"count": 2})],
        ),
        423: OpenApiResponse(description="Somebody else holds the lock of one of them."),
    },
)
