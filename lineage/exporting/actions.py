"""Making, changing, pausing and rewinding exporters; `access` first, one transaction each.

An exporter sees what its principal sees: whoever says what it sends and where becomes that
principal, unless they name a service account that they may manage. So nobody can have sent to
themselves what only another one may see.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import PermissionDenied

from accounts.access import Access
from accounts.models import User
from accounts.permissions import Action, Resource
from lineage.exporting.pending import try_again
from lineage.exporting.positions import last_drawn, position_before
from lineage.exporting.queue import enqueue
from lineage.exporting.reading import InvalidExporter, Wanted, merged_secrets, read_exporter
from lineage.exporting.schedule import next_run
from lineage.exporting.secrets import Secrets, Unreadable, seal, unseal
from lineage.exporting.statements import forget_shipped
from lineage.models import Exporter, ExporterRun

#: Of one tenant.
MOST = 100
#: What is sent, and where to.
DESTINATION = ("url", "path", "file", "filters", "mappings")


def may_change(access: Access) -> bool:
    return access.may(Resource.TENANT_SETTINGS, Action.UPDATE)


def _checked(access: Access) -> None:
    if not may_change(access):
        raise PermissionDenied("This needs TENANT_SETTINGS:UPDATE in the whole tenant.")


def find_exporter(access: Access, name: str, *, lock: bool = False) -> Exporter:
    """Raises Http404."""
    rows = Exporter.objects.visible_to(access).filter(name=name)
    rows = rows.select_related("runs_as", "created_by")
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise Http404(f"No exporter “{name}”.")
    return found


@transaction.atomic
def create_exporter(access: Access, posted: Any) -> Exporter:
    """Raises InvalidExporter, or PermissionDenied."""
    _checked(access)
    wanted = read_exporter(posted, None)
    if Exporter.objects.visible_to(access).count() >= MOST:
        raise InvalidExporter([{"field": "", "message": f"A tenant has at most {MOST}."}])
    exporter = Exporter(tenant=access.tenant, created_by=access.user, **wanted.values)
    exporter.runs_as = principal(access, wanted)
    store_secrets(exporter, merged_secrets(Secrets(), wanted))
    exporter.next_run_at = first_run(exporter)
    try:
        with transaction.atomic():
            exporter.save()
    except IntegrityError as exc:
        message = f"There is an exporter “{exporter.name}” already."
        raise InvalidExporter([{"field": "name", "message": message}]) from exc
    return exporter


@transaction.atomic
def change_exporter(access: Access, name: str, posted: Any, *, partial: bool) -> Exporter:
    """Raises Http404, InvalidExporter, or PermissionDenied."""
    _checked(access)
    exporter = find_exporter(access, name, lock=True)
    wanted = read_exporter(posted, exporter, partial=partial)
    before = (exporter.every, exporter.cron, exporter.enabled)
    speaks = wanted.api_key is not None or wanted.headers is not None
    moves = speaks or any(
        column in wanted.values and wanted.values[column] != getattr(exporter, column)
        for column in DESTINATION
    )
    for column, value in wanted.values.items():
        setattr(exporter, column, value)
    held = exporter.runs_as
    lets_go = wanted.service_account == "" and held is not None and held.is_service_account
    if wanted.service_account or moves or lets_go or held is None:
        exporter.runs_as = principal(access, wanted, held=held)
    if speaks:
        store_secrets(exporter, merged_secrets(stored_secrets(exporter, wanted), wanted))
    if before != (exporter.every, exporter.cron, exporter.enabled) or moves:
        exporter.next_run_at, exporter.failures = first_run(exporter), 0
    exporter.claim = exporter.claimed_until = None
    exporter.updated_at = timezone.now()
    exporter.save()
    return exporter


def principal(access: Access, wanted: Wanted, held: User | None = None) -> User:
    """Whose grants the exporter uses from now on."""
    name = wanted.service_account
    if name is None and held is not None and held.is_service_account:
        name = held.name
    if not name:
        return access.user
    if not access.may(Resource.SERVICE_ACCOUNT, Action.UPDATE):
        message = "Using a service account's grants needs SERVICE_ACCOUNT:UPDATE."
        raise InvalidExporter([{"field": "serviceAccount", "message": message}])
    found = User.objects.filter(service_account_of=access.tenant, name=name).first()
    if found is None:
        message = f"No service account “{name[:100]}” in this tenant."
        raise InvalidExporter([{"field": "serviceAccount", "message": message}])
    return found


def stored_secrets(exporter: Exporter, wanted: Wanted) -> Secrets:
    """What there is; nothing where it cannot be read and is given anew."""
    try:
        return unseal(exporter.sealed)
    except Unreadable as exc:
        if wanted.api_key is None and exporter.has_api_key:
            raise InvalidExporter([{"field": "apiKey", "message": str(exc)}]) from exc
        if wanted.headers is None and exporter.header_names:
            raise InvalidExporter([{"field": "headers", "message": str(exc)}]) from exc
        return Secrets()


def store_secrets(exporter: Exporter, secrets: Secrets) -> None:
    exporter.sealed = seal(secrets)
    exporter.has_api_key = bool(secrets.api_key)
    exporter.header_names = sorted(secrets.headers)


def first_run(exporter: Exporter) -> datetime | None:
    """At once for one that runs every so often, at the next time of its cron, or never."""
    now = timezone.now()
    if not exporter.enabled:
        return None
    return now if exporter.every else next_run(exporter, now)


def delete_exporter(access: Access, name: str) -> None:
    """With its log; a run that is under way ends at its next step."""
    _checked(access)
    with transaction.atomic():
        find_exporter(access, name, lock=True).delete()


def pause_exporter(access: Access, name: str, *, paused: bool) -> Exporter:
    return change_exporter(access, name, {"enabled": not paused}, partial=True)


@transaction.atomic
def run_now(access: Access, name: str) -> bool:
    """Also of a paused one. False when it waits in the queue already."""
    _checked(access)
    return enqueue(find_exporter(access, name).pk, ExporterRun.Cause.MANUAL)


@transaction.atomic
def rewind(access: Access, name: str, to: str | datetime) -> Exporter:
    """`to`: "start", "now", or a time: the first event that happened then or later is the next.

    What is sent again is known to receivers by its run ids.
    """
    _checked(access)
    exporter = find_exporter(access, name, lock=True)
    if isinstance(to, datetime):
        exporter.position = position_before(exporter.tenant_id, to)
        exporter.stated_since = to
    elif to == "start":
        exporter.position, exporter.stated_since = 0, None
    else:
        exporter.position, exporter.stated_since = last_drawn(), timezone.now()
    exporter.stated_checked_at = None
    forget_shipped(exporter)
    exporter.claim = exporter.claimed_until = None
    exporter.failures = 0
    exporter.next_run_at = first_run(exporter)
    exporter.save()
    return exporter


@transaction.atomic
def retry_refused(access: Access, name: str) -> int:
    """Try what was refused once more, with the next run; how many there are."""
    _checked(access)
    return try_again(find_exporter(access, name, lock=True))


def values_of(exporter: Exporter) -> Mapping[str, Any]:
    """What `read_exporter` would read it from: for a form, and as the API shows it."""
    return {
        "name": exporter.name,
        "description": exporter.description,
        "kind": exporter.kind,
        "enabled": exporter.enabled,
        "url": exporter.url or None,
        "path": exporter.path or None,
        "batchSize": exporter.batch_size,
        "compression": exporter.compression or None,
        "timeout": exporter.timeout,
        "file": exporter.file or None,
        "filters": exporter.filters,
        "mappings": exporter.mappings,
        "every": duration_text(exporter.every),
        "cron": exporter.cron or None,
        "lookbackPeriod": duration_text(exporter.look_back),
        "serviceAccount": exporter.runs_as.name
        if exporter.runs_as and exporter.runs_as.is_service_account
        else None,
    }


def duration_text(length: Any) -> str | None:
    """ISO 8601, as short as it goes: P1D, PT5M, PT1H30M."""
    if length is None:
        return None
    days, rest = divmod(int(length.total_seconds()), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    time = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
    return f"P{text or 'T0S'}"
