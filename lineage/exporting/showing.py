"""An exporter and its runs as the API and the pages show them; secrets only by their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.access import Access
from lineage.exporting.actions import values_of
from lineage.exporting.positions import COUNTED, behind
from lineage.models import Exporter, ExporterPending, ExporterRun

#: Words for what an exporter is up to.
PAUSED, RUNNING, FAILING, WAITING, OK = "PAUSED", "RUNNING", "FAILING", "WAITING", "OK"
#: How each looks: a state's mark, and a word.
MARKS = {
    PAUSED: ("paused", "Paused"),
    RUNNING: ("running", "Running"),
    FAILING: ("failed", "Failing"),
    WAITING: ("queued", "Not run yet"),
    OK: ("success", "Working"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One exporter with how it is doing. `behind`: lineage events it has not read."""

    exporter: Exporter
    status: str
    behind: int
    last: ExporterRun | None
    refused: int

    @property
    def mark(self) -> str:
        """The state that it looks like."""
        return MARKS[self.status][0]

    @property
    def word(self) -> str:
        return MARKS[self.status][1]

    @property
    def is_far_behind(self) -> bool:
        """Whether there are more than were counted."""
        return self.behind > COUNTED


def shown_exporters(access: Access) -> list[Shown]:
    """All of the tenant, by name: four statements."""
    rows = Exporter.objects.visible_to(access).select_related("runs_as", "created_by")
    return shown(access, list(rows.order_by("name")))


def shown(access: Access, exporters: list[Exporter]) -> list[Shown]:
    keys = [exporter.pk for exporter in exporters]
    lag = behind(access.tenant.pk)
    latest = ExporterRun.objects.visible_to(access).filter(exporter__in=keys)
    runs = latest.order_by("exporter", "-pk").distinct("exporter")
    last = {run.exporter_id: run for run in runs}
    refused = refused_counts(access, keys)
    now = timezone.now()
    return [
        Shown(
            exporter,
            status_of(exporter, now),
            lag.get(exporter.pk, 0),
            last.get(exporter.pk),
            refused.get(exporter.pk, 0),
        )
        for exporter in exporters
    ]


def refused_counts(access: Access, exporters: list[int]) -> dict[int, int]:
    rows = ExporterPending.objects.visible_to(access).filter(
        exporter__in=exporters, reason=ExporterPending.Reason.REFUSED
    )
    found: dict[int, int] = {}
    for pk in rows.values_list("exporter_id", flat=True):
        found[pk] = found.get(pk, 0) + 1
    return found


def status_of(exporter: Exporter, now: datetime) -> str:
    if exporter.claim and exporter.claimed_until and exporter.claimed_until > now:
        return RUNNING
    if not exporter.enabled:
        return PAUSED
    if exporter.failures:
        return FAILING
    return OK if exporter.checked_at else WAITING


def exporter_json(one: Shown) -> dict[str, Any]:
    exporter = one.exporter
    return {
        **values_of(exporter),
        "hasApiKey": exporter.has_api_key,
        "headerNames": exporter.header_names,
        "runsAs": exporter.runs_as.label if exporter.runs_as else None,
        "createdBy": exporter.created_by.label if exporter.created_by else None,
        "created": exporter.created_at,
        "updated": exporter.updated_at,
        "status": one.status,
        "position": exporter.position,
        "behind": min(one.behind, COUNTED),
        "behindIsCapped": one.is_far_behind,
        "refused": one.refused,
        "failures": exporter.failures,
        "lastCheck": exporter.checked_at,
        "nextRun": exporter.next_run_at if exporter.enabled else None,
        "lastRun": run_json(one.last) if one.last else None,
    }


def run_json(run: ExporterRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "cause": run.cause,
        "state": run.state,
        "started": run.started_at,
        "ended": run.ended_at,
        "read": run.read,
        "sent": run.sent,
        "refused": run.refused,
        "fromPosition": run.from_position,
        "toPosition": run.to_position,
        "firstEvent": run.first_at,
        "lastEvent": run.last_at,
        "error": run.error or None,
        "nextRetry": run.next_retry_at,
    }


def refused_json(kept: ExporterPending, executions: Mapping[int, str]) -> dict[str, Any]:
    """`executions`: row → id, of those that the reader may see."""
    return {
        "event": kept.label,
        "executionId": executions.get(kept.execution_pk),
        "reason": kept.message,
        "attempts": kept.attempts,
        "gaveUp": kept.gave_up,
        "first": kept.first_at,
        "last": kept.last_at,
    }
