"""The lineage graph as one SVG: groups behind, lines, then cards, then the `+n` that open more.

Styles are in app.css (`.graph`); shapes and icons in the sprite that the page embeds. The picture
carries geometry, words and links only, so it passes a policy without inline style or script.
"""

from collections.abc import Iterable
from itertools import chain

from lineage.drawing.cards import draw_card
from lineage.drawing.groups import draw_groups, group_boxes
from lineage.drawing.layout import lay_out
from lineage.drawing.marks import escape, number
from lineage.drawing.nodes import GraphEdge, GraphNode, GraphRow
from lineage.drawing.paths import draw_paths, tip
from lineage.drawing.placed import Box, Line, Placed
from lineage.drawing.reach import reach
from lineage.drawing.rows import row_middle

PAD = 36


def draw_graph(  # noqa: PLR0913, the options of one picture
    graph: Placed | Iterable[GraphNode],
    edges: Iterable[GraphEdge] = (),
    *,
    title: str,
    id_prefix: str = "",
    groups: bool = True,
    dim: bool = True,
    hx_target: str = "",
) -> str:
    """A complete `<svg class="graph">` of nodes and edges, or of what `lay_out` made of them.

    One user unit is one pixel: a large graph scrolls in its canvas, it does not shrink.
    `title` is its accessible name. `id_prefix` keeps ids apart when a page holds several graphs.
    `groups` draws boxes around namespaces; `dim` fades what is neither ancestor nor descendant of
    the selected node. With `hx_target` (a CSS selector) expanders swap that element through htmx.
    Raises ValueError for duplicate nodes and for edges between unknown ones.
    """
    placed = graph if isinstance(graph, Placed) else lay_out(graph, edges)
    hatch = f"{id_prefix}hatch"
    boxes = group_boxes(placed) if groups else {}
    parts = _Parts(placed, dim)
    cards = (
        draw_card(node, placed.boxes[node.uid], parts.of_node(node), hatch, parts.of_row)
        for node in placed.nodes
    )
    return (
        f"{_open(_canvas(placed, boxes.values()), title)}{_hatch(placed, hatch)}"
        f'<g aria-hidden="true">{draw_groups(boxes)}</g>{_draw_lines(placed, parts)}'
        f"{''.join(cards)}{''.join(_expanders(placed, parts, hx_target))}"
        f"{''.join(_row_expanders(placed))}</svg>"
    )


class _Parts:
    """Which part everything plays: selected, above it (up), below it (down), or neither (dim)."""

    def __init__(self, placed: Placed, dim: bool) -> None:
        rows = [row.uid for node in placed.nodes for row in node.rows if row.selected]
        cards = [node for node in placed.nodes if node.selected]
        self.own = {row.uid for node in cards for row in node.rows}
        selected = [*(node.uid for node in cards), *self.own, *rows]
        flowing = [edge for edge in placed.edges if not edge.is_structural]
        self.up = reach(selected, placed.nodes, flowing, forward=False)
        self.down = reach(selected, placed.nodes, flowing, forward=True)
        self.rest = " dim" if selected and dim else ""

    def of_node(self, node: GraphNode) -> str:
        """A card that lists rows plays the part of the first of them that plays any."""
        if node.selected or any(row.selected for row in node.rows):
            return " selected"
        own = {node.uid, *(row.uid for row in node.rows)}
        if own & self.up.nodes:
            return " up"
        return " down" if own & self.down.nodes else self.rest

    def of_row(self, row: GraphRow) -> str:
        """Those of a chosen card are all chosen, and none stands out."""
        if row.selected:
            return " selected"
        if row.uid in self.own:
            return ""
        if row.uid in self.up.nodes:
            return " up"
        return " down" if row.uid in self.down.nodes else self.rest

    def of_line(self, line: Line) -> str:
        pair = line.ends
        if line.is_structural:
            return " structural" + self.rest
        if pair in self.up.pairs:
            return " up"
        return " down" if pair in self.down.pairs else self.rest


def _canvas(placed: Placed, groups: Iterable[Box]) -> Box:
    """Everything with a margin."""
    boxes = [placed.bounds, *groups]
    left, top = min(b.x for b in boxes) - PAD, min(b.y for b in boxes) - PAD
    right, bottom = max(b.right for b in boxes) + PAD, max(b.bottom for b in boxes) + PAD
    return Box(left, top, right - left, bottom - top)


def _open(canvas: Box, title: str) -> str:
    x, y, width, height = map(number, canvas)
    return (
        f'<svg class="graph" width="{width}" height="{height}"'
        f' viewBox="{x} {y} {width} {height}" role="group" aria-label="{escape(title)}">'
    )


def _hatch(placed: Placed, name: str) -> str:
    if not any(node.kind == "restricted" for node in placed.nodes):
        return ""
    return (
        f'<defs><pattern id="{escape(name)}" width="8" height="8" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)"><path class="hatch-line" d="M2 0v8"/></pattern></defs>'
    )


def _draw_lines(placed: Placed, parts: _Parts) -> str:
    """Lines, then their tips (one path for each part); what is lit comes last, so on top."""
    faint: list[str] = []
    lit: list[str] = []
    tips: dict[str, list[str]] = {}
    shapes = draw_paths([line.points for line in placed.lines])
    for line, shape in zip(placed.lines, shapes, strict=True):
        part = parts.of_line(line)
        layer = lit if part in (" up", " down") or line.selected else faint
        layer.append(_draw_line(line, shape, part))
        if line.is_structural:
            continue
        tips.setdefault(part, []).append(tip(line.points))
    arrows = "".join(
        f'<path class="tip{part}" d="{"".join(tips[part])}"/>'
        for part in ("", " dim", " up", " down")
        if part in tips
    )
    drawn = "".join(chain(faint, lit))
    if any(line.href for line in placed.lines):
        return f'{drawn}<g aria-hidden="true">{arrows}</g>'
    return f'<g aria-hidden="true">{drawn}{arrows}</g>'


def _draw_line(line: Line, shape: str, part: str) -> str:
    """A line is thin: what leads somewhere, or has something to tell, is wider to point at.

    Links wait to be focused by a script: tabbing goes from card to card.
    """
    old = " old" if line.old else ""
    kind = f' data-kind="{escape(line.kind)}"' if line.kind else ""
    path = f'<path class="edge{part}{old}"{kind} d="{shape}"/>'
    title = f"<title>{escape(line.title)}</title>" if line.title else ""
    wide = f'<path class="told" d="{shape}">{title}</path>' if title or line.href else ""
    if not line.href:
        return path + wide
    picked = ' aria-current="true"' if line.selected else ""
    ends = "~".join(line.ends)
    told = "" if ends in line.href else f' data-ends="{escape(ends)}"'
    return (
        f'<a class="wire{part}" href="{escape(line.href)}" tabindex="-1"{told}'
        f' aria-label="{escape(line.label)}"{picked}>{path}{wide}</a>'
    )


def _expanders(placed: Placed, parts: _Parts, hx_target: str) -> Iterable[str]:
    """The `+n` links: beside a card where no line is in the way, else at its lower corner."""
    sources = {line.source for line in placed.lines}
    targets = {line.target for line in placed.lines}
    for node in placed.nodes:
        box = placed.boxes[node.uid]
        if node.kind == "restricted":
            continue
        faint = " dim" if parts.of_node(node) == " dim" else ""
        if (count := node.hidden_upstream) > 0 and (href := node.expand_upstream_href):
            busy = node.uid in targets
            at = (box.x + 22, box.bottom + 4) if busy else (box.x - 11, box.middle)
            label = f"Show {count} more upstream of {node.name}"
            yield _more(count, at, f'class="more{faint}" {_link(href, hx_target)}', label)
        if (count := node.hidden_downstream) > 0 and (href := node.expand_downstream_href):
            busy = node.uid in sources
            at = (box.right - 22, box.bottom + 4) if busy else (box.right + 11, box.middle)
            label = f"Show {count} more downstream of {node.name}"
            yield _more(count, at, f'class="more{faint}" {_link(href, hx_target)}', label)


def _row_expanders(placed: Placed) -> Iterable[str]:
    """What more there is of a column is shown around that column, where its row leads."""
    leaves = {line.ends[0] for line in placed.lines}
    arrives = {line.ends[1] for line in placed.lines}
    for node, index, row in _rows(placed):
        box = placed.boxes[node.uid]
        y = box.y + row_middle(index)
        link = f'class="more" href="{escape(row.href)}"'
        if row.hidden_upstream and row.uid not in arrives:
            label = f"Show {row.hidden_upstream} more upstream of {row.name}"
            yield _more(row.hidden_upstream, (box.x - 11, y), link, label)
        if row.hidden_downstream and row.uid not in leaves:
            label = f"Show {row.hidden_downstream} more downstream of {row.name}"
            yield _more(row.hidden_downstream, (box.right + 11, y), link, label)


def _rows(placed: Placed) -> Iterable[tuple[GraphNode, int, GraphRow]]:
    """Those that lead somewhere."""
    for node in placed.nodes:
        if node.kind != "restricted":
            for index, row in enumerate(node.rows):
                if row.href:
                    yield node, index, row


def _link(href: str, hx_target: str) -> str:
    url = escape(href)
    if not hx_target:
        return f'href="{url}"'
    return f'href="{url}" hx-get="{url}" hx-target="{escape(hx_target)}" hx-push-url="true"'


def _more(count: int, at: tuple[float, float], attributes: str, label: str) -> str:
    text = f"+{count}" if count < 1000 else "+999"
    width = 20 + 6 * (len(text) - 1)
    return (
        f'<a {attributes} aria-label="{escape(label)}">'
        f'<rect x="{number(at[0] - width / 2)}" y="{number(at[1] - 9)}" width="{width}"'
        f' height="18" rx="9"/><text x="{number(at[0])}" y="{number(at[1] + 4)}">{text}</text></a>'
    )
