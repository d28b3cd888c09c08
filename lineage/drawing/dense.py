"""What to do with a graph too tangled for the layout engine, whose time grows with its square.

Lines that cross many columns are what costs. Of such a graph the engine is given only the lines
between neighbouring columns, which still place every node; the long ones are drawn afterwards,
plainly and behind the cards. Nobody follows single lines in such a picture, but it comes at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

Pair = tuple[int, int]


def short_pairs(count: int, pairs: Sequence[Pair]) -> list[bool]:
    """Which of `pairs` lead from a column to the next, or to their own node.

    The columns are those of the longest paths: every node but a source has a short line to it.
    """
    column = _columns(count, pairs)
    return [source == target or column[target] - column[source] == 1 for source, target in pairs]


def detour(
    source: Sequence[float], target: Sequence[float], lane: int
) -> list[tuple[float, float]]:
    """A line from the right side of one box (x, y, width, height) to the left side of another.

    Neighbouring lines take different `lane`s, so that they do not lie on each other.
    """
    sx, sy = source[0] + source[2], source[1] + source[3] / 2
    tx, ty = target[0], target[1] + target[3] / 2
    near = 12 + 2 * (lane % 9)
    if tx - near >= sx:
        return [(sx, sy), (tx - near, sy), (tx - near, ty), (tx, ty)]
    below = max(source[1] + source[3], target[1] + target[3]) + near / 2
    return [
        (sx, sy),
        (sx + near, sy),
        (sx + near, below),
        (tx - near, below),
        (tx - near, ty),
        (tx, ty),
    ]


def _columns(count: int, pairs: Iterable[Pair]) -> list[int]:
    """Each node's distance from the farthest source, with the lines that close cycles left out."""
    onward: dict[int, list[int]] = defaultdict(list)
    for source, target in pairs:
        onward[source].append(target)
    order, closing = _walk(count, onward)
    column = [0] * count
    for node in order:
        for target in onward[node]:
            if (node, target) not in closing:
                column[target] = max(column[target], column[node] + 1)
    return column


def _walk(count: int, onward: dict[int, list[int]]) -> tuple[list[int], set[Pair]]:
    """All nodes, each before those it leads to, and the lines that lead back on the way."""
    done, on_the_way = set[int](), set[int]()
    closing: set[Pair] = set()
    finished: list[int] = []
    for start in range(count):
        path = [] if start in done else [(start, iter(onward[start]))]
        on_the_way.update(node for node, _ in path)
        while path:
            node, targets = path[-1]
            target = next(targets, None)
            if target is None:
                path.pop()
                on_the_way.discard(node)
                done.add(node)
                finished.append(node)
            elif target in on_the_way:
                closing.add((node, target))
            elif target not in done:
                path.append((target, iter(onward[target])))
                on_the_way.add(target)
    return finished[::-1], closing
