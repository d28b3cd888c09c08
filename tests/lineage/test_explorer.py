"""The lineage explorer: choosing, looking around, growing the graph, and nothing hidden."""

import re
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from django.http import HttpResponse

from catalog.models import Asset
from lineage.uids import namer
from tests.conftest import Cast
from tests.factories import (
    make_asset,
    make_bundle,
    make_execution,
    make_flow,
    make_task_run,
)
from tests.lineage.graphs import add_edge, arrows, hide
from tests.statements import statements
from tests.world import World

PATH = "/main/lineage"
SVG = re.compile(r'<svg class="graph" .*?</svg>', re.DOTALL)
NAME = re.compile(r'class="node[^"]*"[^>]*aria-label="(?:Table|Flow|Dataset) ([^,"]+),')


def get(cast: Cast, who: str = "admin", htmx: bool = False, **params: Any) -> HttpResponse:
    headers = {"HX-Request": "true"} if htmx else {}
    response = cast.browser(who).get(PATH, params, headers=headers)
    assert response.status_code == 200
    return response  # type: ignore[return-value]


def page(cast: Cast, who: str = "admin", **params: Any) -> str:
    return get(cast, who, **params).content.decode()


def names(text: str) -> list[str]:
    [svg] = SVG.findall(text)
    return sorted(NAME.findall(svg))


def expanders(text: str) -> dict[str, str]:
    """Label → address."""
    found = re.findall(r'<a class="more[^>]*? href="([^"]+)"[^>]*? aria-label="([^"]+)"', text)
    return {unescape(label): unescape(href) for href, label in found}


def test_the_picture_is_well_formed_and_links_select(world: World):
    text = page(world.cast, asset="orders")
    [svg] = SVG.findall(text)
    picture = ElementTree.fromstring(svg.replace("hx-", "hx_"))
    assert picture.get("aria-label") == "Lineage of orders"
    assert names(text) == ["Orders", "Staged orders", "build_orders", "close_books", "ledger"]
    uid = namer(world.cast.main.pk)("asset", world.stg_orders.pk)
    assert f'href="?asset=orders&amp;selected={uid}"' in svg
    selected = page(world.cast, asset="orders", selected=uid)
    assert "<h2>Direct downstream" in selected
    assert 'href="/main/assets/stg_orders"' in SVG.findall(selected)[0]


def test_only_what_the_depth_and_direction_ask_for(cast: Cast):
    arrows(cast.main, "a>b>c>d>e>f")
    assert names(page(cast, asset="c", flows=0)) == list("abcde")
    assert names(page(cast, asset="c", flows=0, depth=1)) == list("bcd")
    assert names(page(cast, asset="c", flows=0, depth="all", direction="upstream")) == list("abc")
    assert "mover" in names(page(cast, asset="c"))


def test_a_bad_parameter_is_named_and_left_out(world: World):
    text = page(world.cast, asset="orders", depth="many")
    assert "Expected a whole number from 1, or all." in text
    assert "Orders" in names(text)


def test_expanders_grow_the_graph_and_stay_in_the_address(cast: Cast):
    arrows(cast.main, "a>b>c>d>e")
    start = page(cast, asset="a", depth=1, flows=0)
    assert names(start) == ["a", "b"]
    href = expanders(start)["Show 1 more downstream of b"]
    assert "expand=downstream%3Ab" in href
    grown = cast.browser("admin").get(PATH + href, headers={"HX-Request": "true"})
    assert names(grown.content.decode()) == ["a", "b", "c"]
    assert grown["HX-Push-Url"] == PATH + href
    again = expanders(grown.content.decode())["Show 1 more downstream of c"]
    assert names(cast.browser("admin").get(PATH + again).content.decode()) == list("abcd")


def test_a_hub_grows_by_pieces(cast: Cast):
    hub = make_asset(cast.main, "hub")
    for number in range(70):
        add_edge(hub, make_asset(cast.main, f"n{number:02}"))
    text = page(cast, asset="hub", flows=0, limit=2)
    assert "Show 69 more downstream of hub" in expanders(text)
    once = page(cast, asset="hub", flows=0, limit=2, expand="downstream:hub")
    assert len(names(once)) == 52
    twice = page(cast, asset="hub", flows=0, limit=2, expand=["downstream:hub"] * 2)
    assert len(names(twice)) == 71


def test_nobody_expands_what_they_may_not_see(cast: Cast):
    assets = arrows(cast.main, "a>secret>b")
    hide([assets["secret"]])
    text = page(cast, "viewer", asset="a", depth=1, flows=0, expand="downstream:secret")
    assert names(text) == ["a"]


@pytest.mark.parametrize("params", [{}, {"list": 1}, {"flows": 0}, {"depth": "all"}])
def test_what_is_hidden_is_named_nowhere(world: World, params: dict[str, Any]):
    text = page(world.cast, "viewer", asset="orders", **params)
    for word in ("ledger", "finance", "close_books", "bucket"):
        assert word not in text
    assert "estricted" in text
    assert "ledger" in page(world.cast, "admin", asset="orders", **params)


def test_an_asset_out_of_reach_is_not_found(world: World):
    for asset in ("ledger", "no-such-asset"):
        assert world.cast.browser("viewer").get(PATH, {"asset": asset}).status_code == 404


def test_the_table_says_what_the_picture_shows(world: World):
    text = page(world.cast, asset="orders", list=1)
    assert not SVG.findall(text)
    for name in ("Orders", "Staged orders", "build_orders", "close_books", "ledger", "1 upstream"):
        assert name in text


def test_each_task_of_a_flow_is_a_stop_of_its_own(cast: Cast):
    a, b, c = (make_asset(cast.main, name) for name in "abc")
    flow = make_flow(cast.main, "nightly")
    add_edge(a, b, flow, task_id="extract")
    add_edge(b, c, flow, task_id="load")
    assert names(page(cast, asset="b"))[3:] == ["nightly · extract", "nightly · load"]
    add_edge(a, c, make_flow(cast.main, "single"), task_id="all")
    assert "single" in names(page(cast, asset="b", depth="all"))


def test_choosing_suggests_while_one_types(world: World):
    text = page(world.cast, q="order")
    assert "?asset=orders" in text and "?asset=stg_orders" in text
    piece = get(world.cast, htmx=True, q="order").content.decode()
    assert "<html" not in piece and "?asset=orders" in piece
    assert "?asset=ledger" not in page(world.cast, "viewer", q="ledger")


def test_choosing_starts_from_what_is_written_and_used(world: World):
    for number in range(3):
        run = make_execution(world.build_orders, f"again-{number}")
        make_bundle(make_task_run(run, "build"), [world.stg_orders], [])
    text = page(world.cast)
    assert "Most used of late" in text
    assert text.index("?asset=stg_orders") < text.index("?asset=orders")


def test_choosing_in_an_empty_catalog_says_what_to_do(cast: Cast):
    assert "No lineage yet." in page(cast)


def test_the_file_stands_alone(world: World):
    response = world.cast.browser("viewer").get(f"{PATH}/graph.svg", {"asset": "orders"})
    assert response["Content-Type"] == "image/svg+xml"
    assert "attachment" in response["Content-Disposition"]
    text = response.content.decode()
    ElementTree.fromstring(text)
    used = set(re.findall(r'href="#([^"]+)"', text))
    assert used <= set(re.findall(r'id="([^"]+)"', text))
    assert "ledger" not in text and "Orders" in text and "<a " not in text


def test_a_deleted_asset_says_so(world: World):
    Asset.objects.unscoped("test").filter(pk=world.orders.pk).update(
        deleted_at=world.orders.created_at
    )
    assert ", deleted" in page(world.cast, asset="orders")


def test_no_inline_style_or_script(world: World):
    for params in ({}, {"asset": "orders"}, {"asset": "orders", "list": 1}):
        text = page(world.cast, **params)
        assert " style=" not in text and "<style" not in text
        assert "javascript:" not in text and not re.search(r"\son\w+=", text)


def test_a_constant_number_of_statements(cast: Cast):
    assets = arrows(cast.main, "a>b")
    client = cast.browser("viewer")

    def ask() -> object:
        return client.get(PATH, {"asset": "b", "depth": "all"})

    before = statements(ask)
    for number in range(15):
        flow = make_flow(cast.main, f"f{number}")
        add_edge(assets["b"], make_asset(cast.main, f"n{number}"), flow)
    assert statements(ask) == before <= 15
