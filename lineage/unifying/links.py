"""What producers say of names: that two of them are one asset's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class NameLink:
    """`absorbed` is another name of the asset `kept`; both are ids of assets or aliases.

    `source`: symlink, rename, rule or dbt. A symlink has no direction of its own here: which id
    stays is decided by the names (`canonical_first`), so that the order of arrival does not.
    `said_by`: as `AssetChange.source`. `at`: when it was said, in µs, for an asset that is new.
    """

    kept: str
    absorbed: str
    source: str
    said_by: Mapping[str, Any] = field(default_factory=dict, compare=False)
    at: int | None = field(default=None, compare=False)


class Unlinked(NamedTuple):
    """A link that was not followed, and why, in words for who sent it."""

    link: NameLink
    reason: str
    #: For want of a grant; else it may go another time.
    forbidden: bool = False
