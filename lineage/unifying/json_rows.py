"""Rows with two assets, read and written as JSON: as the table holds them, of any columns."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.bulk import dump, run

type Row = dict[str, Any]
type Key = tuple[Any, ...]


@dataclass(frozen=True)
class TwoEnded:
    """A table whose rows have two assets. `key`: what there is one row of."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    #: What several rows of one key are together; the first is the one that stays.
    fold: Callable[[Sequence[Row]], Row]
    #: Sets rows by the lineage events, after others came or went.
    recount: Callable[[Sequence[Row]], None]
    #: Whether folding cannot tell what two rows have in common.
    recounts_folded: bool = False

    def key_of(self, row: Row) -> Key:
        return tuple(row[name] for name in self.key)


_SELECT = """select (to_jsonb(edge) || jsonb_build_object('last_run', last.public_id))::text
from {source} left join lineage_execution last on last.id = edge.last_execution_id"""


def rows_of(kind: TwoEnded, source: str, named: Mapping[str, Any]) -> list[Row]:
    found = run(_SELECT.format(source=source), named)
    return sorted((json.loads(text) for (text,) in found), key=lambda row: row["id"])


def of_asset(kind: TwoEnded) -> str:
    """Two ways in, each with its index."""
    return f"""(
        select * from {kind.table} where upstream_id = %(asset)s::bigint
        union select * from {kind.table} where downstream_id = %(asset)s::bigint
    ) as edge"""  # noqa: S608


def with_keys(kind: TwoEnded, keys: Sequence[Key]) -> list[Row]:
    """The rows that there are of these keys. A row has one end at least, by which it is found."""
    wanted = [dict(zip(kind.key, key, strict=True)) for key in keys]
    same = " and ".join(f"edge.{name} is not distinct from wanted.{name}" for name in kind.key)
    source = f"""(
        select edge.* from jsonb_populate_recordset(null::{kind.table}, %(wanted)s::jsonb) wanted
        join {kind.table} edge on edge.downstream_id = wanted.downstream_id and {same}
        union all
        select edge.* from jsonb_populate_recordset(null::{kind.table}, %(wanted)s::jsonb) wanted
        join {kind.table} edge on edge.upstream_id = wanted.upstream_id
            and wanted.downstream_id is null and {same}
    ) as edge"""  # noqa: S608
    return rows_of(kind, source, {"wanted": dump(wanted)})


def by_id(kind: TwoEnded, ids: Iterable[int]) -> dict[int, Row]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    source = f"(select * from {kind.table} where id = any(%(ids)s::bigint[])) as edge"  # noqa: S608
    return {row["id"]: row for row in rows_of(kind, source, {"ids": wanted})}


def update_rows(kind: TwoEnded, rows: Sequence[Row]) -> None:
    if rows:
        sets = ", ".join(f"{name} = new.{name}" for name in kind.columns if name != "id")
        run(
            f"update {kind.table} as old set {sets}"  # noqa: S608
            f" from jsonb_populate_recordset(null::{kind.table}, %s::jsonb) as new"
            " where old.id = new.id",
            [dump(list(rows))],
        )


def insert_rows(kind: TwoEnded, rows: Sequence[Row]) -> None:
    """With their ids; those without one get one."""
    if rows:
        names = ", ".join(kind.columns)
        values = ", ".join(
            f"coalesce(id, nextval(pg_get_serial_sequence('{kind.table}', 'id')))"
            if name == "id"
            else name
            for name in kind.columns
        )
        run(
            f"insert into {kind.table} ({names}) select {values}"  # noqa: S608
            f" from jsonb_populate_recordset(null::{kind.table}, %s::jsonb)"
            " on conflict do nothing",
            [dump(list(rows))],
        )


def delete_rows(kind: TwoEnded, ids: Sequence[int]) -> None:
    if ids:
        run(f"delete from {kind.table} where id = any(%s::bigint[])", [list(ids)])  # noqa: S608
