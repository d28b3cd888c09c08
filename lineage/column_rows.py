"""Columns in the picture of a graph of assets: the rows of its cards, and the lines between them.

Only columns that something in the picture goes into, or is made of, have a row; the busiest ones,
and those on the way of the chosen one, where a card would grow too long.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from lineage.drawing import GraphEdge, GraphRow
from lineage.queries.column_graph import Column, column_uid
from lineage.queries.columns_among import ColumnPair
from lineage.uids import Namer

#: Rows of one card.
ROWS = 12
WHOLE = "all columns"


@dataclass(frozen=True, slots=True)
class ColumnRows:
    """`rows` and `more` by the asset's uid; `edges` between rows; `pairs` of assets with some.

    `columns`: uid → (the asset's uid, its column). `complete`: these are all.
    """

    rows: Mapping[str, tuple[GraphRow, ...]] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    edges: Sequence[GraphEdge] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()
    columns: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    complete: bool = True

    @property
    def unlinked(self) -> "ColumnRows":
        """The same, where rows lead nowhere."""
        rows = {
            uid: tuple(replace(row, href="") for row in mine) for uid, mine in self.rows.items()
        }
        return replace(self, rows=rows)


NO_COLUMNS = ColumnRows()


def column_rows(
    uid: Namer,
    pairs: Sequence[ColumnPair],
    chosen: str,
    leads: Callable[[str, str, str], str],
    older_than: datetime,
) -> ColumnRows:
    """`chosen`: a column's uid or ""; `leads`: (its uid, the asset's uid, name) → address."""
    uids = {column: column_uid(uid, column) for pair in pairs for column in pair[:2]}
    kept = _kept(pairs, uids, chosen)
    cards: defaultdict[int, list[Column]] = defaultdict(list)
    for column in sorted(kept, key=lambda column: (bool(column.name), column.name)):
        cards[column.asset].append(column)
    all_of = Counter(column.asset for column in uids)
    card = {asset: uid("asset", asset) for asset in all_of}
    return ColumnRows(
        rows={
            card[asset]: tuple(
                GraphRow(
                    uids[column],
                    name=column.name or WHOLE,
                    href=leads(uids[column], card[asset], column.name),
                    label=f"Column {column.name}" if column.name else "All columns",
                    selected=uids[column] == chosen,
                    is_whole=not column.name,
                )
                for column in columns
            )
            for asset, columns in cards.items()
        },
        more={
            card[asset]: f"{count - len(cards[asset])} more"
            for asset, count in all_of.items()
            if count > len(cards[asset])
        },
        edges=tuple(_edges(pairs, kept, uids, card, older_than)),
        pairs=frozenset(
            (card[pair.upstream.asset], card[pair.downstream.asset])
            for pair in pairs
            if {pair.upstream, pair.downstream} <= kept
        ),
        columns={name: (card[column.asset], column.name) for column, name in uids.items()},
    )


def _kept(pairs: Sequence[ColumnPair], uids: Mapping[Column, str], chosen: str) -> set[Column]:
    """At most ROWS of each asset."""
    lit = _on_the_way(pairs, {column for column, name in uids.items() if name == chosen})
    busy = Counter(column for pair in pairs for column in pair[:2])
    cards: defaultdict[int, list[Column]] = defaultdict(list)
    for column in uids:
        cards[column.asset].append(column)
    return {
        column
        for columns in cards.values()
        for column in sorted(columns, key=lambda c: (c not in lit, -busy[c], c.name))[:ROWS]
    }


def _on_the_way(pairs: Sequence[ColumnPair], start: set[Column]) -> set[Column]:
    """What the chosen column is made of, and what is made of it."""
    up, down = defaultdict(set), defaultdict(set)
    for pair in pairs:
        up[pair.downstream].add(pair.upstream)
        down[pair.upstream].add(pair.downstream)
    return _reached(start, up) | _reached(start, down)


def _reached(start: Iterable[Column], onward: Mapping[Column, set[Column]]) -> set[Column]:
    found = set(start)
    todo = list(found)
    while todo:
        new = onward.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _edges(
    pairs: Sequence[ColumnPair],
    kept: set[Column],
    uids: Mapping[Column, str],
    card: Mapping[int, str],
    older_than: datetime,
) -> Iterator[GraphEdge]:
    for pair in pairs:
        if {pair.upstream, pair.downstream} <= kept:
            yield GraphEdge(
                card[pair.upstream.asset],
                card[pair.downstream.asset],
                old=pair.last_seen < older_than,
                kind="indirect" if pair.indirect else "direct",
                source_row=uids[pair.upstream],
                target_row=uids[pair.downstream],
            )
