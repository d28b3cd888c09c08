"""Files that somebody has brought to the page, and what became of each of their rows."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.access import Access
from accounts.models import Tenant, User
from accounts.permissions import Action
from accounts.scoping import ScopedQuerySet


class CatalogImportQuerySet(ScopedQuerySet):
    """A file is its bringer's: it tells of whatever they may see."""

    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(tenant=access.tenant, by=access.user)


class CatalogImport(models.Model):
    """One file: checked first, then imported, each at once or by a job.

    `body` is the file packed by gzip, until it is imported. `counts`: [[kind, status, count], …]
    of the last pass; `done` of `total` rows are through with the present one, `what` it is at.
    """

    class State(models.TextChoices):
        CHECKING = "checking"
        CHECKED = "checked"
        IMPORTING = "importing"
        DONE = "done"
        FAILED = "failed"

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=5)
    size = models.BigIntegerField()
    body = models.BinaryField(default=bytes)
    atomic = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    message = models.TextField(blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    what = models.CharField(max_length=20, blank=True)
    counts = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    objects = CatalogImportQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(F("by"), F("tenant"), F("id").desc(), name="catalog_import_by_person")
        ]

    @property
    def is_busy(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.IMPORTING)

    @property
    def failed(self) -> int:
        return sum(count for _, status, count in self.counts if status == "failed")

    @property
    def changing(self) -> int:
        return sum(count for _, status, count in self.counts if status in ("created", "updated"))


class ImportedRowQuerySet(ScopedQuerySet):
    def reach_q(self, access: Access, action: Action) -> Q:
        return Q(catalog_import__tenant=access.tenant, catalog_import__by=access.user)


class ImportedRow(models.Model):
    """What would become of a row, or what did; `changes` only beforehand."""

    catalog_import = models.ForeignKey(
        CatalogImport, models.CASCADE, related_name="rows", db_index=False
    )
    row = models.IntegerField()
    line = models.IntegerField()
    kind = models.CharField(max_length=5, blank=True)
    public_id = models.TextField(blank=True)
    status = models.CharField(max_length=9)
    errors = models.JSONField(default=list)
    changes = models.JSONField(default=dict)

    objects = ImportedRowQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["catalog_import", "status", "id"], name="imported_row_by_status")
        ]
