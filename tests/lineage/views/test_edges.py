"""Edges by hand on the pages: listed with who and when, stated, taken back, and undone."""

import re
from typing import Any

import pytest
from django.test import Client

from lineage.models import Edge
from tests.factories import make_asset, make_stated_edge
from tests.world import World

ORDERS = "/main/assets/orders/-"
FEED = {"side": "upstream", "asset": "bucket", "note": "Every Monday."}


def page(client: Client, url: str = f"{ORDERS}/lineage", **params: Any) -> str:
    answer = client.get(url, params)
    assert answer.status_code == 200
    return answer.content.decode()


def stated() -> list[tuple[str, str, str]]:
    rows = Edge.objects.unscoped("test").filter(stated=True).order_by("pk")
    rows = rows.select_related("upstream", "downstream")
    return [(e.upstream.public_id, e.downstream.public_id, e.note) for e in rows]


@pytest.mark.parametrize(
    ("side", "edge"),
    [("upstream", ("bucket", "orders")), ("downstream", ("orders", "bucket"))],
)
def test_an_edge_is_stated_from_either_end(world: World, side: str, edge: tuple[str, str]):
    browser = world.cast.browser("editor")
    answer = browser.post(f"{ORDERS}/edges", FEED | {"side": side})
    assert answer.status_code == 302 and answer["Location"] == f"{ORDERS}/lineage"
    assert stated() == [(*edge, "Every Monday.")]
    shown = page(browser)
    assert "The edge is stated." in shown
    assert "Every Monday." in shown and "Editor</bdi>" in shown
    assert 'data-kind="manual"' in shown


def test_it_leads_back_to_the_page_where_the_form_stood(world: World):
    browser = world.cast.browser("editor")
    here = "/main/lineage?asset=orders&depth=3"
    assert browser.post(f"{ORDERS}/edges", FEED | {"next": here})["Location"] == here
    swap = {"HTTP_HX_REQUEST": "true"}
    answer = browser.post(f"{ORDERS}/edges", FEED | {"next": here}, **swap)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, here)
    away = browser.post(f"{ORDERS}/edges", FEED | {"next": "https://evil.example"})
    assert away["Location"] == f"{ORDERS}/lineage"


def test_columns_are_pairs_of_lines(world: World):
    columns = "order_no -> order_id\n\n  total\n"
    world.cast.browser("editor").post(f"{ORDERS}/edges", FEED | {"columns": columns})
    found = world.cast.api("admin").get(
        "/api/v1/main/edges/search", {"filters[kind][EQUALS]": "manual"}
    )
    [edge] = found.json()["results"]
    assert edge["columns"] == [
        {"upstream": "", "downstream": "total"},
        {"upstream": "order_no", "downstream": "order_id"},
    ]
    assert "2 columns" in page(world.cast.browser("editor"))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"asset": "nothing"}, "There is no asset “nothing”."),
        ({"asset": ""}, "This field is required."),
        ({"asset": "orders"}, "Is the upstream asset itself."),
        ({"asset": "a b"}, "Must not contain"),
        ({"note": "x" * 2001}, "at most 2000 characters"),
        ({"side": "aside"}, "Select a valid choice"),
    ],
)
def test_mistakes_are_told_and_nothing_typed_is_lost(world: World, said: Any, problem: str):
    typed = FEED | {"note": "I typed this."} | said
    answer = world.cast.browser("editor").post(f"{ORDERS}/edges", typed)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert problem in html
    assert typed["note"][:13] in html
    swapped = world.cast.browser("editor").post(
        f"{ORDERS}/edges", typed, headers={"HX-Request": "true"}
    )
    assert swapped.status_code == 200 and problem in swapped.content.decode()
    assert "<html" not in swapped.content.decode()
    assert stated() == []


def test_taking_back_can_be_undone(world: World):
    browser = world.cast.browser("editor")
    browser.post(f"{ORDERS}/edges", FEED | {"columns": "a -> b"})
    edge = Edge.objects.unscoped("test").get(stated=True)
    here = "/main/lineage?asset=orders"
    answer = browser.post(f"{ORDERS}/edges/{edge.pk}/remove", {"next": here})
    assert answer["Location"] == here and stated() == []
    shown = page(browser, here)
    assert "The edge is taken back." in shown
    form = shown.partition("taken back.")[2].partition("</form>")[0]
    action = re.search(r'action="([^"]+)"', form)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    fields = {name: value.replace("&gt;", ">") for name, value in fields.items()}
    assert action
    assert browser.post(action[1], fields)["Location"].startswith("/main/lineage")
    assert stated() == [("bucket", "orders", "Every Monday.")]


def test_only_who_may_change_it_is_offered_to(world: World):
    make_stated_edge(world.stg_orders, world.orders, note="Seen by all.")
    make_stated_edge(world.bucket, world.orders, note="Seen by few.")
    shown = page(world.cast.browser("viewer"))
    assert "Seen by all." in shown and "Seen by few." not in shown
    assert "Add an edge" not in shown and "/remove" not in shown
    editor = page(world.cast.browser("editor"))
    assert "Add an edge" in editor and "/remove" in editor


def test_the_inspector_tells_of_the_selected_asset(world: World):
    make_stated_edge(world.bucket, world.ledger, note="Of the ledger.")
    browser = world.cast.browser("editor")
    assert (
        "Of the ledger."
        not in page(browser, "/main/lineage", asset="orders").partition("Edges by hand")[2]
    )
    ledger = page(browser, "/main/lineage", asset="ledger").partition("Edges by hand")[2]
    assert "Of the ledger." in ledger


def test_a_locked_asset_says_so(world: World):
    edge = make_stated_edge(world.bucket, world.orders)
    world.cast.api("admin").post("/api/v1/main/assets/orders/lock")
    browser = world.cast.browser("editor")
    browser.post(f"{ORDERS}/edges/{edge.pk}/remove")
    assert "is locked by Admin" in page(browser)
    assert "is locked by Admin" in browser.post(f"{ORDERS}/edges", FEED).content.decode()


def test_what_people_write_is_text(world: World):
    make_stated_edge(world.bucket, world.orders, note="<script>x</script>")
    assert "<script>x" not in page(world.cast.browser("editor"))


@pytest.mark.parametrize(
    ("field", "text", "who", "offered"),
    [
        ("asset", "ord", "viewer", ["orders", "stg_orders"]),
        ("asset", "ledger", "viewer", []),
        ("asset", "", "viewer", []),
        ("namespace", "data", "viewer", ["company.data"]),
        ("namespace", "", "editor", ["company.data", "company.finance"]),
        ("type", "table", "viewer", ["io.kestra.plugin.ee.assets.Table"]),
        ("type", "my", "viewer", ["MyType"]),
        ("type", "my", "editor", ["MyType", "mySecret"]),
        ("nonsense", "x", "viewer", []),
    ],
)
def test_fields_offer_what_their_reader_may_see(
    world: World, field: str, text: str, who: str, offered: list[str]
):
    make_asset(world.cast.main, "mine", type="MyType")
    make_asset(world.cast.main, "theirs", "company.finance", type="mySecret")
    answer = page(world.cast.browser(who), f"/main/assets/-/suggestions/{field}", **{field: text})
    assert sorted(re.findall(r'value="([^"]+)"', answer)) == offered
