"""Which assets came with which dbt project, so that one that goes from it can be told."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant, User
from accounts.permissions import Action
from accounts.scoping import ScopedQuerySet
from catalog.models import Asset
from lineage.models.flows import Flow, OfFlowQuerySet


class DbtProjectQuerySet(OfFlowQuerySet):
    """A project is seen by whoever sees its flow."""


class DbtProject(models.Model):
    """A dbt project as it was brought in: the flow that its nodes are tasks of.

    `generated_at`: of the newest manifest so far; an older one that comes later takes nothing
    away and overwrites nothing.
    """

    flow = models.OneToOneField(Flow, models.CASCADE, primary_key=True, related_name="dbt")
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=200)
    adapter = models.CharField(max_length=100, blank=True)
    dbt_version = models.CharField(max_length=100, blank=True)
    generated_at = models.DateTimeField()
    imported_at = models.DateTimeField(default=timezone.now)
    imported_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = DbtProjectQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tenant"], name="dbt_project_by_tenant")]

    def __str__(self) -> str:
        return self.name


class DbtNodeQuerySet(ScopedQuerySet):
    """A node tells of an asset and of a flow: one must see both."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(
            asset__in=Asset.objects.allowed(access, action).values("pk"),
            project__in=Flow.objects.allowed(access, action).values("pk"),
        )


class DbtNode(models.Model):
    """A node of a project and its asset. `seen_at`: the newest manifest that has it; `removed_at`:
    the first one known that has it no more."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    project = models.ForeignKey(DbtProject, models.CASCADE, related_name="nodes", db_index=False)
    unique_id = models.CharField(max_length=500)
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    objects = DbtNodeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "unique_id"], name="dbt_node_in_project")
        ]

    def __str__(self) -> str:
        return self.unique_id
