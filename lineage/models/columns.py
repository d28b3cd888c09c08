"""Which column came out of which, and the facets that others attach to assets."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Tenant
from catalog.models import Asset, OfAssetQuerySet
from lineage.models.flows import Flow
from lineage.models.runs import Execution
from lineage.models.traces import EdgeQuerySet


class ColumnEdge(models.Model):
    """A task turns one column into another, by one kind of transformation.

    `type` DIRECT or INDIRECT and `subtype` as OpenLineage's columnLineage facet has them; ""
    where nobody told. An empty `upstream_column` is the dataset as a whole; an empty
    `downstream_column` every column of it (a filter, a join).
    """

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    upstream = models.ForeignKey(Asset, models.CASCADE, related_name="+", db_index=False)
    upstream_column = models.CharField(max_length=500, blank=True)
    downstream = models.ForeignKey(Asset, models.CASCADE, related_name="+", db_index=False)
    downstream_column = models.CharField(max_length=500, blank=True)
    flow = models.ForeignKey(Flow, models.CASCADE, null=True, related_name="+")
    task_id = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=20, blank=True)
    subtype = models.CharField(max_length=50, blank=True)
    description = models.TextField(blank=True)
    masking = models.BooleanField(default=False)
    kind = models.CharField(max_length=12, default="declared")
    stated = models.BooleanField(default=False, db_default=False)
    #: As of `Edge`.
    stated_from = models.DateTimeField(null=True)
    stated_until = models.DateTimeField(null=True)
    ran_until = models.DateTimeField(null=True)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    last_execution = models.ForeignKey(
        Execution,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    objects = EdgeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "downstream",
                    "downstream_column",
                    "upstream",
                    "upstream_column",
                    "flow",
                    "task_id",
                    "type",
                    "subtype",
                ],
                nulls_distinct=False,
                name="column_edge_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(F("upstream"), F("upstream_column"), name="column_edge_by_upstream"),
            models.Index(fields=["tenant"], name="column_edge_stated", condition=Q(stated=True)),
        ]


class AssetFacet(models.Model):
    """The latest OpenLineage facet of an asset by where it stood, kept as it came.

    `stamp`: `{µs:016d}|{digest}` of the event that brought it; the largest wins.
    """

    class Position(models.TextChoices):
        DATASET = "dataset"
        INPUT = "input"
        OUTPUT = "output"

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="facets", db_index=False)
    position = models.CharField(max_length=7, choices=Position)
    name = models.CharField(max_length=200)
    stamp = models.CharField(max_length=80)
    body = models.JSONField(null=True)

    objects = OfAssetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["asset", "position", "name"], name="asset_facet_once")
        ]
