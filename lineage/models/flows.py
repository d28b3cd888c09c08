"""Flows and their revisions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant, User
from accounts.permissions import Action, Resource
from accounts.scoping import ScopedQuerySet
from catalog.models import Namespace, NamespacedQuerySet


class FlowQuerySet(NamespacedQuerySet):
    resource = Resource.FLOW


class Flow(models.Model):
    """A workflow of some orchestrator. `revision` 0: only its executions are known so far."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    namespace = models.ForeignKey(Namespace, models.PROTECT, related_name="+")
    public_id = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=0)
    description = models.TextField(blank=True)
    labels = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    #: What OpenLineage clients say of the job, once `flow_search.documented` has asked.
    documentation = ""

    objects = FlowQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "namespace", "public_id"], name="flow_id_in_namespace"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "public_id"], name="flow_by_id"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_registered(self) -> bool:
        return self.revision > 0

    @property
    def about(self) -> str:
        """Its own description as declared, else the documentation of its job."""
        return self.description or self.documentation


class OfFlowQuerySet(ScopedQuerySet):
    """Rows that belong to a flow are seen by whoever sees the flow."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(flow__in=Flow.objects.allowed(access, action).values("pk"))


class FlowRevision(models.Model):
    """The YAML exactly as posted; a new revision only when the content differs."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="revisions", db_index=False)
    revision = models.PositiveIntegerField()
    source = models.TextField()
    source_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OfFlowQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["flow", "revision"], name="flow_revision_once")
        ]
