"""What the catalog holds: namespaces, assets, and what is known of their past."""

from catalog.models.aliases import AssetAlias, AssetApart, AssetMerge, AssetMergeRows
from catalog.models.assets import Asset, AssetChange, AssetState, OfAssetQuerySet
from catalog.models.locks import AssetLock
from catalog.models.measurements import AssetMeasurement
from catalog.models.namespaces import Namespace, NamespacedQuerySet
from catalog.models.naming import NamingRule

__all__ = [
    "Asset",
    "AssetAlias",
    "AssetApart",
    "AssetChange",
    "AssetLock",
    "AssetMeasurement",
    "AssetMerge",
    "AssetMergeRows",
    "AssetState",
    "Namespace",
    "NamespacedQuerySet",
    "NamingRule",
    "OfAssetQuerySet",
]
