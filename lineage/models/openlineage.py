"""What OpenLineage clients sent: every event as it came, and what those of a run add up to."""

from typing import ClassVar

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant
from accounts.permissions import Action
from accounts.scoping import ScopedQuerySet
from catalog.models import Asset
from lineage.models.flows import Flow, OfFlowQuerySet
from lineage.models.runs import Execution, TaskRun


class OpenLineageRunQuerySet(ScopedQuerySet):
    """A run is seen with its execution."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(execution__in=Execution.objects.allowed(access, action).values("pk"))


class OpenLineageRun(models.Model):
    """One OpenLineage run: an execution when it is its own root, else a task run of its root's.

    A run that others name as their parent has a row before its first event; `accumulated` is
    null until then. Else it is what `lineage.openlineage.state` folds all events of the run
    into, in whatever order they came. `root_run_id`: the public id of its execution.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    run_id = models.CharField(max_length=36)
    parent_run_id = models.CharField(max_length=36, blank=True)
    root_run_id = models.CharField(max_length=36)
    #: OpenLineage's names, as they came; of a run without events, as its children name it.
    job_namespace = models.TextField(blank=True)
    job_name = models.TextField(blank=True)
    state = models.CharField(max_length=10, blank=True)
    has_data = models.BooleanField(default=False)
    execution = models.ForeignKey(
        Execution, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    task_run = models.ForeignKey(
        TaskRun, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    accumulated = models.JSONField(null=True)

    objects = OpenLineageRunQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "run_id"], name="openlineage_run_once")
        ]
        indexes: ClassVar = [
            models.Index(
                F("tenant"), F("root_run_id"), F("state"), name="openlineage_run_by_root"
            ),
            models.Index(
                F("execution"),
                name="openlineage_run_by_exec",
                condition=Q(execution__isnull=False),
            ),
            models.Index(
                F("task_run"), name="openlineage_run_by_task", condition=Q(task_run__isnull=False)
            ),
        ]


class OpenLineageEventQuerySet(ScopedQuerySet):
    """An event of a run is seen with its execution, another with the flow or asset it tells of."""

    def reach_q(self, access: Access, action: Action) -> Q:
        runs = OpenLineageRun.objects.allowed(access, action).values("run_id")
        flows = Flow.objects.allowed(access, action).values("pk")
        assets = Asset.objects.allowed(access, action).values("pk")
        return Q(tenant=access.tenant) & (
            Q(run_id__in=runs) | Q(run_id="", flow__in=flows) | Q(run_id="", asset__in=assets)
        )


class OpenLineageEvent(models.Model):
    """An event as it came; the same one again is known by its digest."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=7)
    event_type = models.CharField(max_length=20, blank=True)
    run_id = models.CharField(max_length=36, blank=True)
    #: What a job event or a dataset event tells of.
    flow = models.ForeignKey(
        Flow, models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
    asset = models.ForeignKey(
        Asset, models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    body = models.JSONField()

    objects = OpenLineageEventQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "digest"], name="openlineage_event_once")
        ]
        indexes: ClassVar = [
            models.Index(
                F("tenant"),
                F("run_id"),
                F("at"),
                name="openlineage_event_by_run",
                condition=~Q(run_id=""),
            ),
            models.Index(F("tenant"), F("received_at"), name="openlineage_event_by_time"),
            models.Index(
                F("flow"), name="openlineage_event_by_flow", condition=Q(flow__isnull=False)
            ),
            models.Index(
                F("asset"), name="openlineage_event_by_asset", condition=Q(asset__isnull=False)
            ),
        ]


class EventRetentionQuerySet(ScopedQuerySet):
    """It tells of nothing but time."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(tenant=access.tenant)


class EventRetention(models.Model):
    """Since when events are kept as they came: none that was received before is to be had."""

    tenant = models.OneToOneField(Tenant, models.CASCADE, primary_key=True, related_name="+")
    gone_before = models.DateTimeField()

    objects = EventRetentionQuerySet.as_manager()


class OpenLineageJob(models.Model):
    """Facets of a job: of a flow (`task_id` "") or of a task in it; name → [stamp, body].

    Both what run events say of their job and what job events say on their own.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="openlineage_jobs", db_index=False)
    task_id = models.CharField(max_length=200, blank=True)
    namespace = models.TextField()
    name = models.TextField()
    facets = models.JSONField(default=dict)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = OfFlowQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "task_id"], name="openlineage_job_once")
        ]
        indexes: ClassVar = [
            # Those that tell of links with other jobs, and what a job is known as here.
            models.Index(
                F("tenant"),
                name="openlineage_job_linking",
                condition=Q(facets__has_key="lineage"),
            ),
            HashIndex(fields=["name"], name="openlineage_job_by_name"),
        ]
