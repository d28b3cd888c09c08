"""When a later delivery replaces a task run that had left traces: take them back and count anew.

Adding is commutative and cheap; taking back is not, so the few edges and assets concerned are
counted again from the lineage events and usages that remain.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accounts.bulk import run
from catalog.counters import Counters
from catalog.declaring import set_counters
from lineage.models.runs import PRODUCTIVE
from lineage.recording.links import EdgeKey, sort_key


@dataclass(slots=True)
class Forgotten:
    """What the replaced task runs had touched."""

    assets: set[int] = field(default_factory=set)
    edges: set[EdgeKey] = field(default_factory=set)


def forget_traces(task_runs: Sequence[int]) -> Forgotten:
    """Delete usages and lineage events of replaced task runs (rows); three statements or none."""
    forgotten = Forgotten()
    if not task_runs:
        return forgotten
    for flow, task_id, inputs, outputs in run(
        "select x.flow_id, t.task_id, e.inputs, e.outputs from lineage_lineageevent e"
        " join lineage_taskrun t on t.id = e.task_run_id"
        " join lineage_execution x on x.id = e.execution_id"
        " where e.task_run_id = any(%s::bigint[])",
        [list(task_runs)],
    ):
        forgotten.assets.update(inputs, outputs)
        forgotten.edges.update(
            (upstream, downstream, flow, task_id)
            for upstream in inputs or [None]
            for downstream in outputs or [None]
        )
    run("delete from lineage_assetusage where task_run_id = any(%s::bigint[])", [list(task_runs)])
    run(
        "delete from lineage_lineageevent where task_run_id = any(%s::bigint[])", [list(task_runs)]
    )
    return forgotten


def recount(forgotten: Forgotten, edges: Iterable[EdgeKey], assets: Iterable[int]) -> None:
    """Count again what the replaced task runs touch now or touched before."""
    keys = sorted(forgotten.edges | set(edges), key=sort_key)
    if keys:
        recount_edges(keys)
    touched = sorted(forgotten.assets | set(assets))
    if touched:
        recount_assets(touched)


COUNT_EDGES = """
with wanted(upstream, downstream, flow, task_id) as (
    select * from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
), counted as (
    select w.upstream, w.downstream, w.flow, w.task_id,
           count(distinct e.task_run_id) as runs, min(e.at) as first_seen, max(e.at) as last_seen,
           min(e.origin) as kind,
           (array_agg(e.execution_id order by e.at desc, x.public_id desc))[1] as last_execution
    from wanted w
    left join (
        lineage_assetusage u
        join lineage_lineageevent e on e.task_run_id = u.task_run_id and e.state = any(%s)
        join lineage_taskrun t on t.id = e.task_run_id
        join lineage_execution x on x.id = e.execution_id
    ) on u.asset_id = coalesce(w.downstream, w.upstream)
        and u.direction = case when w.downstream is null then 'READ' else 'WRITE' end
        and x.flow_id = w.flow and t.task_id = w.task_id
        and case when w.upstream is null then e.inputs = '{}' else w.upstream = any(e.inputs) end
        and case when w.downstream is null
                 then e.outputs = '{}' else w.downstream = any(e.outputs) end
    group by w.upstream, w.downstream, w.flow, w.task_id
), gone as (
    delete from lineage_edge old using counted c
    where c.runs = 0 and old.flow_id = c.flow and old.task_id = c.task_id
        and old.upstream_id is not distinct from c.upstream
        and old.downstream_id is not distinct from c.downstream
)
update lineage_edge old set runs = c.runs, first_seen = c.first_seen, last_seen = c.last_seen,
    kind = c.kind, last_execution_id = c.last_execution
from counted c
where c.runs > 0 and old.flow_id = c.flow and old.task_id = c.task_id
    and old.upstream_id is not distinct from c.upstream
    and old.downstream_id is not distinct from c.downstream
"""


def recount_edges(keys: Sequence[EdgeKey]) -> None:
    """Set or remove the edges `keys` by the lineage events that remain: one statement."""
    columns = [list(column) for column in zip(*keys, strict=True)]
    run(COUNT_EDGES, [*columns, sorted(PRODUCTIVE)])


COUNT_USAGES = """
select a.asset, count(u.id) filter (where u.writes), min(u.at) filter (where u.writes),
       max(u.at) filter (where u.writes), max(u.at) filter (where u.direction = 'READ'),
       max(u.at) filter (where u.direction = 'WRITE' and not u.writes)
from unnest(%s::bigint[]) as a(asset)
left join lateral (
    select id, at, direction, direction = 'WRITE' and state = any(%s) as writes
    from lineage_assetusage where asset_id = a.asset
) u on true
group by a.asset order by a.asset
"""


def recount_assets(assets: Sequence[int]) -> None:
    """Set the counters of assets, which `apply_touches` has locked or this locks, by usages."""
    rows = run(COUNT_USAGES, [list(assets), sorted(PRODUCTIVE)])
    set_counters({asset: Counters(*counts) for asset, *counts in rows})
