"""The whole graph in a corner: one small box a node, in the colour of its state."""

from collections.abc import Iterable

from lineage.drawing.layout import lay_out
from lineage.drawing.marks import number, state_name
from lineage.drawing.nodes import GraphEdge, GraphNode
from lineage.drawing.placed import Box, Placed

PAD = 60


def draw_minimap(graph: Placed | Iterable[GraphNode], edges: Iterable[GraphEdge] = ()) -> str:
    """A small picture for the eye only: where the graph's nodes are, and which one is selected.

    Takes what `draw_graph` takes; give both the same `Placed`, so that the layout runs once.
    """
    placed = graph if isinstance(graph, Placed) else lay_out(graph, edges)
    cells = "".join(_cell(node, placed.boxes[node.uid]) for node in placed.nodes)
    x, y, width, height = placed.bounds
    view = map(number, (x - PAD, y - PAD, width + 2 * PAD, height + 2 * PAD))
    return f'<svg class="graph mini" viewBox="{" ".join(view)}" aria-hidden="true">{cells}</svg>'


def _cell(node: GraphNode, box: Box) -> str:
    x, y, width, height = map(number, box)
    selected = ' class="sel"' if node.selected else ""
    return (
        f'<rect data-state="{state_name(node.state)}"{selected} x="{x}" y="{y}"'
        f' width="{width}" height="{height}" rx="10"/>'
    )
