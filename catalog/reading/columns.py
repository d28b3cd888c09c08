"""The columns of a dataset: name, type, description and tags, nested where a type has fields."""

from collections.abc import Mapping
from typing import Any

from catalog.reading.declared import AssetError
from catalog.reading.rules import describe_kind, validate_text

MAX_COLUMNS = 20_000
MAX_DEPTH = 16
NAME_LENGTH = 500
TEXT_LENGTH = 10_000

#: `{"name", "type"?, "description"?, "tags"?, "columns"?}`
type Column = dict[str, Any]


def read_columns(value: Any, field: str, errors: list[AssetError]) -> list[Column]:
    """None for none at all; what is wrong is noted in `errors`, each at its place."""
    return [] if value is None else _Columns(errors).level(value, field, MAX_DEPTH)


class _Columns:
    """Reads one tree of columns, and counts them."""

    def __init__(self, errors: list[AssetError]) -> None:
        self.errors = errors
        self.count = 0

    def level(self, value: Any, field: str, depth: int) -> list[Column]:
        if not isinstance(value, list):
            return self.error(field, f"must be a list, not {describe_kind(value)}")
        self.count += len(value)
        if self.count > MAX_COLUMNS:
            return self.error(field, f"holds more than {MAX_COLUMNS} columns")
        if depth == 0:
            return self.error(field, f"is nested deeper than {MAX_DEPTH} levels")
        return [self.column(item, f"{field}[{n}]", depth) for n, item in enumerate(value)]

    def column(self, item: Any, field: str, depth: int) -> Column:
        if isinstance(item, str):
            item = {"name": item}
        if not isinstance(item, Mapping):
            self.error(field, f"must be a map with a name, not {describe_kind(item)}")
            return {}
        known = ("name", "type", "description", "tags", "columns")
        for key in item:
            if key not in known:
                self.error(f"{field}.{key}", f"is unknown; use {', '.join(known)}")
        if not item.get("name"):
            self.error(f"{field}.name", "is required")
        column: Column = {
            key: self.text(item[key], f"{field}.{key}", length)
            for key, length in (
                ("name", NAME_LENGTH),
                ("type", NAME_LENGTH),
                ("description", TEXT_LENGTH),
            )
            if item.get(key) is not None
        }
        if item.get("tags") is not None:
            column["tags"] = self.tags(item["tags"], f"{field}.tags")
        if item.get("columns") is not None:
            column["columns"] = self.level(item["columns"], f"{field}.columns", depth - 1)
        return column

    def text(self, value: Any, field: str, length: int) -> str:
        if not isinstance(value, str):
            self.error(field, f"must be text, not {describe_kind(value)}")
            return ""
        message = validate_text(value)
        if not message and len(value) > length:
            message = f"is longer than {length} characters"
        if message:
            self.error(field, message)
        return value

    def tags(self, value: Any, field: str) -> list[str]:
        if not isinstance(value, list) or len(value) > MAX_COLUMNS:
            return self.error(field, "must be a list of texts")
        return [self.text(tag, f"{field}[{n}]", NAME_LENGTH) for n, tag in enumerate(value)]

    def error(self, field: str, message: str) -> list[Any]:
        self.errors.append(AssetError(field, message))
        return []
