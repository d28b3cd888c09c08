"""Background entry points: load, call, return."""

from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app

from accounts.access import access_of
from accounts.models import Tenant, User

BATCH = 500


@app.task(name="lineage.replay")
def replay(tenant: str, user: int, flow: int) -> int:
    """Give the executions that came before a flow's YAML its declarations, a batch at a time."""
    from lineage.recording.flows import known_flow, lock_flows
    from lineage.recording.replaying import replay_executions

    access = access_of(User.objects.get(pk=user), Tenant.objects.get(slug=tenant))
    done = 0
    while True:
        with transaction.atomic():
            lock_flows([flow], shared=False)
            count = replay_executions(access, known_flow(flow), limit=BATCH)
        done += count
        if count < BATCH:
            return done


@app.periodic(cron="* * * * *")
@app.task(name="lineage.start_exports", queueing_lock="lineage.start_exports", pass_context=False)
def start_exports(timestamp: int) -> None:
    """Every minute: put those exporters into the queue that are due."""
    from lineage.exporting.queue import enqueue_due

    enqueue_due()


@app.periodic(cron="23 * * * *")
@app.task(name="lineage.forget_events", queueing_lock="lineage.forget_events", pass_context=True)
def forget_events(context: JobContext, timestamp: int) -> int:
    """Every hour: events that were kept for long enough go (OPENLINEAGE_EVENT_DAYS)."""
    from lineage.retention import forget_events

    return forget_events(context.should_abort)


@app.task(name="lineage.export", queue="exports", pass_context=True)
def export(context: JobContext, exporter: int, cause: str) -> str:
    """One run of an exporter; the next one at once while there is more to do."""
    from lineage.exporting.queue import enqueue
    from lineage.exporting.shipping import run_exporter
    from lineage.models import ExporterRun

    run = run_exporter(exporter, cause, context.should_abort)
    if run is not None and run.more:
        enqueue(exporter, ExporterRun.Cause.MORE)
    return run.state if run else ""


@app.task(name="lineage.import_catalog")
def import_catalog(pk: int) -> None:
    """Check or import a file that somebody has brought to the page."""
    from lineage.transfer.uploads import work_on

    work_on(pk)


@app.periodic(cron="* * * * *")
@app.task(name="lineage.resume_imports", queueing_lock="lineage.resume_imports", pass_context=True)
async def resume_imports(context: JobContext, timestamp: int) -> int:
    """Every minute: files whose worker was stopped are worked on again, from their beginning.

    Rows that have gone in already are found unchanged.
    """
    manager = context.app.job_manager
    stalled = list(await manager.get_stalled_jobs(task_name=import_catalog.name))
    for job in stalled:
        await manager.retry_job(job)
    return len(stalled)
