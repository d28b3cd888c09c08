"""Lines that tell what is known of them, and cards that list their columns."""

import json
import re
from html import unescape

import pytest
from django.http import QueryDict

from lineage.exploring import explore
from lineage.models import ColumnEdge, Edge
from lineage.sights import Sight
from tests.factories import NOW
from tests.lineage.column_graphs import add_column_edge
from tests.lineage.drawing.samples import classes, parse
from tests.lineage.graphs import add_edge
from tests.lineage.pages import Seen, cost, piece, visit
from tests.world import World

PATH = "/lineage?asset=orders"
TAB = "/assets/orders/-/lineage?x=1"


def picture(seen: Seen) -> str:
    return (
        seen.html[seen.html.index('<svg class="graph" width') :].split("</svg>", 1)[0] + "</svg>"
    )


def wires(seen: Seen) -> dict[str, str]:
    """What a line says → where it leads."""
    links = [e for e in parse(picture(seen)).iter("a") if "wire" in e.get("class", "")]
    return {link.get("aria-label", ""): link.get("href", "") for link in links}


def told(world: World, label: str, who: str = "admin", path: str = PATH) -> str:
    """The panel of the line that is called so."""
    href = wires(visit(world, path, who))[label]
    html = visit(world, f"{path.split('?')[0]}{href}", who).html
    return html[html.index("data-edge-panel") :].split("</section>", 1)[0]


@pytest.fixture
def edges(world: World) -> World:
    Edge.objects.unscoped("test").filter(downstream=world.orders).update(
        kind="sql", sql="select 1 as <one>", runs=7, last_execution=world.run_orders
    )
    add_column_edge(
        world.stg_orders,
        "cents",
        world.orders,
        "amount",
        world.build_orders,
        task_id="build",
        subtype="TRANSFORMATION",
        description="cents / 100",
    )
    return world


def test_a_line_leads_to_what_is_known_of_it(edges: World):
    html = unescape(told(edges, "How Staged orders goes into build_orders"))
    for text in ("read from SQL", "/flows/company.data/build_orders", "build", "7", "the last"):
        assert text in html, text
    assert "/executions/run-orders" in html
    assert '<span class="k">select</span>' in html
    assert "Copy SQL" in html
    for text in ("cents", "amount", "transformation", "cents / 100"):
        assert text in html, text


def test_every_line_of_both_ends_is_told(edges: World):
    seen = visit(edges, PATH)
    assert set(wires(seen)) == {
        "How Staged orders goes into build_orders",
        "How build_orders goes into Orders",
        "How Orders goes into close_books",
        "How close_books goes into ledger",
    }
    assert "Orders" in told(edges, "How build_orders goes into Orders")


def test_the_chosen_line_stands_out(edges: World):
    href = wires(visit(edges, PATH))["How build_orders goes into Orders"]
    seen = piece(edges, f"/lineage{href}")
    [chosen] = [
        e
        for e in parse(picture(seen)).iter("a")
        if e.get("aria-current") and "wire" in e.get("class", "")
    ]
    assert chosen.get("aria-label") == "How build_orders goes into Orders"


def test_the_inspector_leads_to_edges_without_the_picture(edges: World):
    html = visit(edges, f"{PATH}&flows=1").html
    assert 'aria-label="How Staged orders goes into Orders"' in html
    uids = re.search(
        r'href="([^"]*edge=[^"]*)"[^>]*aria-label="How Staged orders goes into Orders"', html
    )
    assert uids
    assert "read from SQL" in visit(edges, f"/lineage{unescape(uids[1])}").html


def test_the_tab_tells_it_below_the_graph(edges: World):
    assert "read from SQL" in told(edges, "How build_orders goes into Orders", path=TAB)


def test_an_edge_by_hand_tells_who_and_why(edges: World):
    person = edges.cast.users["editor"]
    add_edge(
        edges.stg_orders,
        edges.bucket,
        kind="manual",
        stated=True,
        note="Copied by <hand>",
        created_by=person,
        runs=0,
    )
    html = unescape(
        told(edges, "How Staged orders goes into bucket", path="/lineage?asset=bucket")
    )
    for text in ("by hand", "stated", "Copied by <hand>", "Editor"):
        assert text in html, text


def test_a_line_into_what_is_restricted_tells_nothing(edges: World):
    seen = visit(edges, PATH, "viewer")
    labels = set(wires(seen))
    assert "How Orders goes into something restricted" in labels
    html = told(edges, "How Orders goes into something restricted", "viewer")
    assert "Restricted" in html
    assert "ledger" not in html
    assert "close_books" not in html


@pytest.mark.parametrize("ends", ["nothing", "a~b", "~", "a~", "é~\u2028", "'\"<>~x"])
def test_an_address_that_names_no_line_is_no_mistake(edges: World, ends: str):
    assert "data-edge-panel" not in visit(edges, f"{PATH}&edge={ends}").html


def test_the_legend_names_how_edges_became_known(edges: World):
    html = visit(edges, PATH).html
    assert "Read from SQL" in html
    assert 'data-kind="sql"' in html
    assert "Declared" in html
    assert "By hand" not in html


def test_a_chosen_line_costs_three_statements(edges: World):
    href = wires(visit(edges, PATH))["How build_orders goes into Orders"]
    assert cost(edges, f"/lineage{href}") - cost(edges, PATH) == 3


def test_a_file_has_no_lines_that_lead_anywhere(edges: World):
    response = edges.cast.browser("admin").get(f"/main/lineage/graph.svg{PATH[8:]}&columns=1")
    links = [
        e.get("class")
        for e in parse(response.content.decode().replace(" xmlns=", " x=")).iter("a")
    ]
    assert set(links) <= {"more"}
    assert b"amount" in response.content


# --- columns -------------------------------------------------------------------------------------


def test_cards_list_the_columns_that_are_linked(edges: World):
    seen = visit(edges, f"{PATH}&columns=1")
    rows = [
        e.get("aria-label")
        for e in parse(picture(seen)).iter("a")
        if "column" in e.get("class", "").split()
    ]
    assert rows == ["Column cents", "Column amount"]
    assert "How Staged orders goes into Orders" not in wires(seen), "its columns are linked"
    assert "How Orders goes into ledger" in wires(seen), "nothing is known of its columns"
    assert "build_orders" not in " ".join(wires(seen))


def test_a_chosen_column_lights_its_way(edges: World):
    add_column_edge(edges.stg_orders, "other", edges.orders, "note", edges.build_orders)
    seen = visit(edges, f"{PATH}&columns=1")
    by_label = {e.get("aria-label"): e for e in parse(picture(seen)).iter("a")}
    href = by_label["Column amount"].get("href", "")
    seen = visit(edges, f"/lineage{href}")
    found = {
        e.get("aria-label"): set(e.get("class", "").split())
        for e in parse(picture(seen)).iter("a")
    }
    assert "selected" in found["Column amount"]
    assert "up" in found["Column cents"]
    assert "dim" in found["Column other"]
    assert "Open its lineage" in seen.html
    assert "/main/assets/orders/-/columns/lineage?column=amount" in seen.links


def test_a_chosen_asset_lights_all_its_columns(edges: World):
    seen = visit(edges, f"{PATH}&columns=1")
    assert not [parts for parts in classes(picture(seen)).values() if "dim" in parts]


def test_a_long_card_keeps_what_is_on_the_way(edges: World):
    for n in range(40):
        add_column_edge(edges.stg_orders, f"c{n:02}", edges.orders, f"d{n:02}", edges.build_orders)
    sight = Sight.of(QueryDict("asset=orders&columns=1"))
    found = explore(edges.cast.access("admin"), sight, NOW)
    [start] = [n for n in found.graph.assets if n.uid == found.graph.start]
    assert "29 more" in found.picture.svg
    seen = visit(edges, f"{PATH}&columns=1")
    assert len([c for c in classes(picture(seen)).values() if "column" in c]) == 24
    assert start.asset


def test_columns_of_what_is_restricted_are_not_listed(edges: World):
    add_column_edge(edges.orders, "amount", edges.ledger, "secret_total", edges.close_books)
    html = visit(edges, f"{PATH}&columns=1", "viewer").html
    assert "secret_total" not in html
    assert "Restricted" in html


def test_statements_do_not_grow_with_columns(edges: World):
    before = cost(edges, f"{PATH}&columns=1")
    for n in range(30):
        add_column_edge(edges.stg_orders, f"c{n}", edges.orders, f"d{n}", edges.build_orders)
    assert cost(edges, f"{PATH}&columns=1") == before
    ColumnEdge.objects.unscoped("test").all().delete()
    assert cost(edges, f"{PATH}&columns=1") == before


def test_the_keyboard_still_knows_the_steps(edges: World):
    html = visit(edges, f"{PATH}&columns=1").html
    steps = json.loads(unescape(html.split('data-steps="', 1)[1].split('"', 1)[0]))
    assert steps
