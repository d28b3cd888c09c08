"""What a node's data comes from, and what it goes into.

Lineage links inputs with outputs within one bundle (Kestra, K1.6). A walk that enters a flow by an
edge of one bundle therefore leaves it by edges of that bundle only: a flow that loads twenty
tables does not make each of them an ancestor of everything the flow writes.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from lineage.drawing.nodes import GraphEdge, GraphNode


class Reach(NamedTuple):
    """Uids and (source, target) pairs on the way; the start only when a cycle leads back to it."""

    nodes: frozenset[str]
    pairs: frozenset[tuple[str, str]]


NOWHERE = Reach(frozenset(), frozenset())


def reach(
    start: Iterable[str], nodes: Iterable[GraphNode], edges: Sequence[GraphEdge], *, forward: bool
) -> Reach:
    """Everything downstream (`forward`) or upstream of the nodes in `start`."""
    flows = {node.uid for node in nodes if node.kind == "flow"}
    out: dict[str, list[tuple[str, Hashable, tuple[str, str]]]] = defaultdict(list)
    for edge in edges:
        here, there = edge.source, edge.target
        if not forward:
            here, there = there, here
        out[here].append((there, edge.bundle, (edge.source, edge.target)))

    found, pairs = set(), set()
    todo: list[tuple[str, Hashable]] = [(uid, None) for uid in start]
    seen = set(todo)
    while todo:
        at, entered_by = todo.pop()
        for there, bundle, pair in out[at]:
            if entered_by is not None and bundle is not None and bundle != entered_by:
                continue
            pairs.add(pair)
            found.add(there)
            step = (there, bundle if there in flows else None)
            if step not in seen:
                seen.add(step)
                todo.append(step)
    return Reach(frozenset(found), frozenset(pairs))
