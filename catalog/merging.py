"""How declarations of one asset merge: by event time, whatever the order of arrival (K1.7).

Every declared field and every metadata key is a register of its own: the declaration with the
latest stamp sets it, ties go by execution id (DESIGN §6, Order). Nothing here asks the database.

A stamp is a string that sorts as it should: `{µs:016d}|{source}|{position}`. The clock of an
asset, stored as JSON, holds the stamps that the next merge must beat:

    {"type": stamp, "displayName": stamp, …, every field of WHOLE likewise, "namespace": stamp,
     "metadata": {key: stamp}, "told": true, "rule": [stamp, ns],
     "life": [stamp, dropped or alive], "hint": [stamp, type], "called": [stamp, name],
     "writer": [stamp, ns], "reader": [stamp, ns]}

The last four are the earliest, not the latest: a reference types an asset that nobody declared,
its name elsewhere is shown while nobody declares another, and an asset without a declared
namespace lives where a naming rule says, else where it was first written, else first read.
Owners, tags and columns have registers for each of an asset's names (`catalog.uniting`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from catalog.reading.lifecycle import DEFAULT_STATUS
from catalog.uniting import OWN, UNITED, hear, keep, words_on

EXTERNAL = "io.kestra.core.models.assets.External"
#: The status of what a run has dropped (OpenLineage: lifecycleStateChange DROP).
DROPPED = "dropped"
EXTERNAL_NAMES = frozenset({EXTERNAL, "External", "EXTERNAL"})


class Part(Enum):
    """What a task run had to do with an asset."""

    WRITE = "write"  # output of a run that ended in SUCCESS or WARNING: declares
    ATTEMPT = "attempt"  # output of a run that failed: recorded, declares nothing
    READ = "read"
    DESCRIBE = "describe"  # says something of an asset and neither reads nor writes it
    PENDING = "pending"  # output of a run that has not ended: recorded, declares nothing


def stamp(at: int, source: str, position: int = 0) -> str:
    """`at` in µs since 1970; `source` e.g. an execution and task run; `position` within it."""
    return f"{at:016d}|{source}|{position:06d}"


@dataclass(frozen=True, slots=True)
class Touch:
    """One task run's (or person's) word on one asset.

    `fields` holds what was declared: `namespace` (None clears), `displayName`, `description` (None
    keeps), `metadata` (a None value removes the key), and what `catalog.reading.lifecycle` reads.
    `job_namespace`: where the writer or reader lives. `source` is what the history says of it
    (`AssetChange.source`). `cleared`: of `displayName` and `description`, which to remove.
    `hint` and `called`: type and name of an asset that nobody gives one. `rule_namespace`: where
    a naming rule puts it. `owner_register`: "writer" or "reader", where `job_namespace` belongs;
    "" goes by `part`.
    """

    stamp: str
    at: int
    part: Part
    type: str | None = None
    job_namespace: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    #: False for a second word of the same task run on the same asset: it merges, uncounted.
    counts: bool = True
    cleared: frozenset[str] = frozenset()
    #: False for what only counts: others say what it says of the asset.
    declares: bool = True
    hint: str | None = None
    called: str | None = None
    rule_namespace: str | None = None
    owner_register: str = ""
    name: str = ""
    #: A person's word: meant of the asset, whatever others call it.
    by_hand: bool = False
    #: What became of the data itself: "dropped", or "alive" after it was made or changed.
    life: str = ""
    #: Of an output, also where nothing else is said of it.
    renews: bool = False

    @property
    def says_something(self) -> bool:
        """Whether it makes the asset newer: a description may be empty, a write never is."""
        writes = self.part is Part.WRITE or self.renews
        return writes or bool(self.type or self.life or any(self.fields.values()))


@dataclass(slots=True)
class AssetValues:
    """The mergeable part of an asset; times in µs since 1970."""

    type: str = EXTERNAL
    namespace: str | None = None
    display_name: str | None = None
    description: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    created_at: int | None = None
    updated_at: int | None = None
    clock: dict[str, Any] = field(default_factory=dict)
    status: str = DEFAULT_STATUS
    ttl: str | None = None
    owners: list[str] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    part_of: dict[str, Any] | None = None
    related_to: list[dict[str, Any]] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    columns: list[dict[str, Any]] = field(default_factory=list)


#: Fields that a declaration replaces as a whole → where they stand in AssetValues.
WHOLE = {
    "namespace": "namespace",
    "status": "status",
    "ttl": "ttl",
    "owners": "owners",
    "assetActions": "actions",
    "partOf": "part_of",
    "relatedTo": "related_to",
    "tags": "tags",
    "columns": "columns",
}


#: field → [before, after]; metadata keys as `metadata.key`.
type Changes = dict[str, list[Any]]


def merge(values: AssetValues, touch: Touch, own_id: str = "") -> Changes:
    """Merge one touch in place and tell what it changed. `own_id`: what the asset is called.

    The values that a set of touches leads to do not depend on the order of merging them.
    """
    changes: Changes = {}
    values.created_at = min(values.created_at or touch.at, touch.at)
    if touch.part in (Part.WRITE, Part.DESCRIBE):
        if touch.says_something:
            told = is_told(values.clock) and values.updated_at
            values.updated_at = max(told or touch.at, touch.at)
            values.clock["told"] = True
        _declare(values, touch, own_id, changes)
    elif touch.type and touch.type not in EXTERNAL_NAMES:
        _earliest(values.clock, "hint", touch.stamp, touch.type)
    if touch.hint:
        _earliest(values.clock, "hint", touch.stamp, touch.hint)
    if touch.called:
        _earliest(values.clock, "called", touch.stamp, touch.called)
    if touch.job_namespace:
        own = "writer" if touch.part is Part.WRITE else "reader"
        _earliest(values.clock, touch.owner_register or own, touch.stamp, touch.job_namespace)
    if touch.life:
        values.clock["life"] = max(values.clock.get("life", ["", ""]), [touch.stamp, touch.life])
    if touch.rule_namespace:
        values.clock["rule"] = max(
            values.clock.get("rule", ["", ""]), [touch.stamp, touch.rule_namespace]
        )
    _settle(values, changes)
    return changes


#: Registers that say nothing of the asset itself: with these alone it is a placeholder.
UNDECLARED = frozenset({"called", "declaredStatus", "hint", "life", "reader", "rule", "writer"})


def is_told(clock: Mapping[str, Any]) -> bool:
    """Whether anybody has said something of the asset: until then it is as old as its name."""
    return "told" in clock or bool(clock.keys() - UNDECLARED)


def _declare(values: AssetValues, touch: Touch, own_id: str, changes: Changes) -> None:
    clock = values.clock
    if touch.type and touch.type not in EXTERNAL_NAMES and _latest(clock, "type", touch.stamp):
        _set(values, "type", touch.type, "type", changes)
    _declare_whole(values, touch, own_id, changes)
    for name, attribute in (("displayName", "display_name"), ("description", "description")):
        value = touch.fields.get(name)
        said = value is not None or name in touch.cleared
        if said and _latest(clock, name, touch.stamp):
            _set(values, attribute, value, name, changes)
    if metadata := touch.fields.get("metadata"):
        stamps = clock.setdefault("metadata", {})
        for key, value in metadata.items():
            if _latest(stamps, key, touch.stamp):
                _set_metadata(values.metadata, key, value, changes)


def _declare_whole(values: AssetValues, touch: Touch, own_id: str, changes: Changes) -> None:
    clock = values.clock
    other_name = "" if touch.name == own_id else touch.name
    for name in touch.fields.keys() & WHOLE.keys():
        if name in UNITED and (other_name or "names" in clock):
            _unite(values, touch, other_name, name, changes)
        elif _latest(clock, name, touch.stamp):
            _set(values, WHOLE[name], touch.fields[name], name, changes)
            if name == "status":
                clock.pop("declaredStatus", None)


def _unite(
    values: AssetValues, touch: Touch, other_name: str, field_: str, changes: Changes
) -> None:
    """A word on one of `UNITED`, of an asset that has other names or is called by one."""
    value = touch.fields[field_]
    words = words_on(values.clock, field_, getattr(values, WHOLE[field_]))
    if other_name:
        words = hear(words, other_name, touch.stamp, value)
    elif _latest(values.clock, field_, touch.stamp):
        words = ({} if touch.by_hand else words) | {OWN: [touch.stamp, value]}
    _set(values, WHOLE[field_], keep(values.clock, field_, words), field_, changes)


def _live(values: AssetValues, changes: Changes) -> None:
    """`status` of what was dropped (OpenLineage's DROP), until it is created or declared anew."""
    clock = values.clock
    if "life" not in clock:
        return
    stamp, life = clock["life"]
    declared = clock.pop("declaredStatus", values.status)
    if life == DROPPED and stamp > clock.get("status", ""):
        clock["declaredStatus"] = declared
        declared = DROPPED
    _set(values, "status", declared, "status", changes)


def _settle(values: AssetValues, changes: Changes) -> None:
    """Type, namespace and `updated_at` of an asset for which nobody declared them."""
    clock = values.clock
    _live(values, changes)
    if "type" not in clock and "hint" in clock:
        _set(values, "type", clock["hint"][1], "type", changes)
    if "displayName" not in clock and "called" in clock:
        _set(values, "display_name", clock["called"][1], "displayName", changes)
    if "namespace" not in clock:
        owner = clock.get("rule") or clock.get("writer") or clock.get("reader")
        if owner:
            _set(values, "namespace", owner[1], "namespace", changes)
    if not is_told(clock):
        values.updated_at = values.created_at


def settle(values: AssetValues) -> None:
    """As after every touch: what nobody declared, by what the clock holds of it."""
    _settle(values, {})


def _set(values: AssetValues, attribute: str, value: Any, name: str, changes: Changes) -> None:
    before = getattr(values, attribute)
    if before != value:
        changes[name] = [changes[name][0] if name in changes else before, value]
        setattr(values, attribute, value)


def _set_metadata(metadata: dict[str, Any], key: str, value: Any, changes: Changes) -> None:
    before = metadata.get(key)
    if value is None:
        metadata.pop(key, None)
    else:
        metadata[key] = value
    if before != value:
        changes[f"metadata.{key}"] = [before, value]


def _latest(clock: dict[str, Any], key: str, stamp: str) -> bool:
    """Whether `stamp` wins the register, and if so, that it now holds it."""
    if stamp < clock.get(key, ""):
        return False
    clock[key] = stamp
    return True


def _earliest(clock: dict[str, Any], key: str, stamp: str, value: str) -> None:
    held = clock.get(key)
    if held is None or [stamp, value] < held:
        clock[key] = [stamp, value]


def after(clock: Mapping[str, Any], at: int) -> int:
    """`at`, or later where needed to come after every declaration so far.

    For a person's word: it follows what they saw, also when a run's clock is ahead of ours.
    """
    stamps = [value for value in clock.values() if isinstance(value, str)]
    stamps += clock.get("metadata", {}).values()
    return max([at, *(int(stamp.partition("|")[0]) + 1 for stamp in stamps)])


#: The registers that make an asset somebody's: a placeholder, only read so far, has none.
CLAIMS = ("namespace", "rule", "writer")
