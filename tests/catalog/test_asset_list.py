"""The catalog page: what it shows, to whom, and how its pieces are swapped."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from catalog import queries
from tests.catalog.conftest import Shelf
from tests.conftest import Cast
from tests.factories import make_asset

PAGE = "/main/catalog"
SWAP = {"HX-Request": "true"}
#: Markup, an attribute's end, a script's end, and text that runs the other way.
HOSTILE = "x<b>\"'</script>{{7*7}}\u202egnp.exe"


def shown(html: str) -> list[str]:
    """The ids linked from the table, in order."""
    return re.findall(r'class="truncate" href="/main/assets/([^"]+)"', html)


def test_everybody_sees_their_own(shelf: Shelf):
    html = shelf.cast.browser("viewer").get(PAGE).content.decode()
    assert shown(html) == ["shop.order_items", "shop.orders"]
    for hidden in ("ledger", "SalesOrders", "s3://lake", "gone"):
        assert hidden not in html


def test_a_search_keeps_its_terms_in_view(shelf: Shelf):
    html = shelf.cast.browser("admin").get(PAGE, {"q": 'order type:Table "row per" x:'}).content
    text = html.decode()
    assert shown(text) == ["shop.orders"]
    assert 'value="order &quot;row per&quot;"' in text
    assert '<input type="hidden" name="t" value="type:Table">' in text
    assert "Nothing stands behind “x:”." in text


def test_a_swap_is_a_piece_of_the_same_page_and_names_its_address(shelf: Shelf):
    browser = shelf.cast.browser("admin")
    whole = browser.get(PAGE, {"q": "type:Table order"}).content.decode()
    asked = {"t": "type:Table", "q": "order"}
    swap = browser.get(PAGE, asked, headers=SWAP)
    assert "<!doctype html>" not in swap.content.decode()
    assert swap["HX-Push-Url"] == "/main/catalog?q=type%3ATable+order"
    assert shown(swap.content.decode()) == shown(whole) == ["shop.orders", "ledger"]


def test_the_form_without_scripts_leads_to_the_same_address(shelf: Shelf):
    answer = shelf.cast.browser("admin").get(PAGE, {"t": ["type:Table"], "q": "order"})
    assert (answer.status_code, answer["Location"]) == (302, "/main/catalog?q=type%3ATable+order")


def test_pages_and_sorts_are_links(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("catalog.views.lists.PAGE", 2)
    browser, seen, url = shelf.cast.browser("admin"), [], f"{PAGE}?sort=-id"
    while url:
        html = browser.get(url).content.decode()
        seen += shown(html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        url = following[1].replace("&amp;", "&") if following else ""
    assert seen == [
        "shop.orders",
        "shop.order_items",
        "s3://lake/orders/",
        "ledger",
        "SalesOrders",
    ]


@pytest.mark.parametrize("query", ["?cursor=nonsense", "?sort=-id&cursor=WyJpZCIsMCwiYSJd"])
def test_a_cursor_of_another_search_is_no_page(shelf: Shelf, query: str):
    assert shelf.cast.browser("admin").get(PAGE + query).status_code == 404


def test_an_empty_catalog_says_what_to_do_next(cast: Cast):
    html = cast.browser("viewer").get(PAGE).content.decode()
    assert "Nothing here yet" in html
    assert "curl -X POST http://testserver/api/v1/main/executions" in html


def test_nothing_found_offers_the_way_back(shelf: Shelf):
    html = shelf.cast.browser("admin").get(PAGE, {"q": "nowhere type:VM tag:x"}).content.decode()
    assert "No asset matches." in html
    assert '<a class="tag" href="/main/catalog?q=nowhere+tag%3Ax">' in html


@pytest.mark.parametrize("path", ["", "/facets", "/export.csv"])
def test_what_people_write_is_text(cast: Cast, path: str):
    fields: dict[str, Any] = {"display_name": HOSTILE, "type": HOSTILE, "tags": [HOSTILE]}
    make_asset(cast.main, "a", owners=[HOSTILE], metadata={HOSTILE: HOSTILE}, **fields)
    make_asset(cast.main, "b", owners=[HOSTILE], metadata={HOSTILE: HOSTILE}, **fields)
    answer = cast.browser("admin").get(PAGE + path)
    html = b"".join(answer).decode()
    if path != "/export.csv":
        assert_is_text(html)


def assert_is_text(html: str) -> None:
    """HOSTILE made no element, and turns no text around it the other way."""
    body = html.split("<main")[-1]
    assert "x<b>" not in html
    assert "x&lt;b&gt;" in body
    for found in re.finditer("\u202e", body):
        before = body[: found.start()]
        tag = before.rindex("<")
        in_attribute = tag > before.rfind(">")
        isolated = re.search(r"<(bdi\b|\w+[^>]* dir=\"auto\")[^<>]*>[^<]*$", before)
        assert in_attribute or isolated or "prose" in before[-400:], before[-200:]


def test_facets_lead_to_narrower_lists_and_back(shelf: Shelf):
    html = shelf.cast.browser("admin").get(f"{PAGE}/facets", {"q": "type:TABLE"}).content.decode()
    chosen = re.search(r'<a class="facet" href="/main/catalog\?" title="TABLE" aria-current', html)
    assert chosen
    assert "state%3Afailed" in html
    assert re.search(r'id="count"[^>]*>2 assets<', html)


def test_facets_of_many_say_that_they_stopped_counting(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("catalog.facets.COUNT_CAP", 3)
    monkeypatch.setitem(queries.__dict__, "COUNT_CAP", 3)
    monkeypatch.setitem(__import__("catalog.facets").facets._LIMITS, "limit", 4)
    html = shelf.cast.browser("admin").get(f"{PAGE}/facets").content.decode()
    assert re.search(r'id="count"[^>]*>3\+ assets<', html)
    assert "Counts are of the first 3 matches." in html


def test_a_csv_holds_the_search_and_no_formula(shelf: Shelf):
    make_asset(shelf.cast.main, "evil", display_name="=1+1", description="@x", type="File")
    answer = shelf.cast.browser("admin").get(f"{PAGE}/export.csv", {"q": "type:File"})
    lines = b"".join(answer).decode().splitlines()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert [line.split(",")[0] for line in lines] == ["\ufeffid", "SalesOrders", "evil"]
    assert lines[2].startswith("evil,File,company.data,'=1+1,'@x,")
    assert ",never," in lines[2], "and what the list tells of it"


def test_the_search_as_other_files(shelf: Shelf):
    browser = shelf.cast.browser("viewer")
    text = b"".join(browser.get(f"{PAGE}/export.jsonl", {"q": "orders"})).decode()
    assert [json.loads(line)["id"] for line in text.splitlines()] == ["shop.orders"]
    text = b"".join(browser.get(f"{PAGE}/export.yaml", {"q": "nothing-is-called-so"})).decode()
    assert text == "[]\n"
    assert browser.get(f"{PAGE}/export.xls").status_code == 404


@pytest.mark.parametrize("rows", [1, 60])
@pytest.mark.parametrize("path", ["", "/facets"])
def test_statements_do_not_grow_with_the_rows(
    cast: Cast, rows: int, path: str, django_assert_max_num_queries: Any
):
    for number in range(rows):
        make_asset(cast.main, f"a{number:02}", owners=["x"], tags=["y"])
    browser: Client = cast.browser("admin")
    browser.get(PAGE + path)
    with django_assert_max_num_queries(6):  # session, user, grants, tenants of the menu, the rows
        browser.get(PAGE + path)
