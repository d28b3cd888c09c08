"""What a node's data comes from, and what it goes into.

Lineage links inputs with outputs within one bundle (Kestra, K1.6). A walk that enters a flow by an
edge of one bundle therefore leaves it by edges of that bundle only: a flow that loads twenty
tables does not make each of them an ancestor of everything the flow writes.

Where cards list columns, a row that stands for the whole dataset covers the others: a walk that
comes to it goes on along the edges of all, and one that comes to another also along its edges.
So does the card itself, where lines between cards tell nothing of columns.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lineage.drawing.nodes import GraphEdge, GraphNode


class Reach(NamedTuple):
    """Uids and (source, target) pairs on the way; the start only when a cycle leads back to it."""

    nodes: frozenset[str]
    pairs: frozenset[tuple[str, str]]


#: uid → [(uid beyond, bundle, ends of the edge)]
type Ways = dict[str, list[tuple[str, Hashable, tuple[str, str]]]]

NOWHERE = Reach(frozenset(), frozenset())


def reach(
    start: Iterable[str], nodes: Iterable[GraphNode], edges: Sequence[GraphEdge], *, forward: bool
) -> Reach:
    """Everything downstream (`forward`) or upstream of the nodes in `start`."""
    nodes = list(nodes)
    flows = {node.uid for node in nodes if node.kind == "flow"}
    out: Ways = defaultdict(list)
    for edge in edges:
        here, there = edge.ends
        if not forward:
            here, there = there, here
        out[here].append((there, edge.bundle, edge.ends))

    found, pairs = set(), set()
    covered = _covered(nodes)
    todo: list[tuple[str, Hashable]] = [(uid, None) for uid in start]
    seen = set(todo)
    while todo:
        at, entered_by = todo.pop()
        for here, there, bundle, pair in _onward(at, out, covered):
            if entered_by is not None and bundle is not None and bundle != entered_by:
                continue
            pairs.add(pair)
            found |= {there, here} - {at}
            step = (there, bundle if there in flows else None)
            if step not in seen:
                seen.add(step)
                todo.append(step)
    return Reach(frozenset(found), frozenset(pairs))


def _covered(nodes: Iterable[GraphNode]) -> dict[str, list[str]]:
    """Row or card → what of the card covers it, or is covered by it."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        whole = [row.uid for row in node.rows if row.is_whole] + [node.uid]
        parts = [row.uid for row in node.rows if not row.is_whole]
        if node.rows:
            found |= dict.fromkeys(parts, whole)
            found |= {uid: parts + [other for other in whole if other != uid] for uid in whole}
    return found


def _onward(
    at: str, out: Ways, covered: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str, Hashable, tuple[str, str]]]:
    """(the row that is left, the one beyond, the bundle, the edge's ends)."""
    for here in (at, *covered.get(at, ())):
        for there, bundle, ends in out[here]:
            yield here, there, bundle, ends
