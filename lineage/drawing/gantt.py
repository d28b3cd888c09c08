"""When each task of an execution ran: a row of bars for each, on one common axis.

Lengths along the axis are in percent, so the rows stretch with the page; heights are in pixels.
Orchestrators and workers have clocks of their own: a task may begin before its execution did. The
axis then begins with the task, and the time before the execution's start is counted as negative.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lineage.drawing.durations import duration_text, round_step
from lineage.drawing.marks import escape, percent, state_name

HEIGHT = 30
LEAST = 0.004
"""The least visible share of the axis: what took no time at all still shows."""
LAST_TICK = 0.93
"""The share of the axis after which a label would run out of the picture."""

_WAITING = frozenset({"created", "queued", "paused", "retrying"})


class Segment(NamedTuple):
    """A time spent in one state. Without `start` it has not begun; without `end` it goes on."""

    state: str
    start: datetime | None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A task run: where it stands in the tree (`depth`, 0 at the top) and its segments.

    Rows come in the order in which they are shown, children after their parent. `attempts` is
    how often it was tried.
    """

    uid: str
    name: str
    depth: int = 0
    state: str = ""
    segments: Sequence[Segment | tuple[str, datetime | None, datetime | None]] = ()
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class GanttSegment:
    """A drawn segment: offset and width in percent of the axis, and its tooltip."""

    state: str
    x: str
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class GanttRow:
    """A drawn bar. `x` and `width` span all segments, and are "" when it has not started.

    `took` is its duration in words ("" before it starts), `running` whether it still goes on.
    `svg` is the row's picture; `segments` hold the same values for a template that draws itself.
    """

    uid: str
    name: str
    depth: int
    state: str
    attempts: int
    parent: bool
    running: bool
    x: str
    width: str
    took: str
    segments: tuple[GanttSegment, ...]
    svg: str


class Tick(NamedTuple):
    """A mark of the axis: where, in percent, and how long after the execution's start."""

    x: str
    label: str


def gantt_rows(
    rows: Sequence[Bar], *, start: datetime | None, end: datetime | None
) -> list[GanttRow]:
    """One row for each bar, on the axis from `start` to `end`, widened to hold all bars.

    `end` is the execution's end, or the present for one that is running: segments without an end
    reach to it. Datetimes are all aware, or all naive.
    """
    axis = _axis(rows, start, end)
    grid = "".join(
        f'<line class="grid" x1="{tick.x}" x2="{tick.x}" y1="0" y2="{HEIGHT}"/>'
        for tick in axis.ticks()
    )
    depths = [row.depth for row in rows]
    parents = [below > own for own, below in zip(depths, [*depths[1:], 0], strict=False)]
    return [_row(row, axis, grid, parent) for row, parent in zip(rows, parents, strict=True)]


def gantt_axis(
    rows: Sequence[Bar], *, start: datetime | None, end: datetime | None
) -> tuple[str, tuple[Tick, ...]]:
    """The head of the chart, as a picture and as values; takes what `gantt_rows` takes."""
    ticks = _axis(rows, start, end).ticks()
    texts = "".join(f'<text x="{tick.x}" dx="4" y="18">{tick.label}</text>' for tick in ticks)
    return f'<svg class="bars" aria-hidden="true">{texts}</svg>', ticks


@dataclass(frozen=True, slots=True)
class _Axis:
    """The time that the chart covers. All but `zero` in seconds after `zero`, the start."""

    zero: datetime | None
    first: float
    last: float
    end: float

    def seconds(self, at: datetime) -> float:
        assert self.zero, "an axis over nothing has no bars"
        return (at - self.zero).total_seconds()

    def share(self, seconds: float) -> float:
        """Where a time lies, between 0 and 1."""
        span = self.last - self.first
        return (seconds - self.first) / span if span else 0.0

    def ticks(self) -> tuple[Tick, ...]:
        """Round times after the start, none so late that its label would be cut off."""
        if self.zero is None:
            return ()
        step = round_step(self.last - self.first)
        times = [
            k * step for k in range(math.ceil(self.first / step), math.floor(self.last / step) + 1)
        ]
        return tuple(
            Tick(percent(self.share(time)), duration_text(time))
            for time in times
            if self.share(time) <= LAST_TICK
        )


def _axis(rows: Sequence[Bar], start: datetime | None, end: datetime | None) -> _Axis:
    times = [t for row in rows for _, a, b in row.segments if a for t in (a, b) if t]
    times += [t for t in (start, end) if t]
    if not times:
        return _Axis(None, 0, 0, 0)
    zero = start or min(times)
    first, last = (at.total_seconds() for at in (min(times) - zero, max(times) - zero))
    return _Axis(zero, first, last, (end - zero).total_seconds() if end else last)


def _row(row: Bar, axis: _Axis, grid: str, parent: bool) -> GanttRow:
    begun = [_times(axis, state, a, b) for state, a, b in row.segments if a]
    segments = tuple(_segment(axis, *times) for times in begun)
    x = width = took = ""
    if begun:
        first, last = min(a for _, a, _ in begun), max(b for _, _, b in begun)
        x, width = _place(axis, first, last)
        took = duration_text(last - first)
    state = state_name(row.state)
    label = f"{state}, {took}" if took else state
    return GanttRow(
        uid=row.uid,
        name=row.name,
        depth=row.depth,
        state=state,
        attempts=row.attempts,
        parent=parent,
        running=any(start and not end for _, start, end in row.segments),
        x=x,
        width=width,
        took=took,
        segments=segments,
        svg=(
            f'<svg class="bars" role="img" aria-label="{escape(label)}">'
            f"{grid}{''.join(_draw(segment, parent) for segment in segments)}</svg>"
        ),
    )


def _times(
    axis: _Axis, state: str, start: datetime, end: datetime | None
) -> tuple[str, float, float]:
    """A segment in seconds; one without an end reaches to the end, none ends before it starts."""
    first = axis.seconds(start)
    return state_name(state), first, max(first, axis.seconds(end) if end else axis.end)


def _segment(axis: _Axis, state: str, first: float, last: float) -> GanttSegment:
    x, width = _place(axis, first, last)
    title = f"{state} for {duration_text(last - first)}, from {duration_text(first)}"
    return GanttSegment(state, x, width, title)


def _place(axis: _Axis, first: float, last: float) -> tuple[str, str]:
    """Offset and width: at least `LEAST` wide, moved left where it would leave the axis."""
    width = max(axis.share(last) - axis.share(first), LEAST)
    return percent(min(axis.share(first), 1 - width)), percent(width)


def _draw(segment: GanttSegment, parent: bool) -> str:
    """A full bar for work, a slim one for a task that only holds others, a line for waiting."""
    if segment.state in _WAITING:
        shape = 'y="14" height="2" fill-opacity=".45"'
    else:
        shape = 'y="13" height="4"' if parent else 'y="9" height="12"'
    return (
        f'<rect data-state="{segment.state}" x="{segment.x}" width="{segment.width}" {shape}>'
        f"<title>{escape(segment.title)}</title></rect>"
    )
