"""Small charts that stand in a table row or beside a word, 20 pixels high.

Each carries its message as words too: a label for assistive technology, titles for the pointer.
Widths are percentages or stretch with the picture, so a page sizes them with its own styles.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from lineage.drawing.durations import duration_text
from lineage.drawing.marks import escape, number, percent, state_name

_BASE, _LEAST = 16, 2  # the axis of run bars, and the least height of one, in pixels


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `seconds` is how long it took, None when that is not known (yet).

    `title` is what the pointer shows; without it, state and duration.
    """

    state: str
    seconds: float | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One span of time: its worst state, and how much happened: 0 (nothing), 1, 2 or 3."""

    state: str
    level: int
    title: str = ""


def run_bars(runs: Sequence[Run], *, slots: int = 16, label: str = "") -> str:
    """The last `slots` runs, oldest first, as bars as high as the runs were long.

    Fewer runs stand at the right, so that the newest bars of all rows are below each other. A
    failed or killed run also carries a tick below the axis.
    """
    shown = runs[-slots:]
    longest = max((run.seconds or 0 for run in shown), default=0)
    step = 1 / slots
    first = slots - len(shown)
    bars = "".join(
        _run(run, (first + i) * step, step * 0.7, longest) for i, run in enumerate(shown)
    )
    label = label or _tally("run", [run.state for run in shown])
    return f'<svg class="bars mini" role="img" aria-label="{escape(label)}">{bars}</svg>'


def _run(run: Run, x: float, width: float, longest: float) -> str:
    state = state_name(run.state)
    share = (run.seconds or 0) / longest if longest else 0
    height = max(_LEAST, round(share * _BASE))
    across = f'data-state="{state}" x="{percent(x)}" width="{percent(width)}"'
    took = "" if run.seconds is None else f", {duration_text(run.seconds)}"
    tick = f'<rect {across} y="18" height="2"/>' if state in ("failed", "killed") else ""
    return (
        f'<rect {across} y="{_BASE - height}" height="{height}">'
        f"<title>{escape(run.title or state + took)}</title></rect>{tick}"
    )


def heat(cells: Sequence[HeatCell], *, label: str = "") -> str:
    """A strip of cells, oldest first: what went wrong is taller, besides its colour."""
    step = 1 / max(len(cells), 1)
    parts = []
    for i, cell in enumerate(cells):
        state = state_name(cell.state)
        y = {"failed": 0, "killed": 0, "warning": 2}.get(state, 4)
        level = min(max(cell.level, 0), 3)
        parts.append(
            f'<rect data-state="{state}" data-l="{level}" x="{percent(i * step)}"'
            f' width="{percent(step * 0.86)}" y="{y}" height="{20 - 2 * y}">'
            f"<title>{escape(cell.title or state)}</title></rect>"
        )
    label = label or _tally("period", [cell.state for cell in cells if cell.level > 0])
    return (
        f'<svg class="heat" height="20" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def sparkline(values: Sequence[float | None], *, label: str = "") -> str:
    """A trend without axes, oldest first; None leaves a gap. The lowest line is 0, or below it."""
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    step = 72 / max(len(values) - 1, 1)
    spread = high - low
    points = [
        None if v is None else (i * step, 19 - 18 * ((v - low) / spread if spread else 0))
        for i, v in enumerate(values)
    ]
    stretches = [list(part) for known, part in groupby(points, lambda p: p is not None) if known]
    shapes = "".join(_stretch([p for p in part if p]) for part in stretches)
    label = label or _trend(known)
    return (
        '<svg class="spark" viewBox="0 0 72 20" preserveAspectRatio="none" role="img"'
        f' aria-label="{escape(label)}">{shapes}</svg>'
    )


def _stretch(points: list[tuple[float, float]]) -> str:
    if len(points) == 1:  # a lone value still shows
        points = [points[0], (points[0][0] + 1, points[0][1])]
    line = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    first, last = number(points[0][0]), number(points[-1][0])
    return (
        f'<polygon class="area" points="{first},20 {line} {last},20"/><polyline points="{line}"/>'
    )


def _trend(values: Sequence[float]) -> str:
    if not values:
        return "no values"
    first, last = number(values[0]), number(values[-1])
    return f"{len(values)} values from {first} to {last}, at most {number(max(values))}"


def duration_bar(value: float | None, longest: float, state: str, *, label: str = "") -> str:
    """How long one run took (seconds), against the longest of its list. None: not known yet."""
    share = min(max((value or 0) / longest, 0), 1) if longest > 0 else 0
    name = state_name(state)
    label = label or (name if value is None else f"{name}, {duration_text(value)}")
    return (
        f'<svg class="dur" role="img" aria-label="{escape(label)}">'
        '<rect class="track" width="100%" height="6"/>'
        f'<rect width="{percent(share)}" height="6" data-state="{name}"/></svg>'
    )


def _tally(noun: str, states: Sequence[str]) -> str:
    """`16 runs: 14 success, 2 failed`, the most frequent first."""
    if not states:
        return f"no {noun}s"
    counts = Counter(map(state_name, states)).most_common()
    plural = "" if len(states) == 1 else "s"
    return f"{len(states)} {noun}{plural}: {', '.join(f'{n} {state}' for state, n in counts)}"
