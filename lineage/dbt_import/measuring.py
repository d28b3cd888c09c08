"""What an invocation and a catalog measured of assets, kept beside what others measure."""

from collections.abc import Iterator, Mapping
from typing import Any

from accounts.bulk import Statement, dump, insertion
from accounts.models import Tenant
from catalog.models import AssetMeasurement
from lineage.dbt import Artifacts
from lineage.dbt.quality import assertions_of, metrics_of, outputs_of

Kind = AssetMeasurement.Kind
#: (asset id, kind, source key, when, values)
type Measured = tuple[str, str, str, Any, dict[str, Any]]


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
        yield asset_id, Kind.ASSERTIONS, key, at, {"assertions": assertions}
    ends = {result.unique_id: result.ended_at for result in invocation.results}
    for unique_id, written in outputs_of(artifacts.manifest, invocation).items():
        asset_id = artifacts.manifest.nodes[unique_id].id
        yield asset_id, Kind.OUTPUT, key, ends[unique_id], dict(written)


def _by_the_warehouse(artifacts: Artifacts) -> Iterator[Measured]:
    catalog = artifacts.catalog
    if catalog is None:
        return
    key = f"dbt:catalog:{catalog.generated_at.isoformat()}"
    for asset_id, counted in metrics_of(artifacts.manifest, catalog).items():
        yield asset_id, Kind.METRICS, key, catalog.generated_at, dict(counted)


def measurement_rows(
    tenant: Tenant, found: list[Measured], assets: Mapping[str, int], source: Mapping[str, Any]
) -> Statement | None:
    """Those of assets (id → row); one that is there already stays as it is."""
    rows = {
        (assets[asset_id], kind, key): (at, dump(values))
        for asset_id, kind, key, at, values in found
        if asset_id in assets
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
            (*key, tenant.pk, at, values, dump(dict(source)))
            for key, (at, values) in sorted(rows.items())
        ],
        "on conflict do nothing",
    )
