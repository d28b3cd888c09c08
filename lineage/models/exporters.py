"""Exporters: where a tenant's lineage goes out to, what of it, when, and how that went."""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant, User
from accounts.permissions import Action, Resource
from accounts.scoping import ScopedQuerySet

EXPORTER_NAME = RegexValidator(
    r"\A[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}\Z",
    "Use letters, digits, '_' and '-', at most 63, starting with a letter or digit.",
)


class ExporterQuerySet(ScopedQuerySet):
    """Exporters belong to the tenant's settings: they hold keys, and send data out of it."""

    def reach_q(self, access: Access, action: Action) -> Q:
        if not access.reach(Resource.TENANT_SETTINGS, action).everywhere:
            return Q(pk__in=[])
        return Q(tenant=access.tenant)


class Exporter(models.Model):
    """Ships lineage events, and the assets in them, in the order in which they were recorded.

    `position` is the row of the last lineage event that is dealt with; None before the first
    run, which begins `look_back` before it. `claim` is held by the one run that may move it.
    """

    class Kind(models.TextChoices):
        OPENLINEAGE = "OPENLINEAGE", "OpenLineage endpoint"
        FILE = "FILE", "JSON lines file"

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=63, validators=[EXPORTER_NAME])
    description = models.CharField(max_length=500, blank=True)
    kind = models.CharField(max_length=11, choices=Kind)
    enabled = models.BooleanField(default=True)
    # An endpoint.
    url = models.CharField(max_length=500, blank=True)
    path = models.CharField(max_length=300, blank=True)
    batch_size = models.PositiveSmallIntegerField(default=1)
    compression = models.CharField(max_length=4, blank=True)
    timeout = models.PositiveSmallIntegerField(default=10)
    #: API key and headers, encrypted (`lineage.exporting.secrets`); the names of the headers.
    sealed = models.TextField(blank=True)
    has_api_key = models.BooleanField(default=False)
    header_names = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    # A file.
    file = models.CharField(max_length=200, blank=True)
    # What of it.
    filters = models.JSONField(default=dict, blank=True)
    mappings = models.JSONField(default=dict, blank=True)
    # When.
    every = models.DurationField(null=True, blank=True)
    cron = models.CharField(max_length=100, blank=True)
    look_back = models.DurationField(default=timedelta(days=1))
    #: Whose grants tell what it may see: who made or changed it last, or a service account.
    runs_as = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    # How far.
    position = models.BigIntegerField(null=True)
    #: Lineage that holds without runs: stated since when, and when it was looked at.
    stated_since = models.DateTimeField(null=True)
    stated_checked_at = models.DateTimeField(null=True)
    next_run_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    #: Runs that have failed since the last one that did not.
    failures = models.PositiveIntegerField(default=0)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    objects = ExporterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="exporter_name_in_tenant"),
            models.CheckConstraint(
                condition=Q(every__isnull=True) | Q(cron=""), name="exporter_has_one_schedule"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                F("next_run_at"),
                name="exporter_due",
                condition=Q(enabled=True, next_run_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name


class OfExporterQuerySet(ScopedQuerySet):
    """Rows of an exporter are seen by whoever sees the exporter."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(exporter__in=Exporter.objects.allowed(access, action).values("pk"))


class ExporterRun(models.Model):
    """One run: what went out, and why not. Runs that found nothing to send are not kept.

    `sent` and `refused` count OpenLineage events, `read` the lineage events that they were made
    of; `first_at` and `last_at` are the times of the first and the last of these.
    """

    class State(models.TextChoices):
        RUNNING = "RUNNING"
        SUCCESS = "SUCCESS"
        #: Some events were refused; they are kept as `ExporterPending`.
        WARNING = "WARNING"
        FAILED = "FAILED"
        #: Paused, changed or shut down meanwhile.
        CANCELLED = "CANCELLED"
        #: Its process ended without a word.
        KILLED = "KILLED"

    class Cause(models.TextChoices):
        SCHEDULE = "schedule"
        MANUAL = "manual"
        RETRY = "retry"
        #: The run before had used up its time with more to do.
        MORE = "more"

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    exporter = models.ForeignKey(Exporter, models.CASCADE, related_name="runs", db_index=False)
    cause = models.CharField(max_length=8, choices=Cause)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    read = models.IntegerField(default=0)
    sent = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    from_position = models.BigIntegerField(null=True)
    to_position = models.BigIntegerField(null=True)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    next_retry_at = models.DateTimeField(null=True)

    #: Not stored: its time was over before the work was.
    more = False

    objects = OfExporterQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(F("exporter"), F("id").desc(), name="exporter_run_by_exporter")
        ]

    @property
    def took(self) -> timedelta | None:
        return self.ended_at - self.started_at if self.ended_at else None


class ExporterPending(models.Model):
    """What an exporter still has to come back to, beside what it has not read yet.

    REFUSED: the receiver refused an event of it; tried again with later runs until it `gave_up`.
    OPEN: an execution that was shipped before it ended. Rows are meant by number, since what they
    mean may be deleted at any time. `task_run_pk` 0: the execution's own events. `execution_pk`
    0: what was refused is the `ExporterStatement` of the number `task_run_pk`.
    """

    class Reason(models.TextChoices):
        REFUSED = "refused"
        OPEN = "open"

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    exporter = models.ForeignKey(Exporter, models.CASCADE, related_name="pending", db_index=False)
    execution_pk = models.BigIntegerField()
    task_run_pk = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=7, choices=Reason)
    label = models.CharField(max_length=500, blank=True)
    message = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    gave_up = models.BooleanField(default=False)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    objects = OfExporterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exporter", "execution_pk", "task_run_pk", "reason"],
                name="exporter_pending_once",
            )
        ]


class ExporterStatement(models.Model):
    """What was last shipped of a job's stated lineage, or (`flow_pk` 0) of an asset's.

    `digest`: of its content; "": it is to go out once more.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    exporter = models.ForeignKey(
        Exporter, models.CASCADE, related_name="statements", db_index=False
    )
    flow_pk = models.BigIntegerField(default=0)
    task_id = models.CharField(max_length=200, blank=True)
    asset_pk = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    objects = OfExporterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exporter", "flow_pk", "task_id", "asset_pk"],
                name="exporter_statement_once",
            )
        ]
