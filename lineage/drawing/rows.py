"""Cards that list columns: the head of an asset, and below it a row for each.

Head and rows are links of their own, so the card itself is none. Lines end at the rows.
"""

from collections.abc import Callable, Iterable

from lineage.drawing.marks import escape, icon, number, state_mark
from lineage.drawing.nodes import GraphNode, GraphRow
from lineage.drawing.text import fit, text_width

HEAD, ROW, FOOT = 52, 22, 8
_NAME, _SUB, _COLUMN = 13.5, 12.0, 11.0  # font sizes, as in app.css


def card_height(node: GraphNode) -> int:
    return HEAD + ROW * (len(node.rows) + bool(node.more_rows)) + FOOT


def row_middle(index: int) -> float:
    """How far below the card's top a row is."""
    return HEAD + 1 + ROW * index + ROW / 2


def row_needs(rows: Iterable[GraphRow]) -> float:
    """The width of the card that its widest row asks for."""
    return max((20 + _width(row.name) + _note_room(row) + 11 for row in rows), default=0)


def port(node: GraphNode, row: str) -> float | None:
    """Where on the side of the card the lines of a row end, from -1 (top) to 1 (bottom)."""
    for index, one in enumerate(node.rows):
        if one.uid == row:
            half = card_height(node) / 2
            return (row_middle(index) - half) / half
    return None


def draw_row_card(node: GraphNode, width: float, part_of_row: Callable[[GraphRow], str]) -> str:
    """The inside of a card at the origin."""
    rows = "".join(
        _row(row, index, width, part_of_row(row)) for index, row in enumerate(node.rows)
    )
    more = ""
    if node.more_rows:
        y = number(row_middle(len(node.rows)) + 4)
        more = f'<text class="sub" x="20" y="{y}">{escape(node.more_rows)}</text>'
    height = card_height(node)
    return (
        f'<rect class="box" width="{number(width)}" height="{number(height)}" rx="8"/>'
        f"{_head(node, width)}{rows}{more}"
    )


def _head(node: GraphNode, width: float) -> str:
    name = fit(node.name, width - 57 - (18 if node.state else 0), _NAME)
    sub = fit(node.sub, width - 57, _SUB)
    inner = (
        f"<title>{escape(' · '.join(filter(None, (node.name, node.sub))))}</title>"
        f'<rect class="box" x="3" y="3" width="{number(width - 6)}" height="{HEAD - 6}" rx="6"/>'
        '<rect class="tile" x="10" y="13" width="26" height="26" rx="6"/>'
        f"{icon(node.icon, 15, 18) if node.icon else ''}"
        f'<text class="name" x="46" y="23">{escape(name)}</text>'
        f'<text class="sub" x="46" y="40">{escape(sub)}</text>'
        f"{state_mark(node.state, width - 23, 12)}"
    )
    label = escape(node.label or node.name)
    attributes = f'class="node head" data-uid="{escape(node.uid)}" aria-label="{label}"'
    if not node.href:
        return f'<g role="img" {attributes}>{inner}</g>'
    return f'<a href="{escape(node.href)}" {attributes}>{inner}</a>'


def _row(row: GraphRow, index: int, width: float, part: str) -> str:
    middle = row_middle(index)
    name = fit(row.name, width - 31 - _note_room(row), _COLUMN, mono=True)
    note = ""
    if row.note:
        shown = fit(row.note, _NOTE_MOST, _COLUMN, mono=True)
        x, y = number(width - 11), number(middle + 4)
        note = f'<text class="col note" x="{x}" y="{y}">{escape(shown)}</text>'
    title = f"<title>{escape(row.name)}</title>" if name != row.name else ""
    whole = " whole" if row.is_whole else ""
    inner = (
        f'{title}<rect class="box" x="3" y="{number(middle - ROW / 2 + 1)}"'
        f' width="{number(width - 6)}" height="{ROW - 2}" rx="4"/>'
        f'<text class="col{whole}" x="20" y="{number(middle + 4)}">{escape(name)}</text>{note}'
    )
    label = escape(row.label or row.name)
    attributes = f'class="node column{part}" data-uid="{escape(row.uid)}" aria-label="{label}"'
    if not row.href:
        return f'<g role="img" {attributes}>{inner}</g>'
    current = ' aria-current="true"' if row.selected else ""
    return f'<a href="{escape(row.href)}" {attributes}{current}>{inner}</a>'


_NOTE_MOST = 90


def _note_room(row: GraphRow) -> float:
    return min(_width(row.note), _NOTE_MOST) + 10 if row.note else 0


def _width(text: str) -> float:
    return text_width(text, _COLUMN, mono=True)
