"""Cards that list columns: each row a link, lines that end at rows, and what is lit from one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.drawing import GraphEdge, GraphNode, GraphRow, draw_graph, lay_out
from lineage.drawing.rows import card_height, row_middle
from tests.lineage.drawing.samples import classes, parse


def card(uid: str, *rows: str, **fields: object) -> GraphNode:
    """Rows by name; their uids are `uid.name`, and `*` stands for the whole."""
    made = tuple(
        GraphRow(f"{uid}.{name}", name, href=f"?{uid}.{name}", is_whole=name == "*")
        for name in rows
    )
    return GraphNode(uid, "asset", uid, href=f"/{uid}", rows=made, **fields)


def line(source: str, target: str, **fields: object) -> GraphEdge:
    return GraphEdge(
        source.split(".")[0],
        target.split(".")[0],
        source_row=source,
        target_row=target,
        **fields,
    )


def select(node: GraphNode, uid: str) -> GraphNode:
    from dataclasses import replace

    rows = tuple(replace(row, selected=row.uid == uid) for row in node.rows)
    return replace(node, rows=rows)


def test_lines_leave_and_arrive_at_their_rows():
    nodes = [card("a", "x", "y", "z"), card("b", "v", "w")]
    placed = lay_out(nodes, [line("a.x", "b.w"), line("a.z", "b.w"), line("a.y", "b.v")])
    for one in placed.lines:
        for node, uid, point in zip(nodes, one.ends, (one.points[0], one.points[-1]), strict=True):
            box = placed.boxes[node.uid]
            index = [row.uid for row in node.rows].index(uid)
            assert abs(point.y - (box.y + row_middle(index))) <= 0.5
            assert point.x in (box.x, box.right)


def test_head_and_rows_are_links_of_their_own():
    root = parse(draw_graph([card("a", "x", "y")], title="T"))
    links = [(e.get("href"), e.get("data-uid")) for e in root.iter("a")]
    assert links == [("/a", "a"), ("?a.x", "a.x"), ("?a.y", "a.y")]
    assert not [inner for e in root.iter("a") for inner in e.iter("a") if inner is not e]


def test_only_what_the_chosen_column_is_made_of_is_lit():
    nodes = [card("a", "x", "y"), select(card("b", "v", "w"), "b.v"), card("c", "u")]
    edges = [line("a.x", "b.v"), line("a.y", "b.w"), line("b.v", "c.u")]
    found = classes(draw_graph(nodes, edges, title="T"))
    assert "up" in found["a.x"]
    assert "dim" in found["a.y"]
    assert "selected" in found["b.v"]
    assert "dim" in found["b.w"]
    assert "down" in found["c.u"]


def test_the_whole_covers_every_row():
    """A filter holds for every column, and a column is a part of the whole."""
    nodes = [card("a", "x"), select(card("b", "*", "v"), "b.v"), card("c", "u")]
    edges = [line("a.x", "b.*"), line("b.*", "c.u")]
    found = classes(draw_graph(nodes, edges, title="T"))
    assert "up" in found["a.x"]
    assert "down" in found["c.u"]


def test_a_restricted_card_keeps_its_rows_to_itself():
    hidden = GraphNode("h", "restricted", rows=(GraphRow("h.x", "password"), GraphRow("h.y")))
    svg = draw_graph([hidden, card("b", "v")], [line("h.x", "b.v")], title="T")
    assert "password" not in svg
    assert "h.x" not in classes(svg)
    assert f'height="{card_height(hidden)}"' in svg


def test_what_more_there_is_of_a_row_is_beside_it_while_no_line_is_there():
    row = GraphRow("a.x", "x", href="?x", hidden_upstream=3, hidden_downstream=2)
    node = GraphNode("a", "asset", "a", rows=(row,))
    svg = draw_graph([node, card("b", "v")], [line("a.x", "b.v")], title="T")
    assert "Show 3 more upstream of x" in svg
    assert "downstream of x" not in svg


def test_a_line_that_leads_somewhere_is_a_link():
    edge = line("a.x", "b.v", href="#how", label="How <x> goes into v", kind="indirect")
    root = parse(draw_graph([card("a", "x"), card("b", "v")], [edge], title="T"))
    [wire] = [e for e in root.iter("a") if "wire" in e.get("class", "").split()]
    assert (wire.get("href"), wire.get("tabindex")) == ("#how", "-1")
    assert wire.get("aria-label") == "How <x> goes into v"
    assert [path.get("data-kind") for path in wire.iter("path")] == ["indirect", None]


names = st.text(max_size=30)


@given(st.lists(st.lists(names, max_size=6), min_size=1, max_size=6), st.data())
@settings(max_examples=25, deadline=None)
def test_any_cards_are_well_formed(cards: list[list[str]], data: st.DataObject):
    nodes = [
        GraphNode(
            f"n{n}",
            "asset",
            f"card {n}",
            rows=tuple(GraphRow(f"n{n}.{i}", name, note=name) for i, name in enumerate(rows)),
        )
        for n, rows in enumerate(cards)
    ]
    uids = [row.uid for node in nodes for row in node.rows]
    pairs = st.lists(st.tuples(st.sampled_from(uids), st.sampled_from(uids)), max_size=12)
    edges = [line(*pair) for pair in data.draw(pairs)] if uids else []
    svg = draw_graph(nodes, edges, title="T")
    drawn = set(classes(svg))
    assert drawn == {node.uid for node in nodes} | set(uids)
