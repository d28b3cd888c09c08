"""Locks: who alone may write an asset's record, and until when (K4.6)."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Tenant, User
from catalog.models.assets import Asset, OfAssetQuerySet


class AssetLock(models.Model):
    """At most one an asset. What has expired is no lock any more, and is overwritten or removed.

    `label` is the owner as shown: a person's name, or the execution's id; it outlives the user.
    """

    class OwnerType(models.TextChoices):
        USER = "USER"
        EXECUTION = "EXECUTION"

    asset = models.OneToOneField(Asset, models.CASCADE, primary_key=True, related_name="lock")
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    owner_type = models.CharField(max_length=9, choices=OwnerType)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    label = models.CharField(max_length=300)
    execution_id = models.CharField(max_length=200, blank=True)
    flow_id = models.CharField(max_length=200, blank=True)
    flow_namespace = models.CharField(max_length=150, blank=True)
    task_run_id = models.CharField(max_length=200, blank=True)
    acquired_at = models.DateTimeField(default=timezone.now)
    locked_until = models.DateTimeField()

    objects = OfAssetQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["tenant", "locked_until"], name="asset_lock_by_end")
        ]

    def __str__(self) -> str:
        return f"{self.owner} until {self.locked_until:%Y-%m-%d %H:%M} UTC"

    @property
    def owner(self) -> str:
        is_execution = self.owner_type == self.OwnerType.EXECUTION
        return f"execution {self.label}" if is_execution else self.label

    @property
    def is_held(self) -> bool:
        return self.locked_until > timezone.now()
