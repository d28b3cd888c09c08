"""Which columns a task run turned into which others (ColumnEdge), and counting them anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from accounts.bulk import Statement, insertion, run
from accounts.models import Tenant
from catalog.moments import moment
from lineage.dsl.bundles import Bundle
from lineage.models.runs import PRODUCTIVE
from lineage.recording.latest import LATEST_RUN
from lineage.recording.rendered import RenderedRun

#: (upstream, its column, downstream, its column, type, subtype, description, masking)
type ColumnRow = tuple[int, str, int, str, str, str, str, bool]
#: (downstream, flow, task): column edges are counted anew for all that a task writes there.
type ColumnKey = tuple[int, int, str]


def column_rows(bundle: Bundle, assets: Mapping[str, int]) -> Iterator[ColumnRow]:
    """The column links of a bundle between assets that are there."""
    for link in bundle.columns:
        if link.upstream in assets and link.downstream in assets:
            yield (
                assets[link.upstream],
                link.upstream_column,
                assets[link.downstream],
                link.downstream_column,
                link.type,
                link.subtype,
                link.description,
                link.masking,
            )


COLUMN_EDGE = {
    "upstream_id": "bigint",
    "upstream_column": "text",
    "downstream_id": "bigint",
    "downstream_column": "text",
    "type": "text",
    "subtype": "text",
    "flow_id": "bigint",
    "task_id": "text",
    "description": "text",
    "masking": "boolean",
    "tenant_id": "bigint",
    "kind": "text",
    "first_seen": "timestamptz",
    "last_seen": "timestamptz",
    "last_execution_id": "bigint",
}
#: The latest words hold, whoever says them.
LATER = """(excluded.last_seen, excluded.description collate "C", excluded.masking)
        >= (old.last_seen, old.description collate "C", old.masking)"""
WORDS = f"""
    description = case when {LATER} then excluded.description else old.description end,
    masking = case when {LATER} then excluded.masking else old.masking end
"""
UPSERT = f"""
on conflict (downstream_id, downstream_column, upstream_id, upstream_column, flow_id, task_id,
             type, subtype) do update set
    kind = least(old.kind, excluded.kind),
    first_seen = least(old.first_seen, excluded.first_seen),
    last_seen = greatest(old.last_seen, excluded.last_seen),
    {WORDS}, {LATEST_RUN}
"""


def column_edges(
    tenant: Tenant, runs: Sequence[RenderedRun], assets: Mapping[str, int]
) -> Statement | None:
    """Commutative like edges: first and last seen widen, the latest run's words hold."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for item in runs:
        for bundle in item.bundles:
            for *ends, description, masking in column_rows(bundle, assets):
                key = (*ends, item.flow.pk, item.posted.task_id)
                last = (item.at, item.posted_in.id, item.execution.pk)
                words = (item.at, description, masking)
                edge = found.get(key)
                if edge is None:
                    found[key] = [bundle.origin, item.at, last, words]
                else:
                    edge[:] = [
                        min(edge[0], bundle.origin),
                        min(edge[1], item.at),
                        max(edge[2], last),
                        max(edge[3], words),
                    ]
    return insertion(
        "lineage_columnedge as old",
        COLUMN_EDGE,
        [
            (*key, *words[1:], tenant.pk, kind, moment(first), moment(last[0]), last[2])
            for key, (kind, first, last, words) in sorted(found.items())
        ],
        UPSERT,
    )


CLEAR = """
with wanted(downstream, flow, task_id) as (
    select * from unnest(%s::bigint[], %s::bigint[], %s::text[])
), gone as (
    delete from lineage_columnedge old using wanted w
    where old.downstream_id = w.downstream and old.flow_id = w.flow and old.task_id = w.task_id
        and not old.stated
)
update lineage_columnedge old set last_execution_id = null, ran_until = null,
    first_seen = coalesce(old.stated_from, old.first_seen),
    last_seen = coalesce(old.stated_until, old.last_seen)
from wanted w
where old.downstream_id = w.downstream and old.flow_id = w.flow and old.task_id = w.task_id
    and old.stated
"""
COUNT_AGAIN = """
with wanted(downstream, flow, task_id) as (
    select * from unnest(%s::bigint[], %s::bigint[], %s::text[])
), said as (
    select x.tenant_id, (c->>0)::bigint as upstream_id, c->>1 as upstream_column,
           (c->>2)::bigint as downstream_id, c->>3 as downstream_column, c->>4 as type,
           c->>5 as subtype, c->>6 as description, (c->>7)::boolean as masking,
           w.flow, w.task_id, e.origin, e.at, x.id as execution, x.public_id
    from wanted w
    join lineage_assetusage u on u.asset_id = w.downstream and u.direction = 'WRITE'
    join lineage_lineageevent e on e.task_run_id = u.task_run_id
        and (e.state = any(%s) or e.streams) and e.columns <> '[]'
    join lineage_taskrun t on t.id = e.task_run_id and t.task_id = w.task_id
    join lineage_execution x on x.id = e.execution_id and x.flow_id = w.flow
    cross join jsonb_array_elements(e.columns) c
    where (c->>2)::bigint = w.downstream
)
insert into lineage_columnedge as old (tenant_id, upstream_id, upstream_column, downstream_id,
    downstream_column, type, subtype, flow_id, task_id, kind, first_seen, last_seen,
    last_execution_id, description, masking)
select tenant_id, upstream_id, upstream_column, downstream_id, downstream_column, type, subtype,
       flow, task_id, min(origin), min(at), max(at),
       (array_agg(execution order by at desc, public_id collate "C" desc))[1],
       (array_agg(description order by at desc, description collate "C" desc, masking desc))[1],
       (array_agg(masking order by at desc, description collate "C" desc, masking desc))[1]
from said
group by tenant_id, upstream_id, upstream_column, downstream_id, downstream_column, type, subtype,
         flow, task_id
order by downstream_id, downstream_column, upstream_id, upstream_column
"""


def recount_columns(keys: Iterable[ColumnKey]) -> None:
    """Set the column edges of `keys` by the lineage events that remain: two statements."""
    wanted = sorted(set(keys))
    if not wanted:
        return
    columns = [list(column) for column in zip(*wanted, strict=True)]
    run(CLEAR, columns)
    run(COUNT_AGAIN + UPSERT, [*columns, sorted(PRODUCTIVE)])
