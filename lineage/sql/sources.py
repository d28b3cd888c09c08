"""Where a value comes from: columns of tables, and what became of them on the way."""

from collections.abc import Iterable
from typing import NamedTuple

from lineage.dsl.bundles import ColumnLink

#: OpenLineage's subtypes of DIRECT, the stronger the later: an aggregate of a transformed column
#: is an aggregate. All others are INDIRECT: they decide on a value, but do not go into it.
IDENTITY, TRANSFORMATION, AGGREGATION = DIRECT = ("IDENTITY", "TRANSFORMATION", "AGGREGATION")
JOIN, FILTER, GROUP_BY, SORT = "JOIN", "FILTER", "GROUP_BY", "SORT"
WINDOW, CONDITIONAL = "WINDOW", "CONDITIONAL"

#: Longer descriptions are cut.
LONGEST_TEXT = 300


class Source(NamedTuple):
    """One column of a table, and how it goes into a value. `text` tells the expressions."""

    table: str
    column: str
    subtype: str
    text: str = ""
    masking: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        return self.table, self.column, self.subtype


#: By (table, column, subtype), in the order of the text.
type Sources = dict[tuple[str, str, str], Source]


def sources_of(found: Iterable[Source]) -> Sources:
    """The first of those that are alike."""
    sources: Sources = {}
    for source in found:
        sources.setdefault(source.key, source)
    return sources


def add(sources: Sources, more: Sources) -> None:
    for key, source in more.items():
        sources.setdefault(key, source)


def through(sources: Sources, subtype: str, text: str = "", masking: bool = False) -> Sources:
    """The sources of an expression over a value with these `sources`."""
    if subtype == IDENTITY and not text and not masking:
        return sources
    return sources_of(
        Source(
            source.table,
            source.column,
            together(source.subtype, subtype),
            cut(f"{source.text} → {text}" if source.text and text else source.text or text),
            source.masking or masking,
        )
        for source in sources.values()
    )


def together(inner: str, outer: str) -> str:
    """What an `inner` subtype becomes inside an `outer` one."""
    if outer not in DIRECT:
        return outer
    if inner not in DIRECT:
        return inner
    return max(inner, outer, key=DIRECT.index)


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def link(source: Source, target: str, column: str) -> ColumnLink:
    """`column` "" is `target` as a whole."""
    return ColumnLink(
        upstream=source.table,
        upstream_column=source.column,
        downstream=target,
        downstream_column=column,
        type="DIRECT" if source.subtype in DIRECT else "INDIRECT",
        subtype=source.subtype,
        description=source.text,
        masking=source.masking,
    )
