"""The columns of an asset as a list: nested ones follow the column that holds them.

A column is known by its path, its names joined by dots, as OpenLineage writes nested fields. An
asset may have ten thousand columns, so a list of them is searched and cut here, not in a page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class FlatColumn(NamedTuple):
    """`depth` 0 at the top; `below` counts what is nested in it, at any depth.

    `declared`: the schema has it; lineage may mention columns that it lacks.
    """

    path: str
    name: str
    depth: int = 0
    type: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    below: int = 0
    declared: bool = True

    def mentions(self, words: Sequence[str]) -> bool:
        """Whether path, type, description and tags hold all of `words` (lower case)."""
        text = "\n".join((self.path, self.type, self.description, *self.tags)).lower()
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Columns:
    """A page: `rows` from `first` (0) on, of the `found` that were asked for, of `total`."""

    rows: list[FlatColumn]
    first: int
    found: int
    total: int

    @property
    def end(self) -> int:
        return self.first + len(self.rows)

    @property
    def next(self) -> int | None:
        """Where the next page begins; None at the end."""
        return self.end if self.end < self.found else None


def flattened(columns: Sequence[dict[str, Any]]) -> list[FlatColumn]:
    """`columns` as `catalog.reading.columns` makes them."""
    return list(_flat(columns, "", 0))


def _flat(columns: Sequence[dict[str, Any]], prefix: str, depth: int) -> Iterator[FlatColumn]:
    for column in columns:
        name = str(column.get("name") or "")
        path = f"{prefix}{name}"
        inner = column.get("columns")
        nested = list(_flat(inner, f"{path}.", depth + 1)) if inner else []
        yield FlatColumn(
            path,
            name,
            depth,
            column.get("type") or "",
            column.get("description") or "",
            tuple(column.get("tags") or ()),
            len(nested),
        )
        yield from nested


def page_of(columns: Sequence[FlatColumn], q: str, *, first: int, size: int) -> Columns:
    """Of the columns that mention all words of `q`, `size` from the `first` on."""
    words = q.lower().split()[:20]
    found = [column for column in columns if column.mentions(words)] if words else list(columns)
    return Columns(found[first : first + size], first, len(found), len(columns))
