"""Who set a field of an asset: read from the clock that merging keeps (`catalog.merging`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SetBy:
    """`execution_id` is "" when no execution set it."""

    at: datetime
    execution_id: str = ""


def set_by(clock: Mapping[str, Any], field: str, key: str = "") -> SetBy | None:
    """Who set `field`, or the metadata key `key`; None when the clock does not tell."""
    stamp = clock.get(field)
    if key:
        stamp = stamp.get(key) if isinstance(stamp, Mapping) else None
    if not isinstance(stamp, str) or stamp.count("|") < 2:
        return None
    micros, _, rest = stamp.partition("|")
    source = rest.rpartition("|")[0]
    if not micros.isdecimal():
        return None
    if source.count("|") == 2:  # of OpenLineage: what decides ties stands before who said it
        source = source.rpartition("|")[2]
    execution = source.rpartition("/")[0]
    return SetBy(EPOCH + timedelta(microseconds=int(micros)), execution)


@dataclass(frozen=True, slots=True)
class MetadataEntry:
    """One key as the asset page shows it. `known`: it belongs to the type (K1.3)."""

    key: str
    value: Any
    known: bool
    set_by: SetBy | None


def metadata_entries(
    metadata: Mapping[str, Any], known: tuple[str, ...], clock: Mapping[str, Any]
) -> list[MetadataEntry]:
    """The type's own keys first, in their order; then the others by name."""
    first = [key for key in known if key in metadata]
    keys = [*first, *sorted(metadata.keys() - set(first))]
    return [
        MetadataEntry(key, metadata[key], key in known, set_by(clock, "metadata", key))
        for key in keys
    ]
