"""What an invocation and a catalog measured of assets, kept beside what others measure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.bulk import Statement, dump, insertion
from catalog.models import AssetMeasurement
from lineage.dbt import Artifacts
from lineage.dbt.quality import assertions_of, metrics_of, outputs_of
from lineage.dbt_import.planning import Plan
from lineage.dbt_import.statements import task_id

Kind = AssetMeasurement.Kind


@dataclass(frozen=True, slots=True)
class Measured:
    """One observation. `task`: the task run that made it, "" of what no run did."""

    asset_id: str
    kind: str
    source_key: str
    at: datetime
    values: Mapping[str, Any]
    task: str = ""


def measured(artifacts: Artifacts) -> list[Measured]:
    return [*_by_tests_and_runs(artifacts), *_by_the_warehouse(artifacts)]


def _by_tests_and_runs(artifacts: Artifacts) -> Iterator[Measured]:
    """One a command and asset: the assertions of its tests, and what its run wrote."""
    invocation = artifacts.invocation
    if invocation is None:
        return
    key, at = f"dbt:{invocation.id}"[:200], invocation.ended_at
    found = assertions_of(artifacts.manifest, invocation, artifacts.notes)
    for asset_id, assertions in found.items():
        task = task_id(assertions[0]["test"]) if len(assertions) == 1 else ""
        yield Measured(asset_id, Kind.ASSERTIONS, key, at, {"assertions": assertions}, task)
    ends = {result.unique_id: result.ended_at for result in invocation.results}
    for unique_id, written in outputs_of(artifacts.manifest, invocation).items():
        asset_id = artifacts.manifest.nodes[unique_id].id
        yield Measured(asset_id, Kind.OUTPUT, key, ends[unique_id], written, task_id(unique_id))


def _by_the_warehouse(artifacts: Artifacts) -> Iterator[Measured]:
    catalog = artifacts.catalog
    if catalog is None:
        return
    key = f"dbt:catalog:{catalog.generated_at.isoformat()}"
    for asset_id, counted in metrics_of(artifacts.manifest, catalog).items():
        yield Measured(asset_id, Kind.METRICS, key, catalog.generated_at, counted)


def measurement_rows(plan: Plan, found: Iterable[Measured]) -> Statement | None:
    """Those of assets that the caller may write; one that is there already stays as it is."""
    assets = {node.id: pk for node, pk in plan.taken().values()}
    rows = {
        (assets[one.asset_id], one.kind, one.source_key): one
        for one in found
        if one.asset_id in assets
    }
    return insertion(
        "catalog_assetmeasurement",
        {
            "asset_id": "bigint",
            "kind": "text",
            "source_key": "text",
            "tenant_id": "bigint",
            "at": "timestamptz",
            "values": "jsonb",
            "source": "jsonb",
        },
        [
            (*key, plan.access.tenant.pk, one.at, dump(dict(one.values)), dump(said_by(plan, one)))
            for key, one in sorted(rows.items(), key=lambda item: item[0])
        ],
        "on conflict do nothing",
    )


def said_by(plan: Plan, one: Measured) -> dict[str, Any]:
    """How its source is named (AssetChange.source)."""
    invocation = plan.artifacts.invocation
    if one.kind == Kind.METRICS or invocation is None:
        return dict(plan.source)
    return {
        "kind": "execution",
        "id": invocation.id,
        "namespace": plan.flow.namespace,
        "flowId": plan.flow.public_id,
        "taskId": one.task,
        "taskRunId": one.task,
    }
