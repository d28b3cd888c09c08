"""The rows of a form: a metadata key with its value, a column with what is said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Self

from django.http import QueryDict

from catalog.interchange.cells import list_text, read_list

#: A browser sends a field for each cell, and the server takes a thousand.
MOST_ROWS = 100


@dataclass(slots=True)
class Row:
    """A metadata key with its value, or a column with its type, description and tags."""

    name: str = ""
    value: str = ""
    description: str = ""
    tags: str = ""
    errors: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, name: str, value: str = "", description: str = "", tags: str = "") -> Self:
        return cls(name, value, description, tags)

    @property
    def is_blank(self) -> bool:
        return not any(map(str.strip, (self.name, self.value, self.description, self.tags)))


def typed(text: str) -> str:
    """As it was meant: browsers send their own line ends."""
    return text.replace("\r\n", "\n").replace("\0", "")


def posted_rows(params: QueryDict, name: str, cells: Iterable[str]) -> list[Row]:
    """Each cell's values stand in the order of the rows."""
    lists = [params.getlist(f"{name}-{cell}") for cell in cells]
    return [Row.of(*map(typed, row)) for row in zip_longest(*lists, fillvalue="")]


def fit(rows: list[Row]) -> bool:
    """Whether rows will do: text fields hold one line, and a name its own ends."""
    return len(rows) <= MOST_ROWS and not any(
        "\n" in row.name + row.value + row.description
        or not row.name
        or row.name != row.name.strip()
        for row in rows
    )


def is_flat(column: Mapping[str, Any]) -> bool:
    texts = (column.get(key, "") for key in ("name", "type", "description"))
    return (
        column.keys() <= {"name", "type", "description", "tags"}
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(tag, str) for tag in column.get("tags") or ())
    )


def row_of_column(column: Mapping[str, Any]) -> Row:
    return Row(
        column.get("name", ""),
        column.get("type", ""),
        column.get("description", ""),
        list_text(column.get("tags") or []),
    )


def column_of_row(row: Row) -> dict[str, Any]:
    said = {
        "name": row.name,
        "type": row.value,
        "description": row.description,
        "tags": read_list(row.tags),
    }
    return {key: value for key, value in said.items() if value or key == "name"}
