"""One run of an exporter: claim, read, deliver, remember, and say how it went."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.access import Access, access_of
from lineage.exporting import pending, statements
from lineage.exporting.claims import WHY, Overtaken, give_back, keep, renew, take
from lineage.exporting.collecting import Collector, Family
from lineage.exporting.destinations import Destination, Unreachable
from lineage.exporting.endpoint import Endpoint
from lineage.exporting.files import JsonLines
from lineage.exporting.filters import Filters
from lineage.exporting.pending import Refusal, Unit
from lineage.exporting.positions import StillWriting, page_after, settled_position
from lineage.exporting.schedule import next_run, retry_after
from lineage.exporting.secrets import Unreadable, unseal
from lineage.models import Exporter, ExporterRun
from lineage.openlineage.outgoing.events import Message, execution_messages, task_run_messages
from lineage.openlineage.outgoing.statements import statement_messages

#: Lineage events that are read together.
PAGE = 200
#: Seconds after which a run with more to do makes room for others; the next one goes on.
BUDGET = 120.0
#: Failures in a row after which one event is suspected rather than the endpoint.
PATIENCE = 5
#: Runs that are kept.
KEPT_RUNS = 500
State, Cause = ExporterRun.State, ExporterRun.Cause


class Stopped(Exception):
    """The worker is shutting down."""


class NobodyAsks(Exception):
    """Nothing can be seen by nobody."""


def run_exporter(
    pk: int, cause: str, should_stop: Callable[[], bool] = lambda: False
) -> ExporterRun | None:
    """Ship what is new. None when there is nothing to run: gone, paused, or running already.

    Whatever goes wrong is in the run's log, and leads to another try; bugs are raised as well.
    """
    exporter = take(pk, even_if_paused=cause == Cause.MANUAL)
    if exporter is None:
        return None
    run = ExporterRun.objects.create(
        tenant=exporter.tenant,
        exporter=exporter,
        cause=cause,
        from_position=exporter.position,
        to_position=exporter.position,
    )
    try:
        with destination_of(exporter) as destination:
            Shipping(exporter, run, access_for(exporter), destination, should_stop).ship()
    except Overtaken as exc:
        return close(run, State.CANCELLED, str(exc))
    except Stopped:
        give_back(exporter, next_run_at=timezone.now())
        return close(run, State.CANCELLED, "The server is shutting down; the next run goes on.")
    except (Unreachable, Unreadable, StillWriting, NobodyAsks) as exc:
        return fail(exporter, run, str(exc), getattr(exc, "retry_after", 0))
    except Exception as exc:
        fail(exporter, run, f"An error in Headwater: {type(exc).__name__}.", 0)
        raise
    return succeed(exporter, run)


def access_for(exporter: Exporter) -> Access:
    """The grants of the one it runs as, as they are now."""
    user = exporter.runs_as
    if user is None or not user.is_active:
        raise NobodyAsks(
            "The account whose grants it used is gone: save the exporter to use your own."
        )
    access = access_of(user, exporter.tenant)
    if not access.is_member:
        raise NobodyAsks(f"{user.label} has no grants in this tenant any more.")
    return access


def destination_of(exporter: Exporter) -> Destination:
    """Raises Unreachable or Unreadable."""
    if exporter.kind == Exporter.Kind.FILE:
        return JsonLines(exporter.tenant.slug, exporter.file, timezone.now())
    lenient = exporter.failures >= PATIENCE
    return Endpoint(exporter, unseal(exporter.sealed), lenient=lenient)


def fail(exporter: Exporter, run: ExporterRun, error: str, asked: float) -> ExporterRun:
    failures, now = exporter.failures + 1, timezone.now()
    run.next_retry_at = retry_after(failures, asked, now)
    give_back(exporter, failures=failures, next_run_at=run.next_retry_at, checked_at=now)
    return close(run, State.FAILED, error)


def succeed(exporter: Exporter, run: ExporterRun) -> ExporterRun:
    """Runs without anything to tell are not kept."""
    now = timezone.now()
    following = now if run.more else next_run(exporter, now)
    give_back(exporter, failures=0, next_run_at=following, checked_at=now)
    if run.cause != Cause.MANUAL and not (run.sent or run.refused):
        run.delete()
        return run
    return close(run, State.WARNING if run.refused else State.SUCCESS, "")


def close(run: ExporterRun, state: ExporterRun.State, error: str) -> ExporterRun:
    run.state, run.error, run.ended_at = state, error, timezone.now()
    run.save()
    runs = ExporterRun.objects.unscoped(WHY).filter(exporter=run.exporter_id)
    oldest = list(runs.order_by("-pk").values_list("pk", flat=True)[KEPT_RUNS : KEPT_RUNS + 1])
    if oldest:
        runs.filter(pk__lte=oldest[0]).delete()
    return run


class Shipping:
    """The work of one run."""

    def __init__(
        self,
        exporter: Exporter,
        run: ExporterRun,
        access: Access,
        destination: Destination,
        should_stop: Callable[[], bool],
    ) -> None:
        self.exporter = exporter
        self.run = run
        self.collector = Collector(access, Filters.of(exporter.filters))
        self.destination = destination
        self.should_stop = should_stop
        self.ends_at = time.monotonic() + BUDGET

    def ship(self) -> None:
        """What is new first, so that nothing old can hold it up; then what was left over."""
        if pending.count_refused(self.exporter) > pending.MOST:
            raise Unreachable(
                f"More than {pending.MOST} events were refused and are kept: see why,"
                " and try them again or rewind."
            )
        upto, position = settled_position(), self.exporter.position or 0
        while position < upto:
            if time.monotonic() > self.ends_at:
                self.run.more = True
                return
            rows = page_after(self.exporter.tenant_id, position, upto, PAGE)
            position = rows[-1] if len(rows) == PAGE else upto
            self.page(rows, position)
        self.open_ones()
        self.stated_ones()
        self.refused_ones()

    def page(self, rows: Sequence[int], position: int) -> None:
        families = self.collector.of_events(rows) if rows else []
        refused = self.deliver(self.messages(families))
        with transaction.atomic():
            keep(self.exporter, position=position)
            self.note(families, refused)
            self.run.read += len(rows)
            self.run.to_position = position
            self.run.save()

    def open_ones(self) -> None:
        """Executions that have ended since they were shipped."""
        ended = pending.ended_meanwhile(self.exporter)
        if not ended:
            return
        families = self.collector.of_executions(ended)
        refused = self.deliver(self.messages(families))
        with transaction.atomic():
            keep(self.exporter)
            self.note(families, refused)
            pending.forget_open(self.exporter, ended)
            self.run.save()

    def stated_ones(self) -> None:
        """Lineage that holds without runs, as far as it has changed."""
        exporter = self.exporter
        if not statements.is_time(exporter, self.run.cause == Cause.MANUAL):
            return
        filters = self.collector.filters
        found = statements.new_statements(exporter, self.collector.access, filters)
        for page in statements.pages(found):
            if time.monotonic() > self.ends_at:
                self.run.more = True
                return
            shipped = self.collector.of_statements(page)
            source, mappings = self.collector.source, exporter.mappings
            refused = self.deliver(
                message for one in shipped for message in statement_messages(source, one, mappings)
            )
            with transaction.atomic():
                keep(exporter)
                statements.note_shipped(exporter, page, refused)
                self.run.save()
        keep(exporter, stated_checked_at=timezone.now())

    def refused_ones(self) -> None:
        """Those whose turn it is; what is not there any more, or not seen, is forgotten."""
        units = pending.refused_to_retry(self.exporter)
        if not units:
            return
        stated = [pk for execution, pk in units if not execution]
        if stated:
            statements.renew(self.exporter, stated)
            units = [unit for unit in units if unit[0]]
        self.destination.expect_refusals()
        families = self.collector.of_task_runs([pk for _, pk in units if pk])
        families += self.collector.of_executions([pk for pk, task_run in units if not task_run])
        refused = self.deliver(self.messages(families))
        with transaction.atomic():
            keep(self.exporter)
            pending.note_delivered(self.exporter, set(units) - refused.keys())
            self.note(families, refused)
            self.run.save()

    def note(self, families: Sequence[Family], refused: dict[Unit, Refusal]) -> None:
        """What has to be come back to, and the times of what went out."""
        exporter = self.exporter
        units = {unit for family in families for unit in units_of(family)}
        pending.note_delivered(exporter, units - refused.keys())
        pending.note_refused(exporter, refused)
        told = [family for family in families if family.tells_itself]
        pending.note_open(exporter, {f.execution.pk: f.is_open for f in told})
        times = [run.at for family in families for run in family.task_runs]
        if times:
            self.run.first_at = min([*times, *([self.run.first_at] if self.run.first_at else [])])
            self.run.last_at = max([*times, *([self.run.last_at] if self.run.last_at else [])])

    def deliver(self, messages: Iterable[Message]) -> dict[Any, Refusal]:
        """Unit → why it was refused; the first of its events that was."""
        refused: dict[Any, Refusal] = {}
        for together in batched(messages, self.destination.size):
            if self.should_stop():
                raise Stopped
            reasons = self.destination.send(together)
            self.run.sent += len(together) - len(reasons)
            self.run.refused += len(reasons)
            for index, reason in sorted(reasons.items()):
                message = together[index]
                refused.setdefault(message.unit, Refusal(message.label, reason))
            renew(self.exporter)
        return refused

    def messages(self, families: Sequence[Family]) -> Iterator[Message]:
        """An execution's end after its task runs, for receivers that go by the order."""
        source, mappings = self.collector.source, self.exporter.mappings
        for family in families:
            own = execution_messages(source, family.execution) if family.tells_itself else []
            yield from own[:-1]
            for run in family.task_runs:
                yield from task_run_messages(source, run, mappings)
            yield from own[-1:]


def units_of(family: Family) -> Iterator[Unit]:
    if family.tells_itself:
        yield family.execution.pk, 0
    for run in family.task_runs:
        yield family.execution.pk, run.pk
