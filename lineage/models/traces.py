"""What runs leave behind: who touched which asset, and which assets came out of which."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.access import Access
from accounts.models import Tenant, User
from accounts.permissions import Action
from accounts.scoping import ScopedQuerySet
from catalog.models import Asset
from lineage.models.flows import Flow
from lineage.models.runs import Execution, State, TaskRun


class AssetUsageQuerySet(ScopedQuerySet):
    """A usage tells of an asset and of an execution: one must see both."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(
            asset__in=Asset.objects.allowed(access, action).values("pk"),
            execution__in=Execution.objects.allowed(access, action).values("pk"),
        )


class AssetUsage(models.Model):
    """Asset × task run × direction: the audit trail of an asset, failed runs included."""

    class Direction(models.TextChoices):
        READ = "READ"
        WRITE = "WRITE"

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="usages", db_index=False)
    task_run = models.ForeignKey(TaskRun, models.CASCADE, related_name="usages", db_index=False)
    execution = models.ForeignKey(
        Execution, models.CASCADE, related_name="usages", db_constraint=False, db_index=False
    )
    direction = models.CharField(max_length=5, choices=Direction)
    state = models.CharField(max_length=10, choices=State)
    #: Of a streaming job: it counts as productive while it runs and however it ends.
    streams = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField()

    objects = AssetUsageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task_run", "asset", "direction"], name="asset_usage_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(F("asset"), F("at").desc(), F("id").desc(), name="asset_usage_by_asset"),
            models.Index(F("tenant"), F("at").desc(), F("id").desc(), name="asset_usage_by_time"),
        ]


class LineageEventQuerySet(ScopedQuerySet):
    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(execution__in=Execution.objects.allowed(access, action).values("pk"))


class LineageEvent(models.Model):
    """One bundle of one task run: links go from each input to each output within it."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    task_run = models.ForeignKey(
        TaskRun, models.CASCADE, related_name="lineage_events", db_index=False
    )
    execution = models.ForeignKey(
        Execution, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    number = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State)
    streams = models.BooleanField(default=False, db_default=False)
    inputs = ArrayField(models.BigIntegerField(), default=list)
    outputs = ArrayField(models.BigIntegerField(), default=list)
    #: [[upstream, its column, downstream, its column, type, subtype, description, masking], …]
    columns = models.JSONField(default=list, db_default=[])
    sql = models.TextField(default="", db_default="", blank=True)
    at = models.DateTimeField()

    objects = LineageEventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task_run", "number"], name="lineage_event_once")
        ]
        indexes: ClassVar = [
            models.Index(
                F("tenant"), F("at").desc(), F("id").desc(), name="lineage_event_by_time"
            ),
        ]


class EdgeQuerySet(ScopedQuerySet):
    """An edge names two assets and a flow: one must see all that it names."""

    def reach_q(self, access: Access, action: Action) -> Q:
        seen = Asset.objects.allowed(access, action).values("pk")
        flows = Flow.objects.allowed(access, action).values("pk")
        return (
            Q(tenant=access.tenant)
            & (Q(upstream__isnull=True) | Q(upstream__in=seen))
            & (Q(downstream__isnull=True) | Q(downstream__in=seen))
            & (Q(flow__isnull=True) | Q(flow__in=flows))
        )


class Edge(models.Model):
    """A task of a flow turns `upstream` into `downstream`; kept with how often and when.

    A bundle without inputs (or outputs) leaves an edge with that end null, so that this one
    table also says which flow reads and writes which asset. `stated`: somebody says so without
    any run (by hand, a job's design, a dbt manifest), so it stays when no run supports it.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    upstream = models.ForeignKey(
        Asset, models.CASCADE, null=True, related_name="feeds", db_index=False
    )
    downstream = models.ForeignKey(
        Asset, models.CASCADE, null=True, related_name="fed_by", db_index=False
    )
    flow = models.ForeignKey(Flow, models.CASCADE, null=True, related_name="edges")
    task_id = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, default="declared")
    sql = models.TextField(default="", db_default="", blank=True)
    note = models.TextField(default="", db_default="", blank=True)
    stated = models.BooleanField(default=False, db_default=False)
    #: When job events stated it first and last: what is left when runs are counted anew.
    stated_from = models.DateTimeField(null=True)
    stated_until = models.DateTimeField(null=True)
    #: When a run made it last, of an edge that is stated as well; else that is `last_seen`.
    ran_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    runs = models.IntegerField(default=1)
    last_execution = models.ForeignKey(
        Execution,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    objects = EdgeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["upstream", "downstream", "flow", "task_id"],
                nulls_distinct=False,
                name="edge_once",
            ),
            models.CheckConstraint(
                condition=Q(upstream__isnull=False) | Q(downstream__isnull=False),
                name="edge_has_an_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["downstream", "upstream"], name="edge_by_downstream"),
            # What exporters look through every now and then; most edges come from runs.
            models.Index(fields=["tenant"], name="edge_stated", condition=Q(stated=True)),
        ]
