"""The one room that knows the layout engine: nodes and edges in, boxes and lines out.

graphlay is deterministic, and nodes and edges are sorted before it sees them: the same graph gives
the same picture, in whatever order the database returned it.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, NamedTuple

import graphlay

from lineage.drawing.cards import Sizes
from lineage.drawing.dense import detour, short_pairs
from lineage.drawing.nodes import GraphEdge, GraphNode
from lineage.drawing.placed import Box, Line, Placed, Point
from lineage.drawing.rows import port

Route = Sequence[tuple[float, float]]
#: Where a line leaves and arrives, from -1 (top of the box) to 1; None anywhere.
Ports = tuple[float | None, float | None]

THOROUGH_UP_TO = 200
"""Nodes plus edges up to which the engine may take its time (up to 30 ms); beyond, it takes the
quick way, with about a tenth more crossings in a fifth of the time."""

FAN = 6
"""Lines that leave, or reach, one node side by side; more than that share a trunk."""

TRUNKS_UP_TO = 400
"""Lines up to which trunks are looked for: the search takes the square of their number."""

MOST_WAYPOINTS = 250
"""Places where lines pass through columns; some 150 ms of the engine's time. Beyond: `dense`."""

_SPACING = {
    "layer_gap": 40,
    "node_gap": 30,
    "dummy_gap": 20,
    "port_gap": 12,
    "stub": 12,
    "bundle_lane_gap": 8,
    "isolated_gap": 30,
    "isolated_max_columns": 4,
}


def lay_out(nodes: Iterable[GraphNode], edges: Iterable[GraphEdge] = ()) -> Placed:
    """Give every node a box and every pair of connected nodes a line.

    Raises ValueError for a uid that occurs twice, or an edge whose ends are not among the nodes.
    """
    nodes = sorted(nodes, key=_sort_key)
    edges = tuple(edges)
    index = {node.uid: i for i, node in enumerate(nodes)}
    _check(nodes, edges, index)
    pairs = _pairs(edges)
    if not nodes:
        return Placed((), (), {}, (), Box(0, 0, 0, 0))

    sizes = Sizes.of(nodes)
    ports = [_ports(nodes[index[key.source]], nodes[index[key.target]], key) for key in pairs]
    places, routes = _arrange(
        [sizes[node] for node in nodes],
        [(index[key.source], index[key.target]) for key in pairs],
        ports,
    )
    boxes = dict(zip((node.uid for node in nodes), places, strict=True))
    flows = {node.uid for node in nodes if node.kind == "flow"}
    lines = tuple(
        Line(
            key.source,
            key.target,
            _onto_pills(route, boxes, flows, (key.source, key.target)),
            shared.old,
            " ".join(sorted(filter(None, shared.kinds))),
            "\n".join(sorted(filter(None, shared.titles))),
            key.ends,
            shared.href,
            shared.label,
            shared.selected,
        )
        for (key, shared), route in zip(pairs.items(), routes, strict=True)
    )
    nodes.sort(key=lambda node: (boxes[node.uid].centre, boxes[node.uid].y))
    return Placed(tuple(nodes), edges, boxes, lines, _bounds(boxes.values(), lines))


def _sort_key(node: GraphNode) -> tuple[str, str, str]:
    """By name, so that neighbours stand in a familiar order; not even that of a restricted one."""
    if node.kind == "restricted":
        return "", "", node.uid
    return node.group, node.name, node.uid


def _check(
    nodes: Sequence[GraphNode], edges: Iterable[GraphEdge], index: Mapping[str, int]
) -> None:
    if len(index) < len(nodes):
        counts = Counter(node.uid for node in nodes)
        twice = sorted(uid for uid, count in counts.items() if count > 1)
        raise ValueError(f"nodes given twice: {', '.join(twice)}")
    ends = {uid for edge in edges for uid in (edge.source, edge.target)}
    if unknown := sorted(ends - index.keys()):
        raise ValueError(f"edges name unknown nodes: {', '.join(unknown)}")


class _Key(NamedTuple):
    """What parallel edges share; structural ones have a line of their own for each kind."""

    source: str
    target: str
    structural: str
    ends: tuple[str, str]


@dataclass(slots=True)
class _Shared:
    """Edges on one line: it is old when all of them are, and leads where the first one leads."""

    old: bool = True
    kinds: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    href: str = ""
    label: str = ""
    selected: bool = False


def _pairs(edges: Iterable[GraphEdge]) -> dict[_Key, _Shared]:
    """Each connected pair once, sorted."""
    found: dict[_Key, _Shared] = {}
    for edge in edges:
        structural = edge.kind if edge.is_structural else ""
        shared = found.setdefault(
            _Key(edge.source, edge.target, structural, edge.ends),
            _Shared(href=edge.href, label=edge.label),
        )
        shared.old &= edge.old
        shared.kinds.add(edge.kind)
        shared.titles.add(edge.title)
        shared.selected |= edge.selected
    return dict(sorted(found.items()))


def _ports(source: GraphNode, target: GraphNode, key: _Key) -> Ports:
    """Where a line has to leave and to arrive; None where the engine may choose."""
    return port(source, key.ends[0]), port(target, key.ends[1])


def _arrange(
    sizes: list[tuple[int, int]], pairs: list[tuple[int, int]], ports: list[Ports]
) -> tuple[list[Box], list[Route]]:
    """A box for each size, a polyline for each pair; in dense graphs some of our own drawing."""
    try:
        return _engine(sizes, pairs, ports)
    except graphlay.GraphlayError:
        short = short_pairs(len(sizes), pairs)
        boxes, routes = _engine(sizes, list(compress(pairs, short)), list(compress(ports, short)))
        drawn = iter(routes)
        return boxes, [
            next(drawn)
            if near
            else detour(_narrowed(boxes[pair[0]], at[0]), _narrowed(boxes[pair[1]], at[1]), lane)
            for lane, (pair, at, near) in enumerate(zip(pairs, ports, short, strict=True))
        ]


def _narrowed(box: Box, at: float | None) -> Box:
    """The part of a card where a line meets it: a row, or all of it."""
    if at is None:
        return box
    return Box(box.x, box.middle + at * box.height / 2, box.width, 0)


def _engine(
    sizes: list[tuple[int, int]], pairs: list[tuple[int, int]], ports: list[Ports]
) -> tuple[list[Box], list[Route]]:
    """Ask graphlay 0.3, whose dicts are those of its JSON request.

    Raises GraphlayError for a graph with more than `MOST_WAYPOINTS`, at once. The rounds in which
    it evens out ports and lines are few, and none around hubs: they grow with the cube of a fan.
    """
    thorough = len(sizes) + len(pairs) <= THOROUGH_UP_TO
    fan = max(*_fans(pairs))
    rounds = 2 if fan <= 4 * FAN and len(pairs) <= TRUNKS_UP_TO else 0
    layout = graphlay.layout(
        {
            "nodes": [{"size": {"width": w, "height": h}, "shape": "box"} for w, h in sizes],
            "edges": [
                {"source": a, "target": b, "weight": 1.0, **_held("source", "right", leaves)}
                | _held("target", "left", arrives)
                for (a, b), (leaves, arrives) in zip(pairs, ports, strict=True)
            ],
        },
        options={
            "spacing": _SPACING,
            "routing": {
                "port_sides": "facing_only",
                "merge_edges": "none" if any(map(any, ports)) else _merge(pairs),
            },
            "effort": "balanced" if thorough else "fast",
            "limits": {"max_dummies": MOST_WAYPOINTS},
            "tuning": {"routing": {"port_relax_rounds": rounds, "overlap_repair_rounds": rounds}},
        },
    )
    boxes = [_box(place) for place in layout.nodes]
    return boxes, [
        [Point(_snap(p["x"]), _snap(p["y"])) for p in e["points"]] for e in layout.edges
    ]


def _held(end: str, side: str, at: float | None) -> dict[str, Any]:
    return {} if at is None else {f"{end}_port": {"offset": {"side": side, "t": at}}}


def _fans(pairs: list[tuple[int, int]]) -> tuple[int, int]:
    """How many lines leave, and how many reach, the busiest node."""
    leave = Counter(source for source, _ in pairs)
    reach = Counter(target for _, target in pairs)
    return max(leave.values(), default=0), max(reach.values(), default=0)


def _merge(pairs: list[tuple[int, int]]) -> str:
    """Whether lines share a trunk, so that a hub with forty readers does not grow a beard."""
    forks, joins = (fan > FAN for fan in _fans(pairs))
    if len(pairs) > TRUNKS_UP_TO or not (forks or joins):
        return "none"
    if forks and joins:
        return "both"
    return "forks" if forks else "joins"


def _snap(value: float) -> float:
    """To the half unit: short numbers, and what was aligned stays aligned."""
    return math.floor(value * 2 + 0.5) / 2


def _box(place: dict[str, Any]) -> Box:
    width, height = place["size"]["width"], place["size"]["height"]
    x, y = place["center"]["x"] - width / 2, place["center"]["y"] - height / 2
    return Box(_snap(x), _snap(y), width, height)


def _onto_pills(
    route: Route, boxes: Mapping[str, Box], flows: set[str], ends: tuple[str, str]
) -> tuple[Point, ...]:
    """The points of a line; where it meets a flow, drawn in to the pill's curved side."""
    points = [Point(*point) for point in route]
    for uid, i in zip(ends, (0, -1), strict=True):
        if uid in flows:
            points[i] = _onto_pill(points[i], boxes[uid])
    return tuple(points)


def _onto_pill(point: Point, box: Box) -> Point:
    """A point on the left or right side of `box`, moved onto the half circle there."""
    radius = box.height / 2
    inset = _snap(radius - math.sqrt(max(radius**2 - (point.y - box.middle) ** 2, 0)))
    if point.x == box.x:
        return Point(box.x + inset, point.y)
    return Point(box.right - inset, point.y) if point.x == box.right else point


def _bounds(boxes: Iterable[Box], lines: Iterable[Line]) -> Box:
    boxes = list(boxes)
    points = [point for line in lines for point in line.points]
    left = min([*(b.x for b in boxes), *(p.x for p in points)])
    top = min([*(b.y for b in boxes), *(p.y for p in points)])
    right = max([*(b.right for b in boxes), *(p.x for p in points)])
    bottom = max([*(b.bottom for b in boxes), *(p.y for p in points)])
    return Box(left, top, right - left, bottom - top)
