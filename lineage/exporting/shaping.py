"""Rows as what is shipped: plain values, without what may not be seen or told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from catalog.models import Asset, AssetAlias
from catalog.moments import moment
from lineage.exporting.statements import Statement
from lineage.kestra.values import as_time
from lineage.masking import Masking
from lineage.models import Execution, Flow, LineageEvent, OpenLineageJob
from lineage.openlineage.events import JobName
from lineage.openlineage.headwater import RUN_FACET
from lineage.openlineage.outgoing.shipped import (
    ShippedAsset,
    ShippedBundle,
    ShippedExecution,
    ShippedJob,
    ShippedStatement,
    Source,
)
from lineage.openlineage.rules import Rules
from lineage.openlineage.state import Accumulated

#: Sources of aliases that receivers shall know.
OTHER_NAMES = (
    AssetAlias.Source.SYMLINK,
    AssetAlias.Source.RENAME,
    AssetAlias.Source.MERGE,
    AssetAlias.Source.MANUAL,
)


def shipped_asset(
    asset: Asset, aliases: Mapping[str, Sequence[str]], facets: Mapping[str, Any]
) -> ShippedAsset:
    """`aliases`: source → names."""
    return ShippedAsset(
        id=asset.public_id,
        type=asset.type,
        namespace=asset.namespace.name if asset.namespace else None,
        display_name=asset.display_name,
        description=asset.description,
        metadata=asset.metadata,
        owners=tuple(asset.owners),
        tags=tuple(asset.tags),
        columns=asset.columns,
        status=asset.status,
        rule_names=tuple(aliases.get(AssetAlias.Source.RULE, ())),
        symlinks=tuple(name for source in OTHER_NAMES for name in aliases.get(source, ())),
        facets=facets,
        relations={
            name: value
            for name, value in (
                ("assetActions", asset.actions),
                ("partOf", asset.part_of),
                ("relatedTo", asset.related_to),
            )
            if value
        },
    )


def shipped_execution(
    execution: Execution, job: ShippedJob, told: Accumulated | None, mask: Masking
) -> ShippedExecution:
    """`told`: what its own OpenLineage events add up to."""
    return ShippedExecution(
        pk=execution.pk,
        id=execution.public_id,
        job=job,
        state=execution.state,
        started_at=execution.started_at,
        ended_at=execution.ended_at,
        at=moment(told.at) if told else last_known(execution),
        labels=mask.anywhere(execution.labels),
        error=mask.anywhere(execution.error),
        url=mask.anywhere(execution.url),
        parent_id=execution.parent_public_id,
        told=told,
    )


def last_known(execution: Execution) -> datetime:
    """When it came to the state that it is in, as far as is known."""
    dates = [as_time(one.get("date")) for one in execution.histories if isinstance(one, Mapping)]
    known = (execution.ended_at, *dates[-1:], execution.started_at)
    return next((when for when in known if when is not None), execution.sorted_at)


def shipped_statement(
    said: Statement, job: ShippedJob | None, assets: Mapping[int, ShippedAsset]
) -> ShippedStatement:
    """Its assets may all be seen, as its edges may."""
    columns = [(assets[c[0]].id, c[1], assets[c[2]].id, *c[3:]) for c in said.columns]
    flow, task_id, asset = said.unit
    bundles = [
        ShippedBundle(
            inputs=tuple(assets[pk].id for pk in upstream),
            outputs=(assets[downstream].id,) if downstream else (),
            columns=tuple(c for c in columns if downstream and c[2] == assets[downstream].id),
            sql=said.sql,
        )
        for downstream, upstream in said.by_output.items()
    ]
    named = {assets[pk].id: assets[pk] for pk in said.assets}
    return ShippedStatement(flow, task_id, asset, said.at, job, tuple(bundles), named)


def shipped_job(
    flow: Flow, namespace: str, task_id: str, came: OpenLineageJob | None
) -> ShippedJob:
    """With the name and the facets that OpenLineage knows it by, and what the flow says itself."""
    return ShippedJob(
        namespace=namespace,
        flow_id=flow.public_id,
        task_id=task_id,
        original=JobName(came.namespace, came.name) if came else None,
        facets={name: body for name, (_, body) in came.facets.items()} if came else {},
        description="" if task_id else flow.description,
        labels={} if task_id else flow.labels,
    )


def bundle_of(
    event: LineageEvent, assets: Mapping[int, ShippedAsset], mask: Masking
) -> ShippedBundle:
    """Without what may not be seen."""
    return ShippedBundle(
        inputs=tuple(assets[pk].id for pk in event.inputs if pk in assets),
        outputs=tuple(assets[pk].id for pk in event.outputs if pk in assets),
        columns=tuple(
            (assets[row[0]].id, row[1], assets[row[2]].id, *row[3:7], bool(row[7]))
            for row in event.columns
            if row[0] in assets and row[2] in assets
        ),
        sql=mask.anywhere(event.sql),
    )


def names_in(told: Accumulated, rules: Rules) -> dict[str, tuple[str, str]]:
    """Asset id → (namespace, name) as the run has called it."""
    keys = sorted((namespace, name) for _, namespace, name in told.datasets)
    return {rules.dataset(*key).id: key for key in keys}


def comes_from(told: Accumulated, source: Source) -> bool:
    facet = told.run_facets.get(RUN_FACET)
    return isinstance(facet, Mapping) and facet.get("origin") == str(source.origin)
