"""Taking the demo away again, in batches that keep locks short and memory small."""

from graphlib import TopologicalSorter

from django.apps import apps
from django.db import connection, models

from accounts.models import Membership, Tenant, User
from lineage.demo.company import PEOPLE, TENANTS

BATCH = 2_000


class TenantTaken(RuntimeError):
    """A tenant of the demo's slug exists and is not the demo's: nothing was touched."""


def demo_tenants() -> list[Tenant]:
    """The demo's tenants that exist. Raises TenantTaken when a slug is somebody else's."""
    found = list(Tenant.objects.filter(slug__in=TENANTS).order_by("slug"))
    for tenant in found:
        if tenant.name != TENANTS[tenant.slug]:
            raise TenantTaken(
                f"Tenant “{tenant.slug}” exists and is not the demo's: the demo needs that name."
            )
    return found


def clear_demo() -> None:
    """Delete the demo's people, then its tenants with all they hold; nothing where none is.

    People go first, so that a demo half deleted is not taken for a whole one. Raises TenantTaken.
    """
    tenants = demo_tenants()
    User.objects.filter(email__in=[person.email for person in PEOPLE]).delete()
    for tenant in tenants:
        Membership.objects.filter(group__tenant=tenant).delete()  # has no tenant of its own
        for model in owned_models():
            empty(model, tenant)
        tenant.delete()


def owned_models() -> list[type[models.Model]]:
    """The models with a tenant, each before those that it refers to."""
    owned = {
        model
        for model in apps.get_models()
        if any(field.name == "tenant" and field.related_model is Tenant for field in fields(model))
    }
    referring = {
        model: {field.related_model for field in fields(model)} & owned - {model}
        for model in owned
    }
    return [*TopologicalSorter(referring).static_order()][::-1]


def fields(model: type[models.Model]) -> list[models.ForeignKey]:
    return [field for field in model._meta.fields if isinstance(field, models.ForeignKey)]


def empty(model: type[models.Model], tenant: Tenant) -> None:
    """In SQL: Django's collector would load every row to look for what it has to take along."""
    table = connection.ops.quote_name(model._meta.db_table)
    statement = (
        f"delete from {table} where ctid = any(array("  # noqa: S608 a model's own table
        f"select ctid from {table} where tenant_id = %s limit %s))"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [tenant.pk, BATCH])
        while cursor.rowcount:
            cursor.execute(statement, [tenant.pk, BATCH])
