"""Merges of assets as they are shown: which there were, and what one would do."""

from dataclasses import dataclass
from typing import Any

from accounts.access import Access
from accounts.bulk import run
from accounts.permissions import Action, Resource
from catalog.apart import apart_pairs, is_apart
from catalog.column_history import ColumnChange, difference
from catalog.columns import flattened
from catalog.declaring import read_assets
from catalog.history import FieldChange, field_changes
from catalog.joining import differences, joined
from catalog.locking import locks_against
from catalog.models import Asset, AssetMerge
from catalog.models.aliases import AssetMergeQuerySet

#: Counting stops here: beyond it, "10,000+" says as much.
CAP = 10_000
COLUMNS = "columns"
RELATED = ("kept__namespace", "absorbed__namespace", "by", "undone_by")
UNSEEN = tuple(
    f"{end}__{name}"
    for end in ("kept", "absorbed")
    for name in ("search_text", "description", "metadata", "columns")
)


def merges_of(access: Access, asset: Asset) -> AssetMergeQuerySet:
    """What has been merged into `asset`, undone ones as well; without order."""
    return _whole(access).filter(kept=asset)


def find_merge(access: Access, merge_id: str) -> AssetMerge | None:
    """Of two assets that may both be seen."""
    if not (merge_id.isascii() and merge_id.isdigit() and len(merge_id) < 19):
        return None
    found: AssetMerge | None = _whole(access).filter(pk=int(merge_id)).first()
    return found


def _whole(access: Access) -> AssetMergeQuerySet:
    merges: AssetMergeQuerySet = AssetMerge.objects.visible_to(access).filter(tenant=access.tenant)
    return merges.select_related(*RELATED).defer("journal", *UNSEEN)


def may_undo(access: Access, merge: AssetMerge) -> bool:
    return merge.undone_at is None and all(
        may_update(access, asset) for asset in (merge.kept, merge.absorbed)
    )


def may_update(access: Access, asset: Asset) -> bool:
    return access.may(
        Resource.ASSET, Action.UPDATE, asset.namespace.name if asset.namespace else None
    )


@dataclass(frozen=True, slots=True)
class Count:
    """`capped`: there are more than `value`."""

    what: str
    value: int
    capped: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """`problem`: why it cannot be, "" where it can. `apart`: somebody said that they are two."""

    kept: Asset
    absorbed: Asset
    counts: list[Count]
    changes: list[FieldChange]
    problem: str = ""
    apart: bool = False

    @property
    def fields(self) -> list[FieldChange]:
        """What changes but the columns."""
        return [change for change in self.changes if change.field != COLUMNS]

    @property
    def columns(self) -> list[ColumnChange]:
        """The columns that change, one by one."""
        for change in self.changes:
            if change.field == COLUMNS:
                sides = (flattened(side or ()) for side in (change.before, change.after))
                return difference(*sides).changes
        return []


#: What moves, by what it is called.
COUNTED = {
    "usages": "select from lineage_assetusage where asset_id = a.id",
    "upstream edges": "select from lineage_edge where downstream_id = a.id"
    " and upstream_id is not null",
    "downstream edges": "select from lineage_edge where upstream_id = a.id"
    " and downstream_id is not null",
    "column edges": "select from lineage_columnedge where a.id in (upstream_id, downstream_id)",
    "changes in its history": "select from catalog_assetchange where asset_id = a.id",
    "measurements": "select from catalog_assetmeasurement where asset_id = a.id",
    "facets": "select from lineage_assetfacet where asset_id = a.id",
    "other names": "select from catalog_assetalias where asset_id = a.id",
}
COUNTS = ", ".join(
    f"(select count(*) from ({rows} limit {CAP + 1}) as counted)"  # noqa: S608 from above
    for rows in COUNTED.values()
)


def preview_merge(access: Access, kept: Asset, absorbed: Asset) -> Preview:
    """What would move and change: four statements. Both come with their namespaces."""
    problem = why_not(access, kept, absorbed)
    if kept.pk == absorbed.pk:
        return Preview(kept, absorbed, [], [], problem)
    sql = f"select {COUNTS} from (select %s::bigint as id) as a"  # noqa: S608 from above
    [counts] = run(sql, [absorbed.pk])
    stored: dict[int, Any] = {one.pk: one for one in read_assets([kept.pk, absorbed.pk])}
    before = stored[kept.pk].values
    after = joined(before, stored[absorbed.pk].values, absorbed.public_id)
    names = [kept.public_id, absorbed.public_id]
    return Preview(
        kept,
        absorbed,
        [
            Count(what, min(count, CAP), count > CAP)
            for what, count in zip(COUNTED, counts, strict=True)
            if count
        ],
        field_changes(differences(before, after)),
        problem,
        is_apart(apart_pairs(access.tenant, names), kept.public_id, absorbed.public_id),
    )


def why_not(access: Access, kept: Asset, absorbed: Asset) -> str:
    if kept.pk == absorbed.pk:
        return "These are two names of one asset already."
    for asset in (kept, absorbed):
        if not may_update(access, asset):
            return f"You may not change asset “{asset.public_id}”."
    for lock in locks_against(access.user, [kept.pk, absorbed.pk]).values():
        return f"Asset “{lock.asset.public_id}” is locked by {lock}."
    return ""
