"""Two names of one asset: an alias while only one of them is known, else a merge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.access import Access


@dataclass(frozen=True, slots=True)
class NameLink:
    """`absorbed` is another name of `kept` (asset ids). `source`: symlink, rename, rule or dbt;
    `said_by`: as AssetChange.source."""

    kept: str
    absorbed: str
    source: str
    said_by: Mapping[str, Any] = field(default_factory=dict, compare=False)


def unify_names(access: Access, links: Sequence[NameLink]) -> list[tuple[NameLink, str]]:
    """Make each two names one asset; answers the links that were refused, and why."""
    return []
