"""Edges that hold because a manifest says so, without any run."""

from collections.abc import Iterable, Mapping

from accounts.bulk import Statement, insertion
from accounts.models import Tenant
from catalog.moments import moment
from lineage.recording.links import EdgeKey, links, sort_key
from lineage.recording.runs import RenderedRun

UPSERT = """
on conflict (upstream_id, downstream_id, flow_id, task_id) do update set
    stated = true,
    kind = least(old.kind, excluded.kind),
    sql = case when excluded.last_seen >= old.last_seen and excluded.sql <> ''
               then excluded.sql else old.sql end,
    first_seen = least(old.first_seen, excluded.first_seen),
    last_seen = greatest(old.last_seen, excluded.last_seen)
"""


def stated_edges(
    tenant: Tenant, statements: Iterable[RenderedRun], assets: Mapping[str, int]
) -> tuple[Statement | None, int]:
    """(the statement, how many edges between assets it is about); no run is counted."""
    found: dict[EdgeKey, tuple[str, str, int]] = {}
    for statement in statements:
        for key, (origin, sql) in links(statement, assets).items():
            if key[1] is not None:
                found[key] = (origin, sql, statement.at)
    rows = [
        (*key, tenant.pk, origin, sql, True, moment(at), moment(at), 0)
        for key, (origin, sql, at) in sorted(found.items(), key=lambda item: sort_key(item[0]))
    ]
    columns = {
        "upstream_id": "bigint",
        "downstream_id": "bigint",
        "flow_id": "bigint",
        "task_id": "text",
        "tenant_id": "bigint",
        "kind": "text",
        "sql": "text",
        "stated": "boolean",
        "first_seen": "timestamptz",
        "last_seen": "timestamptz",
        "runs": "int",
    }
    between = sum(1 for upstream, *_ in found if upstream is not None)
    return insertion("lineage_edge as old", columns, rows, UPSERT), between
