"""What was measured of an asset: the observations, and whether its tests hold now."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from catalog.api.of_asset import CURSOR, OfAsset, document
from catalog.api.params import cursor_checked, whole, wrong
from catalog.models import Asset, AssetMeasurement
from catalog.observations import page_of
from catalog.quality import Figure, Test, column_metrics_of, sizes_of, verdict_of

Kind = AssetMeasurement.Kind
MAX_SIZE = 500

_SOURCE: dict[str, Any] = {
    "kind": "execution",
    "id": "6FZ2wC0x9bVhK4aR1mJq3d",
    "namespace": "company.data",
    "flowId": "daily_orders",
    "taskId": "check",
}
_ASSERTION: dict[str, Any] = {"assertion": "not_null", "column": "order_id", "success": False}
_MEASUREMENTS = (
    "getAssetMeasurements",
    "What was measured of an asset",
    "Observations, the latest first. `values` by kind, with OpenLineage's names: metrics"
    " `{rowCount, bytes, fileCount, columnMetrics}`, assertions `{assertions: [{assertion,"
    " success, column, severity, …}]}`, output and input `{rowCount, size, fileCount}` of one"
    " run, lifecycle `{change, previous}`.",
    {
        "results": [
            {
                "kind": "assertions",
                "at": "2026-11-21T08:01:30Z",
                "values": {"assertions": [_ASSERTION]},
                "source": _SOURCE,
            }
        ]
    },
    [
        OpenApiParameter("kind", str, enum=Kind.values),
        OpenApiParameter("size", int, description=f"From 1 to {MAX_SIZE}.", default=50),
        CURSOR,
    ],
)
_FIGURE: dict[str, Any] = {
    "rowCount": {"value": 48120334, "at": "2026-11-21T08:01:30Z", "trend": [48001220, 48120334]}
}
_QUALITY = (
    "getAssetQuality",
    "Whether the tests of an asset hold",
    "The latest outcome of each test, the failing ones first: `passed`, `warned` (it failed, and"
    " its severity is a warning) or `failed`. `sizes` are the latest figures with their trend, the"
    " oldest first: what the asset `holds`, what the last run has `written` and `read`; `columns`"
    " the latest metrics of columns.",
    {
        "state": "failed",
        "counts": {"failed": 1, "warned": 0, "passed": 12},
        "tests": [
            {
                "test": "not_null",
                "column": "order_id",
                "outcome": "failed",
                "at": "2026-11-21T08:01:30Z",
                "outcomes": [True, True, False],
                "assertion": _ASSERTION,
                "source": _SOURCE,
            }
        ],
        "sizes": {"holds": _FIGURE, "written": {}, "read": {}},
        "columns": {"order_id": {"nullCount": 3, "distinctCount": 48120331}},
    },
)


@document(*_MEASUREMENTS)
class AssetMeasurements(OfAsset):
    def answer(self, request: Request, asset: Asset) -> dict[str, Any]:
        kind = request.query_params.get("kind", "")
        if kind and kind not in Kind.values:
            wrong("kind", f"Expected one of {', '.join(Kind.values)}.")
        cursor = request.query_params.get("cursor", "")
        size = whole(request, "size", 50, MAX_SIZE)
        with cursor_checked():
            found, after = page_of(self.access, asset, kind, size=size, cursor=cursor)
        results = [
            {"kind": row.kind, "at": row.at, "values": row.values, "source": row.source}
            for row in found
        ]
        return {"results": results} | ({"nextCursor": after} if after else {})


@document(*_QUALITY)
class AssetQuality(OfAsset):
    def answer(self, request: Request, asset: Asset) -> dict[str, Any]:
        verdict, sizes = verdict_of(asset), sizes_of(self.access, asset)
        columns = column_metrics_of(self.access, asset)
        return {
            "state": verdict.state or None,
            "counts": {
                "failed": verdict.failed,
                "warned": verdict.warned,
                "passed": verdict.passed,
            },
            "tests": [test_json(test) for test in verdict.tests],
            "sizes": {
                "holds": figures_json(sizes.holds),
                "written": figures_json(sizes.written),
                "read": figures_json(sizes.read),
            },
            "columns": dict(columns.rows) if columns else {},
        }


@document(*_MEASUREMENTS, by_id=True)
class AssetMeasurementsById(AssetMeasurements):
    pass


@document(*_QUALITY, by_id=True)
class AssetQualityById(AssetQuality):
    pass


def test_json(test: Test) -> dict[str, Any]:
    return {
        "test": test.name,
        "column": test.column or None,
        "outcome": test.outcome,
        "at": test.at,
        "outcomes": list(test.outcomes),
        "assertion": test.said,
        "source": test.source,
    }


def figures_json(figures: list[Figure]) -> dict[str, Any]:
    return {one.name: {"value": one.value, "at": one.at, "trend": one.trend} for one in figures}
