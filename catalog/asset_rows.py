"""An asset as lists show it: with its type's look and its judgement."""

from dataclasses import dataclass
from datetime import datetime

from catalog.asset_types import AssetType, asset_type
from catalog.freshness import Judgement, freshness
from catalog.models import Asset


@dataclass(frozen=True, slots=True)
class AssetRow:
    asset: Asset
    type: AssetType
    freshness: Judgement

    @classmethod
    def of(cls, asset: Asset, now: datetime) -> "AssetRow":
        """`asset` comes with its `state`."""
        judged = freshness(asset.type, getattr(asset, "state", None), now)
        return cls(asset, asset_type(asset.type), judged)
