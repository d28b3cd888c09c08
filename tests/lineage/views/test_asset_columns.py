"""The columns tab and the lineage of one column, as pages and through the API."""

import json
from html import unescape

import pytest

from catalog.models import Asset
from lineage.models import ColumnEdge
from tests.factories import make_asset
from tests.lineage.column_graphs import add_column_edge
from tests.lineage.drawing.samples import classes
from tests.lineage.graphs import hide
from tests.lineage.pages import cost, piece, visit
from tests.world import World

TAB = "/assets/orders/-/columns"
LINEAGE = f"{TAB}/lineage"
API = "/api/v1/main/assets/orders/columns"
SCHEMA = [
    {"name": "amount", "type": "numeric", "description": "In **euro**.", "tags": ["money"]},
    {"name": "buyer", "type": "struct", "columns": [{"name": "email", "type": "varchar"}]},
]


def declare(asset: Asset, columns: list[dict]) -> None:
    Asset.objects.unscoped("test").filter(pk=asset.pk).update(columns=columns)


@pytest.fixture
def columns(world: World) -> World:
    declare(world.orders, SCHEMA)
    flow = world.build_orders
    stg, orders = world.stg_orders, world.orders
    add_column_edge(
        stg, "cents", orders, "amount", flow, description="cents / 100", task_id="build"
    )
    add_column_edge(stg, "mail", orders, "buyer.email", flow, subtype="IDENTITY")
    add_column_edge(stg, "status", orders, "", flow, type="INDIRECT", subtype="FILTER")
    add_column_edge(orders, "amount", world.ledger, "total", world.close_books)
    return world


# --- the tab -------------------------------------------------------------------------------------


def test_columns_with_what_they_are(columns: World):
    html = visit(columns, TAB).html
    for text in ("amount", "numeric", "<strong>euro</strong>", "money", "email", "1 inside"):
        assert text in html
    assert 'class="mono in1"' in html, "nested columns are indented"
    assert "All columns" in html, "a filter holds for every column"


def test_what_is_next_to_a_column(columns: World):
    links = visit(columns, TAB).links
    for end in (
        "stg_orders/-/columns/lineage?column=cents",
        "ledger/-/columns/lineage?column=total",
    ):
        assert f"/main/assets/{end}" in links
    seen = visit(columns, TAB, "viewer")
    assert "ledger" not in seen.html
    assert "1 restricted" in seen.html


def test_columns_that_only_lineage_mentions(columns: World):
    html = visit(columns, "/assets/stg_orders/-/columns").html
    assert html.count("not in the schema") == 3


def test_no_columns_say_how_they_come(world: World):
    assert "OpenLineage" in visit(world, TAB).html


def test_search_and_pages(world: World):
    declare(world.orders, [{"name": f"col_{n:04}", "type": "int"} for n in range(10_000)])
    first = piece(world, TAB)
    assert "<h1" not in first.html
    assert "1 to 100 of 10,000" in first.html
    assert "?from=100" in first.links
    assert "9,901 to 10,000" in piece(world, f"{TAB}?from=9900").html
    found = piece(world, f"{TAB}?q=COL_0042+int")
    assert "col_0042" in found.html
    assert "col_0043" not in found.html
    assert "No column matches" in piece(world, f"{TAB}?q=nothing").html
    for wrong in ("x", "-1", "99999999"):
        assert "col_0000" in piece(world, f"{TAB}?from={wrong}").html


def test_the_overview_shows_the_first_and_leads_to_the_others(world: World):
    declare(world.orders, [{"name": f"col_{n:04}"} for n in range(40)])
    seen = visit(world, "/assets/orders")
    assert "col_0011" in seen.html
    assert "col_0012" not in seen.html
    assert f"/main{TAB}" in seen.links


def test_the_tab_takes_as_many_statements_for_more_columns(columns: World):
    before = cost(columns, TAB)
    declare(columns.orders, [*SCHEMA, *({"name": f"c{n}"} for n in range(60))])
    for n in range(60):
        add_column_edge(columns.stg_orders, "cents", columns.orders, f"c{n}")
    assert cost(columns, TAB) == before <= 15


# --- through the API -----------------------------------------------------------------------------


def test_columns_through_the_api(columns: World):
    answer = columns.cast.api("viewer").get(API).json()
    assert answer["total"] == 3
    amount = answer["results"][0]
    assert amount == {
        "path": "amount",
        "type": "numeric",
        "description": "In **euro**.",
        "tags": ["money"],
        "name": "amount",
        "depth": 0,
        "declared": True,
        "upstream": {
            "direct": {
                "count": 1,
                "restricted": 0,
                "columns": [{"id": "stg_orders", "column": "cents", "subtypes": []}],
            },
            "indirect": {"count": 0, "restricted": 0, "columns": []},
        },
        "downstream": {
            "direct": {"count": 1, "restricted": 1, "columns": []},
            "indirect": {"count": 0, "restricted": 0, "columns": []},
        },
    }
    assert answer["results"][2]["path"] == "buyer.email"


def test_a_cursor_reaches_every_column_once(world: World):
    declare(world.orders, [{"name": f"c{n}"} for n in range(7)])
    client, cursor, found = world.cast.api("viewer"), "", []
    while cursor is not None:
        answer = client.get(API, {"size": 3} | ({"cursor": cursor} if cursor else {})).json()
        found += [column["path"] for column in answer["results"]]
        cursor = answer.get("nextCursor")
    assert found == [f"c{n}" for n in range(7)]
    assert client.get(API, {"cursor": "x"}).status_code == 400
    assert client.get(API, {"size": "0"}).status_code == 400
    assert client.get("/api/v1/main/assets/by-id/columns", {"id": "orders"}).json()["total"] == 7


def test_how_a_restricted_flow_makes_a_column_is_not_told(columns: World):
    ColumnEdge.objects.unscoped("test").update(subtype="SECRET", flow=columns.close_books)
    client = columns.cast.api("viewer")
    assert "SECRET" not in client.get(API).content.decode()
    assert "secret" not in visit(columns, TAB, "viewer").html.lower()


# --- the lineage of a column ---------------------------------------------------------------------


def picture(html: str) -> str:
    """The first graph of a page that is no legend."""
    return html[html.index('<svg class="graph" width') :].split("</svg>", 1)[0] + "</svg>"


def test_a_column_with_what_it_is_made_of(columns: World):
    seen = visit(columns, f"{LINEAGE}?column=amount")
    assert "<h1" in seen.html
    for text in ("cents / 100", "Column amount of Orders", "Column cents of Staged orders"):
        assert text in unescape(seen.html)
    assert "/main/assets/stg_orders/-/columns/lineage?column=cents" in seen.links
    assert "#link-1" in seen.links
    assert 'id="link-1"' in seen.html


def test_lines_are_lit_from_the_chosen_column(columns: World):
    html = visit(columns, f"{LINEAGE}?column=amount&depth=all").html
    parts = list(classes(picture(html)).values())
    assert sum("selected" in part for part in parts) == 1
    assert not [part for part in parts if "dim" in part]


def test_the_whole_dataset(columns: World):
    html = visit(columns, LINEAGE).html
    assert "all columns" in html
    assert "4 transformations" not in html
    assert 'id="link-4"' in html


def test_without_what_is_indirect(columns: World):
    assert "filter" in visit(columns, f"{LINEAGE}?column=amount").html
    html = visit(columns, f"{LINEAGE}?column=amount&indirect=0").html
    assert '<span class="tag">filter</span>' not in html


def test_a_restricted_column_keeps_its_place(columns: World):
    html = visit(columns, f"{LINEAGE}?column=amount", "viewer").html
    assert "Restricted column" in html
    assert "1 restricted" in html
    for name in ("ledger", "total", "close_books"):
        assert name not in html
    hide([columns.orders])
    assert columns.cast.browser("viewer").get(f"/main{LINEAGE}").status_code == 404


def test_an_unknown_column_is_not_found(columns: World):
    client = columns.cast.browser("admin")
    assert client.get(f"/main{LINEAGE}", {"column": "nothing"}).status_code == 404
    html = visit(columns, f"{LINEAGE}?column=amount&depth=0&direction=sideways").html
    assert html.count("It is left out.") == 2


def test_nothing_known_says_how_it_comes(world: World):
    declare(world.orders, SCHEMA)
    assert "columnLineage" in visit(world, f"{LINEAGE}?column=amount").html


def test_its_keyboard_knows_the_steps(columns: World):
    html = visit(columns, f"{LINEAGE}?column=amount").html
    steps = json.loads(unescape(html.split('data-steps="', 1)[1].split('"', 1)[0]))
    assert set(steps) <= set(classes(picture(html)))
    assert any(above for above, _ in steps.values())


def test_statements_of_the_picture_do_not_grow(columns: World):
    before = cost(columns, f"{LINEAGE}?column=amount")
    for n in range(30):
        source = make_asset(columns.cast.main, f"source {n}")
        add_column_edge(source, "x", columns.orders, "amount")
    assert cost(columns, f"{LINEAGE}?column=amount") == before <= 15
