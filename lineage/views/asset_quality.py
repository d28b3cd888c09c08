"""The quality tab of an asset: its tests, its sizes, and what was measured when."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.web import PageRequest, page, tenant_page
from catalog.asset_frame import asset_frame
from catalog.cursors import BadCursor
from catalog.models import Asset, AssetMeasurement
from catalog.observations import observations_of
from catalog.quality import Figure, Test, column_metrics_of, sizes_of, verdict_of
from lineage.drawing import Run, run_bars, sparkline
from lineage.views.execution_rows import picture

#: (kind, what the page calls it)
KINDS = (
    ("", "All"),
    ("assertions", "Tests"),
    ("metrics", "Metrics"),
    ("output", "Writes"),
    ("input", "Reads"),
    ("lifecycle", "Lifecycle"),
)
LABELS = {"rowCount": "Rows", "bytes": "Size", "size": "Size", "fileCount": "Files"}
#: Metrics of a column, as OpenLineage names them, in the order of the table's heads.
METRICS = (
    ("count", "Values"),
    ("nullCount", "Nulls"),
    ("distinctCount", "Distinct"),
    ("min", "Least"),
    ("max", "Most"),
    ("sum", "Sum"),
)


@require_safe
@tenant_page
def asset_quality(request: PageRequest, asset_id: str) -> HttpResponse:
    """`?kind=` narrows the history."""
    context = asset_frame(request, asset_id)
    kind = request.GET.get("kind", "")
    kind = kind if kind in AssetMeasurement.Kind.values else ""
    try:
        context["observations"], context["next_cursor"] = observations_of(
            request.access, context["asset"], kind, request.GET.get("cursor", "")
        )
    except BadCursor as error:
        raise Http404(str(error)) from None
    context |= {"kind": kind, "kinds": KINDS} | now(request, context["asset"])
    return page(request, "lineage/asset_quality.html", context, "observations")


def now(request: PageRequest, asset: Asset) -> dict[str, Any]:
    """What holds, above the history. A swap of the history needs none of it."""
    if request.htmx and not request.htmx.boosted:
        return {}
    verdict, sizes = verdict_of(asset), sizes_of(request.access, asset)
    columns = column_metrics_of(request.access, asset)
    told = [
        ("In it", sizes.holds),
        ("Written by the last run", sizes.written),
        ("Read by the last run", sizes.read),
    ]
    return {
        "verdict": verdict,
        "tests": [(test, bars(test)) for test in verdict.tests],
        "sizes": [(title, cards(figures)) for title, figures in told if figures],
        "columns_measured": columns,
        "metrics": [label for _, label in METRICS],
        "column_rows": [
            (name, [number_of(told.get(metric)) for metric, _ in METRICS])
            for name, told in (columns.rows if columns else ())
        ],
    }


def number_of(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


def bars(test: Test) -> str:
    """Its last outcomes, each as high as the others."""
    missed = "warning" if test.outcome == "warned" else "failed"
    runs = [Run("success" if held else missed, 1) for held in test.outcomes]
    held = sum(test.outcomes)
    return picture(run_bars(runs, slots=24, label=f"{held} of the last {len(runs)} held"))


def cards(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    return [
        {
            "label": LABELS[figure.name],
            "figure": figure,
            "in_bytes": figure.name in ("bytes", "size"),
            "trend": picture(sparkline(figure.trend)) if len(figure.trend) > 1 else "",
        }
        for figure in figures
    ]
