"""Lines of assets' history beside those of declarations: what happened to what points at them."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.access import Access
from accounts.bulk import dump, insert
from catalog.declaring import HISTORY
from catalog.models import AssetChange
from catalog.writing import source_of


def note_changes(access: Access, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """One line for each asset (row): field → [before, after], by the caller, now. One statement.

    Of `upstream` and `downstream` the values are ids of other assets, one or a list: readers of
    the history see those that they may see.
    """
    now, source = timezone.now(), dump(source_of(access.user))
    insert(
        "catalog_assetchange",
        HISTORY,
        [
            (access.tenant.pk, pk, AssetChange.Kind.UPDATED.value, now, now, dump(said), source)
            for pk, said in sorted(changes.items())
        ],
    )
