"""Where things go: every node once, every line from border to border, the same each time."""

import math
import time

import pytest
from hypothesis import given, settings

from lineage.drawing import GraphEdge, GraphNode, lay_out
from lineage.drawing.layout import MOST_WAYPOINTS
from lineage.drawing.placed import Box, Point
from tests.lineage.drawing.samples import asset, flow, graphs

FEW = settings(max_examples=25, deadline=None)


def on_border(point: Point, box: Box, kind: str) -> bool:
    """On the rectangle's edge; for a flow on the outline of the pill (to half a unit)."""
    inside_x, inside_y = box.x <= point.x <= box.right, box.y <= point.y <= box.bottom
    if not (inside_x and inside_y):
        return False
    if kind == "flow" and not box.x + 16 <= point.x <= box.right - 16:
        centre = box.x + 16 if point.x < box.centre else box.right - 16
        return abs(math.dist(point, (centre, box.middle)) - 16) <= 0.75
    return point.x in (box.x, box.right) or point.y in (box.y, box.bottom)


def overlap(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


@given(graphs())
@FEW
def test_every_node_has_its_own_place_and_every_pair_a_line_between_borders(graph):
    nodes, edges = graph
    placed = lay_out(nodes, edges)
    kinds = {node.uid: node.kind for node in nodes}

    assert sorted(node.uid for node in placed.nodes) == sorted(kinds)
    boxes = list(placed.boxes.values())
    assert not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert sorted((line.source, line.target) for line in placed.lines) == sorted(
        {(edge.source, edge.target) for edge in edges}
    )
    for line in placed.lines:
        first, last = line.points[0], line.points[-1]
        assert on_border(first, placed.boxes[line.source], kinds[line.source])
        assert on_border(last, placed.boxes[line.target], kinds[line.target])


@given(graphs())
@FEW
def test_the_order_of_rows_does_not_change_the_picture(graph):
    nodes, edges = graph
    there, back = lay_out(nodes, edges), lay_out(nodes[::-1], edges[::-1])
    assert there.boxes == back.boxes
    assert there.lines == back.lines
    assert there.nodes == back.nodes


def test_data_flows_from_left_to_right():
    placed = lay_out(
        [asset("raw"), flow("build"), asset("mart")],
        [GraphEdge("raw", "build"), GraphEdge("build", "mart")],
    )
    assert [node.uid for node in placed.nodes] == ["raw", "build", "mart"]
    assert placed.boxes["raw"].right < placed.boxes["build"].x
    assert placed.boxes["build"].right < placed.boxes["mart"].x


def test_cards_of_a_kind_are_equally_wide_and_grow_with_the_longest_name():
    short = lay_out([asset("a"), asset("b")])
    long = lay_out([asset("a"), asset("b", name="inventory_snapshot_daily")])
    assert short.boxes["a"].width == short.boxes["b"].width == 180
    assert long.boxes["a"].width == long.boxes["b"].width > 180
    assert lay_out([asset("a", name="n" * 500)]).boxes["a"].width == 256


def test_parallel_edges_share_a_line_that_is_old_only_when_all_are():
    nodes = [asset("a"), asset("b")]
    old = GraphEdge("a", "b", bundle=1, old=True, kind="sql")
    [both] = lay_out(nodes, [GraphEdge("a", "b", bundle=2, kind="declared"), old]).lines
    [only] = lay_out(nodes, [old, old]).lines
    assert (both.old, both.kind) == (False, "declared sql")
    assert (only.old, only.kind) == (True, "sql")


def test_edges_to_unknown_nodes_are_named():
    with pytest.raises(ValueError, match="unknown nodes: ghost, phantom"):
        lay_out([asset("a")], [GraphEdge("a", "phantom"), GraphEdge("ghost", "a")])


def test_a_node_given_twice_is_named():
    with pytest.raises(ValueError, match="nodes given twice: a$"):
        lay_out([asset("a"), asset("b"), asset("a")])


def test_the_names_of_restricted_nodes_do_not_decide_their_places():
    def places(first: str, second: str):
        hidden = [GraphNode("r1", "restricted", first), GraphNode("r2", "restricted", second)]
        return lay_out(hidden).boxes

    assert places("a", "z") == places("z", "a")


def test_lines_of_a_hub_share_a_trunk():
    readers = [asset(f"r{i}") for i in range(40)]
    placed = lay_out([asset("hub"), *readers], [GraphEdge("hub", r.uid) for r in readers])
    assert len({line.points[0] for line in placed.lines}) == 1
    assert len({line.points[-1] for line in placed.lines}) == 40


def test_a_tangle_is_laid_out_within_bounds():
    """Each of 60 nodes feeds all later ones and closes a cycle: far too much for the engine."""
    nodes = [asset(f"n{i:02}") for i in range(60)]
    edges = [GraphEdge(a.uid, b.uid) for i, a in enumerate(nodes) for b in nodes[i + 1 :]]
    edges += [GraphEdge(nodes[-1].uid, nodes[0].uid), GraphEdge("n05", "n05")]
    assert sum(range(60)) > MOST_WAYPOINTS

    started = time.process_time()
    placed = lay_out(nodes, edges)
    assert (
        time.process_time() - started < 5
    )  # else it takes a minute; a pause of the collector, one

    assert len(placed.lines) == len(edges)
    columns = [placed.boxes[node.uid].x for node in nodes]
    assert columns == sorted(columns)
    for line in placed.lines:
        assert on_border(line.points[0], placed.boxes[line.source], "asset")
        assert on_border(line.points[-1], placed.boxes[line.target], "asset")
