"""Executions and their task runs, in Kestra's terms."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant
from accounts.permissions import Action, Resource
from accounts.scoping import ScopedQuerySet
from catalog.models import Namespace, NamespacedQuerySet
from lineage.models.flows import Flow


class State(models.TextChoices):
    """DESIGN §4. The last six are terminal: they beat the others whenever they arrive."""

    CREATED = "CREATED"
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    RETRYING = "RETRYING"
    SUCCESS = "SUCCESS"
    WARNING = "WARNING"
    FAILED = "FAILED"
    KILLED = "KILLED"
    CANCELLED = "CANCELLED"
    SKIPPED = "SKIPPED"


TERMINAL = frozenset(
    {State.SUCCESS, State.WARNING, State.FAILED, State.KILLED, State.CANCELLED, State.SKIPPED}
)
#: Only these make edges and move `last_written_at` (DESIGN §4).
PRODUCTIVE = frozenset({State.SUCCESS, State.WARNING})


class ExecutionQuerySet(NamespacedQuerySet):
    resource = Resource.EXECUTION


class Execution(models.Model):
    """One run of a flow. `stamp` orders deliveries of it (`lineage.recording.order`)."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    public_id = models.CharField(max_length=200)
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="executions", db_index=False)
    namespace = models.ForeignKey(
        Namespace, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    #: As the orchestrator counts; the revision whose declarations apply is `applied_revision`.
    flow_revision = models.PositiveIntegerField(null=True)
    applied_revision = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=20, default="NORMAL")
    state = models.CharField(max_length=10, choices=State)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    #: What lists sort by: the start, else the first thing known of it.
    sorted_at = models.DateTimeField()
    labels = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict)
    outputs = models.JSONField(default=dict)
    variables = models.JSONField(default=dict)
    trigger = models.JSONField(default=dict)
    histories = models.JSONField(default=list)
    error = models.TextField(blank=True)
    url = models.CharField(max_length=2000, blank=True)
    #: The execution that started this one as a subflow; its row may arrive later.
    parent_public_id = models.CharField(max_length=200, blank=True)
    stamp = models.JSONField(default=list)
    #: Field → stamp, of what an older or a newer delivery than `stamp`'s has said last.
    field_stamps = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="execution_id_in_tenant")
        ]
        indexes: ClassVar = [
            models.Index(
                F("tenant"), F("sorted_at").desc(), F("id").desc(), name="execution_by_time"
            ),
            models.Index(
                F("flow"), F("sorted_at").desc(), F("id").desc(), name="execution_by_flow"
            ),
            models.Index(
                F("namespace"),
                F("sorted_at").desc(),
                F("id").desc(),
                name="execution_by_namespace",
            ),
            models.Index(
                F("tenant"),
                F("state"),
                F("sorted_at").desc(),
                name="execution_by_state",
                condition=~Q(state=State.SUCCESS),
            ),
            models.Index(
                F("tenant"),
                F("parent_public_id"),
                name="execution_by_parent",
                condition=~Q(parent_public_id=""),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class OfExecutionQuerySet(ScopedQuerySet):
    """Rows that belong to an execution are seen by whoever sees the execution."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(execution__in=Execution.objects.allowed(access, action).values("pk"))


#: How the fields begin that SQL stands in: of a task, or of OpenLineage's job.
NOTES = ("tasks.", "job.facets.sql")


class TaskRun(models.Model):
    """One run of a task: an iteration of a loop is a task run of its own (K1.5)."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    execution = models.ForeignKey(
        Execution, models.CASCADE, related_name="task_runs", db_index=False
    )
    public_id = models.CharField(max_length=200)
    task_id = models.CharField(max_length=200)
    value = models.TextField(blank=True)
    iteration = models.IntegerField(null=True)
    parent_public_id = models.CharField(max_length=200, blank=True)
    #: As posted; `shown_state` after `assetFailureBehavior` (K1.11).
    state = models.CharField(max_length=10, choices=State)
    shown_state = models.CharField(max_length=10, choices=State)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.JSONField(default=list)
    histories = models.JSONField(default=list)
    outputs = models.JSONField(default=dict)
    #: Bundles and log lines as posted, so that declarations can be applied again later.
    emitted = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    asset_errors = models.JSONField(default=list)
    stamp = models.JSONField(default=list)
    #: Stands for what the execution's trigger declares; `task_id` is the trigger's id.
    is_trigger = models.BooleanField(default=False, db_default=False)

    objects = OfExecutionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["execution", "public_id"], name="task_run_id_in_execution"
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def asset_note(self) -> str:
        """What asset problems did to the state (K1.11); "" without any.

        What is noted of SQL never does anything to it.
        """
        behaviors = [e["behavior"] for e in self.asset_errors if not e["field"].startswith(NOTES)]
        if not behaviors:
            return ""
        behavior = behaviors[0]
        if self.shown_state == self.state:
            return f"assetFailureBehavior {behavior}: the state {self.state} is not changed."
        return (
            f"assetFailureBehavior {behavior}: the state {self.state}"
            f" is shown as {self.shown_state}."
        )
