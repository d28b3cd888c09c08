"""What OpenAPI says of locks."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

_LOCK: dict[str, Any] = {
    "lockedUntil": "2026-11-21T09:00:00Z",
    "acquiredAt": "2026-11-21T08:00:00Z",
    "ownerType": "EXECUTION",
    "executionId": "6FZ2wC0x9bVhK4aR1mJq3d",
    "flowId": "daily_orders",
    "flowNamespace": "company.data",
    "taskRunId": None,
    "namespace": "company.data",
    "username": None,
}
LOCK = extend_schema(
    operation_id="lockAsset",
    tags=["Assets"],
    summary="Lock an asset",
    description="With `executionId` for that execution, else for the caller. Only the owner may"
    " write the asset until `ttl` (ISO 8601, an hour without it) is over; the owner prolongs it by"
    " locking again. 423 when somebody else holds the lock: try again later.",
    request=OpenApiTypes.OBJECT,
    responses={
        200: OpenApiResponse(
            OpenApiTypes.OBJECT,
            "Kestra's ApiAssetLock.",
            examples=[OpenApiExample("An execution's", value=_LOCK)],
        ),
        423: OpenApiResponse(description="Somebody else holds its lock."),
    },
    examples=[
        OpenApiExample("Half an hour, for me", {"ttl": "PT30M"}, request_only=True),
        OpenApiExample(
            "For an execution",
            {"executionId": "6FZ2wC0x9bVhK4aR1mJq3d", "flowId": "daily_orders"},
            request_only=True,
        ),
    ],
)
UNLOCK = extend_schema(
    operation_id="unlockAsset",
    tags=["Assets"],
    summary="Unlock an asset",
    description="With `executionId` only that execution's lock; without, whoever holds it.",
    parameters=[OpenApiParameter("executionId", str)],
    responses={200: OpenApiResponse(description="It is not locked any more.")},
)
