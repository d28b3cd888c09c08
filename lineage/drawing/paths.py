"""From polylines to SVG paths: rounded corners, arrow tips, and hops where lines cross.

Lines are orthogonal. Where a horizontal stretch crosses the vertical stretch of another line it
hops over it, so that a crossing is never taken for a junction.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from lineage.drawing.marks import number as n

Points = Sequence[tuple[float, float]]

RADIUS, HOP, TIP = 8, 5, 6


class Vertical(NamedTuple):
    """A vertical stretch of the line with the given index."""

    x: float
    top: float
    bottom: float
    line: int


def verticals(lines: Iterable[Points]) -> list[Vertical]:
    """The vertical stretches of all lines from left to right."""
    return sorted(
        Vertical(x, min(y0, y1) + 1, max(y0, y1) - 1, index)
        for index, line in enumerate(lines)
        for (x, y0), (x1, y1) in pairwise(line)
        if x == x1 and abs(y1 - y0) > 2
    )


def path(line: Points, index: int, crossing: Sequence[Vertical]) -> str:
    """The `d` of a line that ends where its arrow tip begins.

    `index` is the line's own number in `crossing`, the stretches from `verticals`.
    """
    points = _corners(line)
    points[-1] = _back(points[-2], points[-1], TIP)
    steps = [f"M{n(points[0][0])} {n(points[0][1])}"]
    for i in range(1, len(points)):
        (ax, ay), (bx, by) = points[i - 1], points[i]
        turn = _radius(points, i)
        if ay == by:
            steps += _across(ax, bx, ay, _crossed(ax, bx, ay, index, crossing))
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


def tip(line: Points) -> str:
    """The arrow tip at the end of a line, along its last stretch."""
    (x0, y0), (x1, y1) = _corners(line)[-2:]
    if y0 == y1:
        way = _sign(x1 - x0) or 1
        return f"M{n(x1 - way)} {n(y1)}l{-7 * way} -4v8z"
    way = _sign(y1 - y0)
    return f"M{n(x1)} {n(y1 - way)}l-4 {-7 * way}h8z"


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


def _back(before: tuple[float, float], end: tuple[float, float], by: float) -> tuple[float, float]:
    """`end` moved towards `before`, to leave room for the tip, but never past it."""
    (ax, ay), (bx, by_) = before, end
    dx = min(by, abs(bx - ax)) * _sign(bx - ax)
    dy = min(by, abs(by_ - ay)) * _sign(by_ - ay) if ax == bx else 0
    return bx - dx, by_ - dy


def _radius(points: Sequence[tuple[float, float]], i: int) -> float:
    """How round the corner at point `i` may be: half of the shorter stretch beside it."""
    if i == len(points) - 1:
        return 0
    (ax, ay), (bx, by), (cx, cy) = points[i - 1 : i + 2]
    if (ax != bx and ay != by) or (bx != cx and by != cy):
        return 0
    return min(RADIUS, (abs(bx - ax) + abs(by - ay)) / 2, (abs(cx - bx) + abs(cy - by)) / 2)


def _crossed(
    ax: float, bx: float, y: float, index: int, crossing: Sequence[Vertical]
) -> list[float]:
    """Where other lines' verticals cross the horizontal at `y`, away from its rounded ends."""
    low, high = min(ax, bx) + RADIUS + HOP, max(ax, bx) - RADIUS - HOP
    if low >= high:
        return []
    first = bisect_right(crossing, low, key=lambda v: v.x)
    last = bisect_left(crossing, high, key=lambda v: v.x)
    return [
        x for x, top, bottom, line in crossing[first:last] if top < y < bottom and line != index
    ]


def _across(ax: float, bx: float, y: float, at: list[float]) -> list[str]:
    """Hops on the way from `ax` to `bx`; verticals that stand close share one bridge."""
    way = 1 if bx > ax else -1
    hops: list[list[float]] = []
    for x in at if way > 0 else reversed(at):
        if hops and abs(x - hops[-1][1]) < 2 * HOP + 2:
            hops[-1][1] = x
        else:
            hops.append([x, x])
    steps = []
    for first, last in hops:
        sweep = int(way > 0)
        up = f"a{HOP} {HOP} 0 0 {sweep} {way * HOP} {-HOP}"
        down = f"a{HOP} {HOP} 0 0 {sweep} {way * HOP} {HOP}"
        over = f"H{n(last)}" if last != first else ""
        steps.append(f"H{n(first - way * HOP)}{up}{over}{down}")
    return steps
