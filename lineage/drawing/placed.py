"""A graph with a place for everything: what the layout gives and every picture of it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lineage.drawing.nodes import STRUCTURAL, GraphEdge, GraphNode


class Box(NamedTuple):
    """A rectangle in user units."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def centre(self) -> float:
        return self.x + self.width / 2

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


class Point(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """One drawn connection. Parallel edges share it, apart from structural ones: it is old when
    all of them are. `ends` are the rows that it connects, or the nodes."""

    source: str
    target: str
    points: tuple[Point, ...]
    old: bool
    kind: str
    title: str = ""
    ends: tuple[str, str] = ("", "")
    href: str = ""
    label: str = ""
    selected: bool = False

    @property
    def is_structural(self) -> bool:
        return self.kind in STRUCTURAL


@dataclass(frozen=True, slots=True)
class Placed:
    """A graph with a place for everything; `draw_graph` and `draw_minimap` take it.

    `nodes` are in reading order, column by column from the top; `bounds` holds boxes and lines.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    boxes: Mapping[str, Box]
    lines: tuple[Line, ...]
    bounds: Box
