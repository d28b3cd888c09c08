"""Searching and opening assets: API and pages, at 10 000 and at 100 000 assets."""

from urllib.parse import quote

from benchmarks.data import PIPELINE, make_catalog, middle_asset
from benchmarks.http import Connection, request
from benchmarks.report import Report, spread, timed
from benchmarks.scene import Scene

TIMES = 100
BUDGET = "p95 < 50 ms"
API = "/api/v1/main/assets/search?size=25"
SEARCHES = {
    "one word": "q=shipments_p7",
    "a word that a tenth has": "q=orders",
    "namespace prefix and metadata": (
        "filters[namespace][PREFIX]=pipelines&filters[metadata][EQUALS][model_layer]=mart"
    ),
    "type, newest first": "filters[type][EQUALS]=AWS_BUCKET&sort=updated:desc",
}


def measure(stage: Scene, report: Report) -> None:
    for size in (10_000, 100_000):
        there = make_catalog_up_to(stage, stage.count(size))
        label = f"{there:,} assets"
        connection = Connection(stage.port)
        for name, query in SEARCHES.items():
            asked = request(f"{API}&{quote(query, safe='=&')}", token=stage.tokens["admin"])
            report.add(f"search, {name}, {label}", pages(connection, asked), BUDGET)
        asked = request(f"{API}&q=orders", token=stage.tokens["viewer"])
        report.add(f"search, viewer of 20 namespaces, {label}", pages(connection, asked), BUDGET)
        for name, path in (
            ("catalog page", "/main/catalog?q=orders"),
            ("asset page", f"/main/assets/{middle_asset(stage.tenant, 3)}"),
        ):
            asked = request(path, cookie=stage.cookies["admin"])
            report.add(f"{name}, {label}", pages(connection, asked), "p95 < 150 ms")


_made = 0


def make_catalog_up_to(stage: Scene, size: int) -> int:
    """Fill the tenant up to `size` assets; how many there are."""
    global _made  # noqa: PLW0603 parts share one database
    if _made < size:
        clear(stage)
        make_catalog(stage.tenant, size)
        _made = size // PIPELINE * PIPELINE
    return _made


def clear(stage: Scene) -> None:
    from accounts.bulk import run

    run("truncate catalog_asset, catalog_namespace, lineage_flow cascade")


def pages(connection: Connection, asked: bytes) -> str:
    """p50 and p95 of one request, again and again; anything but 200 ends the benchmark."""

    def ask(_: int) -> None:
        status, body = connection.send(asked)
        if status != 200:
            raise SystemExit(f"{asked[:200]!r}: {status} {body[:500]!r}")

    return spread(timed(ask, TIMES))
