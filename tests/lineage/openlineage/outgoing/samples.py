"""Task runs to ship, short to write."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from lineage.openlineage.outgoing.shipped import (
    ShippedAsset,
    ShippedBundle,
    ShippedExecution,
    ShippedJob,
    ShippedTaskRun,
    Source,
)

TABLE = "io.kestra.plugin.ee.assets.Table"
NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
SOURCE = Source("main", UUID("7d3f3a0e-0c52-5b4e-9a3c-111111111111"))


def asset(id_: str, type_: str = TABLE, **fields: Any) -> ShippedAsset:
    return ShippedAsset(id_, type_, **fields)


def execution(**fields: Any) -> ShippedExecution:
    known: dict[str, Any] = {
        "pk": 1,
        "id": "run-1",
        "job": ShippedJob("company.data", "daily"),
        "state": "SUCCESS",
        "started_at": NOW,
        "ended_at": NOW + timedelta(minutes=2),
        "at": NOW + timedelta(minutes=2),
    }
    return ShippedExecution(**known | fields)


def task_run(
    *bundles: ShippedBundle, assets: list[ShippedAsset] | None = None, **fields: Any
) -> ShippedTaskRun:
    """Assets that are not given are plain tables."""
    named = {id_ for bundle in bundles for id_ in (*bundle.inputs, *bundle.outputs)}
    known: dict[str, Any] = {
        "pk": 2,
        "id": "run-1-build",
        "execution": execution(),
        "job": ShippedJob("company.data", "daily", "build"),
        "state": "SUCCESS",
        "started_at": NOW,
        "at": NOW + timedelta(minutes=1),
        "bundles": bundles,
        "assets": {id_: asset(id_) for id_ in named} | {one.id: one for one in assets or []},
    }
    return ShippedTaskRun(**known | fields)


def bundle(inputs: str = "", outputs: str = "", *columns: Any, sql: str = "") -> ShippedBundle:
    """`bundle("a b", "c", ("a", "x", "c", "y", "DIRECT", "IDENTITY", "", False))`"""
    return ShippedBundle(tuple(inputs.split()), tuple(outputs.split()), columns, sql)
