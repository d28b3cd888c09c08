"""From polylines to SVG paths: rounded corners, arrow tips, and hops where lines cross.

Lines are orthogonal. Where a horizontal stretch crosses the vertical stretch of another line it
hops over it, so that a crossing is never taken for a junction.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from lineage.drawing.marks import number as n

Points = Sequence[tuple[float, float]]

RADIUS, HOP, TIP = 8, 5, 6

MOST_HOPS, MOST_LINES = 4, 600
"""Crossings a line, on average, and lines up to which they hop; beyond, hops are only noise."""


class Vertical(NamedTuple):
    """A vertical stretch of the line with the given index."""

    x: float
    top: float
    bottom: float
    line: int


def draw_paths(lines: Sequence[Points]) -> list[str]:
    """The `d` of every line; each ends where its arrow tip begins."""
    shapes = [_shape(line) for line in lines]
    crossed = _crossings(shapes) if len(lines) <= MOST_LINES else {}
    if sum(map(len, crossed.values())) > MOST_HOPS * len(lines):
        crossed = {}
    return [_draw(shape, index, crossed) for index, shape in enumerate(shapes)]


def tip(line: Points) -> str:
    """The arrow tip at the end of a line, along its last stretch."""
    (x0, y0), (x1, y1) = _corners(line)[-2:]
    if y0 == y1:
        way = _sign(x1 - x0) or 1
        return f"M{n(x1 - way)} {n(y1)}l{-7 * way} -4v8z"
    way = _sign(y1 - y0)
    return f"M{n(x1)} {n(y1 - way)}l-4 {-7 * way}h8z"


def _shape(line: Points) -> list[tuple[float, float]]:
    """The corners of a line, the last one moved back to leave room for the tip."""
    points = _corners(line)
    (ax, ay), (bx, by) = points[-2:]
    if ax == bx:
        points[-1] = bx, by - min(TIP, abs(by - ay)) * _sign(by - ay)
    else:
        points[-1] = bx - min(TIP, abs(bx - ax)) * _sign(bx - ax), by
    return points


def _draw(points: Points, index: int, crossed: Mapping[tuple[int, int], Sequence[float]]) -> str:
    steps = [f"M{n(points[0][0])} {n(points[0][1])}"]
    for i, ((ax, ay), (bx, by)) in enumerate(pairwise(points), start=1):
        turn = _radius(points, i)
        if ay == by:
            steps += _hops(ax, bx, crossed.get((index, i), ()))
            steps.append(f"H{n(bx - turn * _sign(bx - ax))}")
        elif ax == bx:
            steps.append(f"V{n(by - turn * _sign(by - ay))}")
        else:
            steps.append(f"L{n(bx)} {n(by)}")
        if turn:
            cx, cy = points[i + 1]
            steps.append(
                f"Q{n(bx)} {n(by)} {n(bx + turn * _sign(cx - bx))} {n(by + turn * _sign(cy - by))}"
            )
    return "".join(steps)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def _corners(line: Points) -> list[tuple[float, float]]:
    """Without points that lie within a straight stretch."""
    inner = [
        (x, y)
        for (ax, ay), (x, y), (bx, by) in zip(line, line[1:], line[2:], strict=False)
        if not (ax == x == bx or ay == y == by)
    ]
    return [line[0], *inner, line[-1]]


def _radius(points: Points, i: int) -> float:
    """How round the corner at point `i` may be: half of the shorter stretch beside it.

    Where a trunk leaves a node after a short stub its branches turn sharply: rounded both ways
    they would look like an arrow tip.
    """
    if i == len(points) - 1:
        return 0
    (ax, ay), (bx, by), (cx, cy) = points[i - 1 : i + 2]
    before, after = abs(bx - ax) + abs(by - ay), abs(cx - bx) + abs(cy - by)
    slanted = (ax != bx and ay != by) or (bx != cx and by != cy)
    if slanted or (i == 1 and before <= RADIUS):
        return 0
    return min(RADIUS, before / 2, after / 2)


def _crossings(lines: Sequence[Points]) -> dict[tuple[int, int], list[float]]:
    """Where verticals of other lines cross each horizontal, by line and number of the stretch."""
    verticals = _verticals(lines)
    found = {}
    for index, line in enumerate(lines):
        for i, ((ax, ay), (bx, by)) in enumerate(pairwise(line), start=1):
            if ay == by and (at := _crossed(min(ax, bx), max(ax, bx), ay, index, verticals)):
                found[index, i] = at
    return found


def _verticals(lines: Sequence[Points]) -> list[Vertical]:
    """The vertical stretches of all lines from left to right."""
    return sorted(
        Vertical(x, min(y0, y1) + 1, max(y0, y1) - 1, index)
        for index, line in enumerate(lines)
        for (x, y0), (x1, y1) in pairwise(line)
        if x == x1 and abs(y1 - y0) > 2
    )


def _crossed(
    left: float, right: float, y: float, index: int, verticals: Sequence[Vertical]
) -> list[float]:
    """Where other lines cross the horizontal at `y`, away from its rounded ends."""
    low, high = left + RADIUS + HOP, right - RADIUS - HOP
    if low >= high:
        return []
    first = bisect_right(verticals, low, key=_x)
    last = bisect_left(verticals, high, key=_x)
    return [
        x for x, top, bottom, line in verticals[first:last] if top < y < bottom and line != index
    ]


_x = attrgetter("x")


def _hops(ax: float, bx: float, at: Sequence[float]) -> list[str]:
    """Hops on the way from `ax` to `bx`; verticals that stand close share one bridge."""
    way = 1 if bx > ax else -1
    bridges: list[list[float]] = []
    for x in at if way > 0 else reversed(at):
        if bridges and abs(x - bridges[-1][1]) < 2 * HOP + 2:
            bridges[-1][1] = x
        else:
            bridges.append([x, x])
    steps = []
    for first, last in bridges:
        sweep = int(way > 0)
        up = f"a{HOP} {HOP} 0 0 {sweep} {way * HOP} {-HOP}"
        down = f"a{HOP} {HOP} 0 0 {sweep} {way * HOP} {HOP}"
        over = f"H{n(last)}" if last != first else ""
        steps.append(f"H{n(first - way * HOP)}{up}{over}{down}")
    return steps
