"""What task runs leave behind: usages, lineage events, edges, and the assets' new values."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from accounts.bulk import Statement, bigints, dump, insertion, run_together
from accounts.models import Tenant
from catalog.declaring import Stored, apply_touches
from catalog.moments import moment
from catalog.touches import Part, Touch, stamp
from lineage.dsl import Bundle
from lineage.recording.column_links import column_edges, column_rows
from lineage.recording.latest import LATEST_RUN
from lineage.recording.links import EdgeKey, links, sort_key
from lineage.recording.recounting import Forgotten, forget_traces, recount
from lineage.recording.rendered import RenderedRun
from lineage.recording.resolving import mentioned

READ, WRITE = "READ", "WRITE"
#: Positions of outputs within one task run's stamps: bundle × this + output.
WIDTH = 1_000


def store_traces(
    tenant: Tenant,
    runs: Sequence[RenderedRun],
    assets: Mapping[str, int],
    namespaces: Mapping[str, int],
    also: Mapping[int, Sequence[Touch]] | None = None,
    forgotten: Forgotten | None = None,
) -> list[Stored]:
    """Four statements for new task runs; more, but as constant, when some are replaced.

    `also`: what else is said of assets (rows) in the same breath. `forgotten`: what
    `forget_traces` has found of replaced runs, when that came first. Answers the touched assets.
    """
    if forgotten is None:
        forgotten = forget_traces([run.replaces for run in runs if run.replaces])
    speaking = [run for run in runs if run.bundles]
    productive = [run for run in speaking if run.is_productive]
    run_together(
        [
            usages(tenant, speaking, assets),
            events(tenant, speaking, assets),
            edges(tenant, productive, assets),
            column_edges(tenant, productive, assets),
        ]
    )
    touched = touches_of(runs, assets)
    for pk, touches in (also or {}).items():
        touched[pk] = [*touched.get(pk, ()), *touches]
    stored = apply_touches(tenant, touched, namespaces)
    if any(run.recounts for run in runs):
        again = [run for run in speaking if run.recounts]
        recount(
            forgotten,
            {key for run in again for key in links(run, assets)},
            {assets[id_] for run in again for id_ in mentioned(run.bundles)},
            {
                (row[2], run.flow.pk, run.posted.task_id)
                for run in again
                for bundle in run.bundles
                for row in column_rows(bundle, assets)
            },
        )
    return stored


def usages(
    tenant: Tenant, runs: Sequence[RenderedRun], assets: Mapping[str, int]
) -> Statement | None:
    """One a task run, asset and direction, failed runs included."""
    rows = {
        (run.pk, assets[item.id], direction): (
            run.execution.pk,
            run.posted.state.current,
            run.streams,
            run.at,
        )
        for run in runs
        for bundle in run.bundles
        for direction, items in ((READ, bundle.inputs), (WRITE, bundle.outputs))
        for item in items
    }
    return insertion(
        "lineage_assetusage",
        {
            "task_run_id": "bigint",
            "asset_id": "bigint",
            "direction": "text",
            "execution_id": "bigint",
            "state": "text",
            "streams": "boolean",
            "at": "timestamptz",
            "tenant_id": "bigint",
        },
        [
            (*key, execution, state, streams, moment(at), tenant.pk)
            for key, (execution, state, streams, at) in sorted(rows.items())
        ],
    )


def events(
    tenant: Tenant, runs: Sequence[RenderedRun], assets: Mapping[str, int]
) -> Statement | None:
    """One a bundle."""
    return insertion(
        "lineage_lineageevent",
        {
            "tenant_id": "bigint",
            "task_run_id": "bigint",
            "execution_id": "bigint",
            "number": "int",
            "origin": "text",
            "state": "text",
            "streams": "boolean",
            "inputs": "bigint[]",
            "outputs": "bigint[]",
            "columns": "jsonb",
            "sql": "text",
            "at": "timestamptz",
        },
        [
            (
                tenant.pk,
                run.pk,
                run.execution.pk,
                number,
                bundle.origin,
                run.posted.state.current,
                run.streams,
                bigints(dict.fromkeys(assets[item.id] for item in bundle.inputs)),
                bigints(dict.fromkeys(assets[item.id] for item in bundle.outputs)),
                dump([list(row) for row in column_rows(bundle, assets)]),
                bundle.sql,
                moment(run.at),
            )
            for run in runs
            for number, bundle in enumerate(run.bundles)
        ],
    )


UPSERT_EDGE = (
    """
on conflict (upstream_id, downstream_id, flow_id, task_id) do update set
    runs = old.runs + excluded.runs,
    kind = least(old.kind, excluded.kind),
    sql = case when excluded.last_seen >= old.last_seen and excluded.sql <> ''
               then excluded.sql else old.sql end,
    first_seen = least(old.first_seen, excluded.first_seen),
    last_seen = greatest(old.last_seen, excluded.last_seen),
"""
    + LATEST_RUN
)


def edges(
    tenant: Tenant, runs: Sequence[RenderedRun], assets: Mapping[str, int]
) -> Statement | None:
    """Commutative: counts add up, first and last seen widen, ties go by execution id."""
    found: dict[EdgeKey, list[Any]] = {}
    for run in runs:
        last = (run.at, run.posted_in.id, run.execution.pk)
        for key, (origin, sql) in links(run, assets).items():
            edge = found.get(key)
            if edge is None:
                found[key] = [origin, run.at, last, 1, (run.at, sql)]
            else:
                edge[:] = [
                    min(edge[0], origin),
                    min(edge[1], run.at),
                    max(edge[2], last),
                    edge[3] + 1,
                    max(edge[4], (run.at, sql)) if sql else edge[4],
                ]
    return insertion(
        "lineage_edge as old",
        {
            "upstream_id": "bigint",
            "downstream_id": "bigint",
            "flow_id": "bigint",
            "task_id": "text",
            "tenant_id": "bigint",
            "kind": "text",
            "sql": "text",
            "first_seen": "timestamptz",
            "last_seen": "timestamptz",
            "runs": "int",
            "last_execution_id": "bigint",
        },
        [
            (*key, tenant.pk, origin, sql, moment(first), moment(last[0]), count, last[2])
            for key, (origin, first, last, count, (_, sql)) in sorted(
                found.items(), key=lambda item: sort_key(item[0])
            )
        ],
        UPSERT_EDGE,
    )


def touches_of(runs: Sequence[RenderedRun], assets: Mapping[str, int]) -> dict[int, list[Touch]]:
    """Asset row → what these runs say of it; reads and writes count once a task run."""
    found: defaultdict[int, list[Touch]] = defaultdict(list)
    for run in runs:
        counted = set[tuple[int, Part]]()
        for id_, touch in said_of_assets(run):
            key = (assets[id_], touch.part)
            again = touch.counts and key in counted
            if touch.counts:
                counted.add(key)
            found[assets[id_]].append(replace(touch, counts=False) if again else touch)
    return found


def said_of_assets(run: RenderedRun) -> Iterator[tuple[str, Touch]]:
    if run.touches is not None:
        for id_, touches in run.touches.items():
            for touch in touches:
                yield id_, touch
        return
    source = source_of(run)
    for number, bundle in enumerate(run.bundles):
        yield from bundle_touches(run, number, bundle, source)


def bundle_touches(
    run: RenderedRun, number: int, bundle: Bundle, source: Mapping[str, Any]
) -> Iterator[tuple[str, Touch]]:
    origin = f"{run.posted_in.id}/{run.posted.id}"
    job = run.flow.namespace
    for item in bundle.inputs:
        place = stamp(run.at, origin, number * WIDTH)
        touch = Touch(place, run.at, Part.READ, item.type, job, source=source, name=item.id)
        yield item.id, touch
    part = run.output_part
    for n, output in enumerate(bundle.outputs, 1):
        place = stamp(run.at, origin, number * WIDTH + n)
        if bundle.origin == "sql":  # what a statement writes has a type only while nobody says one
            touch = Touch(
                place, run.at, part, None, job, {}, source, hint=output.type, name=output.id
            )
            yield output.id, touch
            continue
        touch = Touch(place, run.at, part, output.type, job, output.fields, source, name=output.id)
        yield output.id, touch
    for n, said in enumerate(bundle.describes, 1 + len(bundle.outputs)):
        place = stamp(run.at, origin, number * WIDTH + n)
        described = Touch(
            *(place, run.at, Part.DESCRIBE, said.type, None, said.fields, source),
            counts=False,
            name=said.id,
        )
        yield said.id, described


def source_of(run: RenderedRun) -> dict[str, Any]:
    """How the history names a task run (AssetChange.source)."""
    return {
        "kind": "execution",
        "id": run.posted_in.id,
        "namespace": run.flow.namespace,
        "flowId": run.flow.public_id,
        "taskId": run.posted.task_id,
        "taskRunId": run.posted.id,
    }
