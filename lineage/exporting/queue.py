"""Exporters in the job queue: each at most once, whoever asks for it and how often."""

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from lineage.models import Exporter, ExporterRun

WHY = "the job that runs exporters"


def enqueue(exporter: int, cause: str) -> bool:
    """False when it waits in the queue already, which comes to the same."""
    from lineage.jobs import export

    job = export.configure(queueing_lock=lock_of(exporter))
    try:
        with transaction.atomic():
            job.defer(exporter=exporter, cause=str(cause))
    except AlreadyEnqueued:
        return False
    return True


def is_queued(exporter: int) -> bool:
    """Whether it waits for a worker."""
    waiting = ProcrastinateJob.objects.filter(status="todo", queueing_lock=lock_of(exporter))
    return waiting.exists()


def lock_of(exporter: int) -> str:
    return f"lineage.export.{exporter}"


def enqueue_due() -> list[int]:
    """Those whose time has come, and that nobody is running."""
    now = timezone.now()
    due = Exporter.objects.unscoped(WHY).filter(enabled=True, next_run_at__lte=now)
    rows = due.exclude(claimed_until__gt=now).order_by("next_run_at", "pk")
    found = list(rows.values_list("pk", "failures"))
    for pk, failures in found:
        cause = ExporterRun.Cause.RETRY if failures else ExporterRun.Cause.SCHEDULE
        enqueue(pk, cause)
    return [pk for pk, _ in found]
