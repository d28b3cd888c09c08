"""Boxes around the nodes of one namespace, where the picture has room for them.

The layout follows the data, not the namespaces, so the nodes of one namespace may lie apart. A box
that would also surround a stranger says something false: it is left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from lineage.drawing.marks import escape, number
from lineage.drawing.placed import Box, Placed
from lineage.drawing.text import fit

SIDE, HEAD, FOOT = 14, 28, 14
_FONT = 11.5


def group_boxes(placed: Placed) -> dict[str, Box]:
    """Boxes by group name: none overlaps another, and none touches a node of another group.

    Restricted nodes belong to no group, whatever their `group` says. Larger groups go first.
    """
    members: dict[str, list[Box]] = defaultdict(list)
    for node in placed.nodes:
        if node.group and node.kind != "restricted":
            members[node.group].append(placed.boxes[node.uid])
    strangers = _strangers(placed)
    kept: dict[str, Box] = {}
    for name in sorted(members, key=lambda name: (-len(members[name]), name)):
        box = _around(members[name])
        if any(_overlap(box, node) for node in strangers[name]):
            continue
        if not any(_overlap(box, other) for other in kept.values()):
            kept[name] = box
    return dict(sorted(kept.items()))


def draw_groups(boxes: Mapping[str, Box]) -> str:
    """The boxes with their names, behind everything else."""
    return "".join(
        f'<g class="group"><rect x="{number(box.x)}" y="{number(box.y)}"'
        f' width="{number(box.width)}" height="{number(box.height)}" rx="12"/>'
        f'<text x="{number(box.x + 12)}" y="{number(box.y + 18)}">'
        f"{escape(fit(name, box.width - 24, _FONT, mono=True))}</text></g>"
        for name, box in boxes.items()
    )


def _strangers(placed: Placed) -> dict[str, list[Box]]:
    """For each group, the boxes of all nodes that do not belong to it."""
    groups = {node.group for node in placed.nodes if node.group}
    return {
        name: [
            placed.boxes[node.uid]
            for node in placed.nodes
            if node.group != name or node.kind == "restricted"
        ]
        for name in groups
    }


def _around(boxes: Sequence[Box]) -> Box:
    x, y = min(b.x for b in boxes) - SIDE, min(b.y for b in boxes) - HEAD
    right, bottom = max(b.right for b in boxes) + SIDE, max(b.bottom for b in boxes) + FOOT
    return Box(x, y, right - x, bottom - y)


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom
