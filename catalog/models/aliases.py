"""Other names of an asset, and the merges that made two assets one."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant, User
from accounts.permissions import Action
from accounts.scoping import ScopedQuerySet
from catalog.models.assets import Asset, OfAssetQuerySet


class AssetAlias(models.Model):
    """Another name that leads to `asset`; one name leads to one asset.

    An absorbed asset's id is an alias of what absorbed it. The id of an asset that stands on its
    own beats an alias: who makes such an asset meanwhile keeps it until the names are told again.
    """

    class Source(models.TextChoices):
        SYMLINK = "symlink"
        RENAME = "rename"
        RULE = "rule"
        MERGE = "merge"
        DBT = "dbt"
        MANUAL = "manual"

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=500)
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="aliases")
    source = models.CharField(max_length=10, choices=Source)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = OfAssetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="asset_alias_name_in_tenant")
        ]

    def __str__(self) -> str:
        return self.name


class AssetMergeQuerySet(ScopedQuerySet):
    """A merge tells of both assets: one must see both."""

    def reach_q(self, access: Access, action: Action) -> Q:
        assets = Asset.objects.allowed(access, action).values("pk")
        return Q(kept__in=assets, absorbed__in=assets)


class AssetMerge(models.Model):
    """`absorbed` became another name of `kept`.

    `journal` holds the kept asset's values `before` and `after`, `AssetMergeRows` what became of
    the rows of other tables. An undone merge stays, as history.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    kept = models.ForeignKey(Asset, models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey(Asset, models.CASCADE, related_name="merged_by")
    #: As `AssetAlias.source`: why the two are one.
    reason = models.CharField(max_length=10, choices=AssetAlias.Source)
    #: As `AssetChange.source`: who said so.
    source = models.JSONField(default=dict)
    journal = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = AssetMergeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at__isnull=True), name="merged_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(F("tenant"), F("at").desc(), F("id").desc(), name="asset_merge_by_time")
        ]


class OfMergeQuerySet(ScopedQuerySet):
    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(merge__in=AssetMerge.objects.allowed(access, action).values("pk"))


class AssetMergeRows(models.Model):
    """What a merge did to the rows of one table, so that it can be undone.

    `moved`: rows that only changed their asset, `made`: rows that are new. `changed`: for each
    row that went into another one, what undoing needs (`lineage.unifying`).
    """

    merge = models.ForeignKey(AssetMerge, models.CASCADE, related_name="rows", db_index=False)
    place = models.CharField(max_length=63)
    moved = ArrayField(models.BigIntegerField(), default=list)
    made = ArrayField(models.BigIntegerField(), default=list)
    changed = models.JSONField(default=list)

    objects = OfMergeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merge", "place"], name="asset_merge_rows_once")
        ]


class ApartQuerySet(ScopedQuerySet):
    """Two names, not two assets: read by what compares names, never shown by itself."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(pk__in=[])


class AssetApart(models.Model):
    """Somebody says that two names are two assets: nothing makes them one by itself any more.

    `first` < `second` by code points. Undoing a merge, removing an alias and dismissing a
    suggestion say so; merging the two by hand takes it back.
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    first = models.CharField(max_length=500)
    second = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = ApartQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "first", "second"], name="asset_apart_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "second"], name="asset_apart_by_second")
        ]
