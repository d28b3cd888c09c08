"""How the columns of an asset changed: its versions, and the difference of two."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from catalog.api.of_asset import CURSOR, OfAsset, document
from catalog.api.params import cursor_checked, wrong
from catalog.column_history import ColumnChange, Difference, columns_at, difference, versions_of
from catalog.columns import FlatColumn, flattened
from catalog.models import Asset

_DIFFERENCE: dict[str, Any] = {
    "added": [{"path": "revenue_eur", "type": "numeric"}],
    "removed": [{"path": "revenue", "type": "double"}],
    "changed": [
        {
            "path": "month",
            "fields": ["type"],
            "before": {"path": "month", "type": "varchar"},
            "after": {"path": "month", "type": "date"},
        }
    ],
    "moved": False,
}
_VERSION: dict[str, Any] = {
    "id": 4711,
    "at": "2026-11-21T08:01:30Z",
    "columns": 4,
    "source": {
        "kind": "execution",
        "id": "6FZ2wC0x9bVhK4aR1mJq3d",
        "namespace": "company.data",
        "flowId": "daily_orders",
        "taskId": "build",
    },
    **_DIFFERENCE,
}
_VERSIONS = (
    "getAssetColumnVersions",
    "Versions of the columns",
    "Each run or person that declared other columns than before, the newest first: what was"
    " added, removed and changed (`fields`: type, description, tags), when, and by whom. `moved`:"
    " the columns stand in another order. Nested columns are named by their path.",
    {"results": [_VERSION]},
    [CURSOR],
)
_TWO = (
    "getAssetColumnDifference",
    "The difference of two versions of the columns",
    "What was added, removed and changed from one version to another.",
    _DIFFERENCE,
    [
        OpenApiParameter("before", int, required=True, description="The `id` of a version."),
        OpenApiParameter("after", int, description="The `id` of a version; left out: now."),
    ],
)


@document(*_VERSIONS)
class ColumnVersions(OfAsset):
    def answer(self, request: Request, asset: Asset) -> dict[str, Any]:
        with cursor_checked():
            found, cursor = versions_of(self.access, asset, request.query_params.get("cursor", ""))
        results = [
            {
                "id": version.change.pk,
                "at": version.change.at,
                "columns": version.count,
                "source": version.change.source,
                **difference_json(version.difference),
            }
            for version in found
        ]
        return {"results": results} | ({"nextCursor": cursor} if cursor else {})


@document(*_TWO)
class ColumnDifference(OfAsset):
    def answer(self, request: Request, asset: Asset) -> dict[str, Any]:
        if not request.query_params.get("before"):
            wrong("before", "Required: the id of a version.")
        before, after = (self.columns(request, asset, name) for name in ("before", "after"))
        return difference_json(difference(before, after))

    def columns(self, request: Request, asset: Asset, name: str) -> list[FlatColumn]:
        text = request.query_params.get(name, "")
        if not text:
            return flattened(asset.columns)
        known = text.isascii() and text.isdigit() and len(text) < 19
        found = columns_at(self.access, asset, int(text)) if known else None
        if found is None:
            wrong(name, "The asset has no such version of its columns.")
        return found


@document(*_VERSIONS, by_id=True)
class ColumnVersionsById(ColumnVersions):
    pass


@document(*_TWO, by_id=True)
class ColumnDifferenceById(ColumnDifference):
    pass


def difference_json(found: Difference) -> dict[str, Any]:
    return {
        "added": [column_json(change.after) for change in found.added],
        "removed": [column_json(change.before) for change in found.removed],
        "changed": [changed_json(change) for change in found.changed],
        "moved": found.moved,
    }


def changed_json(change: ColumnChange) -> dict[str, Any]:
    return {
        "path": change.path,
        "fields": list(change.what),
        "before": column_json(change.before),
        "after": column_json(change.after),
    }


def column_json(column: FlatColumn | None) -> dict[str, Any]:
    """Only what is said of it."""
    assert column, "each side of a change that it has"
    told: dict[str, Any] = {
        "type": column.type,
        "description": column.description,
        "tags": list(column.tags),
    }
    return {"path": column.path} | {name: value for name, value in told.items() if value}
