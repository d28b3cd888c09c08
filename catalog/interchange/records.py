"""What a file is made of: assets and edges, one a row, a line or an item.

An asset is what the API takes, less what is empty, with `aliases` beside it:
`[{"name", "source"}]`, or just the names. An edge is `{"upstream", "downstream", "origin", "note",
"columns", "flowNamespace", "flowId", "taskId", "sql", "firstSeen", "lastSeen"}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.reading.declared import AssetError

ASSET, EDGE = "asset", "edge"
KINDS = (ASSET, EDGE)
FORMATS = ("csv", "jsonl", "yaml")

#: Members of an asset, in the order in which files have them.
ASSET_FIELDS = (
    "id", "type", "namespace", "displayName", "description", "owners", "tags", "status", "ttl",
    "metadata", "columns", "partOf", "relatedTo", "assetActions", "aliases",
)  # fmt: skip
EDGE_FIELDS = (
    "upstream", "downstream", "origin", "note", "columns", "flowNamespace", "flowId", "taskId",
    "sql", "firstSeen", "lastSeen",
)  # fmt: skip
FIELDS: Mapping[str, tuple[str, ...]] = {ASSET: ASSET_FIELDS, EDGE: EDGE_FIELDS}
#: What stays the text that was typed, whatever a format makes of it.
TEXTS = frozenset(
    {"id", "type", "namespace", "displayName", "description", "status", "ttl", "upstream"}
    | {"downstream", "origin", "note", "flowNamespace", "flowId", "taskId", "sql", "firstSeen"}
    | {"lastSeen"}
)


class Unreadable(ValueError):
    """The file as a whole cannot be used; `line` from 1, 0 where it is no line's fault."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Record:
    """One of them: the `number`-th, beginning at `line`, both from 1.

    `kind` "" and errors where it could not be read; errors as well where a cell could not.
    """

    number: int
    line: int
    kind: str
    value: Mapping[str, Any]
    errors: tuple[AssetError, ...] = ()


def failed(number: int, line: int, message: str) -> Record:
    return Record(number, line, "", {}, (AssetError("", message),))


def sorted_out(number: int, line: int, value: Any) -> Record:
    """A record of a value that may say its `kind`; what has two ends is an edge."""
    if not isinstance(value, Mapping):
        return failed(number, line, "must be a map with id, or with upstream and downstream")
    usual = EDGE if "upstream" in value and "downstream" in value and "id" not in value else ASSET
    kind = value.get("kind", usual)
    if kind not in KINDS:
        return failed(number, line, f"kind must be one of {', '.join(KINDS)}")
    return Record(number, line, kind, {key: value[key] for key in value if key != "kind"})
