"""Code written by somebody who forgot who is asking: it must fail, never leak."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.core.exceptions import FieldFetchBlocked, ValidationError
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery
from django.shortcuts import get_object_or_404
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.urls import path
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from accounts import actions
from accounts.access import prefixes
from accounts.models import Binding
from accounts.scoping import Unscoped
from accounts.web import page
from catalog.models import Asset, AssetChange, Namespace
from catalog.models.namespaces import FEW
from lineage.models import AssetUsage, Edge
from tests.conftest import Cast, role
from tests.factories import make_asset
from tests.world import World

VISIBLE = {
    "viewer": {"orders", "stg_orders"},
    "editor": {"orders", "stg_orders", "ledger", "bucket"},
    "admin": {"orders", "stg_orders", "ledger", "bucket"},
    "ingest": set(),
    "outsider": set(),
    "instance_admin": set(),
}

MISTAKES: dict[str, Callable[[World], Any]] = {
    "loop": lambda w: list(Asset.objects.filter(public_id="orders")),
    "get": lambda w: Asset.objects.get(pk=w.orders.pk),
    "first": lambda w: Asset.objects.first(),
    "length": lambda w: len(Asset.objects.all()),
    "slice": lambda w: Asset.objects.order_by("pk")[0],
    "count": lambda w: Asset.objects.count(),
    "values": lambda w: list(Asset.objects.values_list("public_id")),
    "aggregate": lambda w: Asset.objects.aggregate(Count("pk")),
    "iterator": lambda w: list(Asset.objects.iterator()),
    "async iterator": lambda w: asyncio.run(first_of(Asset.objects.aiterator())),
    "explain": lambda w: Asset.objects.all().explain(),
    "update": lambda w: Asset.objects.update(type="x"),
    "delete": lambda w: Asset.objects.all().delete(),
    "in_bulk": lambda w: Asset.objects.in_bulk([w.orders.pk]),
    "raw": lambda w: list(Asset.objects.raw("select * from catalog_asset")),
    "union": lambda w: list(seen(w).union(Asset.objects.all())),
    "union from the left": lambda w: list(Asset.objects.all().union(seen(w))),
    "difference": lambda w: list(Asset.objects.all().difference(seen(w))),
    "or": lambda w: seen(w) | Asset.objects.all(),
    "and": lambda w: Asset.objects.all() & seen(w),
    "shortcut": lambda w: get_object_or_404(Asset, pk=w.orders.pk),
    "reverse manager": lambda w: list(w.orders.usages.all()),
    "prefetch": lambda w: list(seen(w).prefetch_related("usages")),
    "in": lambda w: list(Edge.objects.unscoped("x").filter(upstream__in=Asset.objects.all())),
    "subquery": lambda w: list(
        seen(w).annotate(x=Subquery(AssetUsage.objects.filter(asset=OuterRef("pk")).values("pk")))
    ),
    "exists": lambda w: list(
        seen(w).filter(Exists(AssetUsage.objects.filter(asset=OuterRef("pk"))))
    ),
    "form choices": lambda w: str(forms.modelform_factory(Edge, fields=["upstream"])()),
    "get_or_create": lambda w: Asset.objects.get_or_create(tenant=w.cast.main, public_id="x"),
    "update_or_create": lambda w: Asset.objects.update_or_create(
        tenant=w.cast.main, public_id="orders", defaults={"type": "x"}
    ),
    "bulk_update": lambda w: Asset.objects.bulk_update([w.orders], ["type"]),
}


def seen(world: World) -> Any:
    return Asset.objects.visible_to(world.cast.access("viewer"))


async def first_of(rows: Any) -> Any:
    async for row in rows:
        return row
    return None


@pytest.mark.parametrize("mistake", MISTAKES)
def test_forgetting_who_asks_raises(world: World, mistake: str):
    with pytest.raises(Unscoped):
        MISTAKES[mistake](world)


def forgetful_page(request):
    return page(request, "403.html", {"messages": Asset.objects.all()})


class ForgetfulSerializer(serializers.ModelSerializer):
    class Meta:
        model = Asset
        fields = ("public_id",)


class ForgetfulView(ListAPIView):
    serializer_class = ForgetfulSerializer
    queryset = Asset.objects.all()


urlpatterns = [path("page/", forgetful_page), path("api/list", ForgetfulView.as_view())]


@pytest.mark.urls(__name__)
def test_a_forgetful_api_view_fails_closed(cast: Cast):
    with pytest.raises(Unscoped):
        cast.api("admin").get("/api/list")


def test_a_template_cannot_delete(world: World):
    shown = Template("{{ rows.delete }}").render(Context({"rows": seen(world)}))
    assert shown == ""
    assert seen(world).count() == 2


@pytest.mark.parametrize("person", VISIBLE)
def test_each_sees_their_own(world: World, person: str):
    visible = Asset.objects.visible_to(world.cast.access(person))
    assert set(visible.values_list("public_id", flat=True)) == VISIBLE[person]


def test_a_grant_on_company_a_does_not_show_company_ab(cast: Cast, grant: Callable[..., Any]):
    grant("dora", "Viewer", "company.a")
    for name in ("company.a", "company.a.b", "company.ab", "company"):
        make_asset(cast.main, f"in-{name}", name)
    make_asset(cast.other, "theirs", "company.a")
    visible = Asset.objects.visible_to(cast.access("dora"))
    assert set(visible.values_list("public_id", flat=True)) == {"in-company.a", "in-company.a.b"}


def test_usages_need_asset_and_execution(world: World):
    """The ledger's run read orders: whoever may not see that run does not learn of it."""
    usages = AssetUsage.objects.visible_to(world.cast.access("viewer")).filter(asset=world.orders)
    assert [usage.direction for usage in usages] == ["WRITE"]


def test_prefetch_takes_a_scoped_queryset(world: World):
    access = world.cast.access("viewer")
    mine = Prefetch("usages", AssetUsage.objects.visible_to(access))
    orders = seen(world).prefetch_related(mine).get(public_id="orders")
    assert len(orders.usages.all()) == 1


def test_pages_cannot_load_lazily(world: World):
    with pytest.raises(FieldFetchBlocked):
        assert seen(world).first().namespace


def test_django_itself_still_works(world: World):
    world.orders.refresh_from_db()
    world.orders.save()
    fresh = {"tenant": world.cast.main, "type": "Table"}
    Asset(public_id="fresh", **fresh).full_clean()
    with pytest.raises(ValidationError):
        Asset(public_id="orders", **fresh).full_clean()
    assert seen(world).exclude(history__kind=AssetChange.Kind.DELETED).count() == 2
    world.ledger.delete()
    assert Asset.objects.unscoped("counts what is left").count() == 3


def test_a_reach_of_many_grants_shows_the_same_as_each_alone(cast: Cast):
    """More grants than FEW take another way through the database."""
    names = [f"company.team{n}" for n in range(FEW + 5)]
    for name in (*names, "company.team1.marts", "company.team1x", "company"):
        make_asset(cast.main, f"in-{name}", name)
    make_asset(cast.other, "theirs", "company.team1")
    viewer = role(cast.main, "Viewer")
    for name in names:
        actions.bind(cast.users["viewer"], viewer, name)
    access = cast.access("viewer")
    assets = Asset.objects.visible_to(access).values_list("public_id", flat=True)
    assert set(assets) == {f"in-{name}" for name in names} | {"in-company.team1.marts"}
    seen = Namespace.objects.visible_to(access).values_list("name", flat=True)
    assert set(seen) == {*names, "company.team1.marts"}


def test_many_bindings_and_namespaces_stay_one_indexed_subquery(cast: Cast):
    """500 bindings, 10 000 namespaces with two assets each: index scans, no whole table."""
    names = [f"company.team{n // 20}.n{n}" for n in range(10_000)]
    Namespace.objects.bulk_create(
        Namespace(tenant=cast.main, name=name, prefixes=prefixes(name)) for name in names
    )
    viewer = role(cast.main, "Viewer")
    Binding.objects.bulk_create(
        Binding(tenant=cast.main, role=viewer, user=cast.users["viewer"], namespace=name)
        for name in names[::20]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into catalog_asset (tenant_id, public_id, namespace_id, type, metadata,"
            " owners, tags, columns, created_at)"
            " select tenant_id, name || copy, id, 'Table', '{}', '{}', '{}', '[]', now()"
            " from catalog_namespace, generate_series(1, 2) copy"
        )
        cursor.execute("analyze catalog_namespace, catalog_asset")
    with CaptureQueriesContext(connection) as queries:
        mine = Asset.objects.visible_to(cast.access("viewer"))
        assert mine.count() == 1000
    plan = mine.explain()
    assert len(queries) == 2
    assert "Bitmap Index Scan on namespace_prefixes" in plan
    assert "Seq Scan" not in plan


def test_one_binding_among_many_namespaces_uses_the_index_too(cast: Cast):
    Namespace.objects.bulk_create(
        Namespace(tenant=cast.main, name=name, prefixes=prefixes(name))
        for name in (f"company.team{n // 20}.n{n}" for n in range(10_000))
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze catalog_namespace")
    plan = Namespace.objects.visible_to(cast.access("viewer")).explain()
    assert "Bitmap Index Scan on namespace_prefixes" in plan
