"""Facets of a dataset, and those that only an input or only an output has."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lineage.openlineage.quality import METRICS
from lineage.openlineage.readable.jobs import DOCUMENTATION, OWNERSHIP, TAGS
from lineage.openlineage.readable.lineage import column_lineage, dataset_lineage, name_row
from lineage.openlineage.readable.rows import (
    JSON,
    TIME,
    Member,
    Row,
    Shape,
    items_in,
    joined,
    listed,
    plain,
    value_row,
)
from lineage.openlineage.readable.subsets import subset_rows

MAX_DEPTH = 20


def _schema(body: Mapping[str, Any], above: str = "", depth: int = 0) -> Iterator[Row]:
    for one in items_in(body, "fields"):
        if not isinstance(one, dict):
            yield Row("", one, JSON)
            continue
        name = f"{above}{one.get('name', '')}"
        yield Row(name, joined(one.get("type"), one.get("description")))
        if depth < MAX_DEPTH:
            yield from _schema(one, f"{name}.", depth + 1)


def _catalog(body: Mapping[str, Any]) -> Iterator[Row]:
    yield from _CATALOG.read(body)
    properties = body.get("catalogProperties")
    for name, value in properties.items() if isinstance(properties, dict) else ():
        yield value_row(str(name), value)


_CATALOG = plain(
    "Catalog",
    Member("name", "Name"),
    Member("framework", "Framework"),
    Member("type", "Kind"),
    Member("metadataUri", "Metadata"),
    Member("warehouseUri", "Warehouse"),
    Member("source", "Configured in"),
)


def _lifecycle(body: Mapping[str, Any]) -> Iterator[Row]:
    if body.get("lifecycleStateChange") is not None:
        yield value_row("Change", body["lifecycleStateChange"])
    if body.get("previousIdentifier") is not None:
        yield name_row("Before", body["previousIdentifier"])


def _metrics(body: Mapping[str, Any]) -> Iterator[Row]:
    yield from _SIZES.read(body)
    columns = body.get("columnMetrics")
    for column, metrics in columns.items() if isinstance(columns, dict) else ():
        if not isinstance(metrics, dict):
            yield Row(str(column), metrics, JSON)
            continue
        told = [f"{_words(key)} {metrics[key]}" for key in METRICS if metrics.get(key) is not None]
        if isinstance(metrics.get("quantiles"), dict):
            told += [f"{name}-quantile {value}" for name, value in metrics["quantiles"].items()]
        yield Row(str(column), joined(*told))


_SIZES = plain(
    "Measured",
    Member("rowCount", "Rows"),
    Member("bytes", "Bytes"),
    Member("fileCount", "Files"),
    Member("lastUpdated", "Last changed", TIME),
)
_STATISTICS = (Member("rowCount", "Rows"), Member("size", "Bytes"), Member("fileCount", "Files"))


def _assertion(one: Mapping[str, Any]) -> Row:
    success = one.get("success")
    held = "held" if success is True else "failed" if success is False else None
    label = joined(one.get("assertion"), one.get("column") and f"on {one['column']}", by=" ")
    told = joined(
        held,
        one.get("severity"),
        one.get("expected") is not None and f"expected {one['expected']}",
        one.get("actual") is not None and f"was {one['actual']}",
        one.get("description") or one.get("name"),
    )
    return Row(label, told)


def _report(key: str, *members: Member) -> Shape:
    """One of Iceberg's reports: some members, and numbers under `key`."""
    head = plain("Iceberg report", *members)

    def read(body: Mapping[str, Any]) -> Iterator[Row]:
        yield from head.read(body)
        numbers = body.get(key)
        for name, value in numbers.items() if isinstance(numbers, dict) else ():
            if value is not None:
                yield value_row(_words(str(name)).capitalize(), value)

    return Shape("Iceberg report", read, head.members | {key})


def _words(name: str) -> str:
    """`totalDataFiles` → `total data files`"""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _subset(key: str) -> Shape:
    return Shape("Part of the dataset", subset_rows(key), frozenset({key}))


DATASET: dict[str, Shape] = {
    "schema": Shape("Columns", _schema, frozenset({"fields"})),
    "dataSource": plain("Data source", Member("name", "Name"), Member("uri", "Address")),
    "documentation": DOCUMENTATION,
    "ownership": OWNERSHIP,
    "tags": TAGS,
    "version": plain("Version", Member("datasetVersion", "Version")),
    "datasetType": plain("Kind", Member("datasetType", "Kind"), Member("subType", "Sub-kind")),
    "storage": plain("Storage", Member("storageLayer", "Layer"), Member("fileFormat", "Format")),
    "catalog": Shape("Catalog", _catalog, _CATALOG.members | frozenset({"catalogProperties"})),
    "hierarchy": listed(
        "Hierarchy", "hierarchy", lambda one: value_row(str(one.get("type")), one.get("name"))
    ),
    "lifecycleStateChange": Shape(
        "Change", _lifecycle, frozenset({"lifecycleStateChange", "previousIdentifier"})
    ),
    "symlinks": listed(
        "Other names", "identifiers", lambda one: name_row(str(one.get("type") or "Name"), one)
    ),
    "columnLineage": Shape("Column lineage", column_lineage, frozenset({"fields", "dataset"})),
    "lineage": Shape("Lineage", dataset_lineage, frozenset({"inputs", "fields"})),
    "dataQualityMetrics": Shape("Measured", _metrics, _SIZES.members | {"columnMetrics"}),
    "dataQualityAssertions": listed("Assertions", "assertions", _assertion),
}
#: What is measured may stand in either place.
_MEASURED = {name: DATASET[name] for name in ("dataQualityMetrics", "dataQualityAssertions")}
INPUT: dict[str, Shape] = {
    **_MEASURED,
    "inputStatistics": plain("Read", *_STATISTICS),
    "subset": _subset("inputCondition"),
    "icebergScanReport": _report(
        "scanMetrics",
        Member("snapshotId", "Snapshot"),
        Member("filterDescription", "Filter"),
        Member("schemaId", "Schema"),
        Member("projectedFieldNames", "Columns"),
        Member("metadata", "Metadata"),
    ),
}
OUTPUT: dict[str, Shape] = {
    **_MEASURED,
    "outputStatistics": plain("Written", *_STATISTICS),
    "subset": _subset("outputCondition"),
    "icebergCommitReport": _report(
        "commitMetrics",
        Member("snapshotId", "Snapshot"),
        Member("sequenceNumber", "Sequence number"),
        Member("operation", "Operation"),
        Member("metadata", "Metadata"),
    ),
}
