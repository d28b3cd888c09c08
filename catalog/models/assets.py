"""Assets, the part of them that changes with every run, and their history."""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Collate, Lower
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant
from accounts.permissions import Action, Resource
from accounts.scoping import ScopedQuerySet
from catalog.models.namespaces import Namespace, NamespacedQuerySet
from catalog.reading.lifecycle import DEFAULT_STATUS


class SearchText(Func):
    """What search looks at, lower-cased: id, display name, description, metadata."""

    template = (
        "lower(public_id || ' ' || coalesce(display_name, '') || ' ' || type || ' '"
        " || left(coalesce(description, ''), 4000) || ' ' || left(metadata::text, 8000))"
    )

    def __init__(self) -> None:
        super().__init__(output_field=models.TextField())


class LastSegment(Func):
    """What follows the last `.`, `/` or `:` of an id: `orders` of `wh.marts.orders`."""

    template = "regexp_replace(%(expressions)s, '^.*[./:]', '')"
    output_field = models.TextField()


def id_key() -> Collate:
    """The id in lower case, in the order of code points: one index serves prefix and order."""
    return Collate(Lower("public_id"), "C")


def segment_key() -> Collate:
    return Collate(Lower(LastSegment("public_id")), "C")


def name_key() -> Collate:
    """What "by name" sorts by: the name that is shown, in any case."""
    return Collate(Lower(Coalesce("display_name", "public_id")), "C")


class AssetQuerySet(NamespacedQuerySet):
    resource = Resource.ASSET

    def with_names(self) -> "AssetQuerySet":
        """With the lower-cased names that searches compare and sort by; each has its index."""
        return self.alias(id_key=id_key(), segment_key=segment_key(), name_key=name_key())

    def live(self) -> "AssetQuerySet":
        """Without the softly deleted."""
        return self.filter(deleted_at__isnull=True)

    def called(self, tenant: Tenant, name: str) -> "AssetQuerySet":
        """The asset that `name` leads to: its own id, or an alias."""
        return self.filter(pk=called_as(tenant, name))


def called_as(tenant: Tenant, name: str) -> RawSQL:
    """The row of the asset that `name` leads to, or null."""
    return RawSQL(_CALLED, (tenant.pk, name) * 2, models.BigIntegerField())  # noqa: S611 see below


def called_any(tenant: Tenant, names: Iterable[str]) -> RawSQL:
    """The rows of the assets that `names` lead to, for `pk__in`."""
    return RawSQL(_CALLED_ANY, (tenant.pk, list(names)) * 2)  # noqa: S611 see below


#: Asked beforehand, so that its answer is looked up by the primary key.
_CALLED = """coalesce(
    (select id from catalog_asset
     where tenant_id = %s and public_id = %s and merged_into_id is null),
    (select asset_id from catalog_assetalias where tenant_id = %s and name = %s)
)"""
_CALLED_ANY = """
    select id from catalog_asset
    where tenant_id = %s and public_id = any(%s) and merged_into_id is null
    union select asset_id from catalog_assetalias where tenant_id = %s and name = any(%s)
"""


class Asset(models.Model):
    """Anything that runs read or write: a table, a file, a machine, a bucket.

    `public_id` is unique in the tenant and is the identity; namespace and type are attributes
    (K1.4). `created_at` is the earliest event that named it; when it was last declared stands in
    `AssetState.updated_at`, because that moves with every run.
    """

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False)
    public_id = models.CharField(max_length=500)
    namespace = models.ForeignKey(
        Namespace, models.PROTECT, null=True, blank=True, related_name="+"
    )
    type = models.CharField(max_length=250)
    display_name = models.CharField(max_length=500, null=True, blank=True)  # noqa: DJ001 null: not declared
    description = models.TextField(null=True, blank=True)  # noqa: DJ001 null: not declared
    metadata = models.JSONField(default=dict, blank=True)
    owners = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    columns = models.JSONField(default=list, blank=True)
    # What flows declare of the asset's life and place (catalog.reading.lifecycle).
    status = models.CharField(
        max_length=100, default=DEFAULT_STATUS, db_default=DEFAULT_STATUS, blank=True
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    actions = models.JSONField(default=list, db_default=[], blank=True)
    part_of = models.JSONField(null=True, blank=True)
    related_to = models.JSONField(default=list, db_default=[], blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)
    #: Set of what turned out to be another name of that asset; `deleted_at` is set with it.
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    search_text = models.GeneratedField(
        expression=SearchText(), output_field=models.TextField(), db_persist=True
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="asset_id_in_tenant"),
            models.CheckConstraint(
                condition=Q(public_id__regex=r"^[A-Za-z0-9]"), name="asset_id_starts_plainly"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "type", "public_id"], name="asset_by_type"),
            models.Index(fields=["tenant", "namespace", "public_id"], name="asset_by_namespace"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="asset_search"),
            GinIndex(OpClass(F("metadata"), name="jsonb_path_ops"), name="asset_metadata"),
            models.Index(F("tenant"), id_key(), F("id"), name="asset_by_id_key"),
            models.Index(F("tenant"), segment_key(), F("id"), name="asset_by_segment"),
            models.Index(F("tenant"), name_key(), F("id"), name="asset_by_name"),
            models.Index(fields=["tenant", "created_at", "id"], name="asset_by_created"),
            # A walk along the lineage asks of every asset whether it is deleted; hardly any is.
            models.Index(F("id"), name="asset_deleted", condition=Q(deleted_at__isnull=False)),
            models.Index(
                F("merged_into"), name="asset_merged", condition=Q(merged_into__isnull=False)
            ),
            # Most assets have none of these, and cost their indexes nothing.
            GinIndex(fields=["owners"], name="asset_owners", condition=~Q(owners=[])),
            GinIndex(fields=["tags"], name="asset_tags", condition=~Q(tags=[])),
            models.Index(
                fields=["tenant", "status", "id"],
                name="asset_by_status",
                condition=~Q(status=DEFAULT_STATUS),
            ),
            models.Index(
                fields=["tenant", "expires_at", "id"],
                name="asset_by_expiry",
                condition=Q(expires_at__isnull=False),
            ),
            # Who is part of an asset, or its peer: asked of the asset that others name.
            GinIndex(
                OpClass(F("part_of"), name="jsonb_path_ops"),
                name="asset_part_of",
                condition=Q(part_of__isnull=False),
            ),
            GinIndex(
                OpClass(F("related_to"), name="jsonb_path_ops"),
                name="asset_related_to",
                condition=~Q(related_to=[]),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def label(self) -> str:
        return self.display_name or self.public_id


class OfAssetQuerySet(ScopedQuerySet):
    """Rows that belong to an asset are seen by whoever sees the asset."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(asset__in=Asset.objects.allowed(access, action).values("pk"))


class AssetState(models.Model):
    """What moves with every run, apart from the asset so that its search indexes stay still.

    `clock` holds, for every declared field and metadata key, the stamp of the declaration that
    set it (`catalog.merging`): the latest event time wins, whatever the order of arrival.
    `stale_at` is when the next write is overdue, judged by the asset's own rhythm.
    """

    asset = models.OneToOneField(Asset, models.CASCADE, primary_key=True, related_name="state")
    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    updated_at = models.DateTimeField(default=timezone.now)
    first_written_at = models.DateTimeField(null=True, blank=True)
    last_written_at = models.DateTimeField(null=True, blank=True)
    last_failed_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)
    writes = models.IntegerField(default=0)
    stale_at = models.DateTimeField(null=True, blank=True)
    clock = models.JSONField(default=dict, blank=True)

    objects = OfAssetQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                F("tenant"),
                F("last_written_at").desc(nulls_last=True),
                F("asset"),
                name="asset_state_by_written",
            ),
            models.Index(
                F("tenant"), F("updated_at").desc(), F("asset"), name="asset_state_by_updated"
            ),
            models.Index(fields=["tenant", "stale_at"], name="asset_state_by_stale"),
        ]


class AssetChange(models.Model):
    """One applied change of an asset: the history tab.

    `changes`: field → [before, after]; metadata keys as `metadata.key`. `source`: `{"kind":
    "user", "id", "label"}` or `{"kind": "execution", "id", "namespace", "flowId", "taskRunId"}`,
    kept as values because history outlives what it mentions.
    """

    class Kind(models.TextChoices):
        CREATED = "created"
        UPDATED = "updated"
        DELETED = "deleted"
        RESTORED = "restored"
        MERGED = "merged"
        UNMERGED = "unmerged"

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    asset = models.ForeignKey(Asset, models.CASCADE, related_name="history", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    changes = models.JSONField(default=dict)
    source = models.JSONField(default=dict)

    objects = OfAssetQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(F("asset"), F("at").desc(), F("id").desc(), name="asset_change_by_asset"),
            # The versions of its columns, among very many changes of its metadata.
            models.Index(
                F("asset"),
                F("at").desc(),
                F("id").desc(),
                name="asset_change_of_columns",
                condition=Q(changes__has_key="columns"),
            ),
            models.Index(F("tenant"), F("at").desc(), F("id").desc(), name="asset_change_by_time"),
        ]
