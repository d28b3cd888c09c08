"""Lineage: dependencies and columns through the API, the explorer's page and its SVG."""

from benchmarks.data import make_column_edges, make_hub, middle_asset
from benchmarks.report import Report
from benchmarks.scene import Scene
from benchmarks.search import asked, make_catalog_of

SIZES = (10_000, 100_000)


def measure(stage: Scene, report: Report) -> None:
    for size in SIZES:
        there = make_catalog_of(stage, stage.count(size))
        edges = count_edges()
        asset = middle_asset(stage.tenant, 3)
        for depth in (2, 20):
            path = f"/api/v1/main/assets/{asset}/dependencies?depth={depth}&limit=200"
            report.add(
                f"dependencies, depth {depth}, {there:,} assets, {edges:,} edges",
                asked(stage, path, token=stage.tokens["admin"]),
                "p95 < 25 ms",
            )
    page = f"/main/lineage?asset={asset}&depth=20&limit=200"
    report.add(
        "explorer page with its SVG, 200 assets",
        asked(stage, page, cookie=stage.cookies["admin"]),
        "< 150 ms, < 400 KB",
    )
    columns = make_column_edges(stage.tenant)
    for depth in (2, 20):
        path = f"/api/v1/main/assets/{asset}/column-lineage?column=c1&depth={depth}&limit=200"
        report.add(
            f"lineage of a column, depth {depth}, {columns:,} column edges",
            asked(stage, path, token=stage.tokens["admin"]),
            "p95 < 50 ms",
        )
    readers = stage.count(100_000)
    impact = f"/main/assets/{make_hub(stage, readers)}/-/impact"
    report.add(
        f"impact of {readers:,} downstream assets, any depth",
        asked(stage, impact, cookie=stage.cookies["admin"]),
        "< 1 s",
    )


def count_edges() -> int:
    from accounts.bulk import run

    return int(run("select count(*) from lineage_edge")[0][0])
