"""The lineage graph as a reader, a keyboard and an XML parser meet it."""

import re

import pytest
from hypothesis import given, settings

from lineage.drawing import GraphEdge, GraphNode, draw_graph, draw_minimap, lay_out
from tests.lineage.drawing.samples import asset, classes, flow, graphs, parse

FEW = settings(max_examples=25, deadline=None)


@given(graphs())
@FEW
def test_any_graph_is_well_formed_and_shows_every_node_once(graph):
    nodes, edges = graph
    svg = draw_graph(nodes, edges, title="Lineage", hx_target="#graph")
    root = parse(svg)

    drawn = [e.get("data-uid") for e in root.iter() if e.get("data-uid")]
    visible = [node.uid for node in nodes if node.kind != "restricted"]
    assert sorted(drawn) == sorted(visible)
    restricted = [e for e in root.iter() if "restricted" in e.get("class", "").split()]
    assert len(restricted) == len(nodes) - len(visible)
    paths = [e for e in root.iter("path") if "edge" in e.get("class", "").split()]
    assert len(paths) == len({(edge.source, edge.target) for edge in edges})
    geometry = " ".join(
        e.get(name, "") for e in root.iter() for name in ("x", "y", "d", "width", "transform")
    )
    assert not re.search("nan|inf", geometry.lower())
    assert svg == draw_graph(nodes, edges, title="Lineage", hx_target="#graph")


@given(graphs())
@FEW
def test_any_minimap_is_well_formed_and_has_a_cell_for_every_node(graph):
    nodes, edges = graph
    root = parse(draw_minimap(lay_out(nodes, edges)))
    assert len(list(root.iter("rect"))) == len(nodes)


@pytest.mark.parametrize("count", [0, 1, 300])
def test_graphs_of_any_size_are_drawn(count):
    nodes = [asset(f"n{i}") for i in range(count)]
    edges = [GraphEdge(f"n{i}", f"n{i + 1}") for i in range(count - 1)]
    svg = draw_graph(nodes, edges, title="Lineage")
    assert len(classes(svg)) == count


def test_one_unit_is_one_pixel():
    root = parse(draw_graph([asset("a"), asset("b")], title="Lineage"))
    assert root.get("viewBox", "").split()[2:] == [root.get("width"), root.get("height")]


def test_a_layout_made_once_serves_both_pictures():
    nodes, edges = [asset("a", selected=True), asset("b")], [GraphEdge("a", "b")]
    placed = lay_out(nodes, edges)
    assert draw_graph(placed, title="T") == draw_graph(nodes, edges, title="T")
    assert draw_minimap(placed) == draw_minimap(nodes, edges)


def test_ancestors_and_descendants_are_lit_and_the_rest_is_dim():
    nodes = [asset("raw"), asset("mart", selected=True), asset("board"), asset("other")]
    edges = [GraphEdge("raw", "mart"), GraphEdge("mart", "board"), GraphEdge("raw", "other")]
    parts = classes(draw_graph(nodes, edges, title="T"))
    assert "up" in parts["raw"]
    assert "selected" in parts["mart"]
    assert "down" in parts["board"]
    assert "dim" in parts["other"]
    undimmed = classes(draw_graph(nodes, edges, title="T", dim=False))
    assert "dim" not in undimmed["other"]


def test_nothing_is_dim_when_nothing_is_selected():
    assert " dim" not in draw_graph([asset("a"), asset("b")], [GraphEdge("a", "b")], title="T")


def test_a_path_through_a_flow_stays_within_its_bundle():
    nodes = [asset("a"), asset("x"), flow("load"), asset("b", selected=True), asset("y")]
    edges = [
        GraphEdge("a", "load", bundle=1),
        GraphEdge("load", "b", bundle=1),
        GraphEdge("x", "load", bundle=2),
        GraphEdge("load", "y", bundle=2),
    ]
    parts = classes(draw_graph(nodes, edges, title="T"))
    assert "up" in parts["a"]
    assert "up" in parts["load"]
    assert "dim" in parts["x"]
    assert "dim" in parts["y"]


def test_a_cycle_ends():
    nodes = [asset("a", selected=True), asset("b"), asset("c")]
    edges = [GraphEdge("a", "b"), GraphEdge("b", "c"), GraphEdge("c", "a"), GraphEdge("b", "b")]
    parts = classes(draw_graph(nodes, edges, title="T"))
    assert "up" in parts["b"]
    assert "up" in parts["c"]


def test_a_restricted_node_keeps_its_place_and_nothing_else():
    secret = GraphNode(
        uid="uid-of-secret",
        kind="restricted",
        name="salaries",
        sub="company.hr",
        icon="file",
        hue="red",
        state="failed",
        age="9 d",
        href="/salaries",
        label="Table salaries",
        hidden_upstream=7,
        hidden_downstream=7,
        expand_upstream_href="/more-salaries",
        expand_downstream_href="/more-salaries",
        group="company.hr",
    )
    open_ones = [asset("a", group="company.data"), asset("b", group="company.data")]
    edges = [GraphEdge("a", "uid-of-secret", bundle="hr-bundle"), GraphEdge("uid-of-secret", "b")]
    svg = draw_graph([secret, *open_ones], edges, title="T")
    for word in ("uid-of-secret", "salaries", "company.hr", "hr-bundle", "failed", "9 d", "+7"):
        assert word not in svg
    assert "Restricted" in svg
    assert "salaries" not in draw_minimap([secret])

    renamed = GraphNode("uid-of-secret", "restricted", name="aardvark", group="zoo")
    assert draw_graph([renamed, *open_ones], edges, title="T") == svg


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '" onmouseover="alert(1)" x=\'',
        "a & b &lt;",
        "nul\x00 bell\x07 lone\ud800",
        "]]><!--",
    ],
)
def test_text_is_only_ever_text(name):
    nodes = [asset("a", name=name, sub=name, label=name, group=name, age=name, hue=name)]
    root = parse(draw_graph(nodes, title=name, id_prefix=name, hx_target=name))
    tags = {element.tag for element in root.iter()}
    assert tags <= {"svg", "g", "a", "rect", "use", "text", "title", "path", "defs", "pattern"}
    assert not any(key.startswith("on") for element in root.iter() for key in element.attrib)


def test_a_name_cannot_turn_the_reading_direction():
    svg = draw_graph([asset("a", name="invoice\u202efdp.exe", label="x\u2066y")], title="T")
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", svg)


def test_a_long_name_keeps_both_ends_and_is_whole_in_its_title():
    name = "warehouse_of_everything_that_ever_happened_in_this_company_v2"
    root = parse(draw_graph([asset("a", name=name, sub="data")], title="T"))
    [shown] = [e.text or "" for e in root.iter("text") if e.get("class") == "name"]
    assert shown.startswith("ware")
    assert shown.endswith("_v2")
    assert "\u2026" in shown
    assert [e.text for e in root.iter("title")] == [f"{name} · data"]


def test_a_short_name_needs_no_title():
    assert "<title>" not in draw_graph([asset("a", name="orders")], title="T")


def test_expanders_link_and_swap():
    node = asset(
        "a",
        hidden_upstream=3,
        hidden_downstream=2000,
        expand_upstream_href="/x?up=a&depth=2",
        expand_downstream_href="/x?down=a",
    )
    root = parse(draw_graph([node], title="T", hx_target="#graph"))
    up, down = [e for e in root.iter("a") if e.get("class") == "more"]
    assert up.get("href") == up.get("hx-get") == "/x?up=a&depth=2"
    assert up.get("hx-target") == "#graph"
    assert up.get("hx-push-url") == "true"
    assert up.get("aria-label") == "Show 3 more upstream of a"
    assert "".join(up.itertext()) == "+3"
    assert "".join(down.itertext()) == "+999"
    assert "hx-get" not in draw_graph([node], title="T")


def test_no_expander_without_hidden_neighbours_or_without_a_link():
    linked = asset("a", expand_upstream_href="/x")
    hidden = asset("b", hidden_upstream=3)
    assert 'class="more' not in draw_graph([linked, hidden], title="T")


def test_a_group_box_surrounds_its_own_and_nobody_else():
    together = [asset("a", group="data"), asset("b", group="data")]
    assert draw_graph(together, [GraphEdge("a", "b")], title="T").count('class="group"') == 1

    between = [*together, asset("c", group="finance")]
    edges = [GraphEdge("a", "c"), GraphEdge("c", "b")]
    svg = draw_graph(between, edges, title="T")
    assert ">data<" not in svg
    assert ">finance<" in svg
    assert 'class="group"' not in draw_graph(between, edges, title="T", groups=False)


def test_a_group_box_does_not_tell_where_a_restricted_node_belongs():
    nodes = [asset("a", group="data"), asset("b", group="data")]
    edges = [GraphEdge("a", "r"), GraphEdge("r", "b")]
    hidden = GraphNode("r", "restricted", group="data")
    assert 'class="group"' not in draw_graph([*nodes, hidden], edges, title="T")

    apart = draw_graph([*nodes, hidden], [GraphEdge("a", "b")], title="T")
    assert apart.count('class="group"') == 1


def test_a_link_says_what_it_leads_to():
    spoken = asset("a", name="orders", sub="data.marts", state="stale", age="9 d")
    root = parse(draw_graph([spoken, flow("load", state="failed")], title="Lineage of orders"))
    assert root.get("aria-label") == "Lineage of orders"
    labels = {e.get("data-uid"): e.get("aria-label") for e in root.iter("a")}
    assert labels == {"a": "orders, data.marts, stale 9 d", "load": "Flow load, failed"}


def test_ids_of_two_graphs_on_a_page_stay_apart():
    hidden = [GraphNode("r", "restricted")]
    first, second = (draw_graph(hidden, title="T", id_prefix=p) for p in ("a-", "b-"))
    assert 'id="a-hatch"' in first
    assert "url(#a-hatch)" in first
    assert "a-hatch" not in second


def test_the_policy_holds():
    svg = draw_graph([asset("a"), GraphNode("r", "restricted")], title="T")
    assert not re.search(r"style=|<style|<script|data:|https?://", svg)


def test_old_edges_are_marked_and_kinds_are_kept():
    edges = [GraphEdge("a", "b", old=True, kind="sql")]
    root = parse(draw_graph([asset("a"), asset("b")], edges, title="T"))
    [edge] = [e for e in root.iter("path") if "edge" in e.get("class", "").split()]
    assert "old" in edge.get("class", "").split()
    assert edge.get("data-kind") == "sql"


def test_two_hundred_nodes_stay_within_the_budget():
    """DESIGN 10: 200 nodes in under 400 KB."""
    nodes = [
        asset(
            f"asset-{i:03}",
            name=f"company.warehouse.table_{i}",
            sub=f"company.data.team_{i % 9}",
            state="fresh",
            age="24 min",
            hue="blue",
            hidden_downstream=4,
            expand_downstream_href=f"/main/lineage/?asset=asset-{i:03}&depth=3&expand=asset-{i}",
        )
        for i in range(200)
    ]
    edges = [GraphEdge(f"asset-{i:03}", f"asset-{i + 20:03}") for i in range(180)]
    edges += [GraphEdge(f"asset-{i:03}", f"asset-{i + 21:03}") for i in range(0, 178, 2)]
    svg = draw_graph(nodes, edges, title="T", hx_target="#graph")
    assert len(svg.encode()) < 400_000
