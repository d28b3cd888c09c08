"""One hostile asset, flow and execution, and every page and export: markup is shown as text.

The pages are those of the URLconf, so a new one is looked at without anybody adding it here.
"""

import csv
import io
import json
from html.parser import HTMLParser
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Cast
from tests.lineage.hostile import EXECUTIONS, FLOWS, YAML
from tests.lineage.worlds import posted, task_run
from tests.routes import ROUTES, Route

ALERT = "alert(7)"
MARKUP = f"</script></title></textarea>\"'><img src=x onerror={ALERT}><script>{ALERT}</script>"
MARKDOWN = f"[a](javascript:{ALERT}) ![b](data:text/html,{ALERT}) <svg onload={ALERT}> {MARKUP}"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "\u3000＋1")
ASSET = {
    "id": "orders",
    "type": "Table & Co",
    "namespace": "company.data",
    "displayName": f"=HYPERLINK(1) {MARKUP}",
    "description": MARKDOWN,
    "metadata": {MARKUP: MARKUP, "system": MARKUP, "=k": ["=v", {"a": MARKUP}]},
}
NAMES = {
    "tenant": "main",
    "asset_id": "orders",
    "execution_id": "run-1",
    "namespace": "company.data",
    "flow_id": "daily",
    "name": "company.data",
}
PAGES = [
    route
    for route in ROUTES.values()
    if "tenant" in route.kwargs and not route.is_api and route.kwargs <= NAMES.keys()
]
# Words in the address that a page repeats, or that name what it shows.
QUERIES = (
    {},
    {"asset": "orders", "q": MARKUP},
    {"q": f"metadata.system:{MARKUP}", "sort": MARKUP, "state": MARKUP, "asset": MARKUP},
)


class Looker(HTMLParser):
    """Collects what would run: handlers, scripts with our text, links that are no links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text: list[str] = []
        self.script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.script = tag == "script"
        for name, value in attrs:
            address = name in ("href", "src", "action", "xlink:href", "hx-get")
            if name.startswith("on") or (
                address and (value or "").strip().lower().startswith(("javascript:", "data:"))
            ):
                self.found.append(f"<{tag} {name}={value!r}>")
        if ("src", "x") in attrs:
            self.found.append(f"<{tag} src=x>")

    def handle_endtag(self, tag: str) -> None:
        self.script = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.script and ALERT in data:
            self.found.append(f"<script>{data[:80]}")


@pytest.fixture
def browser(cast: Cast) -> Client:
    """A visitor of a tenant in which everything that may be named freely is markup."""
    flow = (
        f"id: daily\nnamespace: company.data\ndescription: {json.dumps(MARKDOWN)}\n"
        f"labels: {{team: {json.dumps(MARKUP)}}}\n"
        f"inputs: [{{id: day, type: STRING, displayName: {json.dumps(MARKUP)}}}]\n"
        f"tasks:\n- id: build\n  type: x.Query\n  sql: {json.dumps(MARKUP)}\n"
        f"  assets: {{inputs: [{{id: 'raw{{{{ inputs.nope }}}}'}}]}}\n"
    )
    run = task_run(
        "t1", reads=["raw"], writes=[ASSET], value=MARKUP, error=MARKUP, outputs={MARKUP: MARKUP}
    )
    failed = task_run("t2", task="load", state="FAILED", error={"message": MARKUP}, value=MARKUP)
    execution = posted(
        "run-1",
        state="FAILED",
        runs=[run, failed],
        labels={MARKUP: MARKUP},
        inputs={MARKUP: MARKUP, "day": MARKUP},
        trigger={"id": MARKUP, "type": MARKUP, "variables": {"a": MARKUP}},
        error=MARKUP,
        url=f"https://example.com/\"'><script>{ALERT}</script>",
    )
    api = cast.api("admin")
    assert api.generic("POST", FLOWS, flow, content_type=YAML).status_code == 200
    sent = api.generic("POST", EXECUTIONS, json.dumps(execution), content_type="application/json")
    assert sent.status_code == 200
    return cast.browser("admin")


def test_there_are_pages_to_look_at() -> None:
    assert len(PAGES) > 15


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
@pytest.mark.parametrize("query", QUERIES, ids=["plain", "named", "hostile"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "piece"])
def test_markup_is_text(
    browser: Client, route: Route, query: dict[str, str], headers: dict[str, str]
) -> None:
    url = reverse(route.name, kwargs={key: NAMES[key] for key in route.kwargs})
    answer = browser.get(f"{url}?{urlencode(query)}", headers=headers)
    assert answer.status_code in (200, 400, 404, 405)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.get("Content-Type", "").startswith("text/html"):
        looker = Looker()
        looker.feed(body.decode())
        assert not looker.found
    elif answer.get("Content-Type", "").startswith("image/svg"):
        assert_harmless_svg(body)
    if answer.status_code == 200:
        assert answer["Cache-Control"] == "private, no-cache"


def assert_harmless_svg(body: bytes) -> None:
    for element in ElementTree.fromstring(body).iter():
        assert not str(element.tag).endswith(("script", "foreignObject", "img"))
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert not value.strip().lower().startswith(("javascript:", "data:"))


def test_the_names_are_there_as_text(browser: Client) -> None:
    for url in ("/main/assets/orders", "/main/executions/run-1", "/main/flows/company.data/daily"):
        looker = Looker()
        looker.feed(browser.get(url).content.decode())
        assert f"onerror={ALERT}" in "".join(looker.text), url
    svg = browser.get("/main/lineage/graph.svg", {"asset": "orders"})
    assert_harmless_svg(svg.content)
    texts = "".join(ElementTree.fromstring(svg.content).itertext())
    assert "HYPERLINK" in texts


def test_a_spreadsheet_sees_no_formula(browser: Client, cast: Cast) -> None:
    assets = [
        {"id": f"f{n}", "type": "Table", "displayName": f"{formula}", "description": formula}
        for n, formula in enumerate(FORMULAS)
    ]
    run = task_run("t9", writes=assets)
    body = json.dumps(posted("run-9", runs=[run]))
    cast.api("admin").generic("POST", EXECUTIONS, body, content_type="application/json")
    lines = b"".join(browser.get("/main/catalog/export.csv").streaming_content).decode()
    rows = list(csv.reader(io.StringIO(lines, newline="")))
    assert len(rows) > len(FORMULAS)
    width = len(rows[0])
    for row in rows:
        assert len(row) == width
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋"))


@pytest.mark.parametrize("path", ["catalog", "executions", "flows", "lineage", "namespaces", ""])
def test_error_pages_repeat_nothing_that_runs(browser: Client, path: str) -> None:
    for url in (f"/main/{path}/{quote(MARKUP)}", f"/main/{path}?cursor={quote(MARKUP)}"):
        looker = Looker()
        looker.feed(browser.get(url).content.decode())
        assert not looker.found
