"""catalog.json: what the warehouse says of the relations that dbt knows (dbt's schema v1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lineage.dbt.notes import Notes
from lineage.dbt.streaming import InvalidArtifact, Source, read_members
from lineage.dbt.values import Json, instant, mapping, number, storable, text
from lineage.dbt.versions import CATALOG, check_version

#: What adapters call the same statistic.
ROWS = ("row_count", "num_rows", "rows")
BYTES = ("bytes", "num_bytes", "size")
#: Its word for the kind of a relation → the asset's type.
TYPES = {
    "view": "View",
    "materialized view": "Materialized View",
    "materializedview": "Materialized View",
    "materialized_view": "Materialized View",
}


@dataclass(frozen=True, slots=True)
class TableColumn:
    name: str
    data_type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Relation:
    """`type`: an asset type, "" where it is a plain table. `rows`, `bytes`: None if unknown."""

    type: str
    columns: tuple[TableColumn, ...]
    rows: int | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """Unique id → its relation, as of `generated_at`."""

    generated_at: datetime
    relations: Mapping[str, Relation] = field(default_factory=dict)


def read_catalog(source: Source, notes: Notes) -> Catalog:
    """Raises InvalidArtifact for what is no catalog."""
    metadata: dict[str, Any] = {}
    relations: dict[str, Relation] = {}
    for section, key, value in read_members(source):
        if section == "metadata":
            metadata[str(key)] = value
        elif section in ("nodes", "sources"):
            if isinstance(value, Mapping):
                relations[storable(str(key))] = read_relation(value)
            else:
                notes.loss(str(key), f"catalog.{section}", "is no object")
        elif section == "errors" and value:
            notes.add("", "catalog.errors", str(value)[:500])
    if not metadata:
        raise InvalidArtifact("has no `metadata`, so it is no dbt catalog")
    check_version(metadata, CATALOG, notes)
    return Catalog(instant(metadata, "generated_at") or datetime.now(UTC), relations)


def read_relation(raw: Json) -> Relation:
    columns = [value for value in mapping(raw, "columns").values() if isinstance(value, Mapping)]
    columns.sort(key=lambda column: number(column, "index") or 0)
    return Relation(
        type=TYPES.get(text(mapping(raw, "metadata"), "type").lower(), ""),
        columns=tuple(
            TableColumn(text(column, "name"), text(column, "type"), text(column, "comment"))
            for column in columns
            if text(column, "name")
        ),
        rows=_statistic(raw, ROWS),
        bytes=_statistic(raw, BYTES),
    )


def _statistic(raw: Json, names: tuple[str, ...]) -> int | None:
    """Of those that count: `include` is false where the adapter could not tell."""
    for name in names:
        found = mapping(mapping(raw, "stats"), name)
        if found.get("include") is not False and (value := number(found, "value")) is not None:
            return value
    return None
