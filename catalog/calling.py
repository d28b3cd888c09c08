"""Finding what may be seen by any of its names: its id now, or one that has led to it before."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404

from accounts.access import Access
from catalog.filter_queries import column
from catalog.filters import Condition, Op
from catalog.models import Asset, AssetAlias
from catalog.models.assets import AssetQuerySet, called_any


def find_called(rows: AssetQuerySet, access: Access, name: str) -> Asset:
    """The asset of `rows` that `name` leads to, or 404: what may not be seen does not exist."""
    asset = None
    if "\0" not in name:
        asset = rows.visible_to(access).called(access.tenant, name).first()
    if asset is None:
        raise Http404(f"No asset “{name}”.")
    return asset


def keys_called(access: Access, names: Iterable[str]) -> dict[str, int]:
    """Name → row of the assets that may be seen: one statement, two where some are aliases."""
    return {name: pk for name, (pk, _) in called(access, names).items()}


def ids_called(access: Access, names: Iterable[str]) -> dict[str, str]:
    """Name → the id now, of the assets that may be seen."""
    return {name: public_id for name, (_, public_id) in called(access, names).items()}


def called(access: Access, names: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Name → (row, id now) of the assets that may be seen, deleted ones as well."""
    wanted = sorted({name for name in names if "\0" not in name})
    assets = Asset.objects.visible_to(access).filter(tenant=access.tenant)
    own = assets.filter(public_id__in=wanted, merged_into=None).values_list("pk", "public_id")
    found = {public_id: (pk, public_id) for pk, public_id in own}
    if left := [name for name in wanted if name not in found]:
        found |= {name: (pk, public_id) for name, pk, public_id in _aliases(access, left)}
    return found


def _aliases(access: Access, names: list[str]) -> Iterable[Any]:
    aliases = AssetAlias.objects.visible_to(access).filter(tenant=access.tenant, name__in=names)
    return aliases.values_list("name", "asset", "asset__public_id")


#: Operators that name what they want.
NAMING = (Op.EQUALS, Op.IN)


def assets_named(access: Access, condition: Condition) -> AssetQuerySet:
    """The visible assets that a filter on ids means: any name where it says one whole."""
    assets = Asset.objects.visible_to(access)
    if condition.op not in NAMING:
        return assets.filter(column("public_id")(condition))
    names = condition.value if condition.op is Op.IN else (condition.value,)
    return assets.filter(pk__in=called_any(access.tenant, names))


def names_of(access: Access, asset: Asset, most: int = 100) -> list[str]:
    """The asset's id and its other names, as others may have written them down."""
    aliases = AssetAlias.objects.visible_to(access).filter(asset=asset).order_by("name")
    return [asset.public_id, *aliases.values_list("name", flat=True)[:most]]
