"""One run at a time: whoever holds an exporter's claim may move it, and nobody else.

A claim is a lease. Who is killed lets it run out; who is slow and finds another claim when about
to write has been overtaken, and stops. Pausing, changing and rewinding take the claim away.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Q
from django.utils import timezone

from lineage.exporting.positions import position_before
from lineage.models import Exporter, ExporterRun

WHY = "the job that runs exporters"


class Overtaken(Exception):
    """Somebody has paused, changed or rewound the exporter, or another run has taken it over."""

    def __init__(self) -> None:
        super().__init__("The exporter was changed meanwhile; the next run goes on.")


def lease_of(exporter: Exporter) -> timedelta:
    """Longer than one delivery can take, with all of its tries."""
    return timedelta(seconds=60 + 12 * exporter.timeout)


def take(pk: int, *, even_if_paused: bool) -> Exporter | None:
    """None when it is gone, paused, or somebody else's."""
    now = timezone.now()
    rows = Exporter.objects.unscoped(WHY)
    found = rows.filter(pk=pk).select_related("tenant", "runs_as").first()
    if found is None:
        return None
    free = Q(claim=None) | Q(claimed_until__lt=now)
    allowed = Q() if even_if_paused else Q(enabled=True)
    claim = uuid4()
    taken = rows.filter(free, allowed, pk=pk).update(
        claim=claim, claimed_until=now + lease_of(found)
    )
    if not taken:
        return None
    end_the_killed(pk, now)
    exporter = rows.select_related("tenant", "runs_as").get(pk=pk)
    if exporter.position is None:
        exporter.stated_since = now - exporter.look_back
        exporter.position = position_before(exporter.tenant_id, exporter.stated_since)
        with suppress(Overtaken):  # it will be noticed
            keep(exporter, position=exporter.position, stated_since=exporter.stated_since)
    return exporter


def end_the_killed(pk: int, now: datetime) -> None:
    ExporterRun.objects.unscoped(WHY).filter(exporter=pk, state=ExporterRun.State.RUNNING).update(
        state=ExporterRun.State.KILLED,
        ended_at=now,
        error="Its process ended without a word; what it had not noted is delivered again.",
    )


def keep(exporter: Exporter, **changes: object) -> None:
    """Write fields, and prolong the lease. Raises Overtaken."""
    until = timezone.now() + lease_of(exporter)
    mine = Exporter.objects.unscoped(WHY).filter(pk=exporter.pk, claim=exporter.claim)
    if not mine.update(claimed_until=until, **changes):
        raise Overtaken
    exporter.claimed_until = until


def renew(exporter: Exporter) -> None:
    """Prolong the lease when half of it is over: a statement now and then. Raises Overtaken."""
    left = (exporter.claimed_until or timezone.now()) - timezone.now()
    if left < lease_of(exporter) / 2:
        keep(exporter)


def give_back(exporter: Exporter, **changes: object) -> bool:
    """Write fields and end the claim; whether it was still held."""
    mine = Exporter.objects.unscoped(WHY).filter(pk=exporter.pk, claim=exporter.claim)
    return bool(mine.update(claim=None, claimed_until=None, **changes))
