"""What the catalog holds: namespaces, assets, and what is known of their past."""

from catalog.models.assets import Asset, AssetChange, AssetState
from catalog.models.locks import AssetLock
from catalog.models.namespaces import Namespace, NamespacedQuerySet

__all__ = ["Asset", "AssetChange", "AssetLock", "AssetState", "Namespace", "NamespacedQuerySet"]
