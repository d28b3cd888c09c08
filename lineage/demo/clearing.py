"""Taking the demo away again, in batches that keep locks short and memory small."""

from graphlib import TopologicalSorter

from django.apps import apps
from django.db import connection, models, transaction

from accounts.models import Tenant, User
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
        for model, of_tenant in owned_models():
            with transaction.atomic():  # rows that refer to each other go together
                empty(model, of_tenant, tenant)
        tenant.delete()


def owned_models() -> list[tuple[type[models.Model], str]]:
    """The models whose rows belong to a tenant, each before those that it refers to.

    With the condition, in SQL, that says so: by the row's own tenant, or by that of what it is a
    part of.
    """
    owned = {model: "tenant_id = %s" for model in apps.get_models() if has_tenant(model)}
    for model in set(apps.get_models()) - owned.keys():
        for field in fields(model):
            if field.related_model in owned and not field.null and has_tenant(field.related_model):
                whole = connection.ops.quote_name(field.related_model._meta.db_table)
                owned[model] = f"{field.column} in (select id from {whole} where tenant_id = %s)"  # noqa: S608
    referring = {
        model: {field.related_model for field in fields(model)} & owned.keys() - {model}
        for model in owned
    }
    order = [*TopologicalSorter(referring).static_order()][::-1]
    return [(model, owned[model]) for model in order]


def has_tenant(model: type[models.Model]) -> bool:
    return any(field.name == "tenant" and field.related_model is Tenant for field in fields(model))


def fields(model: type[models.Model]) -> list[models.ForeignKey]:
    return [field for field in model._meta.fields if isinstance(field, models.ForeignKey)]


def empty(model: type[models.Model], of_tenant: str, tenant: Tenant) -> None:
    """In SQL: Django's collector would load every row to look for what it has to take along."""
    table = connection.ops.quote_name(model._meta.db_table)
    statement = (
        f"delete from {table} where ctid = any(array("  # noqa: S608 a model's own table
        f"select ctid from {table} where {of_tenant} limit %s))"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [tenant.pk, BATCH])
        while cursor.rowcount:
            cursor.execute(statement, [tenant.pk, BATCH])
