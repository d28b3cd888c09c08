"""Lineage: dependencies through the API, the explorer's page and its SVG."""

from benchmarks.data import middle_asset
from benchmarks.http import Connection, request
from benchmarks.report import Report
from benchmarks.scene import Scene
from benchmarks.search import make_catalog_up_to, pages

SIZES = (10_000, 100_000)


def measure(stage: Scene, report: Report) -> None:
    for size in SIZES:
        there = make_catalog_up_to(stage, stage.count(size))
        edges = count_edges()
        connection = Connection(stage.port)
        for depth in (2, 20):
            path = f"/api/v1/main/assets/{middle_asset(stage.tenant, 5)}/dependencies"
            asked = request(f"{path}?depth={depth}&limit=200", token=stage.tokens["admin"])
            report.add(
                f"dependencies, depth {depth}, {there:,} assets, {edges:,} edges",
                pages(connection, asked),
                "p95 < 25 ms",
            )
    asset = middle_asset(stage.tenant, 5)
    page = f"/main/lineage?asset={asset}&depth=20&limit=200"
    asked = request(page, cookie=stage.cookies["admin"])
    size_kb = len(connection.send(asked)[1]) / 1024
    report.add(
        "explorer page with its SVG, 200 assets",
        f"{pages(connection, asked)}, {size_kb:.0f} KiB",
        "< 150 ms, < 400 KB",
    )


def count_edges() -> int:
    from accounts.bulk import run

    return int(run("select count(*) from lineage_edge")[0][0])
