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
        there = make_catalog_of(stage, stage.count(size))
        label = f"{there:,} assets"
        for name, query in SEARCHES.items():
            path = f"{API}&{quote(query, safe='=&')}"
            measured = asked(stage, path, token=stage.tokens["admin"])
            report.add(f"search, {name}, {label}", measured, BUDGET)
        measured = asked(stage, f"{API}&q=orders", token=stage.tokens["viewer"])
        report.add(f"search, viewer of 20 namespaces, {label}", measured, BUDGET)
        for name, path in (
            ("catalog page", "/main/catalog?q=orders"),
            ("asset page", f"/main/assets/{middle_asset(stage.tenant, 3)}"),
        ):
            measured = asked(stage, path, cookie=stage.cookies["admin"])
            report.add(f"{name}, {label}", measured, "p95 < 150 ms, ≤ 15 statements")


_made = 0


def make_catalog_of(stage: Scene, size: int) -> int:
    """Fill the tenant with about `size` assets and no others; how many there are."""
    global _made  # noqa: PLW0603 parts share one database
    if _made != size // PIPELINE * PIPELINE:
        clear(stage)
        make_catalog(stage.tenant, size)
        _made = size // PIPELINE * PIPELINE
    return _made


def clear(stage: Scene) -> None:
    from accounts.bulk import run

    run("truncate catalog_asset, catalog_namespace, lineage_flow cascade")


def asked(stage: Scene, path: str, *, token: str = "", cookie: str = "") -> str:
    """One GET, again and again: p50, p95, SQL statements and size of the answer.

    Anything but 200 ends the benchmark.
    """
    connection, content = Connection(stage.port), request(path, token=token, cookie=cookie)

    def ask(_: int) -> None:
        status, body = connection.send(content)
        if status != 200:
            raise SystemExit(f"{path}: {status} {body[:500]!r}")

    size = len(connection.send(content)[1]) / 1024
    latencies = spread(timed(ask, TIMES))
    return f"{latencies}, {statements(path, token, cookie)} statements, {size:.0f} KiB"


def statements(path: str, token: str, cookie: str) -> int:
    """How many SQL statements the request takes, counted in this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    headers = {"authorization": f"Bearer {token}"} if token else {"cookie": cookie}
    with CaptureQueriesContext(connection) as captured:
        status = Client(SERVER_NAME="127.0.0.1", headers=headers).get(path).status_code
    if status != 200:
        raise SystemExit(f"{path}: {status}")
    return len(captured)
