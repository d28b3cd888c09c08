"""Edges that somebody states without any run; they stay when no run supports them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.bulk import Statement, insertion
from accounts.models import Tenant
from catalog.moments import moment
from lineage.dsl import Bundle
from lineage.recording.column_links import COLUMN_EDGE, WORDS, column_rows
from lineage.recording.latest import RAN_UNTIL
from lineage.recording.links import pairs


@dataclass(frozen=True, slots=True)
class Stating:
    """What is stated at one time (µs); `flow` None and `task_id` "": of no job at all."""

    flow: int | None
    task_id: str
    at: int
    bundles: Sequence[Bundle]


SET = f""" do update set
    stated = true,
    ran_until = {RAN_UNTIL},
    kind = least(old.kind, excluded.kind),
    first_seen = least(old.first_seen, excluded.first_seen),
    last_seen = greatest(old.last_seen, excluded.last_seen),
    stated_from = least(old.stated_from, excluded.stated_from),
    stated_until = greatest(old.stated_until, excluded.stated_until)
"""
UPSERT = f"""on conflict (upstream_id, downstream_id, flow_id, task_id) {SET},
    sql = case when excluded.last_seen >= old.last_seen and excluded.sql <> ''
               then excluded.sql else old.sql end
"""
UPSERT_COLUMNS = (
    "on conflict (downstream_id, downstream_column, upstream_id, upstream_column, flow_id,"
    f" task_id, type, subtype) {SET}, {WORDS}"
)
STATED = {"stated": "boolean", "stated_from": "timestamptz", "stated_until": "timestamptz"}


def edges(
    tenant: Tenant, statings: Iterable[Stating], assets: Mapping[str, int]
) -> Statement | None:
    """Each input with each output of one bundle, as runs make them (`lineage.recording.links`)."""
    found: dict[tuple[int | None, int | None, int | None, str], tuple[int, int, str, str]] = {}
    for one in sorted(statings, key=lambda one: one.at):
        flow, at = one.flow, one.at
        for bundle in one.bundles:
            for upstream, downstream in pairs(bundle, assets):
                if flow is not None or (upstream and downstream):
                    key = (upstream, downstream, flow, one.task_id)
                    first, _, kind, sql = found.get(key, (at, at, bundle.origin, ""))
                    found[key] = (first, at, min(kind, bundle.origin), bundle.sql or sql)
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
            "stated": "boolean",
            "runs": "int",
            "first_seen": "timestamptz",
            "last_seen": "timestamptz",
            "stated_from": "timestamptz",
            "stated_until": "timestamptz",
        },
        [
            (*key, tenant.pk, kind, sql, True, 0, *[moment(first), moment(last)] * 2)
            for key, (first, last, kind, sql) in sorted(
                found.items(), key=lambda item: tuple(part or 0 for part in item[0][:3])
            )
        ],
        UPSERT,
    )


def column_edges(
    tenant: Tenant, statings: Iterable[Stating], assets: Mapping[str, int]
) -> Statement | None:
    """The column links of the same bundles."""
    found: dict[tuple[Any, ...], tuple[int, tuple[int, str, bool], str]] = {}
    for one in statings:
        for bundle in one.bundles:
            for *ends, description, masking in column_rows(bundle, assets):
                key = (*ends, one.flow, one.task_id)
                words = (one.at, description, masking)
                first, last, kind = found.get(key, (one.at, words, bundle.origin))
                found[key] = (min(first, one.at), max(last, words), min(kind, bundle.origin))
    return insertion(
        "lineage_columnedge as old",
        {**COLUMN_EDGE, **STATED},
        [
            (*key, *words, tenant.pk, kind, *span, None, True, *span)
            for key, (first, (last, *words), kind) in sorted(
                found.items(), key=lambda item: (*item[0][:6], item[0][6] or 0, item[0][7])
            )
            for span in [(moment(first), moment(last))]
        ],
        UPSERT_COLUMNS,
    )
