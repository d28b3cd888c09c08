"""What an invocation measured: whether tests held, and how much was written."""

from collections import defaultdict
from typing import Any

from lineage.dbt.catalog import Catalog
from lineage.dbt.nodes import Check, Manifest
from lineage.dbt.notes import Notes
from lineage.dbt.run_results import Invocation, NodeResult

#: Characters of a test's message.
MESSAGE = 2_000


def assertions_of(
    manifest: Manifest, invocation: Invocation, notes: Notes
) -> dict[str, list[dict[str, Any]]]:
    """Asset id → its assertions, as `catalog.models.AssetMeasurement` keeps them. A test that was
    skipped says nothing; one that could not run did not hold."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in invocation.results:
        check = manifest.checks.get(result.unique_id)
        if check is None or result.state == "SKIPPED":
            continue
        if not check.tested:
            notes.loss(check.unique_id, "depends_on", "tests no asset that the manifest has")
        for tested in check.tested:
            found[manifest.nodes[tested].id].append(assertion_of(check, result))
    return dict(found)


def assertion_of(check: Check, result: NodeResult) -> dict[str, Any]:
    """`severity`: what a failure means, `warn` or `error`, as OpenLineage's facet has it."""
    assertion: dict[str, Any] = {
        "assertion": check.name,
        "success": result.status in ("pass", "success"),
    }
    if check.column:
        assertion["column"] = check.column
    if check.severity:
        assertion["severity"] = check.severity
    if result.message and not assertion["success"]:
        assertion["message"] = result.message[:MESSAGE]
    if result.failures is not None:
        assertion["failures"] = result.failures
    return assertion | {"test": check.unique_id}


def outputs_of(manifest: Manifest, invocation: Invocation) -> dict[str, dict[str, int]]:
    """Unique id → `{rowCount?, size?}` of what its run wrote; only what the adapter told."""
    found = {}
    for result in invocation.results:
        values = {"rowCount": result.rows, "size": result.bytes}
        told = {key: value for key, value in values.items() if value is not None}
        if told and result.unique_id in manifest.nodes and result.state != "FAILED":
            found[result.unique_id] = told
    return found


def metrics_of(manifest: Manifest, catalog: Catalog) -> dict[str, dict[str, int]]:
    """Asset id → `{rowCount?, bytes?}`, as the warehouse counted."""
    found = {}
    for unique_id, relation in catalog.relations.items():
        values = {"rowCount": relation.rows, "bytes": relation.bytes}
        told = {key: value for key, value in values.items() if value is not None}
        if told and unique_id in manifest.nodes:
            found[manifest.nodes[unique_id].id] = told
    return found
