"""Pictures: plain values in, SVG text out. Nothing in here knows Django or a request.

The page embeds the sprite (`accounts.sprite`) once, and app.css holds every colour and stroke.
"""

from lineage.drawing.bars import HeatCell, Run, duration_bar, heat, run_bars, sparkline
from lineage.drawing.durations import duration_text
from lineage.drawing.gantt import Bar, GanttRow, Segment, Tick, gantt_axis, gantt_rows
from lineage.drawing.graph import draw_graph
from lineage.drawing.histogram import Stack, histogram
from lineage.drawing.layout import lay_out
from lineage.drawing.minimap import draw_minimap
from lineage.drawing.nodes import GraphEdge, GraphNode, GraphRow
from lineage.drawing.placed import Placed

__all__ = [
    "Bar",
    "GanttRow",
    "GraphEdge",
    "GraphNode",
    "GraphRow",
    "HeatCell",
    "Placed",
    "Run",
    "Segment",
    "Stack",
    "Tick",
    "draw_graph",
    "draw_minimap",
    "duration_bar",
    "duration_text",
    "gantt_axis",
    "gantt_rows",
    "heat",
    "histogram",
    "lay_out",
    "run_bars",
    "sparkline",
]
