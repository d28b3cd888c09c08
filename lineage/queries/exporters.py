"""What pages and API ask about what exporters have come across."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.access import Access
from lineage.models import Execution, Exporter, ExporterPending, ExporterRun
from lineage.queries.keyset import ADDED_LAST_FIRST, Slice
from lineage.queries.sql_text import any_of

#: Runs on a page, and refused events.
SHOWN = 25


def ids_of_executions(access: Access, rows: Sequence[int]) -> dict[int, str]:
    """Row → id, of those that may be seen: one statement."""
    seen = Execution.objects.visible_to(access).filter(pk__in=any_of(rows))
    return dict(seen.values_list("pk", "public_id"))


def runs_of(access: Access, exporter: Exporter, cursor: str = "") -> Slice[ExporterRun]:
    """Raises BadCursor."""
    rows = ExporterRun.objects.visible_to(access).filter(exporter=exporter)
    return ADDED_LAST_FIRST.page(rows, SHOWN, cursor)


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """One refused event; `execution_id` "" where the reader may not see its execution."""

    kept: ExporterPending
    execution_id: str


def refused_events(access: Access, exporter: Exporter) -> list[RefusedEvent]:
    """The latest, at most SHOWN: two statements."""
    rows = ExporterPending.objects.visible_to(access).filter(
        exporter=exporter, reason=ExporterPending.Reason.REFUSED
    )
    found = list(rows.order_by("-last_at", "-pk")[:SHOWN])
    ids = ids_of_executions(access, [kept.execution_pk for kept in found]) if found else {}
    return [RefusedEvent(kept, ids.get(kept.execution_pk, "")) for kept in found]
