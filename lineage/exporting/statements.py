"""Lineage that is stated without any run (dbt's manifest, job events, people): what of it is new.

Nothing is recorded when a stated edge changes, so all of them are looked through now and then, and
what is not as it was when it was shipped last goes out. A job's edges are one statement; those of
no job are one for each asset that came out of others.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.access import Access
from accounts.bulk import insert, run
from lineage.exporting import pending
from lineage.exporting.claims import keep
from lineage.exporting.filters import Filters
from lineage.exporting.pending import Refusal
from lineage.models import ColumnEdge, Edge, Exporter, ExporterStatement

WHY = "the job that runs exporters"
#: Between two looks; whoever runs an exporter by hand wants it at once.
PAUSE = timedelta(minutes=10)
#: Statements that are read and sent together, and edges that are looked through at all.
PAGE, MOST = 100, 500_000

#: (flow row or 0, task id, asset row or 0)
type Unit = tuple[int, str, int]


@dataclass(slots=True)
class Statement:
    """`links`: (upstream or 0, downstream or 0). `columns`: as LineageEvent.columns."""

    unit: Unit
    at: datetime
    links: list[tuple[int, int]] = field(default_factory=list)
    columns: list[tuple[Any, ...]] = field(default_factory=list)
    sql: str = ""

    @property
    def digest(self) -> str:
        content = repr((self.at, sorted(self.links), sorted(self.columns), self.sql))
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()

    @property
    def by_output(self) -> dict[int, list[int]]:
        """Downstream → upstream, by row; 0 holds what a job only reads."""
        found: dict[int, list[int]] = {}
        for upstream, downstream in sorted(self.links):
            found.setdefault(downstream, []).extend([upstream] if upstream else [])
        return found

    @property
    def assets(self) -> set[int]:
        named = {pk for link in self.links for pk in link}
        return (named | {c[n] for c in self.columns for n in (0, 2)}) - {0}


def is_time(exporter: Exporter, by_hand: bool) -> bool:
    """Whether to look through stated edges in this run."""
    last = exporter.stated_checked_at
    return by_hand or last is None or timezone.now() - last >= PAUSE


def new_statements(exporter: Exporter, access: Access, filters: Filters) -> list[Statement]:
    """What is not as it was shipped: three statements, whatever there is."""
    since = exporter.stated_since
    kept = ExporterStatement.objects.unscoped(WHY).filter(exporter=exporter)
    shipped = {
        (flow, task, asset): digest
        for flow, task, asset, digest in kept.values_list(
            "flow_pk", "task_id", "asset_pk", "digest"
        )
    }
    found = statements(access, filters).values()
    return [
        one
        for one in sorted(found, key=lambda one: one.unit)
        if (since is None or one.at >= since) and shipped.get(one.unit) != one.digest
    ]


def statements(access: Access, filters: Filters) -> Mapping[Unit, Statement]:
    """All that the principal may see and the filters of jobs let through."""
    found: dict[Unit, Statement] = {}
    edges = filters.of_edges(Edge.objects.visible_to(access).filter(stated=True), access)
    said = ("upstream_id", "downstream_id", "flow_id", "task_id", "sql")
    for upstream, downstream, flow, task, sql, at in _rows(edges, *said):
        one = _at(found, flow, task, downstream, at)
        one.links.append((upstream or 0, downstream or 0))
        one.sql = max(one.sql, sql)
    columns = filters.of_edges(ColumnEdge.objects.visible_to(access).filter(stated=True), access)
    parts = (
        *("upstream_id", "upstream_column", "downstream_id", "downstream_column", "type"),
        *("subtype", "description", "masking", "flow_id", "task_id"),
    )
    for *link, flow, task, at in _rows(columns, *parts):
        _at(found, flow, task, link[2], at).columns.append(tuple(link))
    return found


def _rows(edges: Any, *columns: str) -> Iterator[tuple[Any, ...]]:
    said_at = Coalesce("stated_until", "last_seen")
    return edges.values_list(*columns, said_at).order_by("pk")[:MOST].iterator(chunk_size=5_000)


def _at(
    found: dict[Unit, Statement], flow: int | None, task: str, downstream: int | None, at: datetime
) -> Statement:
    unit = (flow, task, 0) if flow else (0, "", downstream or 0)
    one = found.setdefault(unit, Statement(unit, at))
    one.at = max(one.at, at)
    return one


def note_shipped(
    exporter: Exporter, shipped: Sequence[Statement], refused: Mapping[Unit, Refusal]
) -> None:
    """What was sent and how it was taken; three statements."""
    rows = insert(
        "lineage_exporterstatement as old",
        {
            "exporter_id": "bigint",
            "flow_pk": "bigint",
            "task_id": "text",
            "asset_pk": "bigint",
            "tenant_id": "bigint",
            "digest": "text",
        },
        [
            (exporter.pk, *one.unit, exporter.tenant_id, one.digest)
            for one in sorted(shipped, key=lambda one: one.unit)
        ],
        "on conflict (exporter_id, flow_pk, task_id, asset_pk) do update set"
        " digest = excluded.digest returning flow_pk, task_id, asset_pk, id",
    )
    kept = {tuple(row[:3]): (0, row[3]) for row in rows}
    refusals = {kept[unit]: refusal for unit, refusal in refused.items()}
    pending.note_delivered(exporter, set(kept.values()) - refusals.keys())
    pending.note_refused(exporter, refusals)


def renew(exporter: Exporter, pks: Sequence[int]) -> None:
    """These (rows) go out once more, with the next run."""
    rows = ExporterStatement.objects.unscoped(WHY).filter(exporter=exporter, pk__in=pks)
    rows.update(digest="")
    keep(exporter, stated_checked_at=None)


def forget_shipped(exporter: Exporter) -> None:
    """All of it is new again, and nothing of it refused."""
    pending.forget_statements(exporter)
    run("delete from lineage_exporterstatement where exporter_id = %s", [exporter.pk])


def pages(found: Iterable[Statement]) -> Iterator[list[Statement]]:
    page: list[Statement] = []
    for one in found:
        page.append(one)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
