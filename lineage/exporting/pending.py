"""What an exporter comes back to: events that were refused, and executions that had not ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.bulk import insert, run
from lineage.models import Exporter, ExporterPending
from lineage.models.runs import TERMINAL

WHY = "the job that runs exporters"
#: A refused event is tried so often, after 1, 2, 4 … minutes, and then kept for people to see.
TRIES, PAUSE = 6, timedelta(minutes=1)
#: With more refused than that, something is wrong that only people can put right.
MOST = 1_000
#: Looked at in one run.
RETRIED = 100

COLUMNS = {
    "exporter_id": "bigint",
    "execution_pk": "bigint",
    "task_run_pk": "bigint",
    "reason": "text",
    "tenant_id": "bigint",
    "label": "text",
    "message": "text",
    "attempts": "int",
    "gave_up": "boolean",
    "first_at": "timestamptz",
    "last_at": "timestamptz",
}

#: (execution row, task run row or 0)
type Unit = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a unit was refused, and which of its events (for people)."""

    label: str
    reason: str


def note_refused(exporter: Exporter, refused: Mapping[Unit, Refusal]) -> None:
    """One statement: counts the attempt, and gives up after TRIES."""
    now = timezone.now()
    insert(
        "lineage_exporterpending as old",
        COLUMNS,
        [
            (
                exporter.pk,
                *unit,
                ExporterPending.Reason.REFUSED.value,
                exporter.tenant_id,
                refusal.label[:500],
                refusal.reason,
                1,
                False,
                now,
                now,
            )
            for unit, refusal in sorted(refused.items(), key=lambda item: item[0])
        ],
        "on conflict (exporter_id, execution_pk, task_run_pk, reason) do update set"
        " label = excluded.label, message = excluded.message, last_at = excluded.last_at,"
        f" attempts = old.attempts + 1, gave_up = old.attempts + 1 >= {TRIES}",
    )


def note_delivered(exporter: Exporter, units: Iterable[Unit]) -> None:
    """They are not refused any more."""
    _forget(exporter, ExporterPending.Reason.REFUSED, units)


def note_open(exporter: Exporter, is_open: Mapping[int, bool]) -> None:
    """Execution row → whether it is to be looked at again when it has ended."""
    now = timezone.now()
    still = sorted(pk for pk, still in is_open.items() if still)
    _forget(
        exporter,
        ExporterPending.Reason.OPEN,
        [(pk, 0) for pk, still_open in is_open.items() if not still_open],
    )
    insert(
        "lineage_exporterpending",
        COLUMNS,
        [
            (
                exporter.pk,
                pk,
                0,
                ExporterPending.Reason.OPEN.value,
                exporter.tenant_id,
                "",
                "",
                0,
                False,
                now,
                now,
            )
            for pk in still
        ],
        "on conflict do nothing",
    )


def _forget(exporter: Exporter, reason: ExporterPending.Reason, units: Iterable[Unit]) -> None:
    keys = sorted(units)
    if keys:
        run(
            "delete from lineage_exporterpending p"
            " using unnest(%s::bigint[], %s::bigint[]) as gone(execution, task_run)"
            " where p.exporter_id = %s and p.reason = %s and p.execution_pk = gone.execution"
            " and p.task_run_pk = gone.task_run",
            [[e for e, _ in keys], [t for _, t in keys], exporter.pk, str(reason)],
        )


def forget_statements(exporter: Exporter) -> None:
    """Those that were refused."""
    kept = ExporterPending.objects.unscoped(WHY).filter(exporter=exporter, execution_pk=0)
    kept.delete()


def refused_to_retry(exporter: Exporter) -> list[Unit]:
    """Those whose pause is over, the longest waiting first."""
    rows = run(
        "select execution_pk, task_run_pk from lineage_exporterpending"
        " where exporter_id = %s and reason = %s and not gave_up"
        " and last_at + %s * power(2, attempts - 1) <= now() order by last_at, id limit %s",
        [exporter.pk, ExporterPending.Reason.REFUSED.value, PAUSE, RETRIED],
    )
    return [(execution, task_run) for execution, task_run in rows]


def count_refused(exporter: Exporter) -> int:
    kept = ExporterPending.objects.unscoped(WHY).filter(exporter=exporter)
    return kept.filter(reason=ExporterPending.Reason.REFUSED)[: MOST + 1].count()


def ended_meanwhile(exporter: Exporter) -> list[int]:
    """Executions (rows) that were open when they were shipped, and have ended or are gone."""
    rows = run(
        "select p.execution_pk from lineage_exporterpending p"
        " left join lineage_execution x on x.id = p.execution_pk"
        " where p.exporter_id = %s and p.reason = %s and (x.id is null or x.state = any(%s))"
        " order by p.execution_pk limit %s",
        [exporter.pk, ExporterPending.Reason.OPEN.value, sorted(TERMINAL), RETRIED],
    )
    return [pk for (pk,) in rows]


def forget_open(exporter: Exporter, executions: Sequence[int]) -> None:
    _forget(exporter, ExporterPending.Reason.OPEN, [(pk, 0) for pk in executions])


def try_again(exporter: Exporter) -> int:
    """Give what was given up another TRIES, with the next run; how many there are."""
    kept = ExporterPending.objects.unscoped(WHY).filter(exporter=exporter)
    return kept.filter(reason=ExporterPending.Reason.REFUSED).update(
        gave_up=False, attempts=1, last_at=timezone.now() - 2 * PAUSE
    )
