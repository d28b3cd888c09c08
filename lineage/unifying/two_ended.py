"""Edges and column edges of an absorbed asset: they lead to the kept one, and back.

An edge that the kept asset has as well takes the other in. Rows travel as JSON, as the table
holds them, so that undoing puts back exactly what there was; what has changed meanwhile is
counted anew from the lineage events instead.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.bulk import dump, run
from catalog.models import AssetMerge
from lineage.edge_bodies import MANUAL
from lineage.models import ColumnEdge, Edge
from lineage.recording.column_links import recount_columns
from lineage.recording.recounting import recount_edges
from lineage.unifying.json_rows import (
    Key,
    Row,
    TwoEnded,
    by_id,
    delete_rows,
    insert_rows,
    of_asset,
    rows_of,
    update_rows,
    with_keys,
)
from lineage.unifying.since import TaskKey


def fold_edges(rows: Sequence[Row]) -> Row:
    """As `lineage.recording.traces.UPSERT_EDGE` does; runs are counted anew afterwards."""
    told = [row for row in rows if row["sql"]]
    return fold_times(rows) | {
        "sql": max(told, key=lambda row: (row["last_seen"], row["sql"]))["sql"] if told else "",
        "note": next((row["note"] for row in rows if row["note"]), ""),
        "created_by_id": next(
            (row["created_by_id"] for row in rows if row["created_by_id"]), None
        ),
        "runs": sum(row["runs"] for row in rows),
    }


def fold_times(rows: Sequence[Row]) -> Row:
    """What both kinds of edges have."""
    stated = any(row["stated"] for row in rows)
    return rows[0] | {
        "kind": min(row["kind"] for row in rows),
        "stated": stated,
        "first_seen": min(row["first_seen"] for row in rows),
        "last_seen": max(row["last_seen"] for row in rows),
        "ran_until": max(map(_ran_until, rows)) or None if stated else None,
        "last_execution_id": max(rows, key=_ran_last)["last_execution_id"],
        "stated_from": min(_told(rows, "stated_from"), default=None),
        "stated_until": max(_told(rows, "stated_until"), default=None),
    }


def _told(rows: Sequence[Row], name: str) -> list[str]:
    return [row[name] for row in rows if row[name]]


def fold_columns(rows: Sequence[Row]) -> Row:
    words = ("description", "masking")
    last = max(rows, key=lambda row: (row["last_seen"], *(row[name] for name in words)))
    return fold_times(rows) | {name: last[name] for name in words}


def _ran_last(row: Row) -> tuple[str, str]:
    return _ran_until(row), row["last_run"] or ""


def _ran_until(row: Row) -> str:
    """Times as PostgreSQL writes them, all in UTC, sort as texts do; "" where no run made it."""
    return (row["ran_until"] if row["stated"] else row["last_seen"]) or ""


def _recount_edges(rows: Sequence[Row]) -> None:
    keys = {EDGES.key_of(row): None for row in rows if row["flow_id"]}
    if keys:
        recount_edges(list(keys))


def _recount_columns(rows: Sequence[Row]) -> None:
    recount_columns(
        (row["downstream_id"], row["flow_id"], row["task_id"]) for row in rows if row["flow_id"]
    )


def _columns(model: type[Edge] | type[ColumnEdge]) -> tuple[str, ...]:
    return tuple(str(column.column) for column in model._meta.concrete_fields)


EDGES = TwoEnded(
    "lineage_edge",
    _columns(Edge),
    ("upstream_id", "downstream_id", "flow_id", "task_id"),
    fold_edges,
    _recount_edges,
    recounts_folded=True,
)
COLUMN_EDGES = TwoEnded(
    "lineage_columnedge",
    _columns(ColumnEdge),
    (
        *("downstream_id", "downstream_column", "upstream_id", "upstream_column"),
        *("flow_id", "task_id", "type", "subtype"),
    ),
    fold_columns,
    _recount_columns,
)
BOTH = (EDGES, COLUMN_EDGES)


# To and fro -------------------------------------------------------------------------------------


@dataclass
class Joining:
    """What becomes of the rows of one table. `notes`: one for each row of the absorbed asset."""

    changed: list[Row] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    folded: list[Row] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)


def join_edges(merge: AssetMerge, kind: TwoEnded) -> None:
    """Lead the absorbed asset's edges to the kept one: seven statements at the most.

    After usages and events have been moved, by which what two edges have in common is counted.
    """
    mine = rows_of(kind, of_asset(kind), {"asset": merge.absorbed_id})
    if not mine:
        return
    joining = planned(merge, kind, mine)
    delete_rows(kind, joining.gone)
    update_rows(kind, joining.changed)
    if kind.recounts_folded:
        kind.recount(joining.folded)
    after = by_id(kind, {note["target"] for note in joining.notes if note["target"]})
    for note in joining.notes:
        note["after"] = after.get(note["target"])
    touched = {note["row"]["id"] for note in joining.notes} | after.keys()
    run(
        "insert into catalog_assetmergerows (merge_id, place, moved, made, changed)"
        " values (%s, %s, %s, '{}', %s)",
        [merge.pk, kind.table, sorted(touched), dump(joining.notes)],
    )


def planned(merge: AssetMerge, kind: TwoEnded, mine: Sequence[Row]) -> Joining:
    """Where each of the absorbed asset's rows goes."""
    joining = Joining()
    groups: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in mine:
        groups[kind.key_of(_turned(row, merge.absorbed_id, merge.kept_id))].append(row)
    theirs = {kind.key_of(row): row for row in with_keys(kind, list(groups))}
    for key, rows in groups.items():
        target = theirs.get(key)
        if _is_pointless(merge, rows[0], key, kind):
            stays = None
        else:
            stays = target or rows[0]
            moved = [_turned(row, merge.absorbed_id, merge.kept_id) for row in rows]
            together = kind.fold([*([target] if target else []), *moved])
            joining.changed.append(together)
            if len(rows) > 1 or target:
                joining.folded.append(together)
        joining.gone += [row["id"] for row in rows if row is not stays]
        joining.notes += [
            {"row": row, "target": stays and stays["id"], "before": target} for row in rows
        ]
    return joining


def _turned(row: Row, old: int, new: int) -> Row:
    ends = {name: row[name] for name in ("upstream_id", "downstream_id")}
    return row | {name: new if end == old else end for name, end in ends.items()}


def _is_pointless(merge: AssetMerge, row: Row, key: Key, kind: TwoEnded) -> bool:
    """Drawn by hand between the two names: nobody draws an asset into itself. What a producer
    says of one name's columns and the other's stays, as if it had known that both are one."""
    ends = dict(zip(kind.key, key, strict=True))
    to_itself = ends["upstream_id"] == ends["downstream_id"] == merge.kept_id
    return to_itself and row["flow_id"] is None and row["kind"] == MANUAL


def part_edges(merge: AssetMerge, kind: TwoEnded, since: Collection[TaskKey]) -> None:
    """Undo `join_edges`: what came since stays with the kept asset. Seven statements at the most.

    After usages and events have been moved back. `since`: tasks that have told of it since.
    """
    found = run(
        "select changed::text from catalog_assetmergerows where merge_id = %s and place = %s",
        [merge.pk, kind.table],
    )
    notes: list[dict[str, Any]] = json.loads(found[0][0]) if found else []
    now = by_id(kind, {note["target"] for note in notes if note["target"]})
    parting = Parting()
    for note in notes:
        told = (note["row"]["flow_id"], note["row"]["task_id"]) in since
        part_row(parting, note, now.get(note["target"] or 0), told=told)
    update_rows(kind, list(parting.changed.values()))
    insert_rows(kind, parting.made)
    kind.recount(parting.doubtful)


@dataclass
class Parting:
    changed: dict[int, Row] = field(default_factory=dict)
    made: list[Row] = field(default_factory=list)
    #: Rows whose runs are counted anew, because some came or went since.
    doubtful: list[Row] = field(default_factory=list)


#: What changes of an edge when a run, or the design of a job, tells it once more.
SINCE = (
    *("runs", "first_seen", "last_seen", "last_execution_id", "ran_until"),
    *("kind", "stated_until"),
)


def part_row(parting: Parting, note: Mapping[str, Any], now: Row | None, *, told: bool) -> None:
    """Put one row back, and the one that it went into. `told`: by a run since, maybe the same."""
    row, before, after = note["row"], note["before"], note["after"]
    if note["target"] != row["id"]:
        parting.made.append(row)
        if now is not None and before is not None:
            parting.changed[now["id"]] = _without(now, before, after)
    elif now is None:
        parting.made.append(row)
    elif row["flow_id"] and (told or any(now.get(name) != after.get(name) for name in SINCE)):
        parting.changed[row["id"]] = row
        parting.made.append({**now, **_stated_since(now, after), "id": None})
    else:
        ends = {name: row[name] for name in ("upstream_id", "downstream_id")}
        parting.changed[row["id"]] = _without(now, row, after) | ends
    retold_meanwhile = after is None and note["target"]  # in the request that brought the link
    if told or retold_meanwhile or now != after:
        parting.doubtful += [row, *([now or after] if after else [])]


def _stated_since(now: Row, after: Row) -> Row:
    """Of the kept asset's own edge: whether a job's design has told it since."""
    again = now["stated_until"] if now["stated_until"] != after["stated_until"] else None
    return {"stated": again is not None, "stated_from": again, "stated_until": again}


def _without(now: Row, before: Row, after: Row) -> Row:
    """Each field as it was before, unless it has changed since."""
    return {
        name: before.get(name) if value == after.get(name) else value
        for name, value in now.items()
    }
