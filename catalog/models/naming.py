"""How names of other systems become names here: a tenant's rules."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import NAMESPACE, Tenant
from accounts.permissions import Action, Resource
from accounts.scoping import ScopedQuerySet


class NamingRuleQuerySet(ScopedQuerySet):
    """Rules belong to the tenant's settings."""

    def reach_q(self, access: Access, action: Action) -> Q:
        if not access.reach(Resource.TENANT_SETTINGS, action).everywhere:
            return Q(pk__in=[])
        return Q(tenant=access.tenant)


class NamingRule(models.Model):
    """The first rule, by `position`, whose `pattern` matches an OpenLineage namespace applies.

    `pattern`: a glob over the whole namespace, as `postgres://warehouse:5432` or `spark_*`. Of a
    dataset `id_template` makes the asset's id of `{namespace}` and `{name}`; "" leaves the
    default. `namespace`: where the asset, or the job's flow, belongs; "" leaves the default.
    """

    class Kind(models.TextChoices):
        DATASET = "dataset"
        JOB = "job"

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=7, choices=Kind)
    position = models.PositiveIntegerField(default=0)
    pattern = models.CharField(max_length=500)
    id_template = models.CharField(max_length=500, blank=True)
    namespace = models.CharField(max_length=150, blank=True, validators=[NAMESPACE])
    created_at = models.DateTimeField(default=timezone.now)

    objects = NamingRuleQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "pattern"], name="naming_rule_pattern_in_tenant"
            )
        ]

    def __str__(self) -> str:
        return self.pattern
