"""The columns of an asset: searched, page by page, each with what is next to it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from catalog.api.columns import column_json
from catalog.api.of_asset import CURSOR, OfAsset, document
from catalog.api.params import cursor_checked, whole
from catalog.columns import page_of
from catalog.cursors import BadCursor, decode_cursor, encode_cursor
from catalog.models import Asset
from lineage.queries.columns import Beside, Neighbours, beside, columns_of

MAX_SIZE = 500

_NONE: dict[str, Any] = {"count": 0, "restricted": 0, "columns": []}
_EXAMPLE: dict[str, Any] = {
    "results": [
        {
            "path": "amount_eur",
            "name": "amount_eur",
            "depth": 0,
            "declared": True,
            "type": "numeric",
            "description": "At the rate of the day.",
            "upstream": {
                "direct": {
                    "count": 2,
                    "restricted": 1,
                    "columns": [
                        {"id": "raw.orders", "column": "amount", "subtypes": ["TRANSFORMATION"]}
                    ],
                },
                "indirect": _NONE,
            },
            "downstream": {"direct": _NONE, "indirect": _NONE},
        }
    ],
    "total": 1,
}
_DOCUMENT = (
    "getAssetColumns",
    "The columns of an asset",
    "In the order of the schema, nested ones after the one that holds them, by their path."
    " `upstream` and `downstream` say how many columns are next to each, and name the first of"
    " them: `direct` ones that its values are made of (or go into), and apart from them those that"
    " only filter, join or order. `declared` is false of a column that only lineage mentions.",
    _EXAMPLE,
    [
        OpenApiParameter("q", str, description="Words, all of which must occur in a column."),
        OpenApiParameter("size", int, description=f"From 1 to {MAX_SIZE}.", default=100),
        CURSOR,
    ],
)


@document(*_DOCUMENT)
class AssetColumns(OfAsset):
    def answer(self, request: Request, asset: Asset) -> dict[str, Any]:
        size = whole(request, "size", 100, MAX_SIZE)
        words = request.query_params.get("q", "")
        found = page_of(columns_of(asset), words, first=first_of(request), size=size)
        names = list(dict.fromkeys(column.path for column in found.rows))
        sides = beside(self.access, asset.pk, names)
        results = [
            column_json(column)
            | {"name": column.name, "depth": column.depth, "declared": column.declared}
            | {side: beside_json(one) for side, one in sides[column.path].items()}
            for column in found.rows
        ]
        answer: dict[str, Any] = {"results": results, "total": found.found}
        if found.next is not None:
            answer["nextCursor"] = encode_cursor("of columns", [found.next])
        return answer


@document(*_DOCUMENT, by_id=True)
class AssetColumnsById(AssetColumns):
    pass


def first_of(request: Request) -> int:
    """Where the page begins, as the cursor says. Raises Problem 400."""
    cursor = request.query_params.get("cursor", "")
    if not cursor:
        return 0
    with cursor_checked():
        values = decode_cursor(cursor, "of columns")
        if len(values) != 1 or not isinstance(values[0], int) or values[0] < 0:
            raise BadCursor("The cursor cannot be read.")
    return values[0]


def beside_json(beside: Beside) -> dict[str, Any]:
    return {"direct": kind_json(beside.direct), "indirect": kind_json(beside.indirect)}


def kind_json(kind: Neighbours) -> dict[str, Any]:
    return {
        "count": kind.count,
        "restricted": kind.restricted,
        "columns": [
            {"id": one.asset_id, "column": one.column or None, "subtypes": list(one.subtypes)}
            for one in kind.named
        ],
    }
