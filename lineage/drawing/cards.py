"""How a node looks: an asset is a card, a flow a pill, what is restricted a hatched card.

Cards are drawn at the origin and moved into place. All cards of a kind are equally wide in one
graph, as wide as its longest name asks for within limits, so that columns line up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

from lineage.drawing.marks import escape, icon, number, state_mark
from lineage.drawing.nodes import GraphNode, GraphRow
from lineage.drawing.rows import card_height, draw_row_card, row_needs
from lineage.drawing.text import fit, text_width

ASSET_HEIGHT, ASSET_WIDTHS = 54, (180, 256)
FLOW_HEIGHT, FLOW_WIDTHS = 32, (146, 220)
Place = tuple[float, float, float, float]
_NAME, _FLOW_NAME, _SUB = 13.5, 13.0, 12.0  # font sizes, as in app.css


@dataclass(frozen=True, slots=True)
class Sizes:
    """The width that all assets, and the width that all flows of one graph get."""

    asset: int
    flow: int

    @classmethod
    def of(cls, nodes: Iterable[GraphNode]) -> Self:
        asset, flow = ASSET_WIDTHS[0], FLOW_WIDTHS[0]
        for node in nodes:
            if node.kind == "asset":
                asset = max(asset, *map(_even, _asset_needs(node)))
            elif node.kind == "flow":
                flow = max(flow, _even(_flow_needs(node)))
        return cls(min(asset, ASSET_WIDTHS[1]), min(flow, FLOW_WIDTHS[1]))

    def __getitem__(self, node: GraphNode) -> tuple[int, int]:
        """Width and height of a node."""
        if node.kind == "flow":
            return self.flow, FLOW_HEIGHT
        return self.asset, card_height(node) if node.rows else ASSET_HEIGHT


def _even(width: float) -> int:
    return 2 * int(width / 2 + 1)


def _asset_needs(node: GraphNode) -> tuple[float, float, float]:
    """The width of the card that its first line, its second line, and its rows ask for."""
    age = text_width(node.age, _SUB) + 8 if node.age else 0
    mark = 18 if node.state else 0
    return (
        46 + text_width(node.name, _NAME) + mark + 11,
        46 + text_width(node.sub, _SUB) + age + 11,
        row_needs(node.rows),
    )


def _flow_needs(node: GraphNode) -> float:
    return 32 + text_width(node.name, _FLOW_NAME) + (18 if node.state else 0) + 11


def draw_card(
    node: GraphNode,
    place: Place,
    classes: str = "",
    hatch: str = "hatch",
    part_of_row: Callable[[GraphRow], str] = lambda row: "",
) -> str:
    """One node at `place` (x, y, width, height).

    `classes` say its part in the picture (selected, up, down, dim), as `part_of_row` does of its
    rows; `hatch` is the id of the pattern that fills a restricted card.
    """
    x, y, width, height = place
    at = f'transform="translate({number(x)} {number(y)})"'
    if node.kind == "restricted":
        return _restricted(at, (width, height), classes, hatch)
    if node.rows:
        hue = f' data-hue="{escape(node.hue)}"' if node.hue else ""
        inner = draw_row_card(node, width, part_of_row)
        return f'<g class="card-rows asset{classes}"{hue} {at}>{inner}</g>'
    body = _flow(node, width) if node.kind == "flow" else _asset(node, width)
    halo = _halo(width, height) if node.selected else ""
    hue = f' data-hue="{escape(node.hue)}"' if node.hue else ""
    external = " external" if node.external else ""
    attributes = (
        f'class="node {node.kind}{external}{classes}"{hue} {at} data-uid="{escape(node.uid)}"'
        f' aria-label="{escape(node.label or _label(node))}"'
    )
    if not node.href:
        return f'<g role="img" {attributes}>{halo}{body}</g>'
    current = ' aria-current="true"' if node.selected else ""
    return f'<a href="{escape(node.href)}" {attributes}{current}>{halo}{body}</a>'


def _label(node: GraphNode) -> str:
    kind = "Flow " if node.kind == "flow" else ""
    state = f"{node.state} {node.age}".strip()
    return ", ".join(filter(None, (f"{kind}{node.name}", node.sub, state)))


def _halo(width: float, height: float) -> str:
    return (
        f'<rect class="halo" x="-4" y="-4" width="{number(width + 8)}"'
        f' height="{number(height + 8)}" rx="{20 if height == FLOW_HEIGHT else 12}"/>'
    )


def _asset(node: GraphNode, width: float) -> str:
    age_room = text_width(node.age, _SUB) + 8 if node.age else 0
    name = fit(node.name, width - 57 - (18 if node.state else 0), _NAME)
    sub = fit(node.sub, width - 57 - age_room, _SUB)
    age = f'<text class="age" x="{number(width - 11)}" y="41">{escape(node.age)}</text>'
    return (
        f"{_title(node, name, sub)}"
        f'<rect class="box" width="{number(width)}" height="{ASSET_HEIGHT}" rx="8"/>'
        '<rect class="tile" x="10" y="14" width="26" height="26" rx="6"/>'
        f"{icon(node.icon, 15, 19) if node.icon else ''}"
        f'<text class="name" x="46" y="24">{escape(name)}</text>'
        f'<text class="sub" x="46" y="41">{escape(sub)}</text>'
        f"{state_mark(node.state, width - 23, 13)}{age if node.age else ''}"
    )


def _flow(node: GraphNode, width: float) -> str:
    name = fit(node.name, width - 43 - (18 if node.state else 0), _FLOW_NAME)
    return (
        f"{_title(node, name, node.sub)}"
        f'<rect class="box" width="{number(width)}" height="{FLOW_HEIGHT}" rx="16"/>'
        f"{icon(node.icon or 'workflow', 11, 8)}"
        f'<text class="name" x="32" y="20.5">{escape(name)}</text>'
        f"{state_mark(node.state, width - 23, 10)}"
    )


def _title(node: GraphNode, name: str, sub: str) -> str:
    """The whole name for the pointer to find, where the card shows only its ends."""
    if name == node.name and sub == node.sub:
        return ""
    return f"<title>{escape(' · '.join(filter(None, (node.name, node.sub))))}</title>"


def _restricted(at: str, size: tuple[float, float], classes: str, hatch: str) -> str:
    """Takes nothing of the node, so that nothing of it can leak."""
    width, height = map(number, size)
    return (
        f'<g class="node restricted{classes}" {at} tabindex="0" role="img"'
        ' aria-label="Restricted: you have no access">'
        f'<rect class="box" fill="url(#{hatch})" width="{width}" height="{height}" rx="8"/>'
        '<rect class="pad" x="8" y="11" width="118" height="32" rx="6"/>'
        f"{icon('lock', 15, 19)}"
        '<text class="name" x="42" y="25">Restricted</text>'
        '<text class="sub" x="42" y="39">no access</text></g>'
    )
