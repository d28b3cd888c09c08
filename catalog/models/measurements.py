"""What was measured of an asset: rows and bytes, metrics, and whether tests held."""

from typing import ClassVar

from django.db import models
from django.db.models import F

from accounts.models import Tenant
from catalog.models.assets import Asset, OfAssetQuerySet


class AssetMeasurement(models.Model):
    """One observation. The latest of a kind is what holds; the earlier ones are its history.

    `values` by kind: METRICS `{"rowCount", "bytes", "fileCount", "lastUpdated", "columnMetrics":
    {column: {…}}}` (OpenLineage's names), ASSERTIONS `{"assertions": [{"assertion", "success",
    "column"?, "severity"?, "message"?}]}`, OUTPUT and INPUT `{"rowCount", "size", "fileCount"}`
    of one run, LIFECYCLE `{"change", "previous"?}`. `source`: as `AssetChange.source`.
    `source_key` tells one observation from another: a second delivery changes nothing.
    """

    class Kind(models.TextChoices):
        METRICS = "metrics"
        ASSERTIONS = "assertions"
        OUTPUT = "output"
        INPUT = "input"
        LIFECYCLE = "lifecycle"

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="measurements", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField()
    values = models.JSONField(default=dict)
    source = models.JSONField(default=dict)
    source_key = models.CharField(max_length=200)

    objects = OfAssetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asset", "kind", "source_key"], name="asset_measurement_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                F("asset"),
                F("kind"),
                F("at").desc(),
                F("id").desc(),
                name="asset_measurement_by_time",
            )
        ]
