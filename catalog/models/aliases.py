"""Other names of an asset, and the merges that made two assets one."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant, User
from accounts.permissions import Action
from accounts.scoping import ScopedQuerySet
from catalog.models.assets import Asset, OfAssetQuerySet


class AssetAlias(models.Model):
    """Another name that leads to `asset`; one name leads to one asset, and beats an asset's id."""

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
    """`absorbed` became another name of `kept`; `journal` holds what undoing needs.

    An undone merge stays: the same two names are then never merged again by themselves.
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
