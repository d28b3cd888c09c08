"""When a later delivery replaces a task run that had left traces: take them back and count anew.

Adding is commutative and cheap; taking back is not, so the few edges and assets concerned are
counted again from the lineage events and usages that remain.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.bulk import run
from catalog.counters import Counters
from catalog.declaring import set_counters
from lineage.models.runs import PRODUCTIVE, TERMINAL
from lineage.recording.column_links import ColumnKey, recount_columns
from lineage.recording.links import EdgeKey, sort_key


@dataclass(slots=True)
class Forgotten:
    """What the replaced task runs had touched."""

    assets: set[int] = field(default_factory=set)
    #: (task run, asset)
    reads: set[tuple[int, int]] = field(default_factory=set)
    edges: set[EdgeKey] = field(default_factory=set)
    columns: set[ColumnKey] = field(default_factory=set)

    def follow(self, merged: Mapping[int, int]) -> None:
        """Assets that have become others since (absorbed → kept, rows) are those now."""
        if not merged:
            return

        def end(asset: int | None) -> int | None:
            return asset and merged.get(asset, asset)

        self.assets = {merged.get(asset, asset) for asset in self.assets}
        self.reads = {(run, merged.get(asset, asset)) for run, asset in self.reads}
        self.edges = {(end(up), end(down), flow, task) for up, down, flow, task in self.edges}
        self.columns = {(merged.get(down, down), flow, task) for down, flow, task in self.columns}


FORGET = """
with usages as (
    delete from lineage_assetusage where task_run_id = any(%s::bigint[])
), events as (
    delete from lineage_lineageevent where task_run_id = any(%s::bigint[])
    returning task_run_id, execution_id, inputs, outputs, columns <> '[]' as has_columns
)
select e.task_run_id, x.flow_id, t.task_id, e.inputs, e.outputs, e.has_columns
from events e
join lineage_taskrun t on t.id = e.task_run_id
join lineage_execution x on x.id = e.execution_id
"""


def forget_traces(task_runs: Sequence[int]) -> Forgotten:
    """Delete usages and lineage events of replaced task runs (rows); one statement or none."""
    forgotten = Forgotten()
    if not task_runs:
        return forgotten
    rows = list(task_runs)
    for pk, flow, task_id, inputs, outputs, has_columns in run(FORGET, [rows, rows]):
        forgotten.assets.update(inputs, outputs)
        forgotten.reads.update((pk, upstream) for upstream in inputs)
        forgotten.edges.update(
            (upstream, downstream, flow, task_id)
            for upstream in inputs or [None]
            for downstream in outputs or [None]
        )
        if has_columns:
            forgotten.columns.update((downstream, flow, task_id) for downstream in outputs)
    return forgotten


def recount(
    forgotten: Forgotten,
    edges: Iterable[EdgeKey],
    assets: Iterable[int],
    columns: Iterable[ColumnKey] = (),
) -> None:
    """Count again what the replaced task runs touch now or touched before."""
    keys = sorted(forgotten.edges | set(edges), key=sort_key)
    if keys:
        recount_edges(keys)
    if forgotten.columns:
        recount_columns(forgotten.columns | set(columns))
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
           coalesce((array_agg(e.sql order by e.at desc, e.sql collate "C" desc)
                     filter (where e.sql <> ''))[1], '') as sql,
           (array_agg(e.execution_id order by e.at desc, x.public_id collate "C" desc))[1]
               as last_execution
    from wanted w
    left join (
        lineage_assetusage u
        join lineage_lineageevent e on e.task_run_id = u.task_run_id
            and (e.state = any(%s) or e.streams)
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
    where c.runs = 0 and not old.stated and old.flow_id = c.flow and old.task_id = c.task_id
        and old.upstream_id is not distinct from c.upstream
        and old.downstream_id is not distinct from c.downstream
)
update lineage_edge old set runs = c.runs,
    first_seen = coalesce(least(old.stated_from, c.first_seen), old.first_seen),
    last_seen = coalesce(greatest(old.stated_until, c.last_seen), old.last_seen),
    kind = case when old.stated then least(old.kind, c.kind) else c.kind end,
    sql = case when old.stated and c.sql = '' then old.sql else c.sql end,
    last_execution_id = c.last_execution,
    ran_until = case when old.stated then c.last_seen end
from counted c
where (c.runs > 0 or old.stated) and old.flow_id = c.flow and old.task_id = c.task_id
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
       max(u.at) filter (where u.direction = 'WRITE' and not u.writes and u.failed)
from unnest(%s::bigint[]) as a(asset)
left join lateral (
    select id, at, direction, direction = 'WRITE' and (state = any(%s) or streams) as writes,
           state = any(%s) as failed
    from lineage_assetusage where asset_id = a.asset
) u on true
group by a.asset order by a.asset
"""


def recount_assets(assets: Sequence[int]) -> None:
    """Set the counters of assets, which `apply_touches` has locked or this locks, by usages."""
    rows = run(COUNT_USAGES, [list(assets), sorted(PRODUCTIVE), sorted(TERMINAL)])
    set_counters({asset: Counters(*counts) for asset, *counts in rows})
