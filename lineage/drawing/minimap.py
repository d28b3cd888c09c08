"""The whole graph in a corner: one small box a node, in the colour of its state."""

from collections.abc import Iterable

from lineage.drawing.layout import Placed, lay_out
from lineage.drawing.marks import number, state_name
from lineage.drawing.nodes import GraphEdge, GraphNode

PAD = 60


def draw_minimap(graph: Placed | Iterable[GraphNode], edges: Iterable[GraphEdge] = ()) -> str:
    """A small picture for the eye only: where the graph's nodes are, and which one is selected.

    Takes what `draw_graph` takes; give both the same `Placed`, so that the layout runs once.
    """
    placed = graph if isinstance(graph, Placed) else lay_out(graph, edges)
    cells = []
    for node in placed.nodes:
        box = placed.boxes[node.uid]
        sel = ' class="sel"' if node.selected else ""
        cells.append(
            f'<rect data-state="{state_name(node.state)}"{sel} x="{number(box.x)}" y="{number(box.y)}"'
            f' width="{number(box.width)}" height="{number(box.height)}" rx="10"/>'
        )
    x, y, width, height = placed.bounds
    view = map(number, (x - PAD, y - PAD, width + 2 * PAD, height + 2 * PAD))
    return (
        f'<svg class="graph mini" viewBox="{" ".join(view)}" aria-hidden="true">'
        f"{''.join(cells)}</svg>"
    )
