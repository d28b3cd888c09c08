"""How many things happened in each step of time, stacked by state.

What went wrong stands on top of its bar and has a tick below the axis, besides its colour.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineage.drawing.marks import escape, percent, state_name

_BASE, _HEIGHT = 58, 64  # the axis, and the picture, in pixels
_ORDER = ("success", "skipped", "cancelled", "warning", "killed", "failed")
_TICKED = frozenset({"failed", "killed"})


@dataclass(frozen=True, slots=True)
class Stack:
    """One step of time: its title for the pointer, and how many by state."""

    title: str
    counts: Mapping[str, int]


def histogram(stacks: Sequence[Stack], *, label: str) -> str:
    """The steps from left to right, each as wide as the others. `label` says what is counted."""
    highest = max((sum(stack.counts.values()) for stack in stacks), default=0)
    step = 1 / max(len(stacks), 1)
    drawn = "".join(
        _draw(stack, i * step, step * 0.72, highest)
        for i, stack in enumerate(stacks)
        if any(stack.counts.values())
    )
    grid = "".join(_line(y) for y in (0.5, _BASE / 2, _BASE + 0.5))
    return (
        f'<svg class="bars" height="{_HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{grid}{drawn}</svg>"
    )


def _line(y: float) -> str:
    return f'<line class="grid" x1="0" x2="100%" y1="{y:g}" y2="{y:g}"/>'


def _draw(stack: Stack, x: float, width: float, highest: int) -> str:
    """One bar in pieces, from the axis up."""
    across = f'x="{percent(x)}" width="{percent(width)}"'
    counts = {state_name(state): n for state, n in stack.counts.items() if n}
    bottom, pieces = _BASE, []
    for state, height in _heights(counts, highest).items():
        bottom -= height
        pieces.append(f'<rect data-state="{state}" {across} y="{bottom}" height="{height}"/>')
        if state in _TICKED:
            pieces.append(f'<rect data-state="{state}" {across} y="{_BASE + 3}" height="3"/>')
    told = ", ".join(f"{counts[state]} {state}" for state in sorted(counts, key=_rank))
    return f"<g><title>{escape(stack.title)}: {told}</title>{''.join(pieces)}</g>"


def _heights(counts: Mapping[str, int], highest: int) -> dict[str, int]:
    """In pixels. A state that is there is seen, at the cost of the most frequent one."""
    heights = {
        state: max(1, round(_BASE * counts[state] / highest))
        for state in sorted(counts, key=_rank)
    }
    most = max(counts, key=lambda state: counts[state])
    heights[most] -= max(0, sum(heights.values()) - _BASE)
    return heights


def _rank(state: str) -> tuple[int, str]:
    """What still goes on stands between success and failure."""
    return (_ORDER.index(state) * 2 if state in _ORDER else 5, state)
