"""Two assets become one, and two again: what people ask for, and what names that arrive cause.

Lock order: names, then the states of both assets, then what points at them. Nobody else who
holds names is at work meanwhile; who does without them locks states first as well.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.access import Access
from accounts.bulk import dump, insert, run
from accounts.models import Tenant
from accounts.permissions import Action, Resource
from catalog.apart import keep_apart, let_together
from catalog.declaring import HISTORY, Stored, lock_assets, store_assets
from catalog.finding import hold_names
from catalog.joining import differences, joined, parted
from catalog.locking import Locked, locks_against
from catalog.merging import AssetValues, Changes
from catalog.models import Asset, AssetAlias, AssetChange, AssetMerge
from catalog.writing import source_of
from lineage.recording.recounting import recount_assets
from lineage.unifying.moving import move_rows
from lineage.unifying.moving_back import move_back
from lineage.unifying.since import last_usage, told_since
from lineage.unifying.two_ended import BOTH, join_edges, part_edges

WHY = "the caller has found that they may be merged, or parted"


class CannotMerge(ValueError):
    """The two cannot become one, or not two again; the message says why."""


class MergeForbidden(PermissionError):
    """One of the two may be seen, and not changed."""


def merge_assets(
    access: Access, kept: Asset, absorbed: Asset, reason: str = AssetAlias.Source.MERGE
) -> AssetMerge:
    """`absorbed` becomes another name of `kept`. The number of statements is constant.

    The caller has found that both may be seen. Raises MergeForbidden, Locked, CannotMerge.
    """
    with transaction.atomic():
        hold_names(access.tenant, to_change=True)
        kept, absorbed = require_mergeable(access, kept.pk, absorbed.pk)
        let_together(access.tenant, kept.public_id, absorbed.public_id)
        merge = AssetMerge.objects.create(
            tenant=access.tenant,
            kept=kept,
            absorbed=absorbed,
            reason=reason,
            source=source_of(access.user),
            by=access.user,
        )
        join_assets(access.tenant, merge)
    return merge


def require_mergeable(access: Access, kept: int, absorbed: int) -> tuple[Asset, Asset]:
    """Both, as they are now that names are held."""
    rows = Asset.objects.unscoped(WHY).filter(pk__in=[kept, absorbed], tenant=access.tenant)
    found = {asset.pk: asset for asset in rows.select_related("namespace")}
    if kept == absorbed:
        raise CannotMerge("These are two names of one asset already.")
    if len(found) < 2 or any(asset.merged_into_id for asset in found.values()):
        raise CannotMerge("One of the two is no asset of its own any more.")
    require_update(access, found.values())
    return found[kept], found[absorbed]


def require_update(access: Access, assets: Any) -> None:
    for asset in assets:
        namespace = asset.namespace.name if asset.namespace else None
        if not access.may(Resource.ASSET, Action.UPDATE, namespace):
            raise MergeForbidden(f"You may not change asset “{asset.public_id}”.")
    for lock in locks_against(access.user, [asset.pk for asset in assets]).values():
        raise Locked(lock)


def unmerge(access: Access, merge: AssetMerge) -> None:
    """The two are two again, exactly as they were; what came since stays with the kept one.

    Merges that built upon this one are undone first and made again. Names that are told again do
    not unite the two any more. The caller has found that both may be seen. Raises MergeForbidden,
    Locked, CannotMerge.
    """
    with transaction.atomic():
        hold_names(access.tenant, to_change=True)
        merge = (
            AssetMerge.objects.unscoped(WHY)
            .select_related("kept__namespace", "absorbed__namespace")
            .get(pk=merge.pk)
        )
        if merge.undone_at:
            raise CannotMerge("This merge has been undone already.")
        require_update(access, [merge.kept, merge.absorbed])
        later = built_upon(merge)
        for other in reversed(later):
            part_assets(access.tenant, other, source_of(access.user))
        part_assets(access.tenant, merge, source_of(access.user), tell=True)
        for other in later:
            join_assets(access.tenant, other, tell=False)
        AssetMerge.objects.unscoped(WHY).filter(pk=merge.pk).update(
            undone_at=timezone.now(), undone_by=access.user
        )
        keep_apart(access, [(merge.kept.public_id, merge.absorbed.public_id)])


#: Later merges of the same assets, or that touched the same edges: what they did rests on this.
BUILT_UPON = """
select later.id from catalog_assetmerge later
where later.tenant_id = %s and later.id > %s and later.undone_at is null
and (later.kept_id = any(%s::bigint[]) or later.absorbed_id = any(%s::bigint[]) or exists (
    select from catalog_assetmergerows mine join catalog_assetmergerows theirs using (place)
    where mine.merge_id = any(%s::bigint[]) and theirs.merge_id = later.id
    and mine.place = any(%s::text[]) and mine.moved && theirs.moved
))
order by later.id
"""


def built_upon(merge: AssetMerge) -> list[AssetMerge]:
    """The merges that have to be undone before this one, oldest first."""
    found: dict[int, AssetMerge] = {merge.pk: merge}
    places = [kind.table for kind in BOTH]
    while True:
        assets = sorted({pk for m in found.values() for pk in (m.kept_id, m.absorbed_id)})
        rows = run(
            BUILT_UPON,
            [merge.tenant_id, merge.pk, assets, assets, sorted(found), places],
        )
        fresh = [pk for (pk,) in rows if pk not in found]
        if not fresh:
            break
        found |= AssetMerge.objects.unscoped(WHY).select_related("kept", "absorbed").in_bulk(fresh)
    return [found[pk] for pk in sorted(found) if pk != merge.pk]


def join_assets(tenant: Tenant, merge: AssetMerge, *, tell: bool = True) -> None:
    """Do what `merge`, which is a row already, says. The caller holds names, to change them.

    `tell`: write it into the history of both.
    """
    kept, absorbed = _lock(merge)
    before, after = kept.values, joined(kept.values, absorbed.values, absorbed.public_id)
    journal: dict[str, Any] = {
        "before": asdict(before),
        "after": asdict(after),
        "deleted": [_text(kept.deleted_at), _text(absorbed.deleted_at)],
    }
    if kept.deleted_at and (absorbed.deleted_at is None or absorbed.deleted_at > kept.deleted_at):
        kept.deleted_at = absorbed.deleted_at
    journal["deleted"].append(_text(kept.deleted_at))
    journal["last_usage"] = last_usage()
    move_rows(merge)
    for kind in BOTH:
        join_edges(merge, kind)
    _store(tenant, kept, after)
    run(
        "update catalog_asset set merged_into_id = %s, deleted_at = coalesce(deleted_at, now())"
        " where id = %s",
        [merge.kept_id, merge.absorbed_id],
    )
    run("update catalog_assetmerge set journal = %s where id = %s", [dump(journal), merge.pk])
    recount_assets([merge.kept_id])
    if tell:
        changes = differences(before, after) | {"aliases": [None, merge.absorbed.public_id]}
        _tell(tenant, merge, AssetChange.Kind.MERGED, merge.source, changes)


def part_assets(
    tenant: Tenant, merge: AssetMerge, source: Mapping[str, Any], *, tell: bool = False
) -> None:
    """Undo `join_assets`, and forget what undoing needed."""
    kept, absorbed = _lock(merge)
    journal = merge.journal
    before, after = (AssetValues(**journal[name]) for name in ("before", "after"))
    now, values = kept.values, parted(kept.values, before, after)
    old, absorbed_deleted, joined_deleted = journal["deleted"]
    if _text(kept.deleted_at) == joined_deleted:
        kept.deleted_at = old and datetime.fromisoformat(old)
    since = told_since(merge)
    move_back(merge)
    for kind in BOTH:
        part_edges(merge, kind, since)
    _store(tenant, kept, values)
    run(
        "update catalog_asset set merged_into_id = null, deleted_at = %s::timestamptz"
        " where id = %s",
        [absorbed_deleted, merge.absorbed_id],
    )
    run("delete from catalog_assetmergerows where merge_id = %s", [merge.pk])
    recount_assets(sorted([merge.kept_id, merge.absorbed_id]))
    if tell:
        changes = differences(now, values) | {"aliases": [merge.absorbed.public_id, None]}
        _tell(tenant, merge, AssetChange.Kind.UNMERGED, source, changes)


def _lock(merge: AssetMerge) -> tuple[Stored, Stored]:
    stored = {asset.pk: asset for asset in lock_assets(sorted([merge.kept_id, merge.absorbed_id]))}
    return stored[merge.kept_id], stored[merge.absorbed_id]


def _store(tenant: Tenant, asset: Stored, values: AssetValues) -> None:
    if values.namespace != asset.values.namespace:
        asset.namespace_pk = None
    asset.values = values
    asset.is_changed = True
    store_assets(tenant, [asset], {})


def _text(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _tell(
    tenant: Tenant,
    merge: AssetMerge,
    kind: AssetChange.Kind,
    source: Mapping[str, Any],
    changes: Changes,
) -> None:
    """A line in the history of both; the absorbed asset's is read once it stands alone again."""
    now = timezone.now()
    into: Changes = {"mergedInto": [None, merge.kept.public_id]}
    if kind is AssetChange.Kind.UNMERGED:
        into = {"mergedInto": [merge.kept.public_id, None]}
    insert(
        "catalog_assetchange",
        HISTORY,
        [
            (tenant.pk, merge.kept_id, kind.value, now, now, dump(changes), dump(dict(source))),
            (tenant.pk, merge.absorbed_id, kind.value, now, now, dump(into), dump(dict(source))),
        ],
    )
