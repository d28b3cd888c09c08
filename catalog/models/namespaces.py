"""Namespaces, and the one permission rule for everything that lives in one."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.access import Access, Reach, prefixes
from accounts.models import NAMESPACE, Tenant
from accounts.permissions import Action, Resource
from accounts.scoping import ScopedQuerySet

#: Up to so many grants the planner's statistics serve best; see `within`.
FEW = 10


class NamespaceQuerySet(ScopedQuerySet):
    def reach_q(self, access: Access, action: Action) -> Q:
        reach = access.reach(Resource.NAMESPACE, action)
        mine = Q(tenant=access.tenant)
        if reach.everywhere:
            return mine
        return mine & Q(pk__in=within(access.tenant, reach))

    def under(self, name: str) -> "NamespaceQuerySet":
        """The namespace `name` and its descendants, never a sibling like `name2` (K3 PREFIX)."""
        return self.filter(prefixes__contains=[name])


class Namespace(models.Model):
    """A dotted, hierarchical name; made on first use. `prefixes` holds itself and its parents."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=150, validators=[NAMESPACE])
    prefixes = ArrayField(models.CharField(max_length=150), editable=False)
    description = models.TextField(blank=True)
    #: What `namespace.*` and `kv()` of expressions see here and in the children.
    variables = models.JSONField(default=dict, db_default={}, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = NamespaceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="namespace_name_in_tenant"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[a-z0-9][a-z0-9._-]{0,149}$"),
                name="namespace_name_is_plain",
            ),
        ]
        # Without fastupdate: a list of pending entries would be read whole for every grant.
        indexes: ClassVar = [
            GinIndex(fields=["prefixes"], name="namespace_prefixes", fastupdate=False)
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.prefixes = prefixes(self.name)


def within(tenant: Tenant, reach: Reach) -> models.QuerySet:
    """The ids of the namespaces in `reach`, found by the GIN index over `prefixes`.

    A few grants are one overlap of arrays, whose share of the rows Postgres can estimate. Many
    are looked up one by one, beforehand: the overlap would compare 500 names with each of 10 000
    namespaces (0.4 s), and to the planner that looks as cheap as comparing one.
    """
    inside = Namespace.objects.unscoped("compiled into the scope of another query")
    names = list(reach.namespaces)
    if len(names) <= FEW:
        found = inside.filter(tenant=tenant, prefixes__overlap=names)
    else:
        found = inside.filter(RawSQL(_ONE_BY_ONE, (names, tenant.pk), BooleanField()))  # noqa: S611
    return found.values("pk")


_ONE_BY_ONE = """id = any(array(
    select covered.id from unnest(%s::varchar[]) as granted
    join catalog_namespace covered on covered.prefixes @> array[granted]
    where covered.tenant_id = %s
))"""


class NamespacedQuerySet(ScopedQuerySet):
    """Rows with `tenant` and `namespace`, guarded as one resource.

    A grant over some namespaces is an `IN` over their ids, so 500 bindings and 10 000 namespaces
    stay one indexed subquery.
    """

    resource: ClassVar[Resource]

    def reach_q(self, access: Access, action: Action) -> Q:
        reach = access.reach(self.resource, action)
        mine = Q(tenant=access.tenant)
        if reach.everywhere:
            return mine
        if not reach:
            return Q(pk__in=[])
        return mine & Q(namespace__in=within(access.tenant, reach))

    def in_namespace(self, access: Access, name: str) -> "NamespacedQuerySet":
        """Those in `name` or below it."""
        below = Namespace.objects.unscoped("narrows an already scoped query")
        return self.filter(
            namespace__in=below.filter(tenant=access.tenant).under(name).values("pk")
        )
