"""The rows behind stated edges: found and locked by key, written set-based.

Locks come in the order in which runs record edges: by upstream, downstream, flow and task.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.access import Access
from accounts.bulk import insert, run
from lineage.edge_bodies import EdgeBody, EdgeColumn
from lineage.recording.latest import RAN_UNTIL

#: Rows of (upstream, downstream, flow, task); flow 0: none.
type Key = tuple[int, int, int, str]


@dataclass(slots=True)
class StoredEdge:
    """One edge as it is, and what is said of it. `pk` 0: there is none yet."""

    pk: int = 0
    kind: str = ""
    note: str = ""
    sql: str = ""
    stated: bool = False
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    columns: frozenset[EdgeColumn] = frozenset()
    is_changed: bool = False
    has_new_columns: bool = False

    def hear(self, body: EdgeBody, now: datetime) -> dict[str, list[Any]]:
        """Merge one body; what it changed, as field → [before, after]."""
        changes: dict[str, list[Any]] = {}
        self._set("kind", self.kind or body.kind, changes)
        self._set("note", self.note if body.note is None else body.note, changes)
        self._set("sql", body.sql or self.sql, changes)
        if body.columns is not None and (said := frozenset(body.columns)) != self.columns:
            changes["columns"] = [shown(self.columns), shown(said)]
            self.columns, self.has_new_columns = said, True
        if not self.stated:
            changes["stated"] = [False if self.first_seen else None, True]
            self.stated = True
        first = body.first_seen or now
        last = body.last_seen or first
        self.first_seen = min(self.first_seen or first, first)
        self.last_seen = max(self.last_seen or last, last)
        self.is_changed |= bool(changes)
        return changes

    def _set(self, name: str, value: str, changes: dict[str, list[Any]]) -> None:
        before = getattr(self, name)
        if before != value:
            changes[name] = [before or None, value]
            setattr(self, name, value)


def shown(columns: frozenset[EdgeColumn]) -> list[str]:
    """For people: `a → b`, sorted."""
    return [f"{column.upstream} → {column.downstream}" for column in sorted(columns)]


FIND = """
select w.n, e.id, e.kind, e.note, e.sql, e.stated, e.first_seen, e.last_seen
from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::int[])
    as w(upstream, downstream, flow, task, n)
join lineage_edge e on e.upstream_id = w.upstream and e.downstream_id = w.downstream
    and coalesce(e.flow_id, 0) = w.flow and e.task_id = w.task
order by e.upstream_id, e.downstream_id, coalesce(e.flow_id, 0), e.task_id
"""
FIND_COLUMNS = """
select w.n, c.upstream_column, c.downstream_column, c.type, c.subtype, c.description, c.masking
from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::int[])
    as w(upstream, downstream, flow, task, n)
join lineage_columnedge c on c.upstream_id = w.upstream and c.downstream_id = w.downstream
    and coalesce(c.flow_id, 0) = w.flow and c.task_id = w.task
"""


def find_edges(keys: Sequence[Key], *, lock: bool) -> dict[Key, StoredEdge]:
    """Those of `keys` that are there, with their columns: two statements."""
    if not keys:
        return {}
    arrays = [*map(list, zip(*keys, strict=True)), list(range(len(keys)))]
    found = {
        keys[n]: StoredEdge(*rest)
        for n, *rest in run(FIND + ("for update of e" if lock else ""), arrays)
    }
    for n, *column in run(FIND_COLUMNS, arrays) if found else ():
        if edge := found.get(keys[n]):
            edge.columns |= {EdgeColumn(*column)}
    return found


UPSERT = f"""
on conflict (upstream_id, downstream_id, flow_id, task_id) do update set
    kind = excluded.kind, note = excluded.note, sql = excluded.sql, stated = true,
    first_seen = least(old.first_seen, excluded.first_seen),
    last_seen = greatest(old.last_seen, excluded.last_seen),
    stated_from = least(old.stated_from, excluded.stated_from),
    stated_until = greatest(old.stated_until, excluded.stated_until),
    ran_until = {RAN_UNTIL},
    created_by_id = coalesce(old.created_by_id, excluded.created_by_id)
returning id, upstream_id, downstream_id, coalesce(flow_id, 0), task_id
"""
COLUMNS = {
    "upstream_id": "bigint",
    "downstream_id": "bigint",
    "flow_id": "bigint",
    "task_id": "text",
    "tenant_id": "bigint",
    "kind": "text",
    "note": "text",
    "sql": "text",
    "stated": "boolean",
    "created_by_id": "bigint",
    "first_seen": "timestamptz",
    "last_seen": "timestamptz",
    "stated_from": "timestamptz",
    "stated_until": "timestamptz",
    "runs": "int",
}


def upsert_edges(access: Access, edges: Mapping[Key, StoredEdge]) -> dict[Key, int]:
    """Key → row of each edge, written: one statement."""
    rows = insert(
        "lineage_edge as old",
        COLUMNS,
        [
            (
                *_ends(key),
                access.tenant.pk,
                edge.kind,
                edge.note,
                edge.sql,
                True,
                access.user.pk,
                *(edge.first_seen, edge.last_seen) * 2,
                0,
            )
            for key, edge in sorted(edges.items())
        ],
        UPSERT,
    )
    return {tuple(key): pk for pk, *key in rows}


FORGET_COLUMNS = """
delete from lineage_columnedge c
using unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
    as w(upstream, downstream, flow, task)
where c.stated and c.upstream_id = w.upstream and c.downstream_id = w.downstream
    and coalesce(c.flow_id, 0) = w.flow and c.task_id = w.task
"""
STATED_COLUMNS = {
    "upstream_id": "bigint",
    "downstream_id": "bigint",
    "flow_id": "bigint",
    "task_id": "text",
    "tenant_id": "bigint",
    "upstream_column": "text",
    "downstream_column": "text",
    "type": "text",
    "subtype": "text",
    "description": "text",
    "masking": "boolean",
    "kind": "text",
    "stated": "boolean",
    "first_seen": "timestamptz",
    "last_seen": "timestamptz",
    "stated_from": "timestamptz",
    "stated_until": "timestamptz",
}
UPSERT_COLUMNS = f"""
on conflict (downstream_id, downstream_column, upstream_id, upstream_column, flow_id, task_id,
             type, subtype) do update set stated = true, description = excluded.description,
    masking = excluded.masking, ran_until = {RAN_UNTIL}
"""


def replace_columns(access: Access, edges: Mapping[Key, StoredEdge]) -> None:
    """The stated column edges of these edges become those that they hold: two statements."""
    if not edges:
        return
    forget_columns(list(edges))
    insert(
        "lineage_columnedge as old",
        STATED_COLUMNS,
        [
            (
                *_ends(key),
                access.tenant.pk,
                column.upstream,
                column.downstream,
                column.type,
                column.subtype,
                column.description,
                column.masking,
                edge.kind,
                True,
                *(edge.first_seen, edge.last_seen) * 2,
            )
            for key, edge in sorted(edges.items())
            for column in sorted(edge.columns)
        ],
        UPSERT_COLUMNS,
    )


def forget_columns(keys: Sequence[Key]) -> None:
    """Delete the stated column edges of these edges: one statement."""
    run(FORGET_COLUMNS, [*map(list, zip(*keys, strict=True))])


def _ends(key: Key) -> tuple[int, int, int | None, str]:
    upstream, downstream, flow, task = key
    return upstream, downstream, flow or None, task
