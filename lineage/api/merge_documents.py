"""What OpenAPI says of merges and likely duplicates."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)

from catalog.api.of_asset import CURSOR, ID, document

_MERGE: dict[str, Any] = {
    "id": "4711",
    "kept": "analytics.orders",
    "absorbed": "s3://lake/orders",
    "reason": "symlink",
    "source": {"kind": "execution", "id": "4d3b8069-69b6-4708-ade0-3275112c9f04"},
    "at": "2026-11-21T08:01:30Z",
    "by": None,
    "undoneAt": None,
    "undoneBy": None,
    "mayUndo": True,
}
_PREVIEW: dict[str, Any] = {
    "kept": "analytics.orders",
    "absorbed": "s3://lake/orders",
    "moves": [
        {"what": "usages", "count": 120, "countIsCapped": False},
        {"what": "downstream edges", "count": 3, "countIsCapped": False},
    ],
    "changes": [{"field": "tags", "before": ["certified"], "after": ["certified", "raw"]}],
    "problem": None,
    "keptApart": False,
}
_TELLS = (
    "The other asset becomes another name of this one: usages, lineage, history, measurements and"
    " names come along, owners, tags and columns are united, and of all else the latest word"
    " holds. Needs ASSET:UPDATE of both."
)
_LOCKED = OpenApiResponse(description="Somebody else holds the lock of one of the two.")
_NOT_TWO = OpenApiResponse(description="They are one already, or one is no asset of its own.")
_ABSORB = OpenApiParameter(
    "absorb", str, required=True, description="The id, or another name, of the other asset."
)


def _merging(by_id: bool) -> dict[str, Any]:
    suffix, where = ("ById", ", its id as a parameter") if by_id else ("", "")
    named = [ID] if by_id else []
    return {
        "get": extend_schema(
            operation_id=f"previewAssetMerge{suffix}",
            tags=["Assets"],
            summary=f"What merging two assets would do{where}",
            description=f"{_TELLS} `problem`: why it cannot be. `keptApart`: somebody has said"
            " that they are two.",
            parameters=[*named, _ABSORB],
            responses={
                200: OpenApiResponse(
                    OpenApiTypes.OBJECT,
                    "What would move and change.",
                    examples=[OpenApiExample("A preview", value=_PREVIEW)],
                )
            },
        ),
        "post": extend_schema(
            operation_id=f"mergeAssets{suffix}",
            tags=["Assets"],
            summary=f"Merge another asset into this one{where}",
            description=f"{_TELLS} It can be undone.",
            parameters=named,
            request=OpenApiTypes.OBJECT,
            responses={
                200: OpenApiResponse(
                    OpenApiTypes.OBJECT,
                    "The merge.",
                    examples=[OpenApiExample("A merge", value=_MERGE)],
                ),
                409: _NOT_TWO,
                423: _LOCKED,
            },
            examples=[OpenApiExample("Absorb", {"absorb": "s3://lake/orders"}, request_only=True)],
        ),
    }


MERGE, MERGE_BY_ID = _merging(by_id=False), _merging(by_id=True)
_LIST = (
    "listAssetMerges",
    "What has been merged into an asset",
    "The latest first, undone ones as well, of assets that may be seen. `reason`: symlink,"
    " rename, rule, dbt, or merge for one by hand. `source` says who told that the two are one.",
    {"results": [_MERGE], "total": 1},
    [
        CURSOR,
        OpenApiParameter("page", int, description="From 1; without a cursor."),
        OpenApiParameter("size", int, description="At most 500; 10 when left out."),
        OpenApiParameter("sort", str, description="created:desc or created:asc."),
    ],
)
LIST, LIST_BY_ID = document(*_LIST), document(*_LIST, by_id=True)
UNDO = extend_schema(
    operation_id="undoAssetMerge",
    tags=["Assets"],
    summary="Undo a merge",
    description="Both assets are as they were; what came since stays with the kept one. Names"
    " that are told again do not merge the two any more. Needs ASSET:UPDATE of both.",
    request=None,
    responses={
        200: OpenApiResponse(
            OpenApiTypes.OBJECT,
            "The merge, undone.",
            examples=[
                OpenApiExample(
                    "Undone",
                    value=_MERGE
                    | {
                        "undoneAt": "2026-11-22T09:00:00Z",
                        "undoneBy": "Mara Lindt",
                        "mayUndo": False,
                    },
                )
            ],
        ),
        409: OpenApiResponse(description="It has been undone already."),
        423: _LOCKED,
    },
)
_PAIR: dict[str, Any] = {
    "keep": "analytics.orders",
    "absorb": "s3://lake/orders",
    "columns": {"common": 8, "of": 9},
}
DUPLICATES = extend_schema(
    operation_id="listLikelyDuplicates",
    tags=["Assets"],
    summary="Assets that are likely to be one",
    description="Pairs with the same last part of their ids and at least four fifths of their"
    " columns in common, or, where one has no columns, whose one id ends in the other; of assets"
    " that may both be changed. With `nextCursor` there may be more, also when a page is empty.",
    parameters=[CURSOR],
    responses={
        200: OpenApiResponse(
            OpenApiTypes.OBJECT,
            "Pairs by their names, at most 50.",
            examples=[OpenApiExample("A pair", value={"results": [_PAIR]})],
        )
    },
)
DISMISS = extend_schema(
    operation_id="dismissDuplicate",
    tags=["Assets"],
    summary="Say that two assets are two",
    description="They are not suggested any more, and no name that is told makes them one."
    " Merging them by hand takes it back. Needs ASSET:UPDATE of both.",
    request=OpenApiTypes.OBJECT,
    responses={
        200: OpenApiResponse(description="It is remembered."),
        409: OpenApiResponse(description="These are two names of one asset."),
    },
    examples=[
        OpenApiExample(
            "Two tables", {"assets": ["staging.orders", "mart.orders"]}, request_only=True
        )
    ],
)
