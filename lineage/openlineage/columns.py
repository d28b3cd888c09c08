"""The schema facet as the columns of an asset, with the tags that the tags facet gives them."""

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.reading.columns import MAX_COLUMNS, MAX_DEPTH, NAME_LENGTH, TEXT_LENGTH, Column
from lineage.openlineage.reading import Facet, Problems, facet, gone

#: Path of a column, dotted → its tags.
type ColumnTags = Mapping[str, Sequence[str]]


def columns_of(
    facets: Mapping[str, Any], tags: ColumnTags, problems: Problems
) -> list[Column] | None:
    """None where the facets say nothing of columns; [] where they say that there are none."""
    if gone(facets, "schema"):
        return []
    schema = facet(facets, "schema", problems)
    if schema is None or not isinstance(schema.body.get("fields"), list):
        if schema is not None:
            list(schema.items("fields"))
        return None
    return _Columns(tags).level(schema, "", MAX_DEPTH)


class _Columns:
    """Reads one tree of fields, and counts them."""

    def __init__(self, tags: ColumnTags) -> None:
        self.tags = tags
        self.count = 0

    def level(self, holder: Facet, above: str, depth: int) -> list[Column]:
        """The columns of `fields`, in the order of their ordinal positions if all have one."""
        found: dict[str, tuple[int | float | None, Column]] = {}
        for item in holder.items("fields"):
            name = item.text("name", NAME_LENGTH)
            if not name:
                item.note("name", "is required")
            elif name in found:
                item.note("name", f"names “{name[:100]}” twice; the first counts")
            elif self.count >= MAX_COLUMNS:
                item.note("name", f"is beyond {MAX_COLUMNS} columns; the rest is left out")
                break
            else:
                self.count += 1
                found[name] = (
                    item.number("ordinal_position"),
                    self.column(item, f"{above}{name}", depth),
                )
        positions = [position for position, _ in found.values()]
        if None not in positions:
            return [column for _, column in sorted(found.values(), key=_position)]
        return [column for _, column in found.values()]

    def column(self, item: Facet, path: str, depth: int) -> Column:
        column: Column = {"name": item.text("name")[:NAME_LENGTH]}
        for key, length in (("type", NAME_LENGTH), ("description", TEXT_LENGTH)):
            if text := item.text(key, length):
                column[key] = text
        if tags := self.tags.get(path):
            column["tags"] = list(tags)
        if item.body.get("fields"):
            if depth > 1:
                column["columns"] = self.level(item, f"{path}.", depth - 1)
            else:
                item.note("fields", f"is nested deeper than {MAX_DEPTH} levels; left out")
        return column


def _position(found: tuple[int | float | None, Column]) -> float:
    return float(found[0] or 0)


def paths_of(columns: Sequence[Column], above: str = "") -> set[str]:
    """The dotted paths of all columns."""
    paths = set()
    for column in columns:
        path = f"{above}{column['name']}"
        paths |= {path} | paths_of(column.get("columns", ()), f"{path}.")
    return paths
