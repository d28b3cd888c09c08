"""What OpenAPI says of writing assets."""

import json
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from catalog.api.documents import ASSET

YAML = """id: analytics.orders
type: io.kestra.plugin.ee.assets.Table
namespace: company.data
displayName: Orders
owners: [finance]
tags: [certified]
columns:
  - name: order_id
    type: bigint
model_layer: mart
"""
#: The same as JSON.
SAID: dict[str, Any] = {
    "id": "analytics.orders",
    "type": "io.kestra.plugin.ee.assets.Table",
    "namespace": "company.data",
    "displayName": "Orders",
    "owners": ["finance"],
    "tags": ["certified"],
    "columns": [{"name": "order_id", "type": "bigint"}],
    "metadata": {"model_layer": "mart"},
}
_BODY: dict[str, Any] = {
    "application/x-yaml": OpenApiTypes.STR,
    "application/json": OpenApiTypes.OBJECT,
}
_STORED = OpenApiResponse(
    OpenApiTypes.OBJECT,
    "Kestra's ApiAsset and more, with its ETag.",
    examples=[OpenApiExample("A table", value=ASSET)],
)
_COUNT = OpenApiResponse(
    OpenApiTypes.OBJECT,
    "How many.",
    examples=[OpenApiExample("Two", value={"count": 2})],
)
_LOCKED = OpenApiResponse(description="Somebody else holds its lock.")
_RESULTS: dict[str, Any] = {
    "status": "partial_success",
    "summary": {"received": 2, "successful": 1, "failed": 1},
    "results": [
        {"index": 0, "id": "analytics.orders", "status": "created"},
        {
            "index": 1,
            "id": "",
            "status": "failed",
            "reason": "The asset has invalid fields.",
            "retriable": False,
            "errors": [{"field": "type", "message": "is required"}],
        },
    ],
}

ASSET_POST = extend_schema(
    operation_id="createAsset",
    tags=["Assets"],
    summary="Create or update an asset",
    description="Kestra's upsert. What the body leaves out stays; a null `displayName` or"
    " `description` stays, too; a null metadata key is removed, a null `namespace` cleared."
    " Unknown members are metadata.",
    request=_BODY,
    responses={200: _STORED, 423: _LOCKED},
    examples=[
        OpenApiExample("A table", YAML, media_type="application/x-yaml", request_only=True),
        OpenApiExample("The same", SAID, media_type="application/json", request_only=True),
    ],
)
ASSET_BULK = extend_schema(
    operation_id="createAssets",
    tags=["Assets"],
    summary="Create or update many assets",
    description="A JSON array, NDJSON, a YAML list or several YAML documents; at most 1000. 422"
    " when none went in.",
    request=_BODY | {"application/x-ndjson": OpenApiTypes.STR},
    responses={
        200: OpenApiResponse(OpenApiTypes.OBJECT, "A result for each."),
        422: OpenApiResponse(OpenApiTypes.OBJECT, "A result for each; none went in."),
    },
    examples=[
        OpenApiExample("Results", _RESULTS, response_only=True),
        OpenApiExample("A list", [SAID], media_type="application/json", request_only=True),
        OpenApiExample(
            "Documents", f"{YAML}---\n{YAML}", media_type="application/x-yaml", request_only=True
        ),
        OpenApiExample(
            "One a line",
            json.dumps(SAID),
            media_type="application/x-ndjson",
            request_only=True,
        ),
    ],
)
_IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag that was seen, or `*`.",
)
_ID = OpenApiParameter("id", str, required=True)


def _patch(operation_id: str, *more: OpenApiParameter) -> Any:
    return extend_schema(
        operation_id=operation_id,
        tags=["Assets"],
        summary="Change an asset",
        description="A JSON merge patch (RFC 7396): null removes. 412 when the asset is not what"
        " If-Match says any more, 428 without If-Match.",
        parameters=[*more, _IF_MATCH],
        request={"application/merge-patch+json": OpenApiTypes.OBJECT},
        responses={
            200: _STORED,
            412: OpenApiResponse(description="It has changed since."),
            423: _LOCKED,
            428: OpenApiResponse(description="If-Match is missing."),
        },
        examples=[
            OpenApiExample(
                "Rename, and drop a key",
                {"displayName": "Orders", "metadata": {"model_layer": None}},
                media_type="application/merge-patch+json",
                request_only=True,
            )
        ],
    )


def _delete(operation_id: str, *more: OpenApiParameter) -> Any:
    return extend_schema(
        operation_id=operation_id,
        tags=["Assets"],
        summary="Delete an asset",
        description="Softly: `allowDeleted=true` still reads it, and it can be restored.",
        parameters=list(more),
        responses={200: OpenApiResponse(description="Deleted."), 423: _LOCKED},
    )


ASSET_PATCH = _patch("patchAsset")
ASSET_PATCH_BY_ID = _patch("patchAssetById", _ID)
ASSET_DELETE = _delete("deleteAsset")
ASSET_DELETE_BY_ID = _delete("deleteAssetById", _ID)
ASSET_RESTORE = extend_schema(
    operation_id="restoreAsset",
    tags=["Assets"],
    summary="Bring a deleted asset back",
    request=None,
    responses={200: _STORED},
)
ASSETS_BY_IDS = extend_schema(
    operation_id="deleteAssetsByIds",
    tags=["Assets"],
    summary="Delete several assets",
    description="All of them or none; `invalids` of the problem says which ids are wrong.",
    request={"application/json": {"type": "array", "items": {"type": "string"}}},
    responses={200: _COUNT, 423: _LOCKED},
)
