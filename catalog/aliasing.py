"""Other names of an asset, given and taken away by hand."""

from django.db import transaction

from accounts.access import Access
from accounts.permissions import Action, Resource
from catalog.apart import keep_apart, let_together
from catalog.finding import find_assets, hold_names
from catalog.locking import Locked, locks_against
from catalog.models import Asset, AssetAlias
from catalog.noting import note_changes
from catalog.reading.rules import validate_asset_id

WHY = "the caller has found the asset that these names lead to"
#: Names that a page and an answer show; nobody has given an asset more.
LISTED = 500


class InvalidAlias(ValueError):
    """The name cannot be this asset's; the message says why."""


class AliasInUse(InvalidAlias):
    """It leads somewhere, which only a merge, or undoing one, changes."""


def list_aliases(access: Access, asset: Asset) -> list[AssetAlias]:
    """By name, with who gave them."""
    rows = AssetAlias.objects.visible_to(access).filter(asset=asset).select_related("created_by")
    return list(rows.order_by("name")[:LISTED])


def add_alias(access: Access, asset: Asset, name: str) -> AssetAlias:
    """`name` leads to the asset from now on; nothing happens when it does already.

    The caller has found the asset visible. Raises PermissionError, Locked, InvalidAlias.
    """
    name = name.strip()
    if problem := validate_asset_id(name):
        raise InvalidAlias(f"A name {problem}.")
    with transaction.atomic():
        hold_names(access.tenant, to_change=True)
        _require(access, asset)
        known = find_assets(access.tenant, [name])
        if name == asset.public_id:
            raise InvalidAlias("This is its id.")
        if name in known and known[name].pk != asset.pk:
            raise AliasInUse(f"“{name}” leads to another asset: merge the two instead.")
        rows = AssetAlias.objects.unscoped(WHY).select_related("created_by")
        if name in known:
            return rows.get(tenant=access.tenant, name=name)
        let_together(access.tenant, asset.public_id, name)
        note_changes(access, {asset.pk: {"aliases": [None, name]}})
        return AssetAlias.objects.create(
            tenant=access.tenant,
            name=name,
            asset=asset,
            source=AssetAlias.Source.MANUAL,
            created_by=access.user,
        )


def remove_alias(access: Access, asset: Asset, name: str) -> bool:
    """Whether there was such a name. What told it will not bring it back by itself.

    The caller has found the asset visible. Raises PermissionError, Locked, AliasInUse for the id
    of an asset that has been merged.
    """
    with transaction.atomic():
        hold_names(access.tenant, to_change=True)
        _require(access, asset)
        rows = AssetAlias.objects.unscoped(WHY).filter(tenant=access.tenant, asset=asset)
        alias = rows.filter(name=name).first()
        if alias is None:
            return False
        merged = Asset.objects.unscoped(WHY).filter(tenant=access.tenant, public_id=name)
        if merged.filter(merged_into__isnull=False).exists():
            raise AliasInUse(f"“{name}” is an asset that was merged into this: undo the merge.")
        alias.delete()
        if alias.source != AssetAlias.Source.MANUAL:
            keep_apart(access, [(asset.public_id, name)])
        note_changes(access, {asset.pk: {"aliases": [name, None]}})
    return True


def _require(access: Access, asset: Asset) -> None:
    namespace = asset.namespace.name if asset.namespace else None
    if not access.may(Resource.ASSET, Action.UPDATE, namespace):
        raise PermissionError(f"You may not change asset “{asset.public_id}”.")
    for lock in locks_against(access.user, [asset.pk]).values():
        raise Locked(lock)
